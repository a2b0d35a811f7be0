"""Rounds page: a lead page over all rounds of the folder, which are read after the first paint."""

from __future__ import annotations

from inspect_tui.tui.all_rounds import AllRounds
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.lead_page import LeadPage

READING = "正在读各轮记录，请稍候。"


class RoundsPage(LeadPage, inherit_bindings=False):
    """Shown at once, and anew when the other rounds have been read; `all` says whether they are."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.all = desk.kept(AllRounds)

    def ready(self) -> None:
        super().ready()
        self.read_rounds()

    def read_rounds(self) -> None:
        """Read the other rounds, unless that is done."""
        if not self.all.ready:
            self.run_worker(self._read(), exclusive=True)

    async def _read(self) -> None:
        await self.all.read()
        if self.is_mounted:
            self.refill()
