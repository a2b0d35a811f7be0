"""Evidence: attached, copied whole or not at all, travelling with the findings, never costing one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest
from evidence_work import jpeg, png
from faultfs import FaultFS, Kill
from telling_work import NOW, make_round, make_space, record, work

from inspect_tui.exchange.evidence_brought import missing, told
from inspect_tui.exchange.handin import hand_in
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.manifest import MANIFEST
from inspect_tui.exchange.received import journal, scan_for, take, undo
from inspect_tui.exchange.verifying import verify_all, verify_round
from inspect_tui.model.change import Body, Edit, answer_key, labelled_finding_key, rect_key
from inspect_tui.model.evidence import ENDINGS, Piece, ending
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import EvidenceKind
from inspect_tui.rules.canonical import make_change
from inspect_tui.rules.evidence import (
    NoEvidence,
    all_evidence,
    attach,
    evidence_of,
    evidence_of_item,
    has_evidence,
    lawful,
    piece_id,
    remove,
)
from inspect_tui.rules.fold import State
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.store import evidence, files
from inspect_tui.store.errors import StoreError
from inspect_tui.store.evidence import CopyStopped, Refused, keep, look
from inspect_tui.store.evidence_clearing import clear_temps
from inspect_tui.store.session import Session

RECORD = answer_key("DG01", "lzrh-dxz", "GW-02")
LINES = [{"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修订"}]}]


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return make_space(tmp_path / "w")


def photo(folder: Path, name: str = "IMG_0001.JPG", data: bytes | None = None) -> Path:
    path = folder / name
    path.write_bytes(jpeg() if data is None else data)
    return path


def attached(session: Session, path: Path, record_: str = RECORD, **more) -> Piece:
    kept = keep(session.space.round_dir(session.round.id), look(path), session.writer)
    piece = kept.piece(**more)
    session.commit(attach(session.state, record_, piece), "加佐证")
    session.flush()
    return piece


def folder_names(session: Session) -> list[str]:
    folder = session.space.round_dir(session.round.id) / "evidence"
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def session(space, tmp_path):
    held = work(space, make_round(space))
    record(held, tmp_path / "lines", LINES)
    yield held
    if held.file is not None:
        held.close()


# -------------------------------------------------------------------- what the changes say


def ref(text: str, **more) -> Piece:
    return Piece(kind=EvidenceKind.REFERENCE, reference=text, **more)


class Hand:
    """One author who saw what a state holds."""

    def __init__(self, writer: str, name: str) -> None:
        self.writer, self.name, self.prev = writer, name, ""
        self.own: list = []

    def do(self, state: State, edits: list[Edit]):
        body = Body(at=f"2026-11-18T09:{len(self.own):02d}:00+08:00", by=(self.name,), edits=tuple(edits))
        change = make_change(self.prev, self.writer, body)
        self.prev = change.id
        self.own.append(change)
        return change


def test_a_removal_and_an_addition_by_two_hands_both_hold_and_captions_add_up():
    first, second, start = Hand("a" * 12, "甲"), Hand("b" * 12, "乙"), State()
    one, two = ref("会议记录本第12页"), ref("见党建平台")
    added = first.do(start, attach(start, RECORD, one))
    seen = State([added])
    gone = first.do(seen, remove(seen, evidence_of(seen, "DG01", RECORD)[0]))
    other = second.do(seen, attach(seen, RECORD, two))
    for changes in ([added, gone, other], [other, gone, added]):
        held = evidence_of(State(changes), "DG01", RECORD)
        assert [e.piece.reference for e in held] == ["见党建平台"]
    told = [
        first.do(start, attach(start, RECORD, ref("台账", caption="第3页"))),
        second.do(start, attach(start, RECORD, ref("台账", caption="缺签字"))),
    ]
    (both,) = evidence_of(State(told), "DG01", RECORD)
    assert set(both.piece.caption.split("；")) == {"第3页", "缺签字"} and both.by == ("甲", "乙")
    assert list(State(told).questions()) == [], "two captions are no quarrel"


def test_a_file_attached_twice_is_one_piece_and_removed_comes_back_by_undo(session, tmp_path):
    path = photo(tmp_path)
    piece = attached(session, path, caption="责任上墙")
    assert attach(session.state, RECORD, piece) == []
    attached(session, photo(tmp_path, "again.jpg"), caption="责任上墙")
    assert folder_names(session) == [f"{hashlib.sha256(jpeg()).hexdigest()}.jpg"]
    (held,) = evidence_of(session.state, "DG01", RECORD)
    session.commit(remove(session.state, held), "移除佐证")
    assert not has_evidence(session.state, "DG01", RECORD) and folder_names(session)
    with pytest.raises(NoEvidence, match="已经移除"):
        remove(session.state, held)
    session.undo("DG01")
    assert has_evidence(session.state, "DG01", RECORD)


def test_an_item_has_the_evidence_of_its_findings_and_a_problem_that_of_its_item(session):
    finding = labelled_finding_key("DG01", "lzrh-dxz", "GW-02", "未按月修订")
    session.commit(attach(session.state, finding, ref("岗位责任清单第3页")), "加佐证")
    assert has_evidence(session.state, "DG01", RECORD) and has_evidence(session.state, "DG01", finding)
    assert not has_evidence(session.state, "DG02", finding)
    assert not has_evidence(session.state, "DG01", answer_key("DG01", "lzrh-dxz", "GW-01"))
    session.commit(attach(session.state, RECORD, ref("见党建平台")), "加佐证")
    at_item = evidence_of_item(session.state, "DG01", "lzrh-dxz", "GW-02")
    assert [e.piece.reference for e in at_item] == ["见党建平台", "岗位责任清单第3页"]
    (row,) = ledger_rows(session.state, session.round, "2026-11-20")
    assert set(row.evidence) == {"出处“岗位责任清单第3页”", "出处“见党建平台”"}
    session.commit(attach(session.state, rect_key("DG01", row.id), ref("整改报告")), "加佐证")
    (row,) = ledger_rows(session.state, session.round, "2026-11-20")
    assert len(row.evidence) == len(row.pieces) == 3


NONSENSE = [
    7,
    {},
    {"kind": "photo"},
    {"kind": "film", "reference": "x"},
    {"kind": "reference", "reference": ""},
    {"kind": "reference", "reference": "x" * 201},
    {"kind": "reference", "reference": "x", "sha256": "0" * 64},
    {"kind": "photo", "sha256": "../../etc/passwd", "ext": "jpg", "size": 3},
    {"kind": "photo", "sha256": "a" * 64, "ext": "exe", "size": 3},
    {"kind": "photo", "sha256": "a" * 64, "ext": "jpg/../../x", "size": 3},
    {"kind": "photo", "sha256": "a" * 64, "ext": "jpg", "size": -1},
    {"kind": "photo", "sha256": "a" * 64, "ext": "jpg", "size": 3, "caption": "一\n二"},
]


def test_a_foreign_value_that_is_no_evidence_is_rejected_with_a_reason_and_read_as_none(session):
    from inspect_tui.exchange.judging import Grounds

    grounds, field = Grounds([session.round]), "evidence:" + "a" * 16
    for value in NONSENSE:
        change = Hand("c" * 12, "丙").do(State(), [Edit(record=RECORD, field=field, value=value)])
        assert grounds.faults(change) == ["佐证写法不对：类型、编号或文字不合规定"], value
        assert evidence_of(State([change]), "DG01", RECORD) == []


def test_a_piece_under_an_id_that_is_not_its_own_is_rejected():
    value = msgspec.to_builtins(ref("见党建平台"))
    assert lawful("evidence:" + piece_id(ref("见党建平台")), value)
    assert not lawful("evidence:" + "0" * 16, value) and lawful("evidence:" + "0" * 16, None)


# -------------------------------------------------------------------- copying


def refusal(call, *args) -> str:
    with pytest.raises(Refused) as caught:
        call(*args)
    assert str(caught.value).endswith("。")
    return str(caught.value)


def test_what_is_no_plain_file_of_a_known_kind_is_refused_with_a_remedy(tmp_path):
    real = photo(tmp_path)
    (tmp_path / "link.jpg").symlink_to(real)
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    photo(tmp_path, "empty.jpg", b"")
    photo(tmp_path, "run.exe", b"MZ")
    photo(tmp_path, "noend", b"x")
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(33 * 1024 * 1024)
    refused = {
        "link.jpg": "链接，请选原来的文件",
        "folder.jpg": "是文件夹，请选里面的文件",
        "pipe.jpg": "不是普通文件",
        "empty.jpg": "是空文件",
        "run.exe": "不能作佐证",
        "noend": "不能作佐证",
        "huge.jpg": "33MB，每件最多32MB",
        "none.jpg": "读不出来",
        "bad\0name.jpg": "文件名不能用",
    }
    for name, words in refused.items():
        assert words in refusal(look, tmp_path / name), name
    assert "不是普通文件" in refusal(look, Path("/dev/null"))
    shown = refusal(look, tmp_path / "\x1b[31m[@click=app.quit]x.jpg")
    assert shown.startswith("“[31m[@click=app.quit]x.jpg”"), "cleaned before it is shown"


def test_a_file_put_in_place_of_the_one_looked_at_is_refused_too(session, tmp_path):
    looked = look(photo(tmp_path))
    for change in (lambda p: os.mkfifo(p), lambda p: p.symlink_to("/dev/zero"), lambda p: p.mkdir()):
        looked.path.unlink()
        change(looked.path)
        round_dir = session.space.round_dir(session.round.id)
        with pytest.raises(Refused):
            keep(round_dir, looked, session.writer)
        if looked.path.is_dir() and not looked.path.is_symlink():
            looked.path.rmdir()
            looked.path.touch()
    assert folder_names(session) == []


#: Names and contents, with the ending a file is then kept by; none where it is refused.
TRUE_KINDS = [
    ("a.JPEG", jpeg(), "jpg"),
    ("phone.jpg", b"\0\0\0\x18ftypheic" + b"\0" * 9, "heic"),
    ("a.png", png(), "png"),
    ("a.pdf", b"%PDF-1.7", "pdf"),
    ("a.docx", b"PK\x03\x04", "docx"),
    ("a.doc", b"\xd0\xcf\x11\xe0", "doc"),
    ("a.txt", "党员".encode("gb18030"), "txt"),
    ("a.jpg", b"MZ program", ""),
    ("a.pdf", b"PK\x03\x04", ""),
    ("a.xlsx", b"%PDF-1.7", ""),
    ("a.txt", b"MZ program", ""),
]


def test_a_file_is_kept_by_what_it_is_not_by_what_it_is_called(session, tmp_path):
    round_dir = session.space.round_dir(session.round.id)
    for name, data, ext in TRUE_KINDS:
        path = photo(tmp_path, name, data)
        if not ext:
            assert "对不上" in refusal(keep, round_dir, look(path), "w"), name
            assert folder_names(session) == []
            continue
        kept = keep(round_dir, look(path), "w")
        assert (kept.ext, kept.name, kept.known) == (ext, name, False) and ext in ENDINGS
        assert keep(round_dir, look(path), "w").known and ending(name) in ENDINGS
        assert folder_names(session) == [f"{hashlib.sha256(data).hexdigest()}.{ext}"]
        (round_dir / "evidence" / folder_names(session)[0]).unlink()


def test_a_source_that_changes_or_is_pulled_out_while_copied_leaves_nothing(session, tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "STEP", 64)
    round_dir = session.space.round_dir(session.round.id)
    path = photo(tmp_path)
    for change in (
        lambda: path.write_bytes(jpeg() + b"more"),
        lambda: os.truncate(path, 130),
        lambda: path.open("r+b").write(b"\xff\xd8\xff\xe9"),
    ):
        path.write_bytes(jpeg())
        looked = look(path)
        meddle = iter((change,))

        def step(done: int, total: int, meddle=meddle) -> None:
            for act in meddle:
                act()

        with pytest.raises(Refused, match="正在改动"):
            keep(round_dir, looked, "w", progress=step)
    path.write_bytes(jpeg())
    real, reads = os.read, []

    def pulled(fd, count):
        reads.append(fd)
        if len(reads) > 2:
            raise OSError(errno.ENODEV, "gone")
        return real(fd, count)

    monkeypatch.setattr(evidence.os, "read", pulled)
    with pytest.raises(Refused, match=r"存储设备已断开。请核对位置，或重新插好移动盘"):
        keep(round_dir, look(path), "w")
    assert folder_names(session) == []


def test_stopping_leaves_nothing_and_progress_counts_to_the_end(session, tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "STEP", 100)
    round_dir, path, seen = session.space.round_dir(session.round.id), photo(tmp_path), []
    with pytest.raises(CopyStopped):
        keep(
            round_dir, look(path), "w", progress=lambda d, t: seen.append(d), cancelled=lambda: len(seen) > 2
        )
    assert folder_names(session) == [] and len(seen) == 3
    keep(round_dir, look(path), "w", progress=lambda d, t: seen.append((d, t)))
    assert seen[-1] == (len(jpeg()), len(jpeg()))


def test_limits_and_free_space_are_looked_at_before_anything_is_copied(space, monkeypatch):
    held = [Piece(kind=EvidenceKind.PHOTO, sha256=f"{n:064x}", ext="jpg", size=99 << 20) for n in range(4)]
    assert "已有396MB，再加5MB就超过400MB" in refusal(evidence.check_room, space.root, [5 << 20], held)
    assert "最多1500件" in refusal(evidence.check_room, space.root, [1], [held[0]] * 1500)
    monkeypatch.setattr(evidence, "free_bytes", lambda folder: 70 << 20)
    evidence.check_room(space.root, [6 << 20], [])
    told = refusal(evidence.check_room, space.root, [7 << 20], [])
    assert "需要71MB，只剩70MB" in told and "检查记录不受影响" in told
    assert not (space.root / "evidence").exists()


def test_every_failure_and_every_kill_while_copying_leaves_the_file_whole_or_away(
    session, tmp_path, monkeypatch
):
    round_dir, path = session.space.round_dir(session.round.id), photo(tmp_path)
    name = f"{hashlib.sha256(jpeg()).hexdigest()}.jpg"
    counted = FaultFS()
    monkeypatch.setattr(files, "fs", counted)
    keep(round_dir, look(path), "w")
    (round_dir / "evidence" / name).unlink()
    steps = counted.count
    assert steps >= 6
    for at in range(steps):
        for action in (errno.ENOSPC, errno.EIO, "before", "after", "torn"):
            fault = FaultFS(at, action)
            monkeypatch.setattr(files, "fs", fault)
            try:
                keep(round_dir, look(path), "w")
            except Kill:
                fault.abandon()
            except StoreError as error:
                assert "检查记录不受影响" in str(error)
            monkeypatch.setattr(files, "fs", files.FileOps())
            left = folder_names(session)
            whole = name in left
            assert not whole or (round_dir / "evidence" / name).read_bytes() == jpeg(), (at, action)
            assert isinstance(action, str) or not [n for n in left if n.endswith(".tmp")], (at, action)
            # The next start of the same writer clears what a kill left; another writer leaves it alone.
            temps = len(left) - whole
            assert clear_temps(round_dir, "other") == 0
            assert clear_temps(round_dir, "w") == temps
            assert keep(round_dir, look(path), "w").known == whole
            (round_dir / "evidence" / name).unlink()
            assert folder_names(session) == []


_FULL = """
import resource, signal, sys
from pathlib import Path
from inspect_tui.store.evidence import keep, look
from inspect_tui.store.errors import StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
try:
    keep(Path(sys.argv[1]), look(Path(sys.argv[2])), "w")
except StoreError as error:
    print(error)
"""


def test_a_full_disk_a_read_only_folder_and_a_real_kill(session, tmp_path):
    """For real: a limit on the size of files, a folder nobody may write, a process killed in the middle."""
    big = photo(tmp_path, "big.jpg", jpeg() + b"\0" * 6_000_000)
    round_dir = session.space.round_dir(session.round.id)

    def run(code: str, **more):
        return subprocess.run(
            [sys.executable, "-c", code, str(round_dir), str(big)],
            capture_output=True,
            encoding="utf-8",
            **more,
        )

    told = run(_FULL)
    assert "没有加上：文件超出了系统允许的大小" in told.stdout, told.stderr
    assert folder_names(session) == []
    killed = run(
        "import os, sys\nfrom pathlib import Path\nfrom inspect_tui.store.evidence import keep, look\n"
        "stop = lambda done, total: os.kill(os.getpid(), 9) if done > 3_000_000 else None\n"
        f"keep(Path(sys.argv[1]), look(Path(sys.argv[2])), {session.writer!r}, progress=stop)\n"
    )
    assert killed.returncode == -9
    (left,) = folder_names(session)
    assert left.startswith(session.writer) and left.endswith(".tmp")
    session.close()
    again = work(session.space, session.round)
    assert folder_names(again) == [] and again.messages == []
    again.close()
    if os.geteuid():
        (round_dir / "evidence").chmod(0o500)
        with pytest.raises(StoreError, match="没有写入权限"):
            keep(round_dir, look(big), "w")
        (round_dir / "evidence").chmod(0o700)


# -------------------------------------------------------------------- travelling


@pytest.fixture
def handed(session, tmp_path):
    """A hand-in with one photo on a finding and one reference, and the lead's own empty workspace."""
    piece = attached(session, photo(tmp_path), caption="未修订的清单", source="检查员甲拍")
    session.commit(attach(session.state, RECORD, ref("见党建平台")), "加佐证")
    receipt = hand_in(session)
    session.close()
    lead = make_space(tmp_path / "lead")
    lead.save_round(session.raw)
    return session, piece, receipt, lead


def merged(lead, path: Path, round_id: str):
    found = scan_for(lead, round_id, [path])
    return found, take(lead, round_id, found, "组长丁", NOW)


def opened(lead, round_id: str) -> Session:
    return Session.open(lead, round_id, Identity(name="检查员乙"))


def test_a_hand_in_carries_what_its_changes_name_and_the_lead_gets_it(handed):
    session, piece, receipt, lead = handed
    round_id = session.round.id
    assert receipt.counts.evidence == 1 and "佐证1件" in receipt.counts.text()
    assert read_hand_in(receipt.path).evidence == (f"evidence/{piece.file}",)
    found, (entry,) = merged(lead, receipt.path, round_id)
    assert found.files[0].warnings == [] and entry.note == ""
    there = lead.round_dir(round_id) / "evidence" / piece.file
    assert there.read_bytes() == jpeg()
    assert verify_round(lead.round_dir(round_id)).doubts == ()
    # Off the list again: the file stays, and taking it again needs no copy.
    undo(lead, round_id, entry.sha256, "组长丁", NOW)
    assert there.is_file()
    there.unlink()
    merged(lead, receipt.path, round_id)
    assert there.is_file()


def test_only_what_stands_goes_along_and_nothing_that_merely_lies_there(session, tmp_path):
    keep_ = attached(session, photo(tmp_path))
    attached(session, photo(tmp_path, "b.png", png()))
    gone = next(e for e in all_evidence(session.state) if e.piece.ext == "png")
    session.commit(remove(session.state, gone), "移除佐证")
    (session.space.round_dir(session.round.id) / "evidence" / "身份证.jpg").write_bytes(b"private")
    held = read_hand_in(hand_in(session).path)
    assert held.evidence == (f"evidence/{keep_.file}",)


def test_missing_and_altered_files_are_told_and_the_findings_go_all_the_same(session, tmp_path):
    piece = attached(session, photo(tmp_path))
    lost = attached(session, photo(tmp_path, "b.png", png()))
    folder = session.space.round_dir(session.round.id) / "evidence"
    (folder / lost.file).unlink()
    (folder / piece.file).write_bytes(jpeg()[:-1] + b"!")
    doubts = verify_round(folder.parent).doubts
    assert sorted(d.reason for d in doubts) == [
        "佐证文件“IMG_0001.JPG”与编号不符，被改动过或已损坏",
        "佐证文件“b.png”没有到：不在本轮的evidence文件夹里",
    ]
    assert all(RECORD in d.where for d in doubts)
    assert verify_all(folder.parent / f"{session.writer}.json").doubts == doubts
    receipt = hand_in(session)
    assert receipt.counts.evidence == 0 and receipt.counts.problems == 1
    assert receipt.messages[0].startswith("有2件佐证的文件不在或已被改动，没有带上（")
    assert read_hand_in(receipt.path).damaged == ()


def rebuilt(path: Path, change) -> None:
    with zipfile.ZipFile(path) as archive:
        held = {e.filename: archive.read(e) for e in archive.infolist()}
    change(held)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in held.items():
            archive.writestr(name, data)


@pytest.mark.parametrize("how", ["altered", "gone", "plain"])
def test_a_lost_photo_never_costs_a_finding_and_a_good_file_brings_it_later(handed, tmp_path, how):
    session, piece, receipt, lead = handed
    whole = receipt.path.read_bytes()
    path, entry = tmp_path / "交卷.zip", f"evidence/{piece.file}"
    path.write_bytes(whole)
    if how == "altered":
        rebuilt(path, lambda held: held.update({entry: png()}))
    elif how == "gone":
        rebuilt(path, lambda held: held.pop(entry))
    else:
        with zipfile.ZipFile(path) as archive:
            name = next(n for n in archive.namelist() if n not in (MANIFEST, entry))
            data = archive.read(name)
        path = tmp_path / "检查员甲.json"
        path.write_bytes(data)
    found, (taken,) = merged(lead, path, session.round.id)
    assert taken.note == "有1件佐证的文件没有到"
    if how != "plain":
        assert "1件佐证缺失或已损坏，没有随交卷带到，问题照收" in found.files[0].warnings
    desk = opened(lead, session.round.id)
    held = next(e for e in evidence_of(desk.state, "DG01", RECORD) if e.piece.file)
    assert evidence.place(lead.round_dir(session.round.id), held.piece).words == "文件未到"
    desk.close()
    (doubt,) = verify_round(lead.round_dir(session.round.id)).doubts
    assert "没有到" in doubt.reason
    assert len(journal(lead, session.round.id)) == 1
    # The same findings again, this time with the photo.
    path.write_bytes(whole)
    brought = path.rename(path.with_suffix(".zip")) if how == "plain" else path
    again = scan_for(lead, session.round.id, [brought])
    round_dir = lead.round_dir(session.round.id)
    lacking = missing(round_dir, again.sources)
    assert told(set(), lacking)[0].startswith("有1件佐证的文件没有到")
    assert take(lead, session.round.id, again, "组长丁", NOW) == []
    assert told(lacking, missing(round_dir, again.sources)) == ["收下佐证1件。"]
    assert verify_round(lead.round_dir(session.round.id)).doubts == ()


def test_a_hand_in_in_another_zip_and_a_copied_folder_bring_their_files_too(handed, tmp_path):
    session, piece, receipt, lead = handed
    with zipfile.ZipFile(tmp_path / "两份.zip", "w") as archive:
        archive.write(receipt.path, "甲.zip")
    merged(lead, tmp_path / "两份.zip", session.round.id)
    assert verify_round(lead.round_dir(session.round.id)).doubts == ()
    other = make_space(tmp_path / "other")
    other.save_round(session.raw)
    folder = session.space.round_dir(session.round.id)
    merged(other, folder, session.round.id)
    assert (other.round_dir(session.round.id) / "evidence" / piece.file).read_bytes() == jpeg()


def test_erasing_takes_a_file_with_its_last_use_and_not_before(session, tmp_path):
    from inspect_tui.exchange.erasing import erase_change

    other = answer_key("DG01", "lzrh-dxz", "GW-01")
    shared = attached(session, photo(tmp_path))
    attached(session, photo(tmp_path), other)
    alone = attached(session, photo(tmp_path, "b.png", png()))
    changes = {c.id: bytes(c.body) for c in session.file.changes()}
    of = {p: [i for i, body in changes.items() if p.sha256.encode() in body] for p in (shared, alone)}
    erase_change(session, of[alone][0], "拍到了证件")
    assert folder_names(session) == [shared.file]
    first, second = of[shared]
    erase_change(session, first, "拍到了证件")
    assert folder_names(session) == [shared.file], "the other record still shows it"
    erase_change(session, second, "拍到了证件")
    assert folder_names(session) == []


def test_a_lead_who_erases_what_was_handed_in_loses_the_file_too(handed):
    from inspect_tui.exchange.erasing import erase_change

    session, _, receipt, lead = handed
    _, (entry,) = merged(lead, receipt.path, session.round.id)
    desk = opened(lead, session.round.id)
    wanted = next(
        known.id
        for known in desk.state.changes.values()
        if known.body and any(isinstance(e.value, dict) and e.value.get("sha256") for e in known.body.edits)
    )
    done = erase_change(desk, wanted, "拍到了证件")
    assert done.rewritten == (entry.name,) and folder_names(desk) == []
    assert [e.piece.reference for e in all_evidence(desk.state)] == ["见党建平台"]
    desk.close()


# -------------------------------------------------------------------- the next round


def test_the_next_round_and_its_pack_show_what_was_seen_then(session, tmp_path, monkeypatch):
    from inspect_tui.exchange.carrying import carry_into, gather
    from inspect_tui.exchange.pack import take_pack, write_pack

    piece = attached(session, photo(tmp_path), caption="未修订的清单")
    big = attached(session, photo(tmp_path, "big.jpg", jpeg() + b"\0" * 3_000_000))
    session.close()
    space = session.space
    following = make_round(space, title="2027年第一季度回头看")
    carry_into(space, following.id, gather(space, [session.round.id], "2027-02-01"), by="检查员乙")
    (problem,) = space.round(following.id).round.carried
    assert {p.file for p in problem.pieces} == {piece.file, big.file}
    assert "照片“未修订的清单”（IMG_0001.JPG）" in problem.evidence
    told: list[str] = []
    path = write_pack(space, following.id, now=NOW, evidence_bytes=1 << 20, messages=told)
    assert told == ["发包带上了转入问题的佐证1件。", "另有1件佐证放不进1MB的限额，没有带上，现场看文字说明。"]
    laptop = make_space(tmp_path / "laptop")
    assert take_pack(laptop, path).messages == ()
    there = laptop.round_dir(following.id) / "evidence"
    assert [p.name for p in there.iterdir()] == [piece.file]
    assert (there / piece.file).read_bytes() == jpeg()
    # A pack someone changed on the way brings the round all the same.
    pack = json.loads(path.read_bytes())
    pack["evidence"] = {piece.file: "AAAA", "../evil.jpg": "AAAA", big.file: "不是base64"}
    path.write_text(json.dumps(pack), encoding="utf-8")
    second = make_space(tmp_path / "second")
    assert take_pack(second, path).messages[-1] == "发包里有3件佐证不能用，没有收下，其余照常。"
    assert second.round(following.id).round.carried == (problem,)
    assert not list(second.root.rglob("*.jpg"))
