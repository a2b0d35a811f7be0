"""通报: the plain text of a round or a visit, ready for a group chat or a secretary.

The document is compiled elsewhere; here it gets what the lead settled, is cut for its channel, looked through
for what should not be sent, and handed out with everything its author should know. Red lines, referred
problems and problems under two opinions are never written; the warnings count them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.terms import NamingLevel
from inspect_tui.report.clearing import Clearer
from inspect_tui.report.compiling import Writer
from inspect_tui.report.document import Document, NameUnits, NoticeKind, Scope, chat_blocks
from inspect_tui.report.lookback import Lookback
from inspect_tui.report.names import SOME_UNIT
from inspect_tui.report.outline import Outline, without
from inspect_tui.report.privacy import PrivacyHit, scan
from inspect_tui.report.refusing import NoticeRefused
from inspect_tui.report.settled import Applied, Compared, Settled, apply, compare, last_issued
from inspect_tui.report.splitting import Block, Part, split
from inspect_tui.report.wordings import wordings
from inspect_tui.report.writing import Ask, usual_naming

__all__ = ["Notice", "NoticeRefused", "compile_notice", "default_level", "recut"]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A finished text: its parts for the channel, and what its author should know before sending.

    `document` is the tree it was laid out from. `privacy` is what should be looked at before it is sent,
    `changes` what it says otherwise than when it last went out (None when it never did).
    """

    level: NamingLevel
    head: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...]
    warnings: tuple[str, ...]
    document: Document
    privacy: tuple[PrivacyHit, ...] = ()
    changes: Compared | None = None
    people: frozenset[str] = frozenset()
    confirmed: dict[str, str] = {}

    @property
    def text(self) -> str:
        """The whole text in one piece."""
        return "\n".join([self.head, *(block.text for block in self.blocks)])

    @property
    def unconfirmed(self) -> list[PrivacyHit]:
        """What nobody has yet said may be sent."""
        return [hit for hit in self.privacy if not hit.confirmed]

    def file_name(self, extension: str = "txt") -> str:
        """A name for the file: what, of what, for whom. It names a unit only where the text is its own."""
        from inspect_tui.exchange.naming import readable_name

        document = self.document
        practice = "演练" if document.practice else ""
        issue = f"第{document.issue}期" if document.issue else ""
        parts = [document.kind.label, practice, issue, document.subject, self.level.label]
        return readable_name(parts, document.day, extension)


def default_level(outline: Outline) -> NamingLevel:
    """A unit's own text is for its secretary, a round's text for the group."""
    return NamingLevel.SECRETARY if outline.single else NamingLevel.GROUP


def compile_notice(
    outline: Outline | Sequence[Outline],
    *,
    today: dt.date,
    level: NamingLevel | None = None,
    max_bytes: int | None = None,
    kind: NoticeKind = NoticeKind.SITUATION,
    name_units: NameUnits | None = None,
    scope: Scope | None = None,
    issue: int = 0,
    lookbacks: Sequence[Lookback | None] = (),
    settled: Settled | None = None,
    excluded: Iterable[str] = (),
    exposed: Iterable[str] = (),
    approved_by: str = "",
    attachments: Iterable[str] = (),
    templates: Path | None = None,
) -> Notice:
    """The text of one outline, or of several rounds in their order, dated `today`.

    `settled` is what the lead left out, reworded and confirmed; `excluded` what is left out this once.
    `templates` is the workspace whose templates are used. Raises ExportRefused for a round marked 秘密 or
    above, NoticeRefused for a text that cannot or must not be made, ValueError for a limit that is too small.
    """
    outlines = [outline] if isinstance(outline, Outline) else list(outline)
    for each in outlines:
        refuse_secret(each.round)
    first = outlines[0]
    level = level or default_level(first)
    naming = NameUnits.ALL if kind is NoticeKind.EXPOSURE and name_units is None else name_units
    scope = scope or _scope(first)
    naming = NameUnits.ALL if scope.single else naming or usual_naming(level)
    settled = settled or Settled()
    _guard(outlines, level, kind, naming, scope)
    ask = Ask(
        kind=kind,
        level=level,
        name_units=naming,
        today=today,
        scope=scope,
        issue=issue,
        lookbacks=tuple(lookbacks),
        exposed=tuple(exposed),
        approved_by=approved_by,
        attachments=tuple(attachments),
    )
    gone = {*settled.excluded, *excluded}
    told = [without(o, gone) for o in outlines]
    words = wordings(kind.value, templates)
    writer = _writer_of(kind)(told, ask, words)
    applied = apply(
        writer.document(),
        msgspec.structs.replace(settled, excluded=dict.fromkeys(gone, "")),
        lambda text, place: writer.clearer.clear(text, place),
    )
    kept = sum(_findings(o) for o in outlines) - sum(_findings(o) for o in told)
    people = frozenset(n for o in outlines for n in o.people())
    limit = first.round.rules.message_bytes if max_bytes is None else max_bytes
    before = last_issued(settled, applied.document)
    # Reasons are typed by hand and stand beside the text in JSON, so they are cleared like it.
    reasons = Clearer(told, level, naming) if settled.confirmed else None
    confirmed = {key: reasons.clear(why, "") for key, why in settled.confirmed.items()} if reasons else {}
    notice = _cut(applied.document, limit, people, confirmed)
    warnings = [*words.warnings, *_warnings(outlines, writer, applied, settled, kept)]
    return msgspec.structs.replace(
        notice,
        warnings=(*warnings, *_privacy_warnings(notice)),
        changes=compare(before, applied.document) if before is not None else None,
    )


def _writer_of(kind: NoticeKind) -> type[Writer]:
    """Who writes a kind of text; the rarer kinds are loaded when they are asked for."""
    if kind in (NoticeKind.SITUATION, NoticeKind.BULLETIN):
        return Writer
    from inspect_tui.report.other_kinds import ExposureWriter, PraiseWriter, RankingWriter

    others: dict[NoticeKind, type[Writer]] = {
        NoticeKind.PRAISE: PraiseWriter,
        NoticeKind.RANKING: RankingWriter,
        NoticeKind.EXPOSURE: ExposureWriter,
    }
    return others[kind]


def recut(notice: Notice, max_bytes: int) -> Notice:
    """The same text cut for another channel. Raises ValueError for a limit that is too small."""
    made = _cut(notice.document, max_bytes, notice.people, notice.confirmed)
    kept = [w for w in notice.warnings if w not in _privacy_warnings(notice)]
    return msgspec.structs.replace(made, warnings=(*kept, *_privacy_warnings(made)), changes=notice.changes)


def _scope(outline: Outline) -> Scope:
    if not outline.single or not outline.units:
        return Scope()
    unit = outline.units[0].unit
    return Scope(id=unit.id, name=unit.name, single=True)


def _guard(
    outlines: Sequence[Outline], level: NamingLevel, kind: NoticeKind, naming: NameUnits, scope: Scope
) -> None:
    told = [d for o in outlines for d in o.visited]
    alone = scope.single or (bool(scope.id) and len({d.unit.id for d in told}) == 1)
    open_ = kind is NoticeKind.EXPOSURE or naming is NameUnits.ALL
    if level is NamingLevel.GROUP and (scope.single or (alone and not open_)):
        raise NoticeRefused(
            "群内版只说数量、不点单位，不能只写一个单位。请改用书记版，或对整轮检查出群内版。"
        )
    if kind is NoticeKind.EXPOSURE and naming is not NameUnits.ALL:
        raise NoticeRefused("曝光台要写明单位，只能选“都写单位”。")
    if kind is NoticeKind.EXPOSURE and len(outlines) > 1:
        raise NoticeRefused("曝光台只能对一轮检查做。")
    origins = [(o.round.id, o.round.origin) for o in outlines]
    if len(set(origins)) < len(origins):
        raise NoticeRefused("同一轮检查给了两次，数字会重复计算。请先用 merge 合并成一份。")
    if not told and not any(o.totals.not_reached for o in outlines):
        first = outlines[0]
        what = first.units[0].unit.name if first.single and first.units else "这一轮"
        raise NoticeRefused(f"{what}还没有检查记录，写不出通报。")


def _findings(outline: Outline) -> int:
    return sum(len(p.findings) for points in (outline.problems, outline.good) for p in points)


def _cut(document: Document, limit: int, people: frozenset[str], confirmed: dict[str, str]) -> Notice:
    blocks = chat_blocks(document)
    parts = split(document.head.text, blocks, limit)
    watched = people if document.level is not NamingLevel.INTERNAL else frozenset[str]()
    hits = [
        msgspec.structs.replace(hit, confirmed=confirmed.get(hit.id, ""))
        for hit in scan(document.head.text, blocks, parts, watched)
    ]
    return Notice(
        level=document.level,
        head=document.head.text,
        blocks=tuple(blocks),
        parts=tuple(parts),
        warnings=(),
        document=document,
        privacy=tuple(hits),
        people=people,
        confirmed=confirmed,
    )


# -------------------------------------------------------------------- what the author should know


def _privacy_warnings(notice: Notice) -> list[str]:
    if notice.level is NamingLevel.INTERNAL:
        return []
    places: dict[str, list[str]] = {}
    for hit in notice.unconfirmed:
        places.setdefault(hit.kind.label, []).append(f"第{hit.part}段第{hit.line}行第{hit.column}字")
    return [
        f"文中有{kind}（{'、'.join(held[:5])}{'等' if len(held) > 5 else ''}），发出前请核对是否可以公开。"
        for kind, held in places.items()
    ]


def _warnings(
    outlines: Sequence[Outline], writer: Writer, applied: Applied, settled: Settled, kept: int
) -> list[str]:
    told: list[str] = []
    for outline in outlines:
        name = f"{outline.round.title}：" if len(outlines) > 1 else ""
        told += [name + said for said in _round_warnings(outline)]
    if len(outlines) > 1:
        told += _gaps(outlines)
    clearer = writer.clearer
    if clearer.redacted:
        places = "、".join(dict.fromkeys(clearer.redacted))
        told.append(f"文中有姓名，已改写：{places}。请再看是否仍能认出是谁。")
    if clearer.unnamed:
        places = "、".join(dict.fromkeys(clearer.unnamed))
        told.append(f"文中点了单位或班站，已改为“{SOME_UNIT}”：{places}。")
    if kept:
        told.append(f"按组长意见有{kept}条未写入，概况里的数字仍按检查结果。")
    if applied.dropped:
        told.append(f"按组长意见有{applied.dropped}句未写入。")
    if applied.stale:
        told.append(f"有{applied.stale}处改过的句子，原文已变，请重看。")
    if applied.lost:
        told.append(f"有{applied.lost}处改过的句子在这次通报里已经没有了。")
    if settled.torn:
        told.append(f"有{len(settled.torn)}处句子有两种改法，仍用原文，请组长再改一次。")
    return told


def _round_warnings(outline: Outline) -> list[str]:
    totals, told = outline.totals, []
    if outline.round.practice:
        told.append("这是演练轮次，不作为正式结果。")
    if outline.frozen and not outline.seal:
        told.append(f"{outline.frozen}，文字里没有印封存码。")
    if totals.visited > totals.submitted:
        open_units = f"有{totals.visited - totals.submitted}个单位"
        told.append(f"{'这个单位' if outline.single else open_units}还没有提交，内容可能还会变。")
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
    stale = sum(answer.stale for d in outline.visited for *_, answer in d.answers)
    if stale:
        told.append(f"有{stale}项在检查后清单条文有改动，需重看。")
    return told


def _gaps(outlines: Sequence[Outline]) -> list[str]:
    """Where several rounds do not cover the same: sums over them must not pass for more than they are."""
    told = [f"{o.round.title}没有检查记录。" for o in outlines if not o.visited]
    reached = [{d.unit.id for d in o.visited} for o in outlines]
    everywhere = set.intersection(*reached)
    some = len(set.union(*reached) - everywhere)
    if some:
        told.append(f"各轮检查的单位不全相同，有{some}个单位不是每轮都查到，各轮数字不宜直接相比。")
    return told
