"""Verifying: whether a findings file is whole, unchanged, and says what its changes say."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.ring import Ring, ring_of
from inspect_tui.exchange.signing import look, signature_in
from inspect_tui.exchange.source import read_source
from inspect_tui.model.change import GENESIS, Address, Body, Change, Edit, parse_key
from inspect_tui.model.evidence import FOLDER, Piece
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.round import Round
from inspect_tui.model.signing import Signed, SignState
from inspect_tui.rules.canonical import verified
from inspect_tui.rules.clocks import ClockSlip, clock_slips
from inspect_tui.rules.erasing import Erasure, erasures
from inspect_tui.rules.evidence import PREFIX as EVIDENCE
from inspect_tui.rules.evidence import all_evidence, files_of
from inspect_tui.rules.evidence import lawful as lawful_evidence
from inspect_tui.rules.fold import State
from inspect_tui.rules.lifecycle import read_step
from inspect_tui.rules.problems import STEP
from inspect_tui.rules.sealing import Freeze, read_freeze
from inspect_tui.rules.tables import state_tables
from inspect_tui.store import files
from inspect_tui.store.clean import clean_json, clean_text
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.evidence import Place, place
from inspect_tui.store.findings import FindingsContent, read_findings
from inspect_tui.store.loading import round_from_raw
from inspect_tui.store.received import active_files

_OWN = re.compile(r"[0-9a-f]{12}\.json")
#: The table by which a receipt is known.
RECEIPT = "receipt"


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying a file found: what does not hold, and what is no fault but worth knowing.

    `erased` was erased for good; `slips` are changes made by a clock that was set wrong. `signatures` says
    of each file who signed it, `freeze` is the seal of a frozen round.
    """

    doubts: tuple[Doubt, ...]
    erased: tuple[Erasure, ...] = ()
    slips: tuple[ClockSlip, ...] = ()
    signatures: tuple[tuple[str, Signed], ...] = ()
    freeze: Freeze | None = None


class Doubt(msgspec.Struct, frozen=True):
    """One thing that does not hold: where in the file, and what."""

    where: str
    reason: str


def verify_all(path: Path, ring: Ring | None = None) -> Verified:
    """Everything that does not hold in a findings file, and what was erased for good.

    Checks the file's checksum and journals, every change's hash and content, the chain from change to
    change, and the state tables against the fold. The reason of an erasure is blank where it stands
    elsewhere. A hand-in is opened, an encrypted one with the keys of the `ring`. Evidence is looked at where
    the file stands in its round's folder.
    """
    ring = ring or ring_of(_root_above(path))
    found, state = _verify(path, ring)
    if state is None or found.doubts or not (path.parent / "round.json").is_file():
        return found
    return msgspec.structs.replace(found, doubts=tuple(evidence_doubts(path.parent, state)))


def _root_above(path: Path) -> Path | None:
    """The workspace a file or folder lies in."""
    return next((p for p in list(path.absolute().parents)[:4] if (p / "rounds").is_dir()), None)


def _content_of(path: Path, ring: Ring) -> FindingsContent:
    """A findings file, or that of a hand-in. Raises StoreError, InputFaults."""
    from inspect_tui.exchange.age_file import is_age

    if files.fs.place(path).is_file():
        with files.fs.open_read(path) as file:
            head = file.read(64)
        if head.startswith(b"PK") or is_age(head):
            from inspect_tui.exchange.handin_reading import read_hand_in

            return read_hand_in(path, ring=ring).content
    return read_findings(path)


def _verify(path: Path, ring: Ring) -> tuple[Verified, State | None]:
    """What a file says of itself, and its changes folded; no state for an unreadable file or an excerpt."""
    try:
        content = _content_of(path, ring)
    except StoreError as error:
        return Verified(doubts=(Doubt(path.name, str(error)),)), None
    except InputFaults as error:
        return Verified(doubts=tuple(Doubt(path.name, fault.text()) for fault in error.faults)), None
    except OSError as error:
        return Verified(doubts=(Doubt(path.name, f"读不出来：{reason(error)}"),)), None
    state = State()
    doubts = _doubts(path, content, state)
    signature = signature_in(content.recovered.snapshot.tables)
    signed = look(signature, content.rounds, content.changes, content.writer, ring.known)
    if signed.state is SignState.MISMATCH:
        doubts.append(Doubt(path.name, signed.words))
    freeze = None
    if content.merged and not is_excerpt(content) and not doubts:
        freeze = _seal(state, content.round_raw, doubts, path.name)
    reasons = {erasure.change: erasure for erasure in erasures(state)}
    bare = [c for c in content.changes if c.body is None]
    told = [reasons.get(c.id) or Erasure(change=c.id, reason="", by=(), at="", writer=c.writer) for c in bare]
    found = Verified(
        doubts=tuple(doubts),
        erased=tuple(told),
        slips=tuple(clock_slips(state)),
        signatures=((path.name, signed),),
        freeze=freeze,
    )
    return found, None if is_excerpt(content) else state


def verify_round(folder: Path) -> Verified:
    """Verify every findings file of a round's folder: its own ones and those received that count.

    Each doubt names its file. A folder without any findings file is one doubt, never a quiet success. The
    evidence is that of all files together, so that what one hand removed is not missed in another's file.
    """
    doubts: list[Doubt] = []
    erased: list[Erasure] = []
    slips: list[ClockSlip] = []
    signatures: list[tuple[str, Signed]] = []
    freeze = None
    ring = ring_of(_root_above(folder))
    try:
        received = [path for path, _ in active_files(folder)]
    except StoreError as error:
        received, doubts = [], [Doubt(folder.name, str(error))]
    own = sorted(p for p in folder.glob("*.json") if _OWN.fullmatch(p.name))
    if not own and not received:
        doubts.append(Doubt(folder.name, "文件夹里没有检查记录文件"))
    for path in (*own, *received):
        found, _ = _verify(path, ring)
        doubts += [Doubt(f"{path.name} {doubt.where}", doubt.reason) for doubt in found.doubts]
        erased += found.erased
        slips += found.slips
        # One's own files are signed when they leave, not where they lie.
        signatures += found.signatures if path in received else ()
    with contextlib.suppress(InputFaults, StoreError):
        # What cannot be read was told above.
        source = read_source(folder)
        doubts += evidence_doubts(folder, source.state)
        doubts += _unordered_erasures(source.state)
        freeze = _seal(source.state, source.raw, doubts, folder.name)
    return Verified(
        doubts=tuple(doubts),
        erased=tuple(erased),
        slips=tuple(slips),
        signatures=tuple(signatures),
        freeze=freeze,
    )


def _seal(state: State, raw: dict[str, Any], doubts: list[Doubt], where: str) -> Freeze | None:
    """The seal of a frozen round; what broke it is told as doubts."""
    round_, _ = round_from_raw(raw, name=where)
    freeze = read_freeze(state, round_)
    if freeze is None or freeze.whole:
        return freeze
    doubts.append(Doubt(where, freeze.text()))
    for breach in freeze.breaches:
        by = clean_text("、".join(breach.by), newlines=False)
        told = f"封存后的改动：{by}，{_shown(breach.at, 16)}，{clean_text(breach.what, newlines=False)}"
        doubts.append(Doubt(f"changes（{breach.change[:8]}）", told))
    return freeze


def _unordered_erasures(state: State) -> list[Doubt]:
    """Bodies that are gone without anybody having erased them, known only where all files are together."""
    return [
        Doubt(f"changes（{known.id[:8]}）", "内容没有了，却没有谁彻底删除过它：可能被人拿掉了")
        for known in state.changes.values()
        if known.raw is None and known.id not in state.erased
    ]


def evidence_doubts(round_dir: Path, state: State) -> list[Doubt]:
    """Every piece of evidence whose file is not in the round's folder, or is not what was attached."""
    found = all_evidence(state)
    looked = {name: place(round_dir, piece, deep=True) for name, piece in files_of(found).items()}
    return [
        Doubt(f"{FOLDER}/{one.piece.file[:8]}…（{one.record}）", _lost(one.piece, looked[one.piece.file]))
        for one in found
        if one.piece.file and looked[one.piece.file].words
    ]


def _lost(piece: Piece, there: Place) -> str:
    name = clean_text(piece.name or piece.title, newlines=False)
    if there.missing:
        return f"佐证文件“{name}”没有到：不在本轮的{FOLDER}文件夹里"
    return f"佐证文件“{name}”与编号不符，被改动过或已损坏"


def _doubts(path: Path, content: FindingsContent, state: State) -> list[Doubt]:
    doubts = [Doubt(path.name, message) for message in content.recovery.messages]
    try:
        round_, _ = round_from_raw(content.round_raw, name=path.name)
    except InputFaults as error:
        doubts += [Doubt(fault.path or "round", fault.text()) for fault in error.faults]
        return doubts
    for number, change in enumerate(content.changes, 1):
        where = _where(number, change)
        faults = list(change_faults(change, round_))
        doubts += [Doubt(where, reason) for reason in faults]
        if not faults:
            state.apply(change)
    doubts += _chain(state, content)
    if not doubts:
        doubts += _tables(state, round_, content)
    return doubts


def change_faults(change: Change, round_: Round) -> Iterator[str]:
    """What is wrong with one change in itself: hash, shape, unclean text, records of another round."""
    if not verified(change):
        yield "编号与内容对不上，内容被改动过"
        return
    if change.body is None:
        return
    try:
        body = msgspec.json.decode(change.body, type=Body)
        if any(_unlawful(edit) for edit in body.edits):
            yield "整改步骤不合规定：这样的状态变化不允许，或写法不对"
            return
        if any(_unlawful_grade(edit) for edit in body.edits):
            yield "定级步骤不合规定：这样的状态变化不允许，或写法不对"
            return
        if any(_unlawful_duty(edit) for edit in body.edits):
            yield "岗位责任的记录写法不对"
            return
        if any(e.field.startswith(EVIDENCE) and not lawful_evidence(e.field, e.value) for e in body.edits):
            yield "佐证写法不对：类型、编号或文字不合规定"
            return
        if any(_unlawful_figure(edit) for edit in body.edits):
            yield "分配复算或基本流程抽查的记录写法不对"
            return
        if any(_unlawful_spread(edit) for edit in body.edits):
            yield "经验、采用情况或结对帮扶的写法不对"
            return
        State([change])
    except msgspec.MsgspecError:
        yield "内容不合格式"
        return
    raw = msgspec.json.decode(change.body)
    if clean_json(raw) != raw:
        yield "文字里有控制字符或不可见字符"
    for edit in body.edits:
        address = parse_key(edit.record)
        if address is None:
            yield f"不认识的记录“{_shown(edit.record, 60)}”"
        elif not address.unit:
            continue
        elif round_.unit(address.unit) is None:
            yield f"本轮没有编号为“{_shown(address.unit)}”的单位"
        elif address.kind in ("answer", "finding") and not _known_item(round_, address):
            yield f"本轮清单没有检查项“{_shown(address.checklist)}/{_shown(address.item)}”"


def _shown(key: str, most: int = 40) -> str:
    """Part of a key as it may be told: keys are nobody's words, and may hold anything in a foreign file."""
    return clean_text(key[:most], newlines=False)


def _unlawful(edit: Edit) -> bool:
    """Whether an edit moves a rectification in a way the table of steps does not know."""
    is_step = edit.field == STEP and edit.record.startswith("rect/")
    return is_step and edit.value is not None and read_step(edit.value) is None


def _unlawful_grade(edit: Edit) -> bool:
    """Whether an edit moves a grade in a way its table of steps does not know."""
    if edit.field != "step" or edit.value is None or not edit.record.startswith("grade/"):
        return False
    from inspect_tui.rules.grade_steps import read_grade_step

    return read_grade_step(edit.value) is None


def _unlawful_duty(edit: Edit) -> bool:
    """Whether an edit of a 岗位责任 record says what no such record holds."""
    if not edit.record.startswith("duties/"):
        return False
    from inspect_tui.rules.duties import sound_edit

    return not sound_edit(edit)


def _unlawful_figure(edit: Edit) -> bool:
    """Whether an edit says something of a recount or a walked flow that nobody could read."""
    kind = edit.record.partition("/")[0]
    if edit.value is None or kind not in ("recount", "flow") or edit.field == "deleted":
        return False
    if kind == "recount":
        from inspect_tui.rules.recounts import FIELD, read_told

        return edit.field != FIELD or read_told(edit.value) is None
    from inspect_tui.rules.flow_walks import DRAWN, read_draw, read_mark

    if edit.field == DRAWN:
        return read_draw(edit.value) is None
    return not edit.field.startswith("found.") or read_mark(edit.value) is None


def _unlawful_spread(edit: Edit) -> bool:
    """Whether an edit says something of a card, its adoption or a helping pair that nobody could read."""
    kind = edit.record.partition("/")[0]
    if kind not in ("card", "adopt", "pair"):
        return False
    from inspect_tui.rules.pairing import pair_fault
    from inspect_tui.rules.practices import adopt_fault, card_fault

    fault = {"card": card_fault, "adopt": adopt_fault, "pair": pair_fault}[kind]
    return fault(edit.field, edit.value)


def _known_item(round_: Round, address: Address) -> bool:
    return not address.item or round_.item(address.checklist, address.item) is not None


def _chain(state: State, content: FindingsContent) -> Iterator[Doubt]:
    # A receipt is an excerpt: what is missing from it is meant to be missing.
    gaps = set() if is_excerpt(content) else set(state.gaps())
    for number, change in enumerate(content.changes, 1):
        if change.prev in gaps:
            yield Doubt(_where(number, change), f"缺口：它的前一条改动 {change.prev[:8]} 不在文件里")
    yield from _order(content)
    for writer, prev in state.forks():
        at = _shown(prev, 8) or "开头"
        yield Doubt("changes", f"分叉：{_shown(writer, 12)} 在 {at} 之后有两条不同的后续")
    if not content.merged:
        strangers = {c.writer for c in content.changes} - {content.writer}
        for writer in sorted(strangers):
            yield Doubt("changes", f"有不属于本文件的记录（{_shown(writer, 12)}）")


def _where(number: int, change: Change) -> str:
    return f"changes.{number}（{_shown(change.id, 8)}）"


def _order(content: FindingsContent) -> Iterator[Doubt]:
    """Changes that stand where no program of ours puts them: twice, out of their chain, or out of order."""
    held: set[str] = set()
    last = GENESIS
    everything = {change.id for change in content.changes}
    for number, change in enumerate(content.changes, 1):
        if change.id in held:
            yield Doubt(_where(number, change), "同一条改动出现了两次")
        elif content.merged and change.id < last:
            yield Doubt(_where(number, change), "次序不对：合并文件里的改动按编号排列")
        elif not content.merged and change.prev != last and (change.prev in everything or not change.prev):
            told = f"接在 {change.prev[:8]} 之后" if change.prev else "是开头一条"
            yield Doubt(_where(number, change), f"次序不对：它{told}，却排在 {last[:8] or '开头'} 之后")
        held.add(change.id)
        last = change.id
    # What stands in a journal is newer than what the file says of its end.
    if not content.merged and not content.recovery.replayed and content.meta.head != last:
        told = f"自述最后一条是 {content.meta.head[:8] or '（没有）'}，实际是 {last[:8] or '（没有）'}"
        yield Doubt("_meta", f"{told}：末尾少了或多了改动")


def is_excerpt(content: FindingsContent) -> bool:
    """Whether a file is a receipt (回执), which holds only what concerns one inspector."""
    return content.merged and RECEIPT in content.recovered.snapshot.tables


def _tables(state: State, round_: Round, content: FindingsContent) -> Iterator[Doubt]:
    if not content.tables or content.recovery.replayed or not content.closed:
        return
    expected: dict[str, list[dict[str, Any]]] = state_tables(state, round_)
    for name, rows in expected.items():
        raw = content.tables.get(name)
        try:
            stored = list(msgspec.json.decode(raw, type=dict[str, Any]).values()) if raw is not None else []
        except (msgspec.MsgspecError, RecursionError):
            # Not even a table.
            stored = [None]
        if msgspec.to_builtins(rows) != stored:
            yield Doubt(name, "状态表与改动记录推算的结果不一致")
