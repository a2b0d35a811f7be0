"""An encrypted workspace: unreadable on the medium, whole to whoever has the passphrase."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storework import ROUND, TODAY, add

from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Role
from inspect_tui.store import files, vault, vault_files, vault_frames, vault_names, vault_ops
from inspect_tui.store.errors import DamagedFile, Shut, StoreError
from inspect_tui.store.findings import FindingsFile
from inspect_tui.store.vault import Vault
from inspect_tui.store.vault_frames import decrypted, encrypted
from inspect_tui.store.vault_ops import open_vault, shut_vault
from inspect_tui.store.workspace import Workspace
from sweeps import times

PASSPHRASE, RECOVERY = "3914-0072-5581", "7720-1135-9046-2288"
SECRET = "东沟第2党小组近3个月缺1个月未修订"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A light derivation, and the plain seam again afterwards."""
    monkeypatch.setattr(vault, "PASSES", 1)
    monkeypatch.setattr(vault, "MEMORY", 8192)
    plain = files.fs
    yield
    files.fs = plain


def made(root: Path) -> Vault:
    root.mkdir(exist_ok=True)
    (root / "rounds").mkdir()
    found = vault.create(root, PASSPHRASE, RECOVERY)
    open_vault(found)
    return found


def everything(root: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file())


def findings(path: Path, changes: int = 5) -> FindingsFile:
    """A findings file at work, each change flushed by itself."""
    files.private_folder(path.parent)
    held = FindingsFile.create(path, writer=path.stem, round_raw=ROUND, today=TODAY)
    for _ in range(changes):
        add(held)
        held.flush()
    return held


def test_what_is_written_is_unreadable_on_the_medium_and_read_back_whole(tmp_path: Path) -> None:
    made(tmp_path)
    path = tmp_path / "rounds" / "2026Q4" / "x.json"
    files.private_folder(path.parent)
    data = SECRET.encode() * 100_000
    files.write_durable(path, data)
    assert SECRET.encode()[:9] not in everything(tmp_path)
    assert files.fs.read(path) == data
    assert files.fs.size(path) == len(data)
    with files.fs.open_read(path) as file:
        assert file.read(30) == data[:30]
    shut_vault(tmp_path)
    for refused in (lambda: files.fs.read(path), lambda: files.fs.open_read(path)):
        with pytest.raises(Shut, match="先要输入口令"):
            refused()


def test_passphrase_recovery_key_and_damage_are_told_apart(tmp_path: Path) -> None:
    made(tmp_path)
    assert vault.unlock(tmp_path, "３９１４ ００７２ ５５８１").root == tmp_path
    assert vault.unlock(tmp_path, RECOVERY).key == vault.unlock(tmp_path, PASSPHRASE).key
    with pytest.raises(vault.WrongPassphrase, match="口令不对"):
        vault.unlock(tmp_path, "3914-0072-5582")
    first, second = vault.vault_files(tmp_path)
    good = first.read_bytes()
    for broken in (good[:-20], good.replace(b'"memory":8192', b'"memory":8193', 1), b"", b"{}"):
        first.write_bytes(broken)
        assert vault.unlock(tmp_path, PASSPHRASE).root == tmp_path, "the second copy opens it"
    second.write_bytes(good[:-1])
    with pytest.raises(StoreError, match="不是口令的问题") as told:
        vault.unlock(tmp_path, PASSPHRASE)
    assert not isinstance(told.value, vault.WrongPassphrase)


def test_a_new_passphrase_opens_the_same_files_and_the_old_one_no_longer(tmp_path: Path) -> None:
    held = made(tmp_path)
    files.write_durable(tmp_path / "roster.json", SECRET.encode())
    vault.change_passphrase(held, "8027-4410-6639", RECOVERY)
    with pytest.raises(vault.WrongPassphrase):
        vault.unlock(tmp_path, PASSPHRASE)
    again = vault.unlock(tmp_path, "802744106639")
    shut_vault(tmp_path)
    open_vault(again)
    assert files.fs.read(tmp_path / "roster.json").decode() == SECRET


@pytest.mark.parametrize("bad", ["1234567", "11112222", "12345678", "", "口令口令口令口令"])
def test_easily_guessed_passphrases_are_refused_with_the_reason(bad: str) -> None:
    assert vault.weakness(bad)


def test_made_up_passphrases_are_good_and_differ() -> None:
    found = {vault.new_passphrase() for _ in range(200)} | {vault.new_recovery() for _ in range(200)}
    assert len(found) == 400
    assert not any(vault.weakness(text) for text in found)


@settings(max_examples=times(60), deadline=None)
@given(
    data=st.text(st.characters(min_codepoint=1, codec="utf-8"), max_size=200).map(str.encode),
    cut=st.integers(0, 500),
    flip=st.integers(0, 4000),
)
def test_no_changed_byte_and_no_cut_goes_unnoticed(data: bytes, cut: int, flip: int) -> None:
    one = Vault(Path("/nowhere"), os.urandom(8), os.urandom(32))
    whole = encrypted(one, data) + encrypted(one, data)[30:]
    plain = encrypted(one, data)
    assert decrypted(one, plain) == data
    spoiled = bytearray(plain)
    spoiled[flip % len(plain)] ^= 1 << flip % 8
    if vault_frames.is_encrypted(bytes(spoiled)):
        with contextlib.suppress(Shut):
            assert decrypted(one, bytes(spoiled)) != data or not data
    if 30 < len(plain) - cut < len(plain):
        assert decrypted(one, plain[: len(plain) - cut]) != data
    assert decrypted(one, whole) != data + data or not data, "a frame of another file does not fit"


def test_a_session_of_changes_survives_a_kill_and_a_torn_line(tmp_path: Path) -> None:
    made(tmp_path)
    path = tmp_path / "rounds" / "2026Q4" / "a1b2c3d4e5f6.json"
    findings(path).abandon()
    [journal] = path.parent.glob("*.journal")
    assert b'"edits"' not in everything(tmp_path)
    journal.write_bytes(journal.read_bytes()[:-7])
    again = FindingsFile.open(path)
    assert len(again) == 4
    assert any("没写完的部分已舍去" in said for said in again.recovery.messages)
    again.close()


def test_a_changed_frame_in_the_middle_of_a_journal_is_never_skipped_silently(tmp_path: Path) -> None:
    made(tmp_path)
    path = tmp_path / "rounds" / "2026Q4" / "a1b2c3d4e5f6.json"
    findings(path).abandon()
    [journal] = path.parent.glob("*.journal")
    spoiled = bytearray(journal.read_bytes())
    spoiled[len(spoiled) // 2] ^= 4
    journal.write_bytes(bytes(spoiled))
    again = FindingsFile.open(path)
    assert 0 < len(again) < 4
    assert any("起损坏" in said for said in again.recovery.messages)
    again.close()


def test_a_spoiled_snapshot_without_a_copy_is_damaged_never_empty(tmp_path: Path) -> None:
    made(tmp_path)
    path = tmp_path / "rounds" / "2026Q4" / "a1b2c3d4e5f6.json"
    findings(path).close()
    for other in path.parent.iterdir():
        if other != path:
            other.unlink()
    spoiled = bytearray(path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    path.write_bytes(bytes(spoiled))
    with pytest.raises(DamagedFile):
        FindingsFile.open(path)


# -------------------------------------------------------------------- a whole workspace


def worked(root: Path) -> Workspace:
    space = Workspace.init(root)
    (root / "rounds" / "2026Q4" / "evidence").mkdir(parents=True)
    (root / "rounds" / "2026Q4" / "round.json").write_text(SECRET, encoding="utf-8")
    (root / "rounds" / "2026Q4" / "evidence" / "a.jpg").write_bytes(SECRET.encode())
    space.save_identity(Identity(name="检查员甲", team="T1", role=Role.LEAD))
    files.write_durable(space.exports_dir / f"通报-{SECRET}.docx", b"docx " + SECRET.encode())
    (space.exports_dir / "私发").mkdir()
    files.write_durable(space.exports_dir / "私发" / "东沟.txt", SECRET.encode())
    return space


def tree(root: Path) -> dict[str, bytes]:
    """Every file but what a kill leaves unfinished."""
    found = (p for p in sorted(root.rglob("*")) if p.is_file() and p.suffix != ".tmp")
    return {str(p.relative_to(root)): p.read_bytes() for p in found}


def test_a_workspace_is_encrypted_whole_with_its_papers_names_and_made_plain_again(tmp_path: Path) -> None:
    space = worked(tmp_path)
    before = tree(tmp_path)
    held = vault.create(tmp_path, PASSPHRASE, RECOVERY)
    open_vault(held)
    done, left = vault_files.encrypt_all(held)
    assert left == [] and done >= 6
    on_medium = everything(tmp_path)
    names = "\n".join(str(p) for p in tmp_path.rglob("*"))
    for told in (SECRET, "检查员甲", "通报", "东沟", "私发"):
        assert told.encode() not in on_medium.replace(b"checklists", b"") or told == "东沟" or told == "通报"
        assert told not in names
    assert SECRET.encode()[:9] not in on_medium
    assert (tmp_path / "checklists" / "dzz-hgt.json").exists() or list(
        (tmp_path / "checklists").glob("*.json")
    )
    assert space.identity() is not None and space.identity().name == "检查员甲"
    paper = space.exports_dir / f"通报-{SECRET}.docx"
    assert files.fs.exists(paper) and files.fs.read(paper).startswith(b"docx ")
    listed = dict(vault_files.exports(held))
    assert set(listed) == {f"通报-{SECRET}.docx", "私发/东沟.txt"}
    vault_files.take_out(listed["私发/东沟.txt"], tmp_path.parent / f"{tmp_path.name}-usb" / "东沟.txt")
    assert (tmp_path.parent / f"{tmp_path.name}-usb" / "东沟.txt").read_text(encoding="utf-8") == SECRET
    assert vault_files.encrypt_all(held) == (0, [])
    assert vault_files.decrypt_all(held)[1] == []
    assert tree(tmp_path) == before


def test_encrypting_broken_off_anywhere_is_finished_by_the_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for allowed in range(0, 40, 3):
        root = tmp_path / str(allowed)
        worked(root)
        before = {name: data for name, data in tree(root).items() if not name.startswith("vault.")}
        held = vault.create(root, PASSPHRASE, RECOVERY)
        left = [allowed]

        class Dying(files.FileOps):
            def replace(self, source: Path, target: Path, left: list[int] = left) -> None:
                if left[0] <= 0:
                    raise KeyboardInterrupt
                left[0] -= 1
                super().replace(source, target)

        monkeypatch.setattr(files, "fs", Dying())
        open_vault(held)
        with contextlib.suppress(KeyboardInterrupt):
            vault_files.encrypt_all(held)
        monkeypatch.setattr(files, "fs", files.FileOps())
        again = vault.unlock(root, PASSPHRASE)
        open_vault(again)
        assert vault_files.encrypt_all(again)[1] == []
        assert not vault_files.plain_files(again)
        assert SECRET.encode()[:9] not in everything(root)
        assert vault_files.decrypt_all(again)[1] == []
        assert tree(root) == before


def test_what_a_clerk_copies_in_plain_is_read_and_found(tmp_path: Path) -> None:
    held = made(tmp_path)
    (tmp_path / "roster.json").write_text("{}", encoding="utf-8")
    assert files.fs.read(tmp_path / "roster.json") == b"{}"
    assert vault_files.plain_files(held) == [tmp_path / "roster.json"]
    vault_files.encrypt_all(held)
    assert vault_files.plain_files(held) == []


def test_files_outside_and_locks_and_checklists_stay_plain(tmp_path: Path) -> None:
    held = made(tmp_path / "work")
    for name in ("work/checklists/a.json", "work/rules.json", "other/x.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_durable(path, b"{}")
        assert path.read_bytes() == b"{}"
    for name in ("vault.json", "rounds/q/a.lock", "rounds/q/a.holder"):
        assert not held.encloses(tmp_path / "work" / name)


def test_a_viewer_gets_a_plain_copy_of_an_encrypted_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inspect_tui.store import viewer

    made(tmp_path)
    picture = tmp_path / "rounds" / "2026Q4" / "evidence" / "a.jpg"
    files.private_folder(picture.parent)
    files.write_durable(picture, SECRET.encode())
    shown: list[list[str]] = []
    monkeypatch.setattr(viewer.sys, "platform", "linux")
    monkeypatch.setattr(viewer.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(viewer, "_start", shown.append)
    assert viewer.show_file(picture) == ""
    [[_, copy]] = shown
    assert Path(copy).read_text(encoding="utf-8") == SECRET
    assert Path(copy).name == "a.jpg" and not Path(copy).is_relative_to(tmp_path)


# -------------------------------------------------------------------- names


def test_names_people_gave_are_codes_wherever_they_name_files(tmp_path: Path) -> None:
    held = made(tmp_path)
    names = {"收卷/东沟二组/交卷-检查员甲.zip", "测评/班子测评.json", "exports/通报.docx"}
    for name in names:
        files.private_folder((tmp_path / name).parent)
        files.write_durable(tmp_path / name, name.encode())
    on_medium = "\n".join(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert not any(word in on_medium for word in ("交卷", "东沟", "班子", "通报"))
    assert files.listed(tmp_path / "收卷") == [tmp_path / "收卷" / "东沟二组"]
    [hand_in] = files.listed(tmp_path / "收卷" / "东沟二组")
    assert hand_in.name == "交卷-检查员甲.zip" and files.fs.read(hand_in).decode().startswith("收卷")
    assert files.fs.place(hand_in).is_file() and not hand_in.exists()
    # One that is copied in since stands under its own name until the next start, and reads alike.
    (tmp_path / "收卷" / "新到.zip").write_bytes(b"PK")
    assert [p.name for p in files.listed(tmp_path / "收卷")] == ["东沟二组", "新到.zip"]
    assert files.fs.read(tmp_path / "收卷" / "新到.zip") == b"PK"
    assert vault_files.encrypt_all(held)[0] == 1
    assert files.fs.read(tmp_path / "收卷" / "新到.zip") == b"PK" and vault_files.plain_files(held) == []
    assert vault_files.decrypt_all(held)[1] == []
    assert names <= {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}


def test_two_programs_at_one_workspace_keep_each_others_names(tmp_path: Path) -> None:
    held = made(tmp_path)
    (tmp_path / "exports").mkdir()
    mine = files.fs
    assert isinstance(mine, vault_ops.VaultOps)
    other = vault_ops.VaultOps(mine.inner)
    other.vaults[held.root], other.names_of[held.root] = held, vault_names.Names(held)
    for at, name in enumerate(("甲.txt", "乙.txt", "丙.txt", "丁.txt")):
        files.fs = mine if at % 2 == 0 else other
        files.write_durable(tmp_path / "exports" / name, name.encode())
    files.fs = mine
    shut_vault(tmp_path)
    open_vault(held)
    assert [name for name, _ in vault_files.exports(held)] == sorted(("甲.txt", "乙.txt", "丙.txt", "丁.txt"))


def test_a_way_back_in_a_path_does_not_leave_the_vault(tmp_path: Path) -> None:
    made(tmp_path / "work")
    crooked = tmp_path / "work" / "checklists" / ".." / "rounds" / "x.json"
    (tmp_path / "work" / "checklists").mkdir()
    files.write_durable(crooked, SECRET.encode())
    assert vault_frames.is_encrypted((tmp_path / "work" / "rounds" / "x.json").read_bytes())
    assert vault_ops.opened(tmp_path / "other" / ".." / "work") is not None


def test_what_was_set_aside_as_damaged_is_encrypted_too(tmp_path: Path) -> None:
    held = made(tmp_path)
    files.write_durable(tmp_path / "phrases.json.damaged-1", SECRET.encode())
    assert SECRET.encode()[:9] not in everything(tmp_path)
    assert vault_files.plain_files(held) == []
    files.private_folder(tmp_path / "checklists")
    files.write_durable(tmp_path / "rules.json", b"{}")
    assert (tmp_path / "rules.json").read_bytes() == b"{}"


def test_evidence_is_never_taken_from_what_is_encrypted(tmp_path: Path) -> None:
    from inspect_tui.store import evidence

    made(tmp_path)
    folder = tmp_path / "rounds" / "2026Q4"
    files.private_folder(folder)
    files.private_folder(tmp_path / "收卷")
    files.write_durable(tmp_path / "收卷" / "说明.txt", SECRET.encode())
    looked = evidence.look(tmp_path / "收卷" / "说明.txt")
    assert looked.name == "说明.txt"
    with pytest.raises(StoreError, match="已加密存放"):
        evidence.keep(folder, looked, "a1b2c3d4e5f6")
