"""Review: the lead accepts units' visits or returns them, and writes the receipts that tell it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import FindingKind, ReviewState
from inspect_tui.model.view import Visit
from inspect_tui.rules.matter import judgement_words
from inspect_tui.rules.reading import findings_of_unit
from inspect_tui.rules.reviewing import accept, may_review, return_unit, returned_items, withdraw
from inspect_tui.rules.sheet import Row
from inspect_tui.store.errors import StoreError
from inspect_tui.store.vault_ops import kept_encrypted
from inspect_tui.tui import skin
from inspect_tui.tui.actions import RETURNING, UNIT_REVIEW, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.folder_picking import pick_folder
from inspect_tui.tui.ledger_files import where
from inspect_tui.tui.screens.lead_page import LeadPage
from inspect_tui.tui.screens.setup import why_not
from inspect_tui.tui.screens.visit_page import when
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import Line, pair, wrapped


def state_of(visit: Visit) -> tuple[str, str]:
    """Where a unit's visit stands for the lead, as a word and its ink."""
    if visit.accepted:
        return "已认可", "pass"
    if visit.returned:
        return "已退回", "warn"
    if visit.submitted:
        return "待审阅", "accent"
    if visit.not_reached:
        return "未能进点", "unverified"
    return ("检查中", "dim") if visit.started else ("未开始", "dim")


class ReviewScreen(LeadPage, inherit_bindings=False):
    """Every unit with where its visit stands; below, what was said about it."""

    place = UNIT_REVIEW
    title_word = "审阅"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(UNIT_REVIEW)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.units: list[Unit] = desk.units()
        self.written: list[Path] = []
        self.failed: list[str] = []

    # ---------------------------------------------------------------- showing

    def page_more(self) -> str:
        visits = [self.desk.visit(unit.id) for unit in self.units]
        accepted, returned = sum(v.accepted for v in visits), sum(v.returned for v in visits)
        return f"认可 {accepted}/{len(visits)}" + (f"，退回 {returned}" if returned else "")

    def reread(self) -> None:
        self.units = self.desk.units()

    def count(self) -> int:
        return len(self.units)

    def first(self) -> int:
        waiting = (
            i for i, unit in enumerate(self.units) if state_of(self.desk.visit(unit.id))[0] == "待审阅"
        )
        return next(waiting, 0)

    def mark(self) -> object:
        return self.list.cursor

    def place_of(self, mark: object) -> int | None:
        return mark if isinstance(mark, int) else None

    @property
    def current(self) -> Unit | None:
        """The unit under the cursor."""
        index = self.list.cursor
        return self.units[index] if 0 <= index < len(self.units) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        unit = self.units[index]
        visit, progress = self.desk.visit(unit.id), self.desk.progress(unit.id)
        word, ink = state_of(visit)
        back = len(returned_items(self.desk.state, unit.id))
        more = f"待重查{back}项" if back else "意见不同" if progress.disputed else ""
        who = "、".join(visit.inspectors)
        return [
            (skin.current().glyphs.cursor if here else " ", "accent"),
            (f" {fit(word, 9)}", ink),
            (fit(unit.name, max(8, width - 52)), "text"),
            (" " + fit(who, 16), "dim"),
            (fit(f"{progress.answered}/{progress.items}", 8, "right"), "text"),
            ("  " + fit(more, 13), "warn"),
        ]

    def about(self, width: int) -> list[Line]:
        lines = self._receipts_told(width)
        unit = self.current
        if unit is None:
            return lines
        visit = self.desk.visit(unit.id)
        said, ink = state_of(visit)
        if visit.review.state is not ReviewState.OPEN:
            by = "、".join(visit.review.by)
            reason = f"：{visit.review.reason}" if visit.review.reason else ""
            said = f"{visit.review.state.label}（{by} {when(visit.review.at)}）{reason}"
        lines += wrapped(f"{unit.name}  {said}", width, ink)
        for item in returned_items(self.desk.state, unit.id):
            lines += wrapped(f"{item.item} 退回：{item.reason}", width, "warn", indent="   ", hang="     ")
        if visit.submitted:
            lines += pair("提交", f"{'、'.join(visit.submitted_by)} {when(visit.submitted_at)}", width)
        if visit.not_reached:
            lines += pair("原因", visit.reason, width)
        if not visit.started:
            return lines
        checklists = self.desk.sheet(unit.id).checklists
        found = findings_of_unit(self.desk.state, self.desk.round, unit.id, checklists)
        for finding in found:
            if finding.kind is FindingKind.DEFICIENCY:
                head = f"{finding.item} " if finding.item else ""
                lines += wrapped(
                    f"问题：{head}{finding.text}（{finding.severity.label}）", width, "text", hang="   "
                )
        others = [f for f in found if f.kind is not FindingKind.DEFICIENCY]
        for finding in others:
            lines += wrapped(f"{finding.kind.label}：{finding.text}", width, "dim", hang="   ")
        return lines

    def _receipts_told(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for problem in self.failed:
            lines += wrapped(problem, width, "fail")
        if self.written:
            lines += wrapped(
                f"已写好{len(self.written)}份回执，在 {where(self.written[0].parent)}：", width, "pass"
            )
            lines += wrapped("、".join(path.name for path in self.written), width, "strong")
            lines += wrapped("发给本人，用本程序打开就能看到退回清单。", width, "dim")
        return lines

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        """The walk over the unit."""
        if self.current is not None:
            self.app.open_unit(self.current.id)

    def action_accept(self) -> None:
        """Accept the unit's visit, which locks it."""
        unit = self.current
        if unit is None or not self.writable():
            return
        visit = self.desk.visit(unit.id)
        if visit.accepted:
            self.app.say("这个单位已经认可。要改请按 3 收回。")
            return
        if why := may_review(self.desk.state, unit.id):
            self.app.say(f"不能认可：{why}。", "warning")
            return
        if self.desk.progress(unit.id).disputed:
            self.app.say("这个单位还有意见不同的地方，请先裁定。", "warning")
            return
        if self.settle({unit.id: accept(self.desk.state, unit.id)}, "认可"):
            self.app.say(f"已认可{unit.name}，检查转为锁定。")
            self.list.action_down()

    def action_give_back(self) -> None:
        """Choose what is to be looked at again."""
        unit = self.current
        if unit is None or not self.writable():
            return
        visit = self.desk.visit(unit.id)
        if visit.accepted:
            self.app.say("这个单位已经认可。要退回请先按 3 收回。", "warning")
        elif not visit.started:
            self.app.say("这个单位还没有检查记录，不用退回。")
        else:
            self.app.push_screen(ReturningScreen(self, unit.id))

    def give_back(self, unit: str, reason: str, items: dict[tuple[str, str], str]) -> bool:
        """Return a unit with a reason per item; undone from this page."""
        # Receipts written before say something else.
        self.written = []
        return self.settle({unit: return_unit(self.desk.state, unit, reason, items)}, "退回")

    def action_withdraw(self) -> None:
        """Take back an acceptance or a return, with a reason."""
        unit = self.current
        if unit is None or not self.writable():
            return
        visit = self.desk.visit(unit.id)
        if visit.review.state is ReviewState.OPEN:
            self.app.say("这个单位没有认可，也没有退回。")
            return
        word = visit.review.state.label.removeprefix("已")

        def reasoned(reason: str) -> None:
            if self.settle({unit.id: withdraw(self.desk.state, unit.id, reason)}, f"收回{word}"):
                self.app.say(f"已收回{word}。")

        self.ask_words(f"收回{word}的原因：{unit.name}", f"withdraw/{unit.id}", reasoned)

    def action_receipts(self) -> None:
        """Write a receipt for everybody who recorded something; outside of an encrypted workspace."""
        from inspect_tui.exchange.receipt import inspectors

        names = inspectors(self.desk.session)
        if not names:
            self.app.say("还没有别人的检查记录，不用写回执。")
            return
        if not self.writable():
            return
        if kept_encrypted(self.desk.session.space.exports_dir / "x"):
            intro = "工作文件夹已加密，回执要放到外面，对方才打得开。"
            pick_folder(self, "回执放到哪里", lambda folder: self._write_receipts(names, folder), intro)
        else:
            self._write_receipts(names)

    def _write_receipts(self, names: list[str], folder: Path | None = None) -> None:
        from inspect_tui.exchange.receipt import write_receipt

        self.written, self.failed = [], []
        silent: list[str] = []
        for name in names:
            try:
                self.written.append(write_receipt(self.desk.session, name, folder))
            except InputFaults as error:
                if error.faults[0].code == "R05":
                    silent.append(name)
                else:
                    self.failed.append(f"{name}的回执没有写成：{error}")
            except ExportRefused as error:
                self.failed.append(f"{name}的回执没有写成：{error}")
            except (StoreError, OSError) as error:
                self.failed.append(f"{name}的回执没有写成：{why_not(error)}。")
        self._follow()
        said = f"已写好{len(self.written)}份回执。" if self.written else ""
        if silent:
            said += f"还没有对{'、'.join(silent)}的检查认可、退回或裁定过什么，不用写。"
        if said:
            self.app.say(said)


class ReturningScreen(LeadPage, inherit_bindings=False):
    """The items of a unit; each one picked gets a reason, then all go back together."""

    place = RETURNING
    title_word = "退回重查"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(RETURNING)]

    def __init__(self, review: ReviewScreen, unit: str) -> None:
        super().__init__(review.desk)
        self.review = review
        self.unit = unit
        held = returned_items(self.desk.state, unit)
        self.items: dict[tuple[str, str], str] = {(r.checklist, r.item): r.reason for r in held}
        self.reason = ""
        self.rows: list[Row] = []

    # ---------------------------------------------------------------- showing

    def page_about(self) -> str:
        unit = self.desk.round.unit(self.unit)
        return f"{unit.name if unit else self.unit}  已选 {len(self.items)} 项"

    def reread(self) -> None:
        self.rows = self.desk.sheet(self.unit).rows

    def count(self) -> int:
        return len(self.rows)

    def first(self) -> int:
        answers = self.desk.sheet(self.unit).answers
        return next((i for i, answer in enumerate(answers) if answer.judgement.deductions), 0)

    def mark(self) -> object:
        return self.list.cursor

    def place_of(self, mark: object) -> int | None:
        return mark if isinstance(mark, int) else None

    @property
    def current(self) -> Row | None:
        """The item under the cursor."""
        index = self.list.cursor
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        row = self.rows[index]
        answer = self.desk.sheet(self.unit).standing(row)[0]
        key = (row.checklist.id, row.item.id)
        picked = self.items.get(key)
        glyphs = skin.current().glyphs
        said = answer.judgement.award if row.item.answer_set else ""
        verdict = fit("意见不同" if answer.disputed else said or answer.verdict.label, 9)
        id_ = f"{row.item.id} "
        text = f"退回：{picked}" if picked is not None else row.item.text
        return [
            (glyphs.cursor if here else " ", "accent"),
            (f" {glyphs.mark if picked is not None else ' '} ", "accent"),
            (verdict, "warn" if answer.disputed else answer.verdict.value),
            (id_, "dim"),
            (fit(text, max(4, width - 13 - cells(id_))), "warn" if picked is not None else "text"),
        ]

    def about(self, width: int) -> list[Line]:
        lines = pair(
            "总的原因", self.reason or "（可以不写，按 2 写）", width, ink="text" if self.reason else "dim"
        )
        row = self.current
        if row is None:
            return lines
        answer = self.desk.sheet(self.unit).standing(row)[0]
        lines += wrapped(f"{row.item.id} {row.item.text}", width, "strong")
        if answer.disputed:
            for opinion in answer.opinions:
                said = f"{'、'.join(opinion.by)}：{judgement_words(opinion.judgement)}"
                lines += wrapped(said, width, "warn")
        else:
            lines += wrapped(judgement_words(answer.judgement), width, "text")
        for note in answer.notes:
            lines += wrapped(f"说明（{'、'.join(note.by)}）：{note.text}", width, "dim")
        picked = self.items.get((row.checklist.id, row.item.id))
        if picked is not None:
            lines += wrapped(f"退回原因：{picked}", width, "warn")
        return lines

    # ---------------------------------------------------------------- doing

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_mark()

    def action_mark(self) -> None:
        """Pick the item under the cursor and write why, or take the pick away."""
        row = self.current
        if row is None:
            return
        key = (row.checklist.id, row.item.id)
        if key in self.items:
            del self.items[key]
            self.refill()
            return

        def reasoned(reason: str) -> None:
            self.items[key] = reason
            self.refill()

        self.ask_words(f"{row.item.id} 退回原因", f"return/{self.unit}/{'/'.join(key)}", reasoned)

    def action_whole(self) -> None:
        """Write why the unit goes back as a whole."""

        def reasoned(reason: str) -> None:
            self.reason = reason
            self.refill()

        self.ask_words(
            "退回整个单位的原因", f"return/{self.unit}", reasoned, text=self.reason, required=False
        )

    def action_done(self) -> None:
        """Return the unit, after a confirm."""
        if not self.items and not self.reason:
            self.app.say("请先选要重查的检查项（空格），或按 2 写总的原因。", "warning")
            return
        told = "；".join(f"{item}：{reason}" for (_, item), reason in list(self.items.items())[:6])
        intro = f"{self.reason}{'。' if self.reason and told else ''}{told}"

        def answered(yes: bool | None) -> None:
            if yes and self.review.give_back(self.unit, self.reason, self.items):
                unit = self.desk.round.unit(self.unit)
                self.app.go_back()
                self.app.say(f"已退回{unit.name if unit else ''}。写回执发给检查人员，对方打开就能看到。")

        self.app.push_screen(
            ConfirmScreen(f"退回重查{len(self.items)}项？", intro=intro, yes="退回", no="再看看"), answered
        )
