"""Compiling: from outlines to the document of a 通报, in the fixed order of the field (domain 3.1).

依据、概况、好的做法、存在问题（共性、个性）、上轮问题复查、整改要求、下步、落款. Problems are told by
number of units unless the text may name them. Several outlines are several rounds, told one after the other
and added up only where that is honest.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from inspect_tui.model.change import ROUND_KEY, adopt_key, visit_key
from inspect_tui.model.round import Rules
from inspect_tui.model.spread import Uptake
from inspect_tui.model.terms import NamingLevel, Outcome, Severity
from inspect_tui.report.clearing import without_subject
from inspect_tui.report.document import (
    Document,
    Group,
    Sentence,
)
from inspect_tui.report.outline import Outline, Point
from inspect_tui.report.wording import (
    deadlines,
    kind_noun,
    kind_word,
    parent_noun,
    sentence,
    softener,
    tidy,
)
from inspect_tui.report.writing import Writing, numbered_lines, round_key, round_name
from inspect_tui.rules.canonical import canonical, digest

_RANK = list(Severity)


def is_common(rules: Rules, point: Point) -> bool:
    """Whether a problem is a common one (共性): in enough units, or in a large enough share of them."""
    count = len(point.units)
    share = Decimal(count) / Decimal(max(point.peers, count, 1))
    return count >= rules.common_units or (count >= 2 and share >= rules.common_share)


class Writer(Writing):
    """情况通报 and 督查简报: everything, in the fixed order."""

    def document(self) -> Document:
        """The document of the asked kind."""
        opening = self.opening()
        if self.single and self.ask.level is NamingLevel.INTERNAL:
            self.who()
        self.per_round("good", "好的做法标题", lambda o, n: [*self.good(o), *self.spread(o)])
        self.problems()
        self._objection()
        if self.ask.level is NamingLevel.INTERNAL:
            self.per_round("suggestions", "意见建议标题", lambda o, n: self.suggestions(o))
        self.per_round("lookback", "复查标题", self.lookback)
        self.demands(self.last.problems)
        self._next()
        return self.finished(opening)

    def good(self, outline: Outline) -> list[Sentence]:
        """Each good practice, with its units where they may be named."""
        return [
            self._praise("好的做法", outline, p, n, self.clearer.names_good)
            for n, p in enumerate(outline.good, 1)
        ]

    def spread(self, outline: Outline) -> list[Sentence]:
        """Each earlier good practice that units of this round took up, with how many do it by now."""
        here, units = outline.round, {digest_.unit.id for digest_ in outline.units}
        told = []
        for now in outline.cards:
            said = [
                a
                for a in now.card.adopted
                if a.unit in units and (a.source.origin or a.source.round) == round_key(outline)
            ]
            if now.new or not any(a.uptake.taken for a in said):
                continue
            place = f"经验采用“{now.card.title}”"
            named = self.clearer.names_good
            adopters = now.adopters
            full = sum(a.uptake is Uptake.ADOPTED for a in adopters)
            values = {
                "单位": now.card.unit_name if named else "",
                "名称": self.clearer.clear(tidy(now.card.title), place, named=named),
                "采用数": full,
                "部分采用数": len(adopters) - full,
                "单位类别": kind_noun([u for a in adopters if (u := here.unit(a.unit)) is not None]),
            }
            told.append(
                self.say(
                    "经验采用",
                    values,
                    place,
                    key=now.card.id,
                    records=[now.record, *(adopt_key(a.unit, now.card.id) for a in said)],
                    made_of=[[a.unit, a.uptake.value, a.source.round] for a in adopters],
                    named=named,
                )
            )
        return told

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
            key=f"{round_key(outline)}/{point.key}",
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
                    self.problem(o, p, f"{round_name(o)}存在问题第{i}条") for i, p in enumerate(o.problems, 1)
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
        key = round_key(outline)
        said = [self.say("复查概况", shown, "上轮问题复查", key=key, records=held.records or (ROUND_KEY,))]
        named = self.single or self.clearer.names_problems
        for number, line in enumerate(held.lines, 1):
            where = f"上轮问题复查第{number}条"
            text = without_subject(tidy(line.text), (line.unit,))
            values: dict[str, Any] = {
                "单个": self.single,
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
