"""Lines laid out when their data changes: the right ones are painted, and none is kept too long."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.geometry import Region

from inspect_tui.tui.widgets.laid_lines import Laid, LaidLines


class Told(LaidLines):
    DEFAULT_CSS = "Told { height: 4; }"

    def __init__(self) -> None:
        super().__init__()
        self.said = ["一", "二", "三"]
        self.times = 0
        self.painted: list[Region] = []

    def lay_out(self, width: int) -> Laid:
        self.times += 1
        return [[(line[:width], "text")] for line in self.said]

    def refresh(self, *regions: Region, **named: bool) -> Told:  # type: ignore[override]
        self.painted.extend(regions or (Region(0, 0, 0, 0),))
        return super().refresh(*regions, **named)


class Page(App[None]):
    def compose(self) -> ComposeResult:
        yield Told()


def lines(app: Page) -> list[str]:
    return [strip.text.strip() for strip in app.screen._compositor.render_strips(app.size)[:4]]


async def test_only_lines_that_differ_are_painted() -> None:
    app = Page()
    async with app.run_test(size=(30, 6)) as pilot:
        await pilot.pause()
        told = app.query_one(Told)
        assert lines(app) == ["一", "二", "三", ""]
        told.painted.clear()
        told.lay_again()
        assert told.painted == []
        told.said = ["一", "贰", "三", "四"]
        told.lay_again()
        assert told.painted == [Region(0, 1, 30, 1), Region(0, 3, 30, 1)]
        await pilot.pause()
        assert lines(app) == told.said
        told.painted.clear()
        told.said = ["一"]
        told.lay_again()
        assert [region.y for region in told.painted] == [1, 2, 3]
        await pilot.pause()
        assert lines(app) == ["一", "", "", ""]


async def test_lines_are_laid_once_for_a_width_and_anew_for_another() -> None:
    app = Page()
    async with app.run_test(size=(30, 6)) as pilot:
        await pilot.pause()
        told = app.query_one(Told)
        told.refresh()
        await pilot.pause()
        assert told.times == 1
        told.said = ["一二三四五六七八九十"]
        await pilot.resize_terminal(10, 6)
        await pilot.pause()
        assert lines(app)[0] == "一二三四五"
        told.display = False
        await pilot.pause()
        told.said = ["又"]
        told.lay_again()
        told.display = True
        await pilot.pause()
        assert lines(app)[0] == "又"
