"""Findings: every problem, good practice and suggestion of an item, and those the unit has without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.model.change import Edit, free_finding_key
from inspect_tui.model.phrase import PhraseKind
from inspect_tui.model.terms import FindingKind, Scoring, Severity, Verdict
from inspect_tui.model.view import Answer, Finding, Judgement
from inspect_tui.rules import actions, visiting
from inspect_tui.rules.evidence import evidence_of
from inspect_tui.rules.own_answers import said_word
from inspect_tui.rules.reading import BARE, findings_of_item, free_findings, read_answer
from inspect_tui.tui import finding_text, walking
from inspect_tui.tui.actions import FINDINGS, bindings_for
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage, when
from inspect_tui.tui.text import fit
from inspect_tui.tui.track import Stop
from inspect_tui.tui.walking import OWN_WORDS, Option, phrase_options
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.line_list import LineList
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import Line, wrapped

_REWRITE = "\0rewrite"
_USUAL = "\0usual"


class FindingsScreen(VisitPage, inherit_bindings=False):
    """The findings of one item at one unit."""

    place = FINDINGS
    title_word = "问题"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(FINDINGS)]

    def __init__(self, desk: Desk, stop: Stop, at: str = "") -> None:
        super().__init__(desk, stop.unit)
        self._sheet = stop.sheet
        self._row = stop.row
        self._at = at
        self._lines: list[Finding | str] = []

    # ---------------------------------------------------------------- showing

    @property
    def item_id(self) -> str:
        return self._row.item.id

    @property
    def answer(self) -> Answer:
        return read_answer(self.desk.state, self.unit, self._row.checklist.id, self._row.item)

    @property
    def stop(self) -> Stop | None:
        """The item as a stop of the sheet; None when it no longer applies to the unit."""
        index = self._sheet.index_of(self._row.checklist.id, self.item_id)
        return Stop(self._sheet, self._sheet.rows[index]) if index is not None else None

    def page_more(self) -> str:
        return self.item_id

    def reread(self) -> None:
        state, checklist, item = self.desk.state, self._row.checklist.id, self._row.item
        free = free_findings(state, self.unit)
        of_item: list[Finding] = [
            *findings_of_item(state, self.unit, checklist, item),
            *(f for f in free if (f.checklist, f.item) == (checklist, item.id)),
        ]
        of_unit = [f for f in free if not f.item]
        self._lines = [f"{item.id} {item.text}"]
        self._lines += of_item or ["（还没有，按 1 新增问题）"]
        if of_unit:
            self._lines += ["记在单位名下、不归具体条目的", *of_unit]

    def count(self) -> int:
        return len(self._lines)

    def can_choose(self, index: int) -> bool:
        return isinstance(self._lines[index], Finding)

    def first(self) -> int:
        return self.place_of(self._at) or 0

    def mark(self) -> object:
        return self.finding.key if self.finding else ""

    def place_of(self, mark: object) -> int | None:
        return next(
            (i for i, line in enumerate(self._lines) if isinstance(line, Finding) and line.key == mark), None
        )

    @property
    def finding(self) -> Finding | None:
        """The finding under the cursor."""
        index = self.list.cursor
        line = self._lines[index] if 0 <= index < len(self._lines) else None
        return line if isinstance(line, Finding) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        line = self._lines[index]
        if isinstance(line, str):
            return [(fit(f" {line}", width), "dim" if line.startswith("（") else "head")]
        return finding_text.row(line, width, here)

    def about(self, width: int) -> list[Line]:
        finding = self.finding
        if finding is None:
            return [
                *wrapped(self._row.item.text, width, "strong"),
                *(wrapped(f"评分：{self._row.item.rubric}", width, "dim") if self._row.item.rubric else []),
            ]
        lines = finding_text.lines(finding, width, self.item_id, when(finding.at))
        held = evidence_of(self.desk.state, self.unit, finding.key)
        if held:
            told = "、".join(e.piece.title for e in held)
            lines += wrapped(f"佐证{len(held)}件（F10）：{told}", width, "accent")
        return lines

    def on_line_list_chosen(self, _: LineList.Chosen) -> None:
        self.action_open()

    # ---------------------------------------------------------------- the text

    def _chosen(self) -> Finding | None:
        """The finding under the cursor, when there is one that may be changed now."""
        finding = self.finding
        if finding is None:
            self.app.say("这里还没有内容，按 1 新增问题。")
            return None
        return finding if self.writable() else None

    def action_open(self) -> None:
        """Change the text of the finding."""
        finding = self._chosen()
        if finding is not None:
            self._write_text(finding.key, finding.text, "改文字")

    def _write_text(self, key: str, text: str, title: str) -> None:
        self.app.ask_text(
            f"{title}（{self.item_id}）",
            draft=f"finding/{key}",
            text=text,
            then=lambda words: self.make(
                [actions.set_field(self.desk.state, key, "text", words)], f"{self.item_id} 改文字"
            ),
            last=lambda words: self._learn(self._kind_of(key), words, text),
        )

    def _kind_of(self, key: str) -> FindingKind:
        return next(
            (f.kind for f in self._lines if isinstance(f, Finding) and f.key == key), FindingKind.DEFICIENCY
        )

    def _learn(self, kind: FindingKind, text: str, instead: str = "") -> None:
        checklist = self._row.checklist.id
        self.app.usual.count(self.unit, checklist, self.item_id, PhraseKind.of(kind), text, instead)

    def action_restore(self) -> None:
        """Let a finding that a deduction makes have its own sentence again."""
        finding = self._chosen()
        if finding is None:
            return
        if not (finding.label and finding.edited):
            self.app.say("这一条没有手工改过的自动文字。")
            return
        edit = actions.set_field(self.desk.state, finding.key, "text", None)
        if self.make([edit], f"{self.item_id} 恢复自动文字"):
            self.app.say("已恢复自动生成的文字。")

    # ---------------------------------------------------------------- marks

    def action_severity(self) -> None:
        """Change how grave the problem is."""
        finding = self._problem("只有问题才分程度。")
        if finding is None:
            return
        options = [Option(s.label, value=s.value, on=s is finding.severity) for s in Severity]
        self.offer(
            "问题程度：",
            options,
            lambda option, _: self._set(finding, "severity", option.value, f"程度：{option.text}"),
        )

    def action_fixed(self) -> None:
        """Mark the problem as mended on the spot, or take the mark away."""
        finding = self._problem("只有问题才能立行立改。")
        if finding is not None:
            word = "取消立行立改" if finding.fixed_on_site else "立行立改"
            self._set(finding, "fixed_on_site", not finding.fixed_on_site, word)

    def action_referred(self) -> None:
        """Mark the problem as handed over, which keeps it out of every text; or take the mark away."""
        finding = self._problem("只有问题才移交。")
        if finding is None:
            return
        word = "取消移交" if finding.referred else "移交"
        if self._set(finding, "referred", not finding.referred, word) and not finding.referred:
            self.app.say("已标为移交：按规定移交有关部门，不写入任何通报，也不列入现场确认的问题清单。")

    def action_missing(self) -> None:
        """Mark the problem as 缺项, or take the mark away."""
        finding = self._problem("只有问题才分缺项。")
        if finding is None:
            return
        word = "取消缺项" if finding.missing else "缺项"
        if not finding.label:
            self._set(finding, "missing", not finding.missing, word)
            return
        if finding.label != BARE:
            self.app.say("是否缺项由所选的扣分情形决定，不能单独改。", "warning")
            return
        held = visiting.own_opinion(self.answer, self.people)
        if held is None:
            self.app.say(f"本条结论是{'、'.join(finding.by)}记的，要改请在走查时记下自己的结论。", "warning")
            return
        judgement = Judgement(
            verdict=held.judgement.verdict,
            missing=not held.judgement.missing,
            reason=held.judgement.reason,
        )
        self._judge(judgement, word)

    def _problem(self, refusal: str) -> Finding | None:
        finding = self._chosen()
        if finding is not None and finding.kind is not FindingKind.DEFICIENCY:
            self.app.say(refusal)
            return None
        return finding

    def _set(self, finding: Finding, field: str, value: object, word: str) -> bool:
        edit = actions.set_field(self.desk.state, finding.key, field, value)
        return self.make([edit], f"{self.item_id} {word}")

    def _judge(self, judgement: Judgement, word: str, also: Sequence[Edit] = ()) -> bool:
        edit = actions.judge(self.desk.state, self.unit, self._row.checklist.id, self._row.item, judgement)
        return self.make([edit, *also], f"{self.item_id} {word}")

    def action_belong(self) -> None:
        """Tie a finding typed by hand to this item, or let it go to the unit."""
        finding = self._chosen()
        if finding is None:
            return
        if finding.label:
            self.app.say("按结论或扣分情形生成的问题只能归在本条。")
            return
        there = ("", "") if finding.item else (self._row.checklist.id, self.item_id)
        word = "改记在单位名下" if finding.item else f"归到 {self.item_id}"
        if self.make(visiting.belong(self.desk.state, finding, *there), word):
            self.app.say(f"已{word}。")

    # ---------------------------------------------------------------- adding

    def action_add(self) -> None:
        """Add a problem: a ready deduction, or words of one's own."""
        stop = self.stop
        if not self.writable():
            return
        if stop is None:
            self.app.say("本条现在不适用于这个单位，不能新增问题。", "warning")
            return
        options = list(walking.shortfall_options(stop, Verdict.FAIL))
        if self._row.item.scoring is Scoring.AWARD:
            options = [*walking.shortfall_options(stop, Verdict.PARTIAL), *options]
        bare = next(
            (
                f
                for f in findings_of_item(self.desk.state, self.unit, self._row.checklist.id, self._row.item)
                if f.label == BARE and not f.edited
            ),
            None,
        )
        if bare is not None:
            options.append(Option("把自动写成的一条改具体", bare.text, _REWRITE))
        usual = self._usual(FindingKind.DEFICIENCY)
        options += [Option(text, "常用语", f"{_USUAL}{text}") for text in usual]
        if not options:
            self._own_problem(stop)
            return
        options.append(Option("自己写问题", "", OWN_WORDS))

        def picked(option: Option, count: int) -> None:
            if option.value == OWN_WORDS:
                self._own_problem(stop)
            elif option.value.startswith(_USUAL):
                self._own_problem(stop, option.value.removeprefix(_USUAL))
            elif option.value == _REWRITE and bare is not None:
                self._write_text(bare.key, "", "问题")
            else:
                self._labelled(stop, option.value, count)

        self.offer(f"{self.item_id} 新增问题，选情形或自己写：", options, picked)

    def _labelled(self, stop: Stop, label: str, count: int) -> None:
        held = stop.answer.verdict
        award = self._row.item.award(label)
        verdict = award.verdict if award else held if held is Verdict.PARTIAL else Verdict.FAIL
        deed = walking.shortfall(stop, verdict, label, count)
        if self.make(deed.edits, deed.what):
            for trigger in deed.triggers:
                self.app.ask_trigger(self.unit, self._row.checklist.id, trigger)

    def _draft(self, kind: FindingKind) -> str:
        return f"{kind.value}/{self.unit}/{self._row.checklist.id}/{self.item_id}"

    def _usual(self, kind: FindingKind) -> list[str]:
        """Wordings used often for this item."""
        checklist = self._row.checklist.id
        return self.app.usual.offered(self._draft(kind), checklist, self.item_id, PhraseKind.of(kind))

    def _own_problem(self, stop: Stop, text: str = "") -> None:
        """Words of one's own or a usual wording; an item without a problem is first asked its verdict."""
        answer = self.answer
        if visiting.scored(answer):
            self._ask_finding(FindingKind.DEFICIENCY, text)
            return
        self._offer_judgement(
            f"{self.item_id} 现在是“{answer.verdict.label}”，写下问题后：",
            finding_text.verdict_choices(self._row.item),
            lambda judgement: self._judged_problem(judgement, text),
        )

    def _offer_judgement(
        self,
        title: str,
        choices: list[tuple[Option, Judgement | None]],
        chosen: Callable[[Judgement | None], None],
    ) -> None:
        """Offer what a judgement may become."""
        options = [Option(o.text, o.remark, str(place)) for place, (o, _) in enumerate(choices)]
        self.offer(title, options, lambda option, _: chosen(choices[int(option.value)][1]))

    def _judged_problem(self, judgement: Judgement | None, text: str) -> None:
        """Ask for the text that goes with a verdict: it becomes the wording of the one finding it makes."""
        if judgement is None:
            self._ask_finding(FindingKind.DEFICIENCY, text)
            return
        key = visiting.wording_key(self.unit, self._row.checklist.id, self._row.item, judgement)
        recorded = False

        def written(text: str) -> None:
            nonlocal recorded
            wording = actions.set_field(self.desk.state, key, "text", text)
            word = f"问题：{said_word(self._row.item, judgement)}"
            # The prompt may write early and again at the end; the verdict is given once.
            done = (
                self.make([wording], f"{self.item_id} 改文字")
                if recorded
                else self._judge(judgement, word, [wording])
            )
            recorded = recorded or done

        self.app.ask_text(
            f"问题（{self.item_id}）",
            draft=f"problem/{key}",
            text=text,
            then=written,
            last=lambda words: self._learn(FindingKind.DEFICIENCY, words),
        )

    def action_good_practice(self) -> None:
        """Write down a good practice."""
        if self.writable():
            self._offer_usual(FindingKind.GOOD_PRACTICE)

    def action_suggestion(self) -> None:
        """Write down a suggestion."""
        if self.writable():
            self._offer_usual(FindingKind.SUGGESTION)

    def _offer_usual(self, kind: FindingKind) -> None:
        """Offer wordings used often for this item, then ask for the words."""
        ready = self._usual(kind)
        if not ready:
            self._ask_finding(kind)
            return
        self.offer(
            f"{self.item_id} {kind.label}，常用语：",
            phrase_options(ready),
            lambda option, _: self._ask_finding(kind, "" if option.value == OWN_WORDS else option.value),
        )

    def _ask_finding(self, kind: FindingKind, text: str = "") -> None:
        # One id for all: the prompt may write early (focus-out, window closed) and again at the end.
        new_id = self.desk.new_id()
        linked = True

        def link(on: bool) -> None:
            nonlocal linked
            linked = on

        def written(text: str) -> None:
            edits = actions.new_finding(
                self.desk.state,
                self.unit,
                new_id,
                kind,
                text,
                checklist=self._row.checklist.id if linked else "",
                item=self.item_id if linked else "",
                severity=self._row.item.severity,
            )
            key = free_finding_key(self.unit, new_id)
            if not linked:
                # It may have been written early, tied to the item, before the user chose otherwise.
                edits += actions.off_the_item(self.desk.state, key)
            if self.make(edits, kind.label):
                self._go_to(key)

        self.app.ask_text(
            f"{kind.label}（{self.item_id}）",
            draft=self._draft(kind),
            text=text,
            then=written,
            switch=(f"归到 {self.item_id}", "记在单位名下，不归具体条目", link),
            last=lambda words: self._learn(kind, words if linked else ""),
        )

    def _go_to(self, key: str) -> None:
        place = self.place_of(key)
        if place is not None:
            self.list.move_to(place)

    # ---------------------------------------------------------------- deleting

    def action_delete(self) -> None:
        """Delete the finding, after a confirm."""
        finding = self._chosen()
        if finding is None:
            return
        if finding.label:
            self._delete_made(finding)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.make(
                    [actions.delete_record(self.desk.state, finding.key)],
                    f"删除{finding.kind.label}",
                )

        self.app.push_screen(
            ConfirmScreen(
                f"删除这一条{finding.kind.label}？", intro=finding.text[:200], yes="删除", no="不删"
            ),
            answered,
        )

    def _delete_made(self, finding: Finding) -> None:
        """A finding goes with the deduction or verdict that makes it."""
        answer = self.answer
        own = visiting.own_opinion(answer, self.people)
        theirs = own is None or not visiting.makes(self._row.item, own.judgement, finding.label)
        if theirs and answer.disputed:
            self.app.say("这一条是别人记的，本条有两种意见，由组长裁定。", "warning")
            return
        held = (own or answer.opinions[0]).judgement
        title = f"去掉“{finding.text[:40]}”"
        if own is None:
            title += f"（{'、'.join(answer.opinions[0].by)}记的，改了会成为两种意见）"

        def chosen(judgement: Judgement | None) -> None:
            if judgement is not None:
                gone = not visiting.makes(self._row.item, judgement, finding.label)
                also = visiting.forget_wording(self.desk.state, finding) if gone else []
                self._judge(judgement, f"去掉：{finding.text[:20]}", also)

        choices = finding_text.removal_choices(self._row.item, held, finding.label)
        self._offer_judgement(f"{title}：", choices, chosen)

    # ---------------------------------------------------------------- elsewhere

    def action_evidence(self) -> None:
        """What stands behind the finding, and more of it."""
        from inspect_tui.tui.screens.evidence_page import EvidenceScreen

        finding = self.finding
        if finding is None:
            self.app.say("这里还没有内容，按 1 新增问题。")
            return
        about = f"{self.item_id} {finding.kind.label}" if finding.item else finding.kind.label
        self.app.push_screen(EvidenceScreen(self.desk, self.unit, finding.key, about))

    def action_summary(self) -> None:
        """Summary and text of this unit."""
        self.app.open_summary(self.unit)

    def action_search(self) -> None:
        """Search items and findings."""
        self.app.open_search(self.unit)
