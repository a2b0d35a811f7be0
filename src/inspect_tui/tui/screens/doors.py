"""Menus of the home screen that lead on: to the checklists, and to what a unit's file gathers.

One table each, so that a page is reached the same way whatever was added before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from inspect_tui.model.terms import Helper, Role
from inspect_tui.tui.widgets.menu import Entry, MenuScreen

if TYPE_CHECKING:
    from inspect_tui.tui.app import InspectApp

NO_ROUND = "没有打开的轮次"
LEAD_ONLY = "由组长来做"


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """A page a menu leads to. `round`: it needs an open round; `lead`: only a lead has it."""

    id: str
    label: str
    about: str
    open: Callable[[InspectApp], object]
    round: bool = True
    lead: bool = False


def _faults(app: InspectApp) -> None:
    app.open_faults()


def _checklists(app: InspectApp) -> None:
    from inspect_tui.tui.screens.checklists import ChecklistsScreen

    app.push_screen(ChecklistsScreen())


def _phrases(app: InspectApp) -> None:
    from inspect_tui.tui.screens.phrases import PhrasesScreen

    app.push_screen(PhrasesScreen())


def _forms(app: InspectApp) -> None:
    from inspect_tui.tui.screens.forms import FormsScreen

    app.show_page(FormsScreen)


def _form_take(app: InspectApp) -> None:
    from inspect_tui.tui.screens.forms import pick_form

    pick_form(app)


def _duties(app: InspectApp) -> None:
    from inspect_tui.tui.screens.duties_page import DutiesScreen

    app.show_page(DutiesScreen)


def _grid(app: InspectApp) -> None:
    from inspect_tui.tui.screens.grid_page import GridScreen

    app.show_page(GridScreen)


def _sheets(app: InspectApp) -> None:
    from inspect_tui.tui.screens.sheets import SheetsScreen

    app.push_screen(SheetsScreen())


def _helper(helper: Helper, title: str) -> Callable[[InspectApp], object]:
    """Opens a helping page at a unit: those whose items ask for it, or any where none does."""

    def opened(app: InspectApp) -> None:
        desk = app.desk
        if desk is None:
            return
        units = desk.units(mine=True)
        asked = [u for u in units if any(row.item.helper is helper for row in desk.sheet(u.id).rows)]

        def picked(unit: str | None) -> None:
            if unit is not None:
                app.open_helper(helper, unit)

        entries = [Entry(unit.id, unit.name, desk.path_of(unit)) for unit in asked or units]
        app.push_screen(MenuScreen(title, entries), picked)

    return opened


def _vault(app: InspectApp) -> None:
    from inspect_tui.tui.screens.vault_page import VaultScreen

    app.push_screen(VaultScreen())


CHECKLISTS: tuple[Door, ...] = (
    Door(id="faults", label="清单和名册的问题", about="文件里要改的地方", open=_faults, round=False),
    Door(id="checklists", label="清单一览", about="核对、试走、和本轮比", open=_checklists, round=False),
    Door(id="sheets", label="从表格导入清单", about="考核细则做成清单", open=_sheets, round=False),
    Door(id="phrases", label="常用语", about="按检查项记下的常用说法", open=_phrases, round=False),
    Door(id="forms", label="打印检查表", about="没有电脑的现场用：纸面表、填报表", open=_forms),
    Door(id="form_take", label="收回填好的表", about="填好的Excel、CSV，先看后收", open=_form_take),
    Door(id="vault", label="口令和加密", about="设口令、改口令、取出文件", open=_vault, round=False),
)


def _cards(app: InspectApp) -> None:
    from inspect_tui.tui.screens.cards_page import CardsScreen

    app.show_page(CardsScreen)


def _pairs(app: InspectApp) -> None:
    from inspect_tui.tui.screens.pairs_page import PairsScreen

    app.show_page(PairsScreen)


def _points(app: InspectApp) -> None:
    from inspect_tui.tui.screens.points_page import PointsScreen

    app.show_page(PointsScreen)


def _appraisals(app: InspectApp) -> None:
    from inspect_tui.tui.screens.appraisals import AppraisalsScreen

    app.push_screen(AppraisalsScreen())


DOSSIER: tuple[Door, ...] = (
    Door(id="cards", label="经验", about="好的做法写成经验，谁采用了；一组一特色", open=_cards),
    Door(id="pairs", label="结对帮扶", about="谁帮扶谁、目标、成效", open=_pairs, lead=True),
    Door(id="duties", label="九大岗位责任制", about="按月填、比上月、是否按时修订", open=_duties),
    Door(id="points", label="党员积分", about="收积分表，各组各月的覆盖、加扣分次数", open=_points),
    Door(
        id="appraisals",
        label="测评统计",
        about="德能勤绩廉学的票数和结果，不记名",
        open=_appraisals,
        round=False,
        lead=True,
    ),
    Door(id="grid", label="三级网格", about="覆盖、空白班组、缺口、分级承包", open=_grid),
    Door(
        id="recount",
        label="分配复算",
        about="按细则重算一个月的分配表",
        open=_helper(Helper.RECOUNT, "复算哪个单位的分配"),
    ),
    Door(
        id="flows",
        label="基本流程抽查",
        about="按种子抽几项，逐步看",
        open=_helper(Helper.FLOWS, "抽查哪个单位的流程"),
    ),
)


def open_doors(app: InspectApp, title: str, doors: Sequence[Door]) -> None:
    """Show a menu of pages and open the one that is picked."""
    identity = app.identity
    lead = identity is not None and identity.role is Role.LEAD

    def shut(door: Door) -> str:
        if door.round and app.desk is None:
            return NO_ROUND
        return LEAD_ONLY if door.lead and not lead else ""

    def picked(name: str | None) -> None:
        for door in doors:
            if door.id == name:
                door.open(app)

    entries = [Entry(d.id, d.label, shut(d) or d.about, enabled=not shut(d)) for d in doors]
    app.push_screen(MenuScreen(title, entries), picked)
