"""The two panes around the walk list: the head with progress, and the detail of the item under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Figure, Helper, Scoring, Verdict
from inspect_tui.rules.fold import State
from inspect_tui.rules.own_answers import said_word
from inspect_tui.rules.problems import carried_of, contested, owed
from inspect_tui.rules.reading import findings_of_item, free_findings
from inspect_tui.rules.scoring import half_up, points_text
from inspect_tui.tui import skin
from inspect_tui.tui.linebreak import wrap
from inspect_tui.tui.looking_back import olds_of_item
from inspect_tui.tui.text import cells, fit
from inspect_tui.tui.track import AcrossTrack, Stop, Track, UnitTrack
from inspect_tui.tui.walking import answer_words, condition_words, method_signs
from inspect_tui.tui.walking import owed_words as needs_owed
from inspect_tui.tui.widgets.inks import Part, width_of
from inspect_tui.tui.widgets.laid_lines import Laid, LaidLines

if TYPE_CHECKING:
    from inspect_tui.rules.points import PointsMonth


class WalkHead(LaidLines):
    """Two lines: where I am and who I am; the sections with their progress, and the score so far.

    A third one while earlier problems of the unit wait to be looked at, or for the lead.
    """

    DEFAULT_CSS = """
    WalkHead { height: 2; }
    WalkHead.-owed { height: 3; }
    """

    def __init__(self, track: Track, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.track = track
        self.stop: Stop | None = None
        self.status: list[Part] = []
        self._owed = ""
        self._counted = -1
        self._count_owed()

    def _count_owed(self) -> None:
        held = len(self.track.desk.state.changes)
        if held != self._counted:
            self._counted, self._owed = held, owed_words(self.track)
            self.set_class(bool(self._owed), "-owed")

    def show(self, stop: Stop | None, status: list[Part]) -> None:
        """Follow the cursor, and show the save light."""
        self.stop, self.status = stop, status
        self._count_owed()
        self.lay_again()

    def show_status(self, status: list[Part]) -> None:
        """Show the save light."""
        if status != self.status:
            self.status = status
            self.lay_again()

    def lay_out(self, width: int) -> Laid:
        lines = [self._where(width), self._progress(width)]
        return [*lines, [(fit(f" {self._owed}", width), "warn")]] if self._owed else lines

    def _where(self, width: int) -> list[Part]:
        desk = self.track.desk
        people = "、".join(desk.session.identity.people)
        right: list[Part] = [(f" {people}  ", "dim"), *self.status, (" ", "text")]
        room = width - width_of(right) - 1
        practice = "［演练］" if desk.round.practice else ""
        title = practice + desk.round.title
        if isinstance(self.track, AcrossTrack) or self.stop is None:
            name = f"一题到底：{self.track.item}" if isinstance(self.track, AcrossTrack) else ""
        else:
            sheet = self.stop.sheet
            path = desk.path_of(sheet.unit)
            profile = f"[{sheet.profile.label}]" if sheet.unit.kind.value == "party_group" else ""
            name = f"{path + '/' if path else ''}{sheet.unit.name} {profile}"
        left = room - cells(name) - 2
        parts: list[Part] = [(" ", "text")]
        if left >= 8:
            parts.append((fit(title, min(left, cells(title))) + "  ", "dim"))
            room -= min(left, cells(title)) + 2
        parts.append((fit(name, room), "head"))
        return [*parts, *right]

    def _progress(self, width: int) -> list[Part]:
        if isinstance(self.track, UnitTrack):
            sheet = self.track.sheet
            tally = (
                sheet.by_checklist.get(self.stop.row.checklist.id, sheet.total)
                if self.stop is not None
                else sheet.total
            )
            score = f"{points_text(tally.raw)}/{points_text(tally.applicable)}" if tally.applicable else "-"
            right = f"  已查 {sheet.total.answered}/{sheet.total.items}  得分 {score} "
            parts = self._sections(self.track, width - cells(right))
        else:
            done = sum(s.answer.answered for s in self.track.stops)
            right = f"  已查 {done}/{len(self.track.stops)}个单位 "
            text = self.stop.row.item.text if self.stop else ""
            parts = [(fit(f" {text}", width - cells(right)), "text")]
        return [*parts, (right, "strong")]

    def _sections(self, track: UnitTrack, room: int) -> list[Part]:
        sheet = track.sheet
        here = (self.stop.row.checklist.id, self.stop.row.section.id) if self.stop else None
        chips: list[tuple[str, str, bool]] = []
        for part in track.sections():
            tally = sheet.by_section[part.key]
            current = part.key == here
            done = tally.answered == tally.items
            ink = "accent" if current else "pass" if done else "dim"
            chips.append((f" {part.name} {tally.answered}/{tally.items} ", ink, current))
        at = next((i for i, chip in enumerate(chips) if chip[2]), 0)
        first = at
        used = cells(chips[at][0]) if chips else 0
        last = at + 1
        while True:
            if last < len(chips) and used + cells(chips[last][0]) <= room:
                used += cells(chips[last][0])
                last += 1
            elif first > 0 and used + cells(chips[first - 1][0]) <= room:
                first -= 1
                used += cells(chips[first][0])
            else:
                break
        parts: list[Part] = [(text, ink) for text, ink, _ in chips[first:last]]
        return [*parts, (" " * max(0, room - used), "text")]


def owed_words(track: Track) -> str:
    """What of the unit's earlier problems is still open for this visit; empty when nothing is."""
    if not isinstance(track, UnitTrack):
        return ""
    state, round_, unit = track.desk.state, track.desk.round, track.sheet.unit.id
    if not carried_of(round_, unit) or track.desk.visit(unit).not_reached:
        return ""
    waiting, differing = len(owed(state, round_, unit)), len(contested(state, round_, unit))
    words = [f"{waiting} 条待复查"] if waiting else []
    words += [f"{differing} 条待组长裁定"] if differing else []
    return f"上轮问题 {'，'.join(words)}（F7）" if words else ""


def points_words(month: PointsMonth) -> str:
    """What a month's points sheet came to, beside the items that ask about points; counts, never persons."""
    count = month.count
    coverage = count.coverage
    share = ""
    if coverage is not None:
        share = f"，覆盖{points_text(half_up(coverage * 100))}%（{count.entered}/{count.members}人）"
    used = "" if count.used is None else "，已用于评优" if count.used else "，没有用于评优"
    two = "；有两种结果，待组长裁定" if month.contested else ""
    return f"党员积分 {month.month}：加分{count.rewards}次，扣分{count.penalties}次{share}{used}{two}"


def helper_words(state: State, unit: str, helper: Helper) -> str:
    """How far the page that helps with an item was used at a unit, and how to get there."""
    from inspect_tui.rules.flow_walks import newest_walk
    from inspect_tui.rules.recounts import recounts_of, sentence

    if helper is Helper.FLOWS:
        walk = newest_walk(state, unit)
        if walk is not None:
            broken = f"，{walk.broken}项走不通" if walk.broken else ""
            return f"{helper.label}：{len(walk.flows)}项，已看{walk.looked}/{walk.steps}步{broken}"
    elif months := recounts_of(state, unit):
        return f"{helper.label}：{sentence(months[-1].month, months[-1].told)}"
    return f"可用“{helper.label}”：回车，在菜单里选"


def duties_words(state: State, round_: Round, unit: Unit) -> str:
    """How a unit's 岗位责任 were last revised, beside the items that ask about them; empty where none are."""
    if not any(record.startswith("duties/") for record in state.records(unit.id)):
        return ""
    from inspect_tui.rules.duty_diff import latest_revision, month_words, revision_words

    revision = latest_revision(state, round_, unit)
    if revision is None:
        return ""
    return f"岗位责任 {month_words(revision.month)}：{revision_words(revision)}"


def points_told(state: State, unit: str) -> str:
    """The newest points sheet of a unit in words; empty where there is none."""
    if not any(record.startswith("points/") for record in state.records(unit)):
        return ""
    from inspect_tui.rules.points import points_of

    return "".join(points_words(month) for month in points_of(state, unit)[-1:])


def figure_words(state: State, round_: Round, unit: Unit, figure: Figure) -> str:
    """What is known of a unit under a heading that a section asks for; empty where nothing is."""
    if figure is Figure.DUTIES:
        return duties_words(state, round_, unit)
    return points_told(state, unit.id)


class ItemDetail(LaidLines):
    """Everything about the item under the cursor: its words, how it scores, what was recorded."""

    DEFAULT_CSS = """
    ItemDetail { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.stop: Stop | None = None
        self.people: tuple[str, ...] = ()
        self.across = False
        self.evidence: tuple[str, ...] = ()

    def show(
        self, stop: Stop | None, people: tuple[str, ...], across: bool, evidence: tuple[str, ...] = ()
    ) -> None:
        """Follow the cursor, or show the same item again after it changed; `evidence` names what it has."""
        self.stop, self.people, self.across, self.evidence = stop, people, across, evidence
        self.lay_again()

    def lay_out(self, width: int) -> Laid:
        lines: Laid = [[(skin.current().glyphs.rule * width, "dim")]]
        if self.stop is None:
            return [*lines, [(" 没有适用的检查项", "dim")]]
        stop, item, answer = self.stop, self.stop.row.item, self.stop.answer
        room = width - 2
        points = f"{points_text(item.points)}分" if item.scoring is not Scoring.NONE else "不计分"
        methods = "、".join(m.label for m in item.methods)
        head = f" {item.id}  {points}  {item.severity.label}  {methods}"
        if self.across:
            head = f" {stop.sheet.unit.name}  {head.strip()}"
        lines.append([(fit(head, width), "accent")])
        lines += self._wrapped(item.text, room, "strong")
        if item.rubric:
            lines += self._wrapped(f"评分：{item.rubric}", room, "dim")
        if told := answer_words(stop):
            lines += self._wrapped(told, room, "accent")
        if told := condition_words(stop):
            lines += self._wrapped(told, room, "dim")
        if answer.returned:
            lines += self._wrapped(f"组长退回重查：{answer.returned}", room, "warn")
        desk_round, row = stop.sheet.round, stop.row
        for told in olds_of_item(stop.sheet.state, desk_round, stop.unit, row.checklist.id, item.id):
            lines += self._wrapped(told, room, "accent")
        for figure in dict.fromkeys(row.section.figures):
            if told := figure_words(stop.sheet.state, desk_round, stop.sheet.unit, figure):
                lines += self._wrapped(told, room, "accent")
        if item.helper is not None:
            said = helper_words(stop.sheet.state, stop.unit, item.helper)
            lines += self._wrapped(said, room, "accent")
        lines += self._recorded(room)
        if told := needs_owed(stop):
            lines += self._wrapped(told, room, "warn")
        if answer.stale:
            lines += self._wrapped("需重看：条文在检查之后改过", room, "warn")
        for note in answer.notes:
            own = set(note.by) & set(self.people)
            who = "" if own else f"（{'、'.join(note.by)}）"
            lines += self._wrapped(f"说明{who}：{note.text}", room, "text")
        if self.evidence:
            said = f"佐证{len(self.evidence)}件：{'、'.join(self.evidence)}"
            lines += self._wrapped(said, room, "dim")
        seen = [s for s in (method_signs(answer.methods), "、".join(answer.samples)) if s]
        if seen:
            lines += self._wrapped("方式、抽查：" + "  ".join(seen), room, "dim")
        return lines

    def _recorded(self, room: int) -> Laid:
        stop, answer = self.stop, self.stop.answer if self.stop else None
        if stop is None or answer is None:
            return []
        lines: Laid = []
        if answer.disputed:
            lines += self._wrapped("两种意见，待组长裁定：", room, "warn")
            for opinion in answer.opinions:
                said = said_word(stop.row.item, opinion.judgement)
                labels = "、".join(p.label for p in opinion.judgement.deductions)
                lines += self._wrapped(
                    f"{'、'.join(opinion.by)}：{said}{'，' + labels if labels else ''}", room, "warn"
                )
        judgement = answer.judgement
        if judgement.reason:
            lines += self._wrapped(f"原因：{judgement.reason}", room, "text")
        for finding in findings_of_item(stop.sheet.state, stop.unit, stop.row.checklist.id, stop.row.item):
            lost = next((loss for label, loss in stop.score.lost if label == finding.label), None)
            tail = f"  -{points_text(lost)}" if lost else ""
            fixed = "（立行立改）" if finding.fixed_on_site else ""
            kind = "建议" if finding.kind.value == "suggestion" else "缺项" if finding.missing else "问题"
            lines += self._wrapped(f"{kind}：{finding.text}{fixed}{tail}", room, "fail")
        for finding in free_findings(stop.sheet.state, stop.unit):
            if (finding.checklist, finding.item) == (stop.row.checklist.id, stop.row.item.id):
                fixed = "（立行立改）" if finding.fixed_on_site else ""
                ink = "fail" if finding.kind.value == "deficiency" else "pass"
                lines += self._wrapped(f"{finding.kind.label}：{finding.text}{fixed}", room, ink)
        return lines

    @staticmethod
    def _wrapped(text: str, room: int, ink: str) -> Laid:
        lines: Laid = []
        for piece in text.split("\n"):
            lines += [[(" " + line, ink)] for line in wrap(piece, max(4, room))]
        return lines


def verdict_parts(stop: Stop) -> list[Part]:
    """Sign, verdict and points of a row, in columns that fit every verdict."""
    answer, score = stop.answer, stop.score
    item = stop.row.item
    if answer.disputed:
        word, ink = "两种意见", "warn"
    else:
        word, ink = said_word(item, answer.judgement), answer.verdict.value
    if answer.stale:
        word, ink = "需重看", "warn"
    if item.scoring is Scoring.NONE:
        points = ""
    elif answer.answered and score.counted:
        points = f"{points_text(score.gained)} / {points_text(score.points)}"
    elif answer.verdict in (Verdict.NA, Verdict.UNVERIFIED):
        points = "不计"
    else:
        points = f"- / {points_text(score.points)}"
    return [(fit(word, 9), ink), (fit(points, 9, "right"), "dim"), (" ", "text")]
