"""Compiling: from outlines to the document of a 通报, in the fixed order of the field (domain 3.1).

依据、概况、好的做法、存在问题（共性、个性）、上轮问题复查、整改要求、下步、落款. Problems are told by
number of units unless the text may name them. Several outlines are several rounds, told one after the other
and added up only where that is honest.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from inspect_tui.model.change import ROUND_KEY, visit_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round, Rules
from inspect_tui.model.terms import NamingLevel, Outcome, Severity, UnitKind, VisitResult
from inspect_tui.report.clearing import Clearer, without_subject
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
from inspect_tui.report.outline import Outline, Point, UnitDigest, branch_of
from inspect_tui.report.wording import (
    deadlines,
    kind_noun,
    kind_word,
    parent_noun,
    sentence,
    softener,
    tidy,
)
from inspect_tui.report.wordings import Wordings
from inspect_tui.report.zh_numbers import score_text, share_text, span_text
from inspect_tui.rules.canonical import canonical, digest
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


def is_common(rules: Rules, point: Point) -> bool:
    """Whether a problem is a common one (共性): in enough units, or in a large enough share of them."""
    count = len(point.units)
    share = Decimal(count) / Decimal(max(point.peers, count, 1))
    return count >= rules.common_units or (count >= 2 and share >= rules.common_share)


class Writer:
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

    # ---------------------------------------------------------------- the whole

    def document(self) -> Document:
        """The document of the asked kind."""
        opening = self.opening()
        if self.single and self.ask.level is NamingLevel.INTERNAL:
            self._who()
        self.per_round("good", "好的做法标题", lambda o, n: self.good(o))
        self.problems()
        self._objection()
        if self.ask.level is NamingLevel.INTERNAL:
            self.per_round("suggestions", "意见建议标题", lambda o, n: self.suggestions(o))
        self.per_round("lookback", "复查标题", self.lookback)
        self.demands(self.last.problems)
        self._next()
        return self.finished(opening)

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
            return _bare_title(first.title)
        labels = [tidy(o.round.period.label) or _bare_title(o.round.title) for o in self.outlines]
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
        unreached = [d for o in self.outlines for d in o.units if _unreached(d)]
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
        values = self.about() | self.counts([outline]) | {"标题": _round_name(outline)}
        values |= {
            "范围": scope_text([outline]),
            "有记录": bool(outline.visited),
            "未能进点数": outline.totals.not_reached,
        }
        records = [visit_key(d.unit.id) for d in outline.units if d.visit.started] or [ROUND_KEY]
        return self.say("一轮概况", values, "概况", key=_round_key(outline), records=records, made_of=place)

    def _basis(self, round_: Round) -> str:
        basis = tidy(round_.basis)
        if not basis:
            return ""
        return basis if basis.startswith(("根据", "按照", "依据", "为")) else "根据" + basis

    def _none_reached(self, records: list[str]) -> Sentence:
        outline = self.last
        units = [d for o in self.outlines for d in o.units if _unreached(d)]
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
        for score in unit.scores:
            checklist = self.round.checklist(score.checklist)
            name = f"《{checklist.title}》" if checklist and len(unit.scores) > 1 else ""
            said.append(
                f"{name}不计分"
                if score.score is None
                else f"{name}得分{score_text(score.score)}分"
                f"（{points_text(score.raw)}/{points_text(score.applicable)}）"
            )
        low = unit.coverage < self.round.rules.coverage_warning
        values = {
            "查完": unit.answered >= unit.items,
            "已查": unit.answered,
            "项数": unit.items,
            "得分": "，".join(said),
            "已查比例": share_text(unit.coverage) if low else "",
        }
        return self.say("得分", values, "概况", records=[visit_key(unit.unit.id)])

    def _who(self) -> None:
        visit = self.outlines[0].units[0].visit
        if visit.inspectors or visit.counterpart:
            values = {"检查人": list(visit.inspectors), "迎检人": visit.counterpart}
            self.loose("people", self.say("检查人", values, "检查人", records=[visit_key(visit.unit)]))

    # ---------------------------------------------------------------- 好的做法, 存在问题

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
                title = self.clearer.clear(_round_name(outline), "小标题")
                groups.append(
                    Group(
                        key=_round_key(outline),
                        title=title,
                        number=len(groups) + 1,
                        lines=numbered_lines(lines),
                    )
                )
        self.section(key, heading, (), groups, **values)

    def good(self, outline: Outline) -> list[Sentence]:
        """Each good practice, with its units where they may be named."""
        return [
            self._praise("好的做法", outline, p, n, self.clearer.names_good)
            for n, p in enumerate(outline.good, 1)
        ]

    def suggestions(self, outline: Outline) -> list[Sentence]:
        """Each suggestion upward, for the inner level."""
        return [self._praise("意见建议", outline, p, n, True) for n, p in enumerate(outline.suggestions, 1)]

    def _praise(self, phrase: str, outline: Outline, point: Point, number: int, named: bool) -> Sentence:
        place = f"{phrase}第{number}条"
        who = "、".join(u.name for u in point.units)
        if not named:
            who = f"{len(point.units)}个{kind_noun(point.units)}"
        values = self.point(outline, point, place, named) | {"单位": "" if self.single else who}
        values["内容"] = self.clearer.clear(sentence(point.text), place, named=named)
        return self.of_point(phrase, outline, point, values, place, named)

    def point(self, outline: Outline, point: Point, place: str, named: bool) -> dict[str, Any]:
        """What a sentence about a point may say, with nothing in it that may not be read."""
        text = without_subject(tidy(point.text), point.units)
        if self.single:
            text = text.removeprefix("缺项：")
        told = self.clearer.clear(text, place, named=named)
        noun = kind_noun(point.units)
        return {
            "类别": self.clearer.clear(point.heading, place, named=named),
            "内容": told,
            "点名": named,
            "单位": "、".join(u.name for u in point.units) if named else "",
            "单位列表": [u.name for u in point.units] if named else [],
            "单位数": len(point.units),
            "单位类别": noun,
            "程度词": softener(outline.round.rules, len(point.units), point.peers),
            "问题数": len(point.findings),
            "已整改数": point.fixed,
            "全部已整改": point.fixed == len(point.findings),
            "缺项": point.missing,
            "程度": max((f.severity for f in point.findings), key=_RANK.index).label
            if point.findings
            else "",
            "单个": self.single,
            # 个别党小组的党小组会……: a sentence that begins with the same noun needs a joint.
            "同名": told.startswith(noun),
        }

    def of_point(
        self,
        phrase: str,
        outline: Outline,
        point: Point,
        values: dict[str, Any],
        place: str,
        named: bool,
    ) -> Sentence:
        """The sentence of a point, under a key that stays while the point is about the same thing."""
        made_of = [
            [f.key, f.text, f.severity.value, f.missing, f.fixed_on_site]
            for f in sorted(point.findings, key=lambda f: f.key)
        ]
        return self.say(
            phrase,
            values,
            place,
            key=f"{_round_key(outline)}/{point.key}",
            records=point.records,
            made_of=made_of,
            named=named,
        )

    def problem(self, outline: Outline, point: Point, place: str) -> Sentence:
        """One problem: by number of units, or by name where that is allowed."""
        named = self.single or self.clearer.names_problems
        return self.of_point("问题", outline, point, self.point(outline, point, place, named), place, named)

    def problems(self) -> None:
        """Common problems before single ones; the two are told apart only where there are both."""
        if len(self.outlines) > 1:
            self.per_round(
                "problems",
                "存在问题标题",
                lambda o, n: [
                    self.problem(o, p, f"{_round_name(o)}存在问题第{i}条")
                    for i, p in enumerate(o.problems, 1)
                ],
            )
            return
        points, rules = self.last.problems, self.round.rules
        common = [] if self.single else [p for p in points if is_common(rules, p)]
        alone = [p for p in points if p not in common]
        if not (common and alone):
            told = [self.problem(self.last, p, f"存在问题第{n}条") for n, p in enumerate(points, 1)]
            self.section("problems", "存在问题标题", told)
            return
        groups: list[Group] = []
        for key, heading, held in (("common", "共性问题标题", common), ("single", "个性问题标题", alone)):
            title = self.title_of(heading)
            lines = [self.problem(self.last, p, f"{title}第{n}条") for n, p in enumerate(held, 1)]
            groups.append(Group(key=key, title=title, number=len(groups) + 1, lines=numbered_lines(lines)))
        self.section("problems", "存在问题标题", (), groups)

    def _objection(self) -> None:
        if not self.single:
            return
        visit = self.outlines[0].units[0].visit
        if objection := sentence(visit.objection):
            values = {"内容": self.clearer.clear(objection, "被检单位意见")}
            key = visit_key(visit.unit)
            self.loose("objection", self.say("单位意见", values, "被检单位意见", records=[key]))

    # ---------------------------------------------------------------- 上轮问题复查, 要求, 下步

    def lookback(self, outline: Outline, place: int) -> list[Sentence]:
        """What became of the earlier problems: counts first, then what is not put right."""
        held = self.ask.lookbacks[place] if place < len(self.ask.lookbacks) else None
        if held is None or not held.due:
            return []
        counts = {o.label: held.counts.get(o, 0) for o in Outcome}
        shown = {"应复查": held.due, "未复查": held.unchecked, **counts}
        key = _round_key(outline)
        said = [self.say("复查概况", shown, "上轮问题复查", key=key, records=held.records or (ROUND_KEY,))]
        named = self.single or self.clearer.names_problems
        for number, line in enumerate(held.lines, 1):
            where = f"上轮问题复查第{number}条"
            text = without_subject(tidy(line.text), (line.unit,))
            values: dict[str, Any] = {
                "点名": named and not self.single,
                "单位": line.unit.name if named else "",
                "单位类别": line.unit.kind.label,
                "内容": self.clearer.clear(text, where, named=named),
                "结论": line.outcome.label,
                "说明": self.clearer.clear(tidy(line.remains), where, named=named),
                "轮数": line.rounds,
            }
            told = f"{key}/{'/'.join(sorted(line.records))}"
            said.append(self.say("复查", values, where, key=told, records=line.records, named=named))
        return said

    def demands(self, points: Sequence[Point]) -> None:
        """What is asked of the units: the plan's own demands, else the days of the rules by severity."""
        own = [told for text in self.round.demands if (told := sentence(text))]
        if own:
            rests = tuple(key for p in points for key in p.records)
            said = [self._own_demand(text, number, rests) for number, text in enumerate(own, 1)]
            self.section("demands", "整改要求标题", said)
            return
        findings = [f for p in points for f in p.findings]
        if not findings:
            return
        units = [u for p in points for u in p.units]
        when = deadlines(self.round.rules, findings, self.ask.today)
        keys = [f.key for f in findings]
        word = {"检查": kind_word(self.round)}
        if not when:
            self.section("demands", "整改要求标题", [self.say("均已整改", word, "整改要求", records=keys)])
            return
        parent = parent_noun(units)
        values = {
            "单个": self.single,
            "单位类别": kind_noun(units),
            "报到": "上级党组织" if parent == "上级党组织" else f"所在{parent}",
            "时限": when,
        }
        open_keys = [f.key for f in findings if not f.fixed_on_site]
        said = [self.say("整改要求", values, "整改要求", records=open_keys)]
        if not (self.single or self.clearer.names_problems):
            to = "单位" if parent == "上级党组织" else parent
            said.append(self.say("另发清单", {"对象": to}, "整改要求", records=open_keys))
        self.section("demands", "整改要求标题", said)

    def _own_demand(self, text: str, number: int, keys: tuple[str, ...]) -> Sentence:
        cleared = self.clearer.clear(text, f"整改要求第{number}条")
        return Sentence(
            id="s" + digest(canonical([self.ask.level.value, "demand", number]))[:11],
            role="demand",
            text=cleared,
            records=keys,
            print=digest(canonical(cleared))[:16],
        )

    def _next(self) -> None:
        findings = [f for p in self.last.problems for f in p.findings if not f.fixed_on_site]
        if self.round.demands or not findings:
            return
        word = {"检查": kind_word(self.round)}
        said = self.say("下步", word, "下步安排", records=[f.key for f in findings])
        self.section("next", "下步标题", [said])


#: Phrases that are always numbered, also when there is only one of them.
_POINTS = {"好的做法", "问题", "意见建议", "复查", "曝光"}
_RANK = list(Severity)


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


def _bare_title(title: str) -> str:
    told = tidy(title).strip("【】")
    for end in _TITLE_ENDS:
        if told.endswith(end) and len(told) > len(end):
            return told.removesuffix(end)
    return told


def _round_name(outline: Outline) -> str:
    return tidy(outline.round.period.label) or _bare_title(outline.round.title)


def _round_key(outline: Outline) -> str:
    return outline.round.origin or outline.round.id


def _unreached(unit: UnitDigest) -> bool:
    return unit.visit.result is VisitResult.NOT_REACHED
