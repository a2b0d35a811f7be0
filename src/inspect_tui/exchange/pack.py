"""发包: the one file that makes a laptop ready for its units, and taking such a file in.

A pack is the whole round, so any laptop can take over any unit. An amended pack (a higher `pack_version`)
replaces the round and keeps every answer; items whose text changed ask for a fresh look.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.evidence_packed import EVIDENCE_BYTES, packed_evidence, unpack_evidence
from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.recipients import keys_for_pack, take_keys
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.change import parse_key
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.pack import PACK_VERSION, Pack
from inspect_tui.model.round import PACK_FORMAT, Round
from inspect_tui.rules.canonical import item_hash
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import read_answer
from inspect_tui.store.errors import StoreError
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.findings import read_findings
from inspect_tui.store.loading import load_pack, load_round
from inspect_tui.store.workspace import Workspace


class PackResult(msgspec.Struct, frozen=True, kw_only=True):
    """What taking a pack did.

    `status` is new, amended, known (the same pack is here already) or older (refused: a newer one is
    here). `changed` names the reworded items as (checklist, item); `stale` counts the answers given for
    their old text, which now are 需重看. `team` is the team the pack was made for.
    """

    status: str
    round: Round
    team: str = ""
    changed: tuple[tuple[str, str], ...] = ()
    stale: int = 0
    messages: tuple[str, ...] = ()


def pack_raw(
    raw: dict[str, Any],
    team: str,
    units: tuple[str, ...],
    made: str,
    by: str = "",
    evidence: dict[str, str] | None = None,
    keys: dict[str, Any] | None = None,
) -> bytes:
    """A pack as bytes, with the round as it stands in its file, evidence in base64 by file name, and keys."""
    pack = {
        "format": PACK_FORMAT,
        "version": PACK_VERSION,
        "team": team,
        "units": list(units),
        "made": made,
        "made_by": by,
        "round": raw,
    }
    if evidence:
        pack["evidence"] = evidence
    pack |= keys or {}
    return msgspec.json.format(msgspec.json.encode(pack), indent=1)


def write_pack(
    space: Workspace,
    round_id: str,
    team: str | None = None,
    path: Path | None = None,
    *,
    now: dt.datetime,
    by: str = "",
    evidence_bytes: int = EVIDENCE_BYTES,
    messages: list[str] | None = None,
) -> Path:
    """Write the pack of a round, for one team (by id or name) or for everyone; returns where it stands.

    Evidence of the problems carried over goes along up to `evidence_bytes`; what does not is told in
    `messages`. Whoever packs (`by`) and has a key here is whom hand-ins will be encrypted to.
    Raises ExportRefused for a round marked 秘密 or above, InputFaults for an unknown team or a faulty
    round, StoreError when it cannot be written.
    """
    round_, raw, _ = load_round(space.round_dir(round_id) / "round.json")
    refuse_secret(round_)
    chosen = None
    if team:
        chosen = next((t for t in round_.teams if team in (t.id, t.name)), None)
        if chosen is None:
            teams = tuple(f"{t.id}（{t.name}）" for t in round_.teams)
            fault = Fault(
                code="H01", message="本轮没有这个检查组", value=team, allowed=teams, remedy="请核对检查组"
            )
            raise InputFaults([fault])
    if path is None or path.is_dir():
        version = f"第{round_.pack_version}版" if round_.pack_version > 1 else ""
        practice = "演练" if round_.practice else ""
        parts = ["发包", practice, round_.title, chosen.name if chosen else "", version]
        path = (path or space.exports_dir) / readable_name(parts, now.date(), "json")
    private_folder(path.parent)
    units = chosen.units if chosen else ()
    carried, told = packed_evidence(space, round_, units, evidence_bytes)
    keys = keys_for_pack(space, by)
    if "lead_key" in keys:
        told.append(f"已带上{by}的公钥，组员的交卷会加密，只有这台电脑能打开。")
        if not round_.recovery_key:
            told.append("还没有办公室备用公钥（--recovery-key）：这台电脑坏了，加密的交卷就打不开。")
    if messages is not None:
        messages += told
    made = now.isoformat(timespec="seconds")
    write_durable(path, pack_raw(raw, chosen.id if chosen else "", units, made, by, carried, keys))
    return path


def take_pack(space: Workspace, path: Path) -> PackResult:
    """Take a pack into a workspace; the folder is made ready when it is none yet.

    Raises InputFaults for a file that is no sound pack, or for another round that has the same id, and
    StoreError when nothing can be written.
    """
    result, raw_round, pack, raw = _weigh(space, path)
    if result.status == "new":
        for folder in (space.rounds_dir, space.exports_dir):
            private_folder(folder)
    lost = 0
    if result.status != "older":
        lost = unpack_evidence(space, result.round, raw.get("evidence"))
    if result.status in ("new", "amended"):
        space.save_round(raw_round)
    said = [] if result.status == "older" else take_keys(space, pack, pack.made)
    if lost:
        said.append(f"发包里有{lost}件佐证不能用，没有收下，其余照常。")
    return msgspec.structs.replace(result, messages=(*result.messages, *said))


def look_at_pack(space: Workspace, path: Path) -> PackResult:
    """What taking a pack would do; nothing is written. Raises InputFaults as `take_pack` does."""
    return _weigh(space, path)[0]


def _weigh(space: Workspace, path: Path) -> tuple[PackResult, dict[str, Any], Pack, dict[str, Any]]:
    """What a pack would do, the raw round in it, and the pack as read and raw."""
    pack, raw, warnings = load_pack(path)
    incoming = pack.round
    raw_round: dict[str, Any] = raw["round"]
    try:
        target = space.round_dir(incoming.id) / "round.json"
    except ValueError:
        fault = Fault(code="H02", file=path.name, message="轮次编号写法不对", value=incoming.id)
        raise InputFaults([fault]) from None
    notes = [w.text() for w in warnings]
    if not target.exists():
        fresh = PackResult(status="new", round=incoming, team=pack.team, messages=tuple(notes))
        return fresh, raw_round, pack, raw
    held, held_raw, _ = load_round(target)
    if not same_round(held, incoming):
        fault = Fault(
            code="H03",
            file=path.name,
            message=f"本文件夹已有另一轮检查也叫“{incoming.id}”（{held.title}），不是同一轮",
            remedy="请换一个空文件夹打开这个发包文件，或请组长核对是不是重复建了轮次",
        )
        raise InputFaults([fault])
    if incoming.pack_version < held.pack_version:
        said = f"这是旧的发包（第{incoming.pack_version}版），本机已是第{held.pack_version}版，没有改动。"
        older = PackResult(status="older", round=held, team=pack.team, messages=(said, *notes))
        return older, raw_round, pack, raw
    if incoming.pack_version == held.pack_version:
        if raw_round != held_raw:
            fault = Fault(
                code="H04",
                file=path.name,
                message=f"同为第{held.pack_version}版，内容却和本机的不同",
                remedy="请向组长要版本号更高的发包文件",
            )
            raise InputFaults([fault])
        known = PackResult(status="known", round=held, team=pack.team, messages=tuple(notes))
        return known, raw_round, pack, raw
    changed = reworded(held, incoming)
    stale, unread = _stale_answers(space, incoming)
    said = f"已更新为第{incoming.pack_version}版，原有检查记录全部保留。"
    if changed:
        said += f"有{len(changed)}项条文改动，其中{stale}项已查过，需重看。"
    amended = PackResult(
        status="amended",
        round=incoming,
        team=pack.team,
        changed=changed,
        stale=stale,
        messages=(said, *unread, *notes),
    )
    return amended, raw_round, pack, raw


def same_round(held: Round, incoming: Round) -> bool:
    """Whether two rounds of one id are the same round, perhaps in different versions."""
    if held.origin or incoming.origin:
        return held.origin == incoming.origin
    return held.created == incoming.created


def reworded(before: Round, after: Round) -> tuple[tuple[str, str], ...]:
    """Items of both rounds whose text or rubric differs, as (checklist, item)."""
    changed = []
    for checklist in after.checklists:
        for item in checklist.items():
            old = before.item(checklist.id, item.id)
            if old is not None and item_hash(old) != item_hash(item):
                changed.append((checklist.id, item.id))
    return tuple(changed)


def _stale_answers(space: Workspace, round_: Round) -> tuple[int, list[str]]:
    """How many answers held here were given for another text, and which files could not be read."""
    state, unread = State(), []
    for writer in space.writers(round_.id):
        try:
            content = read_findings(space.findings_path(round_.id, writer))
        except StoreError as error:
            unread.append(str(error))
            continue
        for change in content.changes:
            try:
                state.apply(change)
            except msgspec.ValidationError:
                continue
    count = 0
    for unit in state.units():
        for record in state.records(unit):
            address = parse_key(record)
            if address is None or address.kind != "answer":
                continue
            item = round_.item(address.checklist, address.item)
            if item is not None and read_answer(state, unit, address.checklist, item).stale:
                count += 1
    return count, unread
