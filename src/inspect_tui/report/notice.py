"""通报: the plain text of a round or a visit, ready for a group chat or a secretary.

The order is fixed (domain 3.1): head, basis and facts, good practice, problems, requirements, signature.
Problems are told by unit counts at the group level, by unit name for the secretary. Red lines, referred
problems and problems under two opinions are never written; the warnings count them.
"""

from __future__ import annotations

import datetime as dt
import re

import msgspec

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import Round
from inspect_tui.model.terms import NamingLevel, UnitKind
from inspect_tui.report.names import (
    SOME_UNIT,
    SOMEONE,
    Redactor,
    all_unit_names,
    surname_only,
    unit_words,
)
from inspect_tui.report.outline import Outline, Point, UnitDigest, branch_of
from inspect_tui.report.splitting import Block, Part, split
from inspect_tui.report.wording import (
    deadlines,
    kind_noun,
    kind_word,
    parent_noun,
    sentence,
    softener,
    tidy,
)
from inspect_tui.report.zh_numbers import date_text, ordinal, score_text, share_text, span_text
from inspect_tui.rules.scoring import points_text

_SENSITIVE = (
    ("手机号码", re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")),
    ("身份证号", re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")),
    ("金额", re.compile(r"\d+(?:\.\d+)?\s*(?:万元|元)")),
    ("密级字样", re.compile(r"绝密|机密|秘密")),
)


class NoticeRefused(Exception):
    """The wanted text cannot be made; the message says which one can."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A finished text: its parts for the channel, and what its author should know before sending."""

    level: NamingLevel
    head: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...]
    warnings: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text in one piece."""
        return "\n".join([self.head, *(block.text for block in self.blocks)])


def default_level(outline: Outline) -> NamingLevel:
    """A unit's own text is for its secretary, a round's text for the group."""
    return NamingLevel.SECRETARY if outline.single else NamingLevel.GROUP


def compile_notice(
    outline: Outline, *, today: dt.date, level: NamingLevel | None = None, max_bytes: int | None = None
) -> Notice:
    """The text of an outline, dated `today`.

    Raises ExportRefused for a round marked 秘密 or above, NoticeRefused for a group text about one unit
    (it would name the unit) or when nothing was recorded, ValueError for a limit that is too small.
    """
    refuse_secret(outline.round)
    level = level or default_level(outline)
    if outline.single and level is NamingLevel.GROUP:
        raise NoticeRefused(
            "群内版只说数量、不点单位，不能只写一个单位。请改用书记版，或对整轮检查出群内版。"
        )
    if not outline.visited and not outline.totals.not_reached:
        what = outline.units[0].unit.name if outline.single and outline.units else "这一轮"
        raise NoticeRefused(f"{what}还没有检查记录，写不出通报。")
    return _Writer(outline, level, today).write(
        outline.round.rules.message_bytes if max_bytes is None else max_bytes
    )


class _Writer:
    """Writes one text block by block and remembers where names were taken out."""

    def __init__(self, outline: Outline, level: NamingLevel, today: dt.date) -> None:
        self.outline, self.level, self.today = outline, level, today
        self.round: Round = outline.round
        self.blocks: list[Block] = []
        self.redacted: list[str] = []
        self.unnamed: list[str] = []
        keep = all_unit_names(self.round) - set(outline.people)
        replacement: dict[str, str] | str = SOMEONE
        if level is NamingLevel.SECRETARY:
            replacement = {name: surname_only(name) for name in outline.people}
        people = outline.people if level is not NamingLevel.INTERNAL else frozenset()
        self._people = Redactor(people, replacement, keep)
        told = unit_words(self.round) if level is NamingLevel.GROUP else set()
        self._units = Redactor(told, SOME_UNIT, ())

    # ---------------------------------------------------------------- putting lines down

    def _clear(self, text: str, place: str, *, problem: bool = False) -> str:
        if problem:
            without_units = self._units(text)
            if without_units.names:
                self.unnamed.append(place)
            text = without_units.text
        done = self._people(text)
        if done.names:
            self.redacted.append(place)
        return done.text.replace(SOMEONE + "同志", SOMEONE)

    def _section(self, title: str, lines: list[tuple[str, tuple[str, ...]]]) -> None:
        if not lines:
            return
        number = sum(block.heading for block in self.blocks) + 1
        self.blocks.append(Block(text=f"{ordinal(number)}、{title}", heading=True))
        for place, (text, records) in enumerate(lines, 1):
            numbered = f"{place}.{text}" if len(lines) > 1 or records else text
            self.blocks.append(Block(text=numbered, records=records))

    def write(self, limit: int) -> Notice:
        outline = self.outline
        head = self._clear(self._head(), "标题")
        self.blocks.append(Block(text=self._clear(self._opening(), "概况")))
        if outline.single and self.level is NamingLevel.INTERNAL:
            self._who()
        self._section("好的做法", [self._good(p, n) for n, p in enumerate(outline.good, 1)])
        self._section("存在问题", [self._problem(p, n) for n, p in enumerate(outline.problems, 1)])
        self._objection()
        if self.level is NamingLevel.INTERNAL:
            self._section("意见建议", [self._suggestion(p, n) for n, p in enumerate(outline.suggestions, 1)])
        self._section("要求", [(self._clear(text, "要求"), ()) for text in self._demands()])
        self.blocks.append(Block(text=self._clear(self._signature(), "落款"), foot=True))
        self.blocks.append(Block(text=date_text(self.today), foot=True))
        if outline.seal:
            self.blocks.append(Block(text=f"封存码 {outline.seal}", foot=True))
        parts = split(head, self.blocks, limit)
        return Notice(
            level=self.level,
            head=head,
            blocks=tuple(self.blocks),
            parts=tuple(parts),
            warnings=tuple(self._warnings(head)),
        )

    # ---------------------------------------------------------------- the lines

    def _head(self) -> str:
        title = tidy(self.round.title).strip("【】")
        practice = "（演练）" if self.round.practice else ""
        if self.outline.single:
            unit = self.outline.units[0].unit
            return f"【{practice}{unit.name}{title}情况】"
        return f"【{practice}{title}{'' if title.endswith('通报') else '情况通报'}】"

    def _opening(self) -> str:
        outline, totals = self.outline, self.outline.totals
        said = self._basis()
        if outline.first_day and outline.last_day:
            said += span_text(outline.first_day, outline.last_day) + "，"
        if not outline.visited:
            return said + self._unreached_only()
        said += f"{self._team()}对{self._scope()}进行了{kind_word(self.round)}，共查{totals.checked}项，"
        if totals.problems:
            said += f"发现问题{totals.problems}项"
            said += f"，其中缺项{totals.missing}项" if totals.missing else ""
            said += f"，当场整改{totals.fixed}项" if totals.fixed else ""
        else:
            said += "未发现需要整改的问题"
        said += "。"
        if outline.single:
            said += self._score(outline.visited[0])
        if totals.not_reached:
            noun = kind_noun(d.unit for d in outline.units if d.visit.result.value == "not_reached")
            said += f"另有{totals.not_reached}个{noun}未能进点。"
        if self.round.practice:
            said += "本次为演练，不计入正式结果。"
        return said

    def _basis(self) -> str:
        basis = tidy(self.round.basis)
        if not basis:
            return ""
        return (basis if basis.startswith(("根据", "按照", "依据", "为")) else "根据" + basis) + "，"

    def _team(self) -> str:
        issuer = tidy(self.round.issuer)
        team = self.round.team_of(self.outline.units[0].unit.id) if self.outline.single else None
        name = team.name if team else "检查组"
        return issuer if issuer.endswith("组") else issuer + name

    def _unreached_only(self) -> str:
        units = [d for d in self.outline.units if d.visit.result.value == "not_reached"]
        if self.outline.single:
            reason = tidy(units[0].visit.reason)
            said = f"{self._team()}未能对{units[0].unit.name}进点检查"
            return said + (f"，原因：{reason}。" if reason else "。")
        return f"{self._team()}未能对{len(units)}个{kind_noun(d.unit for d in units)}进点检查。"

    def _scope(self) -> str:
        visited = self.outline.visited
        if self.outline.single:
            digest = visited[0]
            profile = f"（{digest.profile.label}）" if digest.unit.kind is UnitKind.PARTY_GROUP else ""
            return digest.unit.name + profile
        counts: dict[UnitKind, int] = {}
        for digest in visited:
            counts[digest.unit.kind] = counts.get(digest.unit.kind, 0) + 1
        said = "、".join(f"{count}个{kind.label}" for kind, count in counts.items())
        branches = {b.id for d in visited if (b := branch_of(self.round, d.unit))}
        own = UnitKind.BRANCH in counts or UnitKind.JOINT_BRANCH in counts
        return f"{len(branches)}个党支部的{said}" if branches and not own else said

    def _score(self, digest: UnitDigest) -> str:
        if digest.answered < digest.items:
            return f"目前已查{digest.answered}/{digest.items}项，尚未查完。"
        said = []
        for score in digest.scores:
            checklist = self.round.checklist(score.checklist)
            name = f"《{checklist.title}》" if checklist and len(digest.scores) > 1 else ""
            said.append(
                f"{name}不计分"
                if score.score is None
                else f"{name}得分{score_text(score.score)}分"
                f"（{points_text(score.raw)}/{points_text(score.applicable)}）"
            )
        low = "" if digest.coverage >= self.round.rules.coverage_warning else (
            f"已查比例{share_text(digest.coverage)}，得分仅供参考。"
        )  # fmt: skip
        return "，".join(said) + "。" + low if said else low

    def _who(self) -> None:
        visit = self.outline.units[0].visit
        said = []
        if visit.inspectors:
            said.append("检查人：" + "、".join(visit.inspectors))
        if visit.counterpart:
            said.append("迎检人：" + visit.counterpart)
        if said:
            self.blocks.append(Block(text="；".join(said) + "。"))

    def _good(self, point: Point, number: int) -> tuple[str, tuple[str, ...]]:
        told = sentence(point.text)
        who = "" if self.outline.single else "、".join(u.name for u in point.units) + "："
        return self._clear(who + told, f"好的做法第{number}条"), point.records

    def _suggestion(self, point: Point, number: int) -> tuple[str, tuple[str, ...]]:
        who = "" if self.outline.single else "、".join(u.name for u in point.units) + "："
        return self._clear(who + sentence(point.text), f"意见建议第{number}条"), point.records

    def _problem(self, point: Point, number: int) -> tuple[str, tuple[str, ...]]:
        place = f"存在问题第{number}条"
        grouped = self.level is NamingLevel.GROUP
        told = self._clear(_without_subject(tidy(point.text), point.units), place, problem=grouped)
        if self.outline.single:
            told = told.removeprefix("缺项：")
            return f"{point.heading}：{told}（{'、'.join(self._traits(point))}）。", point.records
        fixed = ""
        if point.fixed == len(point.findings):
            fixed = "（已当场整改）"
        elif point.fixed:
            fixed = f"（其中{point.fixed}个已当场整改）"
        if not grouped:
            who = "、".join(u.name for u in point.units)
            return f"{point.heading}（{who}）：{told}{fixed}。", point.records
        word = softener(self.round.rules, len(point.units), point.peers)
        count = f"（{len(point.units)}个）" if len(point.units) > 1 else ""
        noun = kind_noun(point.units)
        # 个别党小组的党小组会……: a sentence that begins with the same noun needs a joint.
        joint = "的" if told.startswith(noun) else ""
        return f"{point.heading}：{word}{noun}{count}{joint}{told}{fixed}。", point.records

    def _traits(self, point: Point) -> list[str]:
        finding = point.findings[0]
        traits = ["缺项"] if finding.missing else []
        traits.append(finding.severity.label)
        if finding.fixed_on_site:
            traits.append("已当场整改")
        return traits

    def _objection(self) -> None:
        if not self.outline.single:
            return
        objection = sentence(self.outline.units[0].visit.objection)
        if objection:
            self.blocks.append(Block(text=self._clear(f"被检单位意见：{objection}", "被检单位意见")))

    def _demands(self) -> list[str]:
        own = [told for text in self.round.demands if (told := sentence(text))]
        if own:
            return own
        points = self.outline.problems
        if not points:
            return []
        findings = [f for p in points for f in p.findings]
        units = [u for p in points for u in p.units]
        when = deadlines(self.round.rules, findings, self.today)
        if not when:
            return [f"本次发现的问题均已当场整改，下次{kind_word(self.round)}复查巩固情况。"]
        parent = parent_noun(units)
        where = "上级党组织" if parent == "上级党组织" else f"所在{parent}"
        if self.outline.single:
            lines = [f"请对照问题逐条整改并报{where}：{when}。"]
        else:
            lines = [f"请有问题的{kind_noun(units)}逐条整改并报{where}：{when}。"]
        if self.level is NamingLevel.GROUP:
            receiver = "单位" if parent == "上级党组织" else parent
            lines.append(f"具体问题清单由检查组另发各{receiver}书记，不在群内公布。")
        lines.append(f"整改情况下次{kind_word(self.round)}逐条复查。")
        return lines

    def _signature(self) -> str:
        return self._team()

    # ---------------------------------------------------------------- what the author should know

    def _warnings(self, head: str) -> list[str]:
        totals, told = self.outline.totals, []
        if self.round.practice:
            told.append("这是演练轮次，不作为正式结果。")
        if self.outline.frozen and not self.outline.seal:
            told.append(f"{self.outline.frozen}，文字里没有印封存码。")
        if totals.visited > totals.submitted:
            open_units = f"有{totals.visited - totals.submitted}个单位"
            told.append(f"{'这个单位' if self.outline.single else open_units}还没有提交，内容可能还会变。")
        if totals.disputed or totals.contested:
            told.append(
                f"有{totals.disputed}项检查内容存在两种意见，所涉{totals.contested}条问题未写入，待组长裁定。"
            )
        if totals.referred:
            told.append(f"有{totals.referred}条问题已移交，未写入。")
        if totals.hits or totals.red_lined:
            told.append(
                f"红线、否决和即时上报事项未写入（记录{totals.hits}条，所涉问题{totals.red_lined}条），"
                "请按规定移交或上报。"
            )
        if self.redacted:
            told.append(
                f"文中有姓名，已改写：{'、'.join(dict.fromkeys(self.redacted))}。请再看是否仍能认出是谁。"
            )
        if self.unnamed:
            told.append(
                f"文中点了单位或班站，已改为“{SOME_UNIT}”：{'、'.join(dict.fromkeys(self.unnamed))}。"
            )
        stale = sum(answer.stale for d in self.outline.visited for *_, answer in d.answers)
        if stale:
            told.append(f"有{stale}项在检查后清单条文有改动，需重看。")
        if self.level is not NamingLevel.INTERNAL:
            text = "\n".join([head, *(b.text for b in self.blocks)])
            told += [
                f"文中有{name}，发出前请核对是否可以公开。" for name, sign in _SENSITIVE if sign.search(text)
            ]
        return told


def _without_subject(text: str, units: tuple[Unit, ...]) -> str:
    """A problem typed with its unit's name in front, without it: the line names or softens it already."""
    for unit in units:
        for name in (unit.full_name, unit.name):
            if name and text.startswith(name) and len(text) > len(name) + 1:
                return text.removeprefix(name).lstrip("：，的 ")
    return text
