"""Making page: files made of the open round to be passed on, a row for each; never of a secret one."""

from __future__ import annotations

from inspect_tui.exchange.refusal import ExportRefused, refuse_secret
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.detail_page import DetailPage
from inspect_tui.tui.widgets.page import Line, wrapped


class MakingPage(DetailPage, inherit_bindings=False):
    """Below the list stands what was made and where, or in `failed` why it was not."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.made: dict[str, str] = {}
        self.failed = ""
        try:
            refuse_secret(desk.round)
        except ExportRefused as refused:
            self.failed = str(refused)

    def page_about(self) -> str:
        practice = "［演练］" if self.desk.round.practice else ""
        return practice + self.desk.round.title

    def detail(self, width: int) -> list[Line]:
        return wrapped(self.failed, width, "fail") if self.failed else self.told(width)

    def told(self, width: int) -> list[Line]:
        """What was made, and what can be."""
        raise NotImplementedError
