"""Lines that are laid out when what they tell changes, so that only those that differ are painted again."""

from __future__ import annotations

from textual.geometry import Region
from textual.strip import Strip

from inspect_tui.tui.widgets.inks import Inked, Part

Laid = list[list[Part]]


class LaidLines(Inked):
    """A few lines over data of their owner, who calls `lay_again` after it changed.

    What was laid out holds for one width; `lay_again` and another width are the two ways it is dropped.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._laid: Laid = []
        self._laid_width = 0

    def lay_out(self, width: int) -> Laid:
        """The lines as they now read."""
        raise NotImplementedError

    def lay_again(self) -> None:
        """Lay the lines out anew and paint those that differ."""
        width, height = self.size
        if not width or width != self._laid_width:
            self._laid_width = 0
            self.refresh()
            return
        before, self._laid = self._laid, self.lay_out(width)
        changed = [Region(0, y, width, 1) for y in range(height) if _line(before, y) != _line(self._laid, y)]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        width = self.line_width
        if width != self._laid_width:
            self._laid, self._laid_width = self.lay_out(width), width
        return self.strip(_line(self._laid, y), width)


def _line(laid: Laid, y: int) -> list[Part]:
    return laid[y] if y < len(laid) else []
