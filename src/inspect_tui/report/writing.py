"""Writing: what every kind of text is put together with: sentences, sections, heading, opening, signature.

Nothing is chosen here; the kinds themselves say what goes into a text and in which order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from inspect_tui.model.change import ROUND_KEY, visit_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import NamingLevel, UnitKind
from inspect_tui.report.clearing import Clearer
from inspect_tui.report.document import (
    Document,
    Group,
    Line,
    NameUnits,
    NoticeKind,
    Scope,
    Section,
    Sentence,
)
from inspect_tui.report.lookback import Lookback
from inspect_tui.report.outline import Outline, UnitDigest, branch_of
from inspect_tui.report.wording import (
    kind_noun,
    kind_word,
    parent_noun,
    tidy,
)
from inspect_tui.report.wordings import Wordings
from inspect_tui.report.zh_numbers import score_text, share_text, span_text
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.result import Result
from inspect_tui.rules.scoring import points_text

_TITLE_ENDS = ("情况的通报", "情况通报", "通报")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of a text. `lookbacks` go with the outlines, one each or none at all."""

    kind: NoticeKind
    level: NamingLevel
    name_units: NameUnits
    today: dt.date
    scope: Scope = Scope()
    issue: int = 0
    lookbacks: tuple[Lookback | None, ...] = ()
    exposed: tuple[str, ...] = ()
    approved_by: str = ""
    attachments: tuple[str, ...] = ()


def usual_naming(level: NamingLevel) -> NameUnits:
    """Which units a level names unless asked otherwise."""
    return NameUnits.GOOD_ONLY if level is NamingLevel.GROUP else NameUnits.ALL


class Writing:
    """Puts a document together sentence by sentence."""

    #: Whether the opening says what was not reached.
    tells_unreached = True

    def __init__(self, outlines: Sequence[Outline], ask: Ask, words: Wordings) -> None:
        self.outlines, self.ask, self.words = outlines, ask, words
        self.clearer = Clearer(outlines, ask.level, ask.name_units)
        self.last = outlines[-1]
        self.round: Round = self.last.round
        self.single = ask.scope.single
        self.sections: list[Section] = []

    # ---------------------------------------------------------------- sentences

    def say(
        self,
        phrase: str,
        values: Mapping[str, Any],
        place: str,
        *,
        key: str = "",
        records: Iterable[str] = (),
        made_of: Any = None,
        named: bool = True,
    ) -> Sentence:
        """One sentence. `key` tells it from others of its phrase, `made_of` is what else it rests on."""
        text = self.clearer.clear(" ".join(self.words.say(phrase, values).split("\n")), place, named=named)
        level = self.ask.level.value
        return Sentence(
            id="s" + digest(canonical([level, phrase, key]))[:11],
            role=phrase,
            text=text.strip(),
            records=tuple(dict.fromkeys(records)),
            print=digest(canonical([text, made_of]))[:16],
        )

    def title_of(self, phrase: str, values: Mapping[str, Any] | None = None) -> str:
        """A heading of a section."""
        return self.clearer.clear(self.words.say(phrase, values or {}), "小标题").strip()

    def section(
        self, key: str, heading: str, lines: Sequence[Sentence], groups: Sequence[Group] = (), **values: Any
    ) -> None:
        """Add a numbered section, unless there is nothing in it."""
        if not lines and not groups:
            return
        number = sum(bool(s.number) for s in self.sections) + 1
        numbered = len(lines) > 1 or any(s.role in _POINTS for s in lines)
        self.sections.append(
            Section(
                key=key,
                title=self.title_of(heading, values),
                number=number,
                lines=numbered_lines(lines) if numbered else plain_lines(lines),
                groups=tuple(groups),
            )
        )

    def plain_section(self, key: str, heading: str, lines: tuple[Line, ...]) -> None:
        """Add a section of lines as they are."""
        number = sum(bool(s.number) for s in self.sections) + 1
        self.sections.append(Section(key=key, title=self.title_of(heading), number=number, lines=lines))

    def loose(self, key: str, said: Sentence) -> None:
        """Add a paragraph that stands between the sections."""
        self.sections.append(Section(key=key, lines=(Line(sentences=(said,)),)))

    def document(self) -> Document:
        """The document of the asked kind."""
        raise NotImplementedError

    def per_round(
        self, key: str, heading: str, told: Callable[[Outline, int], list[Sentence]], **values: Any
    ) -> None:
        """A section that is plain for one round and has a part for each of several."""
        if len(self.outlines) == 1:
            self.section(key, heading, told(self.last, 0), **values)
            return
        groups: list[Group] = []
        for place, outline in enumerate(self.outlines):
            lines = told(outline, place)
            if lines:
                title = self.clearer.clear(round_name(outline), "小标题")
                groups.append(
                    Group(
                        key=round_key(outline),
                        title=title,
                        number=len(groups) + 1,
                        lines=numbered_lines(lines),
                    )
                )
        self.section(key, heading, (), groups, **values)

    # ---------------------------------------------------------------- the whole

    def finished(self, opening: Line) -> Document:
        """The document around the sections that were put down."""
        values = self.about()
        return Document(
            kind=self.ask.kind,
            level=self.ask.level,
            name_units=self.ask.name_units,
            scope=self.ask.scope,
            day=self.ask.today,
            head=self.say("标题", values, "标题", records=[ROUND_KEY]),
            title=self.clearer.clear(self.words.say("公文标题", values), "标题").strip(),
            subject=self.clearer.clear(f"{values['单位']}{values['范围名']}{values['标题']}", "标题"),
            recipients=self.clearer.clear(
                self.words.say("主送", values | {"对象": self._receivers()}), "主送"
            ).strip(),
            opening=opening,
            sections=tuple(self.sections),
            signature=self.say("落款", values, "落款", records=[ROUND_KEY]),
            issuer=self.clearer.clear(tidy(self.round.issuer), "落款"),
            issue=self.ask.issue,
            seal=self.last.seal if len(self.outlines) == 1 else "",
            practice=any(o.round.practice for o in self.outlines),
            secrecy=self.round.secrecy,
            attachments=self.ask.attachments,
            rounds=tuple(o.round.id for o in self.outlines),
            origins=tuple(o.round.origin for o in self.outlines),
            approved_by=self.ask.approved_by if self.ask.level is NamingLevel.INTERNAL else "",
        )

    def about(self) -> dict[str, Any]:
        """What every sentence about the whole may say."""
        single = self.outlines[0].units[0].unit.name if self.single else ""
        visited = any(o.visited for o in self.outlines)
        named = self.ask.name_units is not NameUnits.NONE
        return {
            "标题": self._title(),
            "检查": kind_word(self.round),
            "检查组": self.team(),
            "演练": any(o.round.practice for o in self.outlines),
            "单个": self.single,
            "单位": single,
            "范围": self._scope_all() if visited else "",
            "范围名": self.ask.scope.name if not self.single and named else "",
            "期号": self.ask.issue,
            "年份": self.ask.today.year,
            "几轮": len(self.outlines),
        }

    def _title(self) -> str:
        first = self.outlines[0].round
        if len(self.outlines) == 1:
            return bare_title(first.title)
        labels = [tidy(o.round.period.label) or bare_title(o.round.title) for o in self.outlines]
        first_label, last_label = labels[0], labels[-1]
        year = re.match(r"\d{4}年", first_label)
        if year and last_label.startswith(year.group()) and len(last_label) > len(year.group()):
            last_label = last_label.removeprefix(year.group())
        return f"{first_label}至{last_label}{kind_word(self.round)}"

    def _receivers(self) -> str:
        if self.single:
            return self.outlines[0].units[0].unit.name
        units = [d.unit for o in self.outlines for d in o.units]
        nouns = [parent_noun(units)] if parent_noun(units) == "党支部" else []
        return "、".join(f"各{noun}" for noun in dict.fromkeys([*nouns, kind_noun(units)]))

    def team(self) -> str:
        """Who inspected and signs."""
        issuer = tidy(self.round.issuer)
        team = self.round.team_of(self.outlines[0].units[0].unit.id) if self.single else None
        name = team.name if team else "检查组"
        return issuer if issuer.endswith("组") else issuer + name

    # ---------------------------------------------------------------- 依据 and 概况

    def counts(self, outlines: Sequence[Outline]) -> dict[str, Any]:
        """Figures for an opening, the very ones of the summary, added up over rounds."""
        totals = [o.totals for o in outlines]
        days = [d for o in outlines for d in (o.first_day, o.last_day) if d]
        return {
            "依据": self._basis(outlines[-1].round),
            "时间": span_text(min(days), max(days)) if days else "",
            "检查项数": sum(t.checked for t in totals),
            "问题数": sum(t.problems for t in totals),
            "缺项数": sum(t.missing for t in totals),
            "当场整改数": sum(t.fixed for t in totals),
            "好的做法数": sum(t.good for t in totals),
        }

    def opening(self, **more: Any) -> Line:
        """Basis, who, when, where, how much was found."""
        told = [o for o in self.outlines if o.visited]
        records = [visit_key(d.unit.id) for o in self.outlines for d in o.units if d.visit.started]
        if not told:
            return Line(sentences=(self._none_reached(records),))
        values = self.about() | self.counts(told) | {"几轮": len(told)} | more
        said = [self.say("开头", values, "概况", records=records)]
        if self.single:
            said.append(self._score(told[0].visited[0]))
        unreached = [d for o in self.outlines for d in o.units if not_reached(d)]
        if unreached and len(self.outlines) == 1 and self.tells_unreached:
            values = {"单位数": len(unreached), "单位类别": kind_noun(d.unit for d in unreached)}
            keys = [visit_key(d.unit.id) for d in unreached]
            said.append(self.say("未能进点", values, "概况", records=keys))
        if len(self.outlines) > 1:
            said += [self._one_round(o, n) for n, o in enumerate(self.outlines)]
        if any(o.round.practice for o in self.outlines):
            said.append(self.say("演练说明", {}, "概况", records=[ROUND_KEY]))
        return Line(sentences=tuple(s for s in said if s.text))

    def _one_round(self, outline: Outline, place: int) -> Sentence:
        values = self.about() | self.counts([outline]) | {"标题": round_name(outline)}
        values |= {
            "范围": scope_text([outline]),
            "有记录": bool(outline.visited),
            "未能进点数": outline.totals.not_reached,
        }
        records = [visit_key(d.unit.id) for d in outline.units if d.visit.started] or [ROUND_KEY]
        return self.say("一轮概况", values, "概况", key=round_key(outline), records=records, made_of=place)

    def _basis(self, round_: Round) -> str:
        basis = tidy(round_.basis)
        if not basis:
            return ""
        return basis if basis.startswith(("根据", "按照", "依据", "为")) else "根据" + basis

    def _none_reached(self, records: list[str]) -> Sentence:
        outline = self.last
        units = [d for o in self.outlines for d in o.units if not_reached(d)]
        who = units[0].unit.name if self.single else f"{len(units)}个{kind_noun(d.unit for d in units)}"
        days = [d for d in (outline.first_day, outline.last_day) if d]
        values = self.about() | {
            "依据": self._basis(outline.round),
            "时间": span_text(days[0], days[-1]) if days else "",
            "对象": who,
            "原因": tidy(units[0].visit.reason) if self.single else "",
        }
        return self.say("没有检查到", values, "概况", records=records)

    def _scope_all(self) -> str:
        told = [o for o in self.outlines if o.visited]
        if not self.single:
            return scope_text(told)
        digest_ = told[0].visited[0]
        profile = f"（{digest_.profile.label}）" if digest_.unit.kind is UnitKind.PARTY_GROUP else ""
        return digest_.unit.name + profile

    def _score(self, unit: UnitDigest) -> Sentence:
        said = []
        several = len(unit.scores) > 1
        for score in unit.scores if several else ():
            checklist = self.round.checklist(score.checklist)
            name = f"《{checklist.title}》" if checklist else ""
            said.append(
                f"{name}不计分"
                if score.score is None
                else f"{name}得分{score_text(score.score)}分"
                f"（{points_text(score.raw)}/{points_text(score.applicable)}）"
            )
        said.append(("合计" if several else "") + _final_score(unit.result))
        low = unit.coverage < self.round.rules.coverage_warning
        values = {
            "查完": unit.answered >= unit.items,
            "已查": unit.answered,
            "项数": unit.items,
            "得分": "，".join(said),
            "已查比例": share_text(unit.coverage) if low else "",
        }
        return self.say("得分", values, "概况", records=[visit_key(unit.unit.id)])

    def who(self) -> None:
        visit = self.outlines[0].units[0].visit
        if visit.inspectors or visit.counterpart:
            values = {"检查人": list(visit.inspectors), "迎检人": visit.counterpart}
            self.loose("people", self.say("检查人", values, "检查人", records=[visit_key(visit.unit)]))


def _final_score(result: Result) -> str:
    """The final score, with the points it starts from and what changed it."""
    if result.score is None:
        return "不计分"
    points = f"{points_text(result.raw)}/{points_text(result.applicable)}"
    if not result.plain:
        points += f"，折算{score_text(result.rescaled)}分"
        points += f"，上轮问题减{points_text(result.carry_loss)}分" if result.carry_loss else ""
        points += f"，加分{points_text(result.bonus)}分" if result.bonus else ""
    return f"得分{score_text(result.score)}分（{points}）"


#: Phrases that are always numbered, also when there is only one of them.
_POINTS = {"好的做法", "经验采用", "问题", "意见建议", "复查", "曝光"}


def numbered_lines(sentences: Sequence[Sentence]) -> tuple[Line, ...]:
    """Sentences as points numbered from 1."""
    return tuple(Line(sentences=(s,), number=n) for n, s in enumerate(sentences, 1))


def plain_lines(sentences: Sequence[Sentence]) -> tuple[Line, ...]:
    """Sentences as lines without a number."""
    return tuple(Line(sentences=(s,)) for s in sentences)


def scope_text(outlines: Sequence[Outline]) -> str:
    """What was visited, in numbers: 3个党支部的11个党小组. A unit visited in several rounds counts once."""
    units: dict[str, tuple[Round, Unit]] = {}
    for outline in outlines:
        for digest_ in outline.visited:
            units[digest_.unit.id] = (outline.round, digest_.unit)
    counts: dict[UnitKind, int] = {}
    for _, unit in units.values():
        counts[unit.kind] = counts.get(unit.kind, 0) + 1
    said = "、".join(f"{count}个{kind.label}" for kind, count in counts.items())
    branches = {b.id for round_, unit in units.values() if (b := branch_of(round_, unit))}
    own = UnitKind.BRANCH in counts or UnitKind.JOINT_BRANCH in counts
    return f"{len(branches)}个党支部的{said}" if branches and not own else said


def bare_title(title: str) -> str:
    told = tidy(title).strip("【】")
    for end in _TITLE_ENDS:
        if told.endswith(end) and len(told) > len(end):
            return told.removesuffix(end)
    return told


def round_name(outline: Outline) -> str:
    return tidy(outline.round.period.label) or bare_title(outline.round.title)


def round_key(outline: Outline) -> str:
    return outline.round.origin or outline.round.id


def not_reached(unit: UnitDigest) -> bool:
    return unit.visit.not_reached
