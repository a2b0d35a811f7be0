"""Every saving path of the product, one `Saving` each: what the sweeps of faults walk along.

A new path is one more line in `PATHS`, with what it does and what can be read afterwards.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from evidence_work import jpeg
from mergework import file_bytes
from strategies import CHECKLIST, GW1, GW2, ROUND, Desk
from sweepwork import NEW_PASSPHRASE, PASSPHRASE, RECOVERY, Place, Saving

from inspect_tui.exchange import received
from inspect_tui.exchange.appraisal_file import new_appraisal, save_appraisal
from inspect_tui.exchange.carrying import carry_into, gather, hand_over
from inspect_tui.exchange.checklist_keeping import keep as keep_checklist
from inspect_tui.exchange.checklist_sheet import import_bytes
from inspect_tui.exchange.erasing import erase_change, sweep
from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.merging import merge
from inspect_tui.exchange.pack import take_pack, write_pack
from inspect_tui.exchange.planning import amend_round, open_round
from inspect_tui.exchange.receipt import open_receipt, write_receipt
from inspect_tui.exchange.record import record_lines
from inspect_tui.exchange.record_lines import Line, LineText, Numbered
from inspect_tui.model.change import answer_key
from inspect_tui.model.person import Identity
from inspect_tui.model.phrase import PhraseKind
from inspect_tui.model.roster import ROSTER_FORMAT
from inspect_tui.model.round import Period, Round, Team
from inspect_tui.model.terms import FindingKind, Role, RoundKind, Verdict
from inspect_tui.rules import actions, sealing
from inspect_tui.rules.evidence import attach
from inspect_tui.rules.problems import CARRIED_TO
from inspect_tui.rules.reviewing import return_unit
from inspect_tui.store import evidence, files, keyring, vault
from inspect_tui.store.drafts import Drafts
from inspect_tui.store.errors import StoreError
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.findings import findings_exist, read_findings
from inspect_tui.store.keyring import KnownKey, known_keys, new_key, own_key, save_known
from inspect_tui.store.loading import load_pack
from inspect_tui.store.phrases import Phrases
from inspect_tui.store.received import active_files, read_list
from inspect_tui.store.session import Session
from inspect_tui.store.vault_files import decrypt_all, encrypt_all, plain_files
from inspect_tui.store.vault_ops import open_vault, shut_vault
from inspect_tui.store.workspace import Workspace

RAW: dict[str, Any] = json.loads(msgspec.json.encode(msgspec.structs.replace(ROUND, origin="0" * 16)))
LEAD = Identity(name="组长丁", role=Role.LEAD)
ONE = Identity(name="检查员甲")
OTHER = Identity(name="检查员乙")
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SECRET = "某某电话13800000000"
PICTURE = jpeg()


def clock() -> dt.datetime:
    return NOW


def space_of(place: Place) -> Workspace:
    return Workspace(place.root)


def folder_of(place: Place) -> Path:
    return space_of(place).round_dir(ROUND.id)


def base(place: Place, identity: Identity = ONE) -> Workspace:
    """A workspace with one round and whoever works in it."""
    space = space_of(place)
    for folder in (space.checklists_dir, space.rounds_dir, space.exports_dir):
        folder.mkdir(parents=True)
    space.save_round(RAW)
    space.save_identity(identity)
    return space


@contextlib.contextmanager
def session_of(place: Place, name: str | None = None) -> Iterator[Session]:
    """The round open for whoever works here, closed as a command closes it."""
    space = space_of(place)
    held = space.identity()
    session = Session.open(space, ROUND.id, held or Identity(name=name or ONE.name), clock)
    try:
        yield session
    finally:
        session.close()


def note(session: Session, text: str, item: str = "GW-01") -> None:
    """Write a note unless it stands there already, and wait for the disk."""
    key = answer_key("u1", CHECKLIST.id, item)
    if text not in {entry.value for entry in session.state.live(key, "note")}:
        session.commit([actions.set_field(session.state, key, "note", text)], "说明")
        session.flush()


def started(place: Place) -> None:
    """An inspector who has worked for a while: a snapshot, a `.bak`, a day's copy."""
    base(place)
    with session_of(place) as session:
        note(session, "先前写的")
        session.fold()
    with session_of(place) as session:
        note(session, "看了三个月的记录", "GW-02")


def notes(place: Place) -> frozenset[str]:
    """Every note the findings files of the round hold."""
    found: set[str] = set()
    space = space_of(place)
    for writer in space.writers(ROUND.id):
        path = space.findings_path(ROUND.id, writer)
        if findings_exist(path):
            bodies = [msgspec.json.decode(c.body) for c in read_findings(path).changes if c.body is not None]
            found |= {
                edit["value"] for body in bodies for edit in body.get("edits", ()) if edit["field"] == "note"
            }
    return frozenset(found)


def some(before: Any, now: Any, after: Any) -> bool:
    """Whether what is there is a part of what comes, with everything that was there."""
    return bool(before <= now <= after)


# -------------------------------------------------------------------- who works here


def identity_ready(place: Place) -> None:
    base(place, OTHER)
    space_of(place).writer_for(ROUND.id, OTHER)


def identity_look(place: Place) -> Any:
    held = space_of(place).identity()
    return (held.name, held.role) if held else None


def writer_look(place: Place) -> Any:
    space = space_of(place)
    return bool(space.known_writer(ROUND.id, ONE)), bool(space.known_writer(ROUND.id, OTHER))


# -------------------------------------------------------------------- recording


def save(place: Place) -> None:
    with session_of(place) as session:
        note(session, "现场与记录不一致")
        note(session, "补了两张表", "GW-02")
        session.fold()
        note(session, "重新看过")


def import_lines(place: Place) -> None:
    lines = [
        Line(unit="u1", checklist=CHECKLIST.id, item=item, note=text)
        for item, text in (("GW-01", "表上写的一"), ("GW-02", "表上写的二"))
    ]
    lines[1] = msgspec.structs.replace(lines[1], good_practices=(LineText(text="责任上墙"),))
    with session_of(place) as session:
        record_lines(session, [Numbered(n, line) for n, line in enumerate(lines, 1)])


def lines_look(place: Place) -> frozenset[str]:
    """The notes, and the finding typed by hand as often as it stands there."""
    session = Session.open(space_of(place), ROUND.id, ONE, clock, read_only=True)
    texts = [session.state.value(record, "text", "") for record in session.state.records("u1")]
    return notes(place) | {f"责任上墙{number}" for number in range(texts.count("责任上墙"))}


def freeze(place: Place) -> None:
    with session_of(place) as session:
        if sealing.read_freeze(session.state, session.round) is None:
            session.commit(sealing.freeze(session.state, session.round), "封存")
            session.flush()


def frozen(place: Place) -> Any:
    session = Session.open(space_of(place), ROUND.id, ONE, clock, read_only=True)
    held = sealing.read_freeze(session.state, session.round)
    return notes(place), held is not None and held.whole


def rescue_ready(place: Place) -> None:
    started(place)
    (place.top / "usb").mkdir()


def rescue(place: Place) -> None:
    target = place.top / "usb" / f"{'9' * 12}.json"
    with session_of(place) as session:
        assert session.file is not None
        session.file.write_copy(target)


def rescued(place: Place) -> Any:
    target = place.top / "usb" / f"{'9' * 12}.json"
    return len(read_findings(target).changes) if target.exists() else 0


# -------------------------------------------------------------------- rounds


def plan_ready(place: Place) -> None:
    space = base(place, LEAD)
    checklist = json.loads(msgspec.json.encode(CHECKLIST)) | {"full_score": 16}
    (space.checklists_dir / "small.json").write_text(json.dumps(checklist), encoding="utf-8")
    units = [json.loads(msgspec.json.encode(unit)) for unit in ROUND.units]
    roster = {"format": ROSTER_FORMAT, "version": "1.0", "name": "名册", "units": units}
    (place.root / "roster.json").write_text(json.dumps(roster), encoding="utf-8")


def plan(place: Place) -> Round:
    space = space_of(place)
    if "2027Q1-lookback" in rounds(place):
        return space.round("2027Q1-lookback").round  # type: ignore[return-value]
    return open_round(
        space,
        title="2027年第一季度回头看",
        kind=RoundKind.LOOKBACK,
        period=Period(label="2027年第一季度", start="2027-02-01", end="2027-02-05"),
        teams=[Team(id="A1", name="第1检查组", lead="组长丁")],
        unit_ids=["u1", "u2"],
        checklist_ids=["small"],
        now=NOW,
    )


def rounds(place: Place) -> dict[str, int]:
    """Pack versions of the rounds that can be used; a broken one counts as -1."""
    entries = space_of(place).rounds()
    return {entry.id: entry.round.pack_version if entry.round else -1 for entry in entries}


def amend(place: Place) -> None:
    round_ = space_of(place).round(ROUND.id).round
    assert round_ is not None
    if round_.pack_version == 1:
        amend_round(space_of(place), ROUND.id, title="改过的标题")


def carry_ready(place: Place) -> None:
    plan_ready(place)
    with session_of(place) as session:
        session.commit(
            actions.new_finding(session.state, "u1", "f1", FindingKind.DEFICIENCY, "责任牌褪色"), "问题"
        )
        session.flush()
    plan(place)


def carry(place: Place) -> None:
    """Take the old round's problem along, and note there that it lives in the new one."""
    space = space_of(place)
    gathered = gather(space, [ROUND.id], "2027-02-01")
    into = carry_into(space, "2027Q1-lookback", gathered, at=NOW.isoformat())
    told = hand_over(space, into.round, LEAD, clock)
    if told.messages:
        # Told in a sentence and made up for by calling again; to a sweep that is a refusal.
        raise StoreError(told.messages[0])


def carried(place: Place) -> Any:
    round_ = space_of(place).round("2027Q1-lookback").round
    assert round_ is not None
    session = Session.open(space_of(place), ROUND.id, LEAD, clock, read_only=True)
    noted = any(session.state.live(record, CARRIED_TO) for record in session.state.records("u1"))
    return len(round_.carried), noted


def carried_first(before: Any, now: Any, after: Any) -> bool:
    """The new round holds the problem before the old one says so; calling again makes up for it."""
    return bool(now == (1, False))


def pack_look(place: Place) -> Any:
    path = space_of(place).exports_dir / "pack.json"
    return files.fs.exists(path) and load_pack(path)[0].round.title


def laptop_ready(place: Place) -> None:
    """A pack made elsewhere, with the lead's key in it, brought to an empty laptop."""
    lead = Place(place.top / "lead", place.given)
    lead.root.mkdir(parents=True)
    space = base(lead, LEAD)
    new_key(LEAD.name, "2026-11-20")
    write_pack(space, ROUND.id, path=place.brought / "pack.json", now=NOW, by=LEAD.name)


def laptop_amended_ready(place: Place) -> None:
    laptop_ready(place)
    take_pack(space_of(place), place.brought / "pack.json")
    space_of(place).save_identity(ONE)
    with session_of(place) as session:
        note(session, "先前写的")
    lead = Workspace(place.top / "lead" / "w")
    amend_round(lead, ROUND.id, title="改过的标题")
    write_pack(lead, ROUND.id, path=place.brought / "pack.json", now=NOW, by=LEAD.name)


def take_in_pack(place: Place) -> None:
    take_pack(space_of(place), place.brought / "pack.json")
    space_of(place).save_identity(ONE)


def pack_taken(place: Place) -> Any:
    held = space_of(place).identity()
    keys = len(known_keys(place.root))
    return frozenset({*rounds(place).items(), ("keys", keys), ("who", held.name if held else "")})


def pack_parts(before: Any, now: Any, after: Any) -> bool:
    """Round, keys and person come one after the other, each whole."""
    return bool(now <= before | after)


# -------------------------------------------------------------------- from hand to hand


def with_photo(place: Place) -> None:
    started(place)
    (place.brought / "照片.jpg").write_bytes(PICTURE)
    photo(place)


def photo(place: Place) -> None:
    """Copy a photo in, then write the change that names it."""
    with session_of(place) as session:
        kept = evidence.keep(folder_of(place), evidence.look(place.brought / "照片.jpg"), session.writer)
        key = answer_key("u1", CHECKLIST.id, "GW-01")
        session.commit(attach(session.state, key, kept.piece(source="现场")), "佐证")
        session.flush()


def photos(place: Place) -> Any:
    folder = evidence.folder_of(folder_of(place))
    names = sorted(p.name for p in folder.glob("*.jpg")) if folder.is_dir() else []
    whole = all(hashlib.sha256((folder / n).read_bytes()).hexdigest() == n[:64] for n in names)
    named = any(b"evidence:" in bytes(c.body or b"") for c in _own(place))
    return (len(names) if whole else -1), named


def photo_first(before: Any, now: Any, after: Any) -> bool:
    """The photo may lie there before the change names it, never the other way round."""
    return bool(now == (1, False))


def _own(place: Place) -> list[Any]:
    space = space_of(place)
    return [
        change
        for writer in space.writers(ROUND.id)
        for change in read_findings(space.findings_path(ROUND.id, writer)).changes
    ]


def give_in(place: Place) -> None:
    with session_of(place) as session:
        told = hand_in(session, place.root / "exports" / "out.zip")
        lost = [said for said in told.messages if "没有带上" in said]
        if lost:
            raise StoreError(lost[0])


def given_in(place: Place) -> Any:
    path = place.root / "exports" / "out.zip"
    if not files.fs.exists(path):
        return notes(place), 0
    held = read_hand_in(path)
    return notes(place), (held.manifest.counts.changes, len(held.evidence), len(held.damaged))


def given_without(before: Any, now: Any, after: Any) -> bool:
    """A photo that cannot be read just now never holds up the findings; that is said."""
    return bool(now == (after[0], (after[1][0], 0, 0)))


def sealed_ready(place: Place) -> None:
    started(place)
    key = new_key(LEAD.name, "2026-11-20")
    known = KnownKey(name=LEAD.name, sign=key.public.sign, age=key.public.age, rounds=("0" * 16,))
    save_known(place.root, [known])


def give_in_sealed(place: Place) -> None:
    with session_of(place) as session:
        assert hand_in(session, place.root / "exports" / "out.age").encrypted


def given_in_sealed(place: Place) -> Any:
    from inspect_tui.exchange import age_file
    from inspect_tui.exchange.ring import ring_of

    path = place.root / "exports" / "out.age"
    if not path.exists():
        return 0
    return len(read_hand_in(path, data=age_file.decrypt(path.read_bytes(), ring_of(None))).content.changes)


def lead_ready(place: Place) -> None:
    """A lead to whom two inspectors' files were brought, one of them with evidence beside it."""
    base(place, LEAD)
    first, second = Desk("a" * 12, "检查员甲"), Desk("b" * 12, "检查员乙")
    first.judge(Verdict.PASS)
    first.judge(Verdict.FAIL, "记录不全", item=GW2)
    second.judge(Verdict.PASS, item=GW1)
    for desk in (first, second):
        (place.brought / f"{desk.people[0]}.json").write_bytes(file_bytes(desk.own, raw=RAW))


def merge_in(place: Place) -> None:
    space = space_of(place)
    found = received.scan_for(space, ROUND.id, sorted(place.brought.iterdir()))
    if not found.ok:
        raise StoreError(next(f"{file.reason}。" for file in found.files if not file.usable))
    received.take(space, ROUND.id, found, LEAD.name, NOW)


def merged_in(place: Place) -> Any:
    """Files on the list that can be read as they came, and those that cannot."""
    good = 0
    for path, entry in active_files(folder_of(place)):
        good += len(received.changes_of(path, entry))
    return good


def undo_ready(place: Place) -> None:
    lead_ready(place)
    merge_in(place)
    place.given["sha256"] = read_list(folder_of(place))[0].sha256


def undo_merge(place: Place) -> None:
    gone = {entry.sha256 for entry in read_list(folder_of(place)) if not entry.active}
    if place.given["sha256"] not in gone:
        received.undo(space_of(place), ROUND.id, place.given["sha256"], LEAD.name, NOW)


def merge_out(place: Place) -> None:
    told = merge(sorted(place.brought.iterdir()), place.root / "exports" / "OUT.json")
    if told.path is None:
        raise StoreError(next(f"{file.reason}。" for file in told.scan.files if not file.usable))


def merge_again_ready(place: Place) -> None:
    lead_ready(place)
    merge([min(place.brought.iterdir())], place.root / "exports" / "OUT.json")


def merged_out(place: Place) -> Any:
    path = place.root / "exports" / "OUT.json"
    return len(read_findings(path).changes) if path.exists() else 0


def reviewed(place: Place) -> None:
    lead_ready(place)
    merge_in(place)
    with session_of(place) as session:
        session.commit(actions.visit_fields(session.state, "u1", {"submitted": True}), "提交")
        session.commit(return_unit(session.state, "u1", "请补齐"), "退回")
        session.flush()


def receipt(place: Place) -> None:
    with session_of(place) as session:
        write_receipt(session, "检查员甲", place.root / "exports" / "receipt.json")


def receipt_look(place: Place) -> Any:
    path = place.root / "exports" / "receipt.json"
    return path.exists() and len(read_findings(path).changes)


def receipt_ready(place: Place) -> None:
    """An inspector's laptop to which the lead's receipt was brought."""
    lead = Place(place.top / "lead", place.given)
    for made in (lead.root, lead.brought):
        made.mkdir(parents=True)
    reviewed(lead)
    with session_of(lead) as session:
        write_receipt(session, "检查员甲", place.brought / "receipt.json")
    started(place)


def receipt_in(place: Place) -> None:
    open_receipt(space_of(place), place.brought / "receipt.json", ONE.name, NOW)


def erase_ready(place: Place) -> None:
    """What must not stay was written here and received: it stands in every copy that there is of a file."""
    lead_ready(place)
    desk = Desk("d" * 12, "检查员丙")
    place.given["theirs"] = desk.set(answer_key("u1", CHECKLIST.id, "GW-01"), "note", SECRET).id
    (place.brought / "丙.json").write_bytes(file_bytes(desk.own, raw=RAW))
    merge_in(place)
    for count in range(3):
        with session_of(place) as session:
            if not count:
                note(session, SECRET)
                place.given["ours"] = next(reversed(session.state.changes))
            note(session, f"第{count}次", "GW-02")


def erase(place: Place) -> None:
    """Erase both; what was recorded as erased already is only finished."""
    with session_of(place) as session:
        for change in (place.given["ours"], place.given["theirs"]):
            if change not in session.state.changes:
                # Its file could not be read just now and was left out with a word; a command says so too.
                raise StoreError(session.messages[0])
            if change not in session.state.erased:
                erase_change(session, change, "写了个人信息")
        told = sweep(session)
        if told.messages:
            raise StoreError(told.messages[0])


def erased(place: Place) -> Any:
    """What was recorded as erased, and in how many files the words still stand."""
    session = Session.open(space_of(place), ROUND.id, LEAD, clock, read_only=True)
    holding = [
        p.name
        for p in place.root.rglob("*")
        if p.is_file() and not p.name.endswith((".lock", ".holder")) and SECRET.encode() in p.read_bytes()
    ]
    return len(session.state.erased), not holding, "第0次" in notes(place)


def erased_parts(before: Any, now: Any, after: Any) -> bool:
    return bool(now[0] >= before[0] and not (now[1] and now[0] < 2) and now[2])


# -------------------------------------------------------------------- files for people


def export(place: Place) -> None:
    """An export as every screen and command writes one."""
    path = space_of(place).exports_dir / "台账" / "整改台账.csv"
    private_folder(path.parent)
    write_durable(path, "编号,问题\r\n".encode("utf-8-sig") * 40)


def exported(place: Place) -> Any:
    path = space_of(place).exports_dir / "台账" / "整改台账.csv"
    return files.fs.read(path) if files.fs.exists(path) else b""


def export_ready(place: Place) -> None:
    base(place)
    private_folder(space_of(place).exports_dir / "台账")
    write_durable(space_of(place).exports_dir / "台账" / "整改台账.csv", b"old")


def appraise(place: Place) -> None:
    save_appraisal(place.root / "测评" / "a.json", new_appraisal("a", "年度测评", ["某某", "某某某"]))


def appraised(place: Place) -> Any:
    path = place.root / "测评" / "a.json"
    return files.fs.exists(path) and len(files.fs.read(path))


SHEET = "编号,检查内容,分值\r\nGW-01,岗位责任齐全,5\r\nGW-02,按月修订岗位责任,5\r\n".encode("utf-8-sig")


def checklist_ready(place: Place) -> None:
    space = base(place, LEAD)
    old = json.loads(msgspec.json.encode(CHECKLIST)) | {"id": "sheet"}
    (space.checklists_dir / "sheet.json").write_text(json.dumps(old), encoding="utf-8")


def checklist_in(place: Place) -> None:
    found = import_bytes(SHEET, "sheet.csv", checklist_id="sheet")
    assert found.checklist is not None, [fault.text() for fault in found.faults]
    keep_checklist(space_of(place), found)


def checklist_look(place: Place) -> Any:
    folder = space_of(place).checklists_dir
    title = json.loads((folder / "sheet.json").read_text(encoding="utf-8"))["title"]
    return frozenset({title} | {p.name for p in folder.glob("mappings/*.json")})


def checklist_parts(before: Any, now: Any, after: Any) -> bool:
    """The checklist first; without its mapping the next month's sheet is only asked about once more."""
    return bool(now <= after)


def phrases_ready(place: Place) -> None:
    base(place)
    book = Phrases.of(space_of(place))
    book.add("small", "GW-01", PhraseKind.NOTE, "先前常用的")
    assert book.save() == ""


def phrase(place: Place) -> None:
    book = Phrases.of(space_of(place))
    if book.message:
        raise StoreError(book.message)
    book.add("small", "GW-01", PhraseKind.NOTE, "现场与记录不一致")
    said = book.save()
    if said:
        raise StoreError(said)


def phrased(place: Place) -> Any:
    return frozenset(p.text for p in Phrases.of(space_of(place)).all())


def drafts_ready(place: Place) -> None:
    started(place)
    drafts = _drafts(place)
    drafts.save("old", "先前没写完的")
    drafts.close()


def _drafts(place: Place) -> Drafts:
    space = space_of(place)
    return Drafts(space.findings_path(ROUND.id, space.writers(ROUND.id)[0]))


def draft(place: Place) -> None:
    drafts = _drafts(place)
    if drafts.message:
        drafts.close()
        raise StoreError(drafts.message)
    drafts.save("new", "正在写的")
    drafts.close()
    if drafts.error:
        raise StoreError(drafts.error)


def drafted(place: Place) -> Any:
    return frozenset(_drafts(place).load().values())


# -------------------------------------------------------------------- keys and vaults


def key(place: Place) -> None:
    if own_key(ONE.name) is None:
        new_key(ONE.name, "2026-11-20")


def key_look(place: Place) -> Any:
    held = own_key(ONE.name)
    return held.name if held else ""


def know(place: Place) -> None:
    public = place.given["key"]
    keys = known_keys(place.root)
    save_known(place.root, keyring.with_key(keys, public))


def know_ready(place: Place) -> None:
    base(place)
    for number, name in enumerate(("检查员甲", "检查员乙")):
        made = new_key(name, "2026-11-20")
        known = KnownKey(name=name, sign=made.public.sign, age=made.public.age)
        if number:
            place.given["key"] = known
        else:
            save_known(place.root, [known])


def known(place: Place) -> Any:
    return frozenset(key.name for key in known_keys(place.root))


def vault_ready(place: Place) -> None:
    started(place)
    private_folder(space_of(place).exports_dir)
    write_durable(space_of(place).exports_dir / "通报.md", "东沟第2党小组".encode())


def shut_in(place: Place) -> None:
    """Encrypt a workspace; called again after a crash it goes on where it was."""
    if vault.is_vaulted(place.root):
        held = vault.unlock(place.root, PASSPHRASE)
    else:
        held = vault.create(place.root, PASSPHRASE, RECOVERY)
    open_vault(held)
    try:
        _, left = encrypt_all(held)
        if left:
            raise StoreError(left[0])
    finally:
        shut_vault(place.root)


def let_out(place: Place) -> None:
    if not vault.is_vaulted(place.root):
        return
    held = vault.unlock(place.root, PASSPHRASE)
    open_vault(held)
    _, left = decrypt_all(held)
    if left:
        shut_vault(place.root)
        raise StoreError(left[0])


def shut(place: Place) -> Any:
    """What can be read with the passphrase, and whether anything still stands in plain."""
    is_shut = vault.is_vaulted(place.root)
    with place.unlocked():
        exports = space_of(place).exports_dir
        readable = notes(place), files.fs.read(exports / "通报.md").decode()
        held = place.unlock() if is_shut else None
        return readable, held is not None and not plain_files(held)


def encrypted_ready(place: Place) -> None:
    vault_ready(place)
    shut_in(place)


def change_passphrase(place: Place) -> None:
    vault.change_passphrase(place.unlock(), NEW_PASSPHRASE, RECOVERY)


def opens_with(place: Place) -> Any:
    found = []
    for word in (PASSPHRASE, NEW_PASSPHRASE):
        with contextlib.suppress(vault.WrongPassphrase):
            vault.unlock(place.root, word)
            found.append(word)
    # The second copy is written first; the file itself decides.
    return tuple(found)


def init(place: Place) -> None:
    Workspace.init(place.root)


def inited(place: Place) -> Any:
    return frozenset(p.relative_to(place.root).as_posix() for p in place.root.rglob("*.json"))


PATHS = (
    Saving("who works here", identity_ready, lambda p: space_of(p).save_identity(ONE), identity_look),
    Saving("a writer's id", identity_ready, lambda p: space_of(p).writer_for(ROUND.id, ONE), writer_look),
    Saving("save, fold, close", started, save, notes, some),
    Saving("lines of a form or record file", started, import_lines, lines_look, some),
    Saving("freeze", started, freeze, frozen),
    Saving("rescue copy", rescue_ready, rescue, rescued),
    Saving("new round", plan_ready, plan, rounds),
    Saving("amend round", plan_ready, amend, rounds),
    Saving(
        "carry over and hand over", carry_ready, carry, carried, lambda b, n, a: n == (1, False), shuts=True
    ),
    Saving(
        "write pack",
        lambda p: base(p, LEAD),
        lambda p: write_pack(space_of(p), ROUND.id, path=space_of(p).exports_dir / "pack.json", now=NOW),
        pack_look,
    ),
    Saving("take pack", laptop_ready, take_in_pack, pack_taken, pack_parts),
    Saving("take amended pack", laptop_amended_ready, take_in_pack, pack_taken, pack_parts),
    Saving(
        "copy evidence in",
        lambda p: (started(p), (p.brought / "照片.jpg").write_bytes(PICTURE)),
        photo,
        photos,
        photo_first,
    ),
    Saving("hand in", with_photo, give_in, given_in, given_without),
    Saving("hand in, encrypted", sealed_ready, give_in_sealed, given_in_sealed),
    Saving("merge in", lead_ready, merge_in, merged_in),
    Saving("undo merge", undo_ready, undo_merge, merged_in),
    Saving("merge to a file", lead_ready, merge_out, merged_out),
    Saving("merge to a file again", merge_again_ready, merge_out, merged_out),
    Saving("write receipt", reviewed, receipt, receipt_look),
    Saving("take receipt", receipt_ready, receipt_in, merged_in),
    Saving("erase for good", erase_ready, erase, erased, erased_parts),
    Saving("export", base, export, exported),
    Saving("export over an older file", export_ready, export, exported),
    Saving("appraisal", base, appraise, appraised),
    Saving("checklist from a sheet", checklist_ready, checklist_in, checklist_look, checklist_parts),
    Saving("phrases", phrases_ready, phrase, phrased),
    Saving("drafts", drafts_ready, draft, drafted, lambda b, n, a: False),
    Saving("own key", base, key, key_look),
    Saving("a colleague's key", know_ready, know, known),
    Saving("encrypt workspace", vault_ready, shut_in, shut),
    Saving("decrypt workspace", encrypted_ready, let_out, shut, lambda b, n, a: n[0] == b[0]),
    Saving("new passphrase", encrypted_ready, change_passphrase, opens_with),
    Saving("save in an encrypted workspace", encrypted_ready, save, notes, some, Place.unlocked),
    Saving("export in an encrypted workspace", encrypted_ready, export, exported, None, Place.unlocked),
    Saving("new workspace", lambda p: None, init, inited, some),
)
