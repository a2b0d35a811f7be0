"""Faults that the sweeps over the saving paths found, each with the one refusal or death that showed it."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sweeppaths as paths
from sweeppaths import LEAD, NOW, ONE, ROUND, Place, folder_of, session_of, space_of
from sweepwork import SweepFS, untrue, watched

from inspect_tui.exchange import received
from inspect_tui.model.phrase import PhraseKind
from inspect_tui.store import files, vault, vault_files, vault_ops
from inspect_tui.store.errors import StoreError
from inspect_tui.store.findings import FindingsFile, read_findings
from inspect_tui.store.phrases import Phrases
from inspect_tui.store.received import read_list
from inspect_tui.store.session import Session


class Refusing(SweepFS):
    """Refuses one operation on files whose names end so, `times` times."""

    def __init__(self, op: str, ending: str, code: int = errno.EIO, times: int = 1) -> None:
        super().__init__()
        self.op, self.ending, self.code, self.times = op, ending, code, times

    def _look(self, op: str, path: Path) -> None:
        if op == self.op and path.name.endswith(self.ending) and self.times:
            self.times -= 1
            raise OSError(self.code, os.strerror(self.code))

    def open_new(self, path: Path) -> int:
        self._look("open_new", path)
        return super().open_new(path)

    def replace(self, source: Path, target: Path) -> None:
        self._look("replace", target)
        super().replace(source, target)

    def link(self, source: Path, target: Path) -> None:
        self._look("link", target)
        super().link(source, target)

    def unlink(self, path: Path) -> None:
        self._look("unlink", path)
        super().unlink(path)

    def raw(self, path: Path) -> bytes:
        self._look("read", path)
        return super().raw(path)

    def names(self, folder: Path) -> list[str]:
        self._look("names", folder)
        return super().names(folder)


@contextlib.contextmanager
def refusing(*which: Any) -> Iterator[Refusing]:
    plain, files.fs = files.fs, Refusing(*which)
    try:
        yield files.fs
        assert files.fs.times == 0, "nothing was refused"
    finally:
        files.fs = plain


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr(vault, "PASSES", 1)
    monkeypatch.setattr(vault, "MEMORY", 8192)
    found = Place(tmp_path / "p")
    for folder in (found.root, found.brought, found.home):
        folder.mkdir(parents=True)
    monkeypatch.setenv("INSPECT_TUI_HOME", str(found.home))
    plain = files.fs
    files.fs = SweepFS()
    with watched():
        yield found
    files.fs = plain


def litter(place: Place) -> list[Path]:
    return list(place.top.rglob("*.tmp"))


# -------------------------------------------------------------------- erasing for good


def theirs(place: Place) -> str:
    """The kept copy of the received file that holds the words."""
    (entry,) = [entry for entry in read_list(folder_of(place)) if entry.name == "丙.json"]
    return f"{entry.sha256}.json"


def test_an_erasure_that_dies_between_two_folds_is_finished_at_the_next_opening(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first fold the main file tells nothing of it any more; `.bak` and the daily copy still do."""
    paths.erase_ready(place)
    fold, folds = FindingsFile.compact, []

    def once(self: FindingsFile) -> None:
        if folds:
            raise StoreError("断电。")
        folds.append(1)
        fold(self)

    monkeypatch.setattr(FindingsFile, "compact", once)
    with pytest.raises(StoreError, match="断电"):
        paths.erase(place)
    monkeypatch.setattr(FindingsFile, "compact", fold)
    recorded, gone, kept = paths.erased(place)
    assert recorded == 1 and not gone and kept
    with session_of(place) as session:
        assert session.messages == []
    holding = {
        p.name for p in place.root.rglob("*") if p.is_file() and paths.SECRET.encode() in p.read_bytes()
    }
    assert holding == {theirs(place)}, "only what is not erased yet"
    paths.erase(place)
    assert paths.erased(place) == (2, True, True) and not list(place.root.rglob("*.erasing"))


def test_a_received_copy_that_could_not_be_removed_goes_at_the_next_opening(place: Place) -> None:
    paths.erase_ready(place)
    with (
        refusing("unlink", theirs(place), errno.EIO, 2),
        pytest.raises(StoreError, match="没有删掉：磁盘读写出错"),
    ):
        paths.erase(place)
    assert paths.erased(place)[1] is False
    with session_of(place):
        pass
    assert paths.erased(place) == (2, True, True)


# -------------------------------------------------------------------- merging in


def test_a_merge_takes_all_files_or_none(place: Place) -> None:
    """The list is written once, at the end: a death before it leaves copies that count for nothing."""
    paths.lead_ready(place)
    with refusing("replace", "list.json", errno.ENOSPC), pytest.raises(StoreError):
        paths.merge_in(place)
    assert read_list(folder_of(place)) == ()
    assert [p.suffix for p in (folder_of(place) / "received").iterdir()] in ([], [files.KEPT])
    paths.merge_in(place)
    assert len(read_list(folder_of(place))) == 2


def test_a_kept_copy_that_cannot_be_read_is_written_again(place: Place) -> None:
    paths.lead_ready(place)
    paths.merge_in(place)
    before = read_list(folder_of(place))
    received.undo(space_of(place), ROUND.id, before[0].sha256, LEAD.name, NOW)
    (again,) = [p for p in place.brought.iterdir() if p.name == before[0].name]
    found = received.scan_for(space_of(place), ROUND.id, [again])
    with refusing("read", f"{before[0].sha256}.json"):
        assert received.take(space_of(place), ROUND.id, found, LEAD.name, NOW)


# -------------------------------------------------------------------- small private files


def test_phrases_that_cannot_be_read_just_now_are_not_written_over(place: Place) -> None:
    paths.phrases_ready(place)
    with refusing("read", ".json", errno.EIO, 2):
        book = Phrases.of(space_of(place))
        assert "文件没有改动" in book.take_message()
        book.add("small", "GW-01", PhraseKind.NOTE, "现场与记录不一致")
        said = book.save()
        assert "磁盘读写出错" in said and not untrue(said)
    assert book.save() == ""
    assert paths.phrased(place) == {"先前常用的", "现场与记录不一致"}


@pytest.mark.parametrize(("times", "kept"), [(1, {"先前没写完的", "正在写的"}), (3, {"正在写的"})])
def test_drafts_that_cannot_be_read_are_joined_later_or_put_aside(
    place: Place, times: int, kept: set[str]
) -> None:
    paths.drafts_ready(place)
    with refusing("read", ".draft.json", errno.EIO, min(times, 2)):
        drafts = paths._drafts(place)
        assert "读不出来" in drafts.message
        drafts.save("new", "正在写的")
        drafts.close()
    assert paths.drafted(place) == kept
    aside = list(folder_of(place).glob("*.damaged-1"))
    assert len(aside) == (times > 1) and all("先前没写完的" in p.read_text(encoding="utf-8") for p in aside)


# -------------------------------------------------------------------- rounds


def test_a_round_that_could_not_be_written_leaves_its_id_free(place: Place) -> None:
    paths.plan_ready(place)
    with refusing("open_new", ".tmp", errno.ENOSPC), pytest.raises(StoreError, match="磁盘已满"):
        paths.plan(place)
    assert paths.plan(place).id == "2027Q1-lookback"


def test_an_old_round_is_not_left_locked_where_nothing_could_be_noted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.carry_ready(place)

    def refused(self: Session, timeout: float | None = None) -> None:
        raise StoreError("没有保存成功：磁盘已满，请腾出空间。")

    with monkeypatch.context() as patch:
        patch.setattr(FindingsFile, "flush", refused)
        patch.setattr(FindingsFile, "close", refused)
        with pytest.raises(StoreError, match=r"没有写上“已转入”.*磁盘已满"):
            paths.carry(place)
    paths.carry(place)
    assert paths.carried(place) == (1, True)


# -------------------------------------------------------------------- the findings file


def test_a_fold_that_fails_leaves_no_unfinished_file(place: Place) -> None:
    paths.started(place)
    for which in (("read", ".tmp", errno.EIO), ("replace", ".bak", errno.EACCES)):
        session = Session.open(space_of(place), ROUND.id, ONE, lambda: NOW)
        session.fold()
        with refusing(*which), pytest.raises(StoreError, match="没有更新"):
            session.fold()
        assert litter(place) == []
        session.close()


def test_a_folder_that_vanishes_while_it_is_read_is_told_in_words(place: Place) -> None:
    paths.started(place)
    path = next(iter(folder_of(place).glob("????????????.json")))
    for code in (errno.EIO, errno.ENOENT):
        with refusing("names", "", code), pytest.raises(StoreError) as told:
            read_findings(path)
        assert not untrue(told.value.message)


# -------------------------------------------------------------------- encrypted


@pytest.mark.parametrize("large", [False, True])
def test_a_disk_error_while_a_hand_in_is_encrypted_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    """The library that encrypts passes over a refused last write, or tells it in words of its own."""
    paths.sealed_ready(place)
    if large:
        with session_of(place) as session:
            paths.note(session, os.urandom(150_000).hex())
    write, met = SweepFS.write, []

    def cut(self: SweepFS, fd: int, data: Any) -> int:
        if bytes(data[:3]) == b"age" and not met:
            met.append(fd)
            raise OSError(errno.EIO, "Input/output error")
        return write(self, fd, data)

    monkeypatch.setattr(SweepFS, "write", cut)
    with pytest.raises(StoreError, match="磁盘读写出错"):
        paths.give_in_sealed(place)
    assert paths.given_in_sealed(place) == 0 and litter(place) == []


def test_a_name_that_could_not_be_kept_is_kept_the_next_time(place: Place) -> None:
    """Else the export stands under a code that nobody can turn into its name any more."""
    paths.encrypted_ready(place)
    with place.unlocked():
        ops = files.fs
        assert isinstance(ops, vault_ops.VaultOps)
        ops.inner = Refusing("replace", "names.json", errno.ENOSPC)
        with pytest.raises(StoreError):
            paths.export(place)
        ops.inner = SweepFS()
        paths.export(place)
    with place.unlocked():
        found = [name for name, _ in vault_files.exports(place.unlock())]
    assert found == ["台账/整改台账.csv", "通报.md"]


def test_names_that_cannot_be_read_just_now_are_not_written_over(place: Place) -> None:
    paths.encrypted_ready(place)
    plain = files.fs
    files.fs = Refusing("read", "names.json", errno.EIO, 2)
    with place.unlocked(), pytest.raises(StoreError, match="对照表读不出来"):
        paths.export(place)
    files.fs = plain
    with place.unlocked():
        assert "通报.md" in [name for name, _ in vault_files.exports(place.unlock())]


def test_nothing_is_decrypted_while_the_names_cannot_be_read(place: Place) -> None:
    """Every export would stand under its code, and the list of names be thrown away."""
    paths.encrypted_ready(place)
    with refusing("read", "names.json", errno.EIO, 2), pytest.raises(StoreError, match="对照表读不出来"):
        paths.let_out(place)
    paths.let_out(place)
    assert not vault.is_vaulted(place.root) and paths.shut(place) == (paths.shut(place)[0], False)
    assert (place.root / "exports" / "通报.md").read_text(encoding="utf-8") == "东沟第2党小组"


def test_a_file_whose_first_bytes_are_refused_is_not_left_behind(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.encrypted_ready(place)
    write, met = SweepFS.write, []

    def refused(self: SweepFS, fd: int, data: Any) -> int:
        if not met:
            met.append(fd)
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, fd, data)

    with place.unlocked():
        monkeypatch.setattr(SweepFS, "write", refused)
        with pytest.raises(StoreError, match="磁盘已满"):
            paths.export(place)
    assert met and litter(place) == []


def test_what_could_not_be_encrypted_is_told_in_words(place: Place) -> None:
    paths.vault_ready(place)
    with refusing("read", "identity.json", errno.EACCES), pytest.raises(StoreError) as told:
        paths.shut_in(place)
    assert told.value.message == "identity.json：没有写入权限。"
    paths.shut_in(place)
    assert paths.shut(place)[1]
