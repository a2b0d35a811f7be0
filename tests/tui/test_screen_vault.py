"""The passphrase on screen: asked at the start, set, changed, taken away; papers put outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixture import NARROW, ROUND, WIDE, make_app, make_space, open_desk, running, some_work, told, who
from helpers import assert_sound, check_golden, screen_text
from lead_work import merged
from textual.worker import WorkerFailed

from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.pack import look_at_pack
from inspect_tui.exchange.receipt import read_receipt
from inspect_tui.store import drives, files, vault, vault_files, vault_ops
from inspect_tui.store.workspace import Workspace
from inspect_tui.tui.screens import vault_page
from inspect_tui.tui.screens.take_out import TakeOutScreen
from inspect_tui.tui.screens.unlock import UnlockScreen
from inspect_tui.tui.screens.vault_page import VaultScreen

PASSPHRASE = "7514-3125-8157-9937-9900-1554"
RECOVERY = "5118-5686-3953-6146-5979-9052-7377-2121-5254-8858-6424-5383"
OWN = "山丹丹开花2026"
PAGE = ("1", "9", "7")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A light derivation, codes that can be compared, and the plain seam again afterwards."""
    monkeypatch.setattr(vault, "PASSES", 1)
    monkeypatch.setattr(vault, "MEMORY", 8192)
    monkeypatch.setattr(vault_page, "new_passphrase", lambda: PASSPHRASE)
    monkeypatch.setattr(vault_page, "new_recovery", lambda: RECOVERY)
    plain = files.fs
    yield
    files.fs = plain


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    space = make_space(Path("检查"))
    who(space)
    desk = open_desk(space)
    some_work(desk)
    desk.session.close()
    return space


@pytest.fixture
def shut(space: Workspace) -> Workspace:
    """The same, encrypted, and nobody has said the passphrase yet."""
    assert vault_files.encrypt_workspace(space.root, PASSPHRASE, RECOVERY)[1] == []
    vault_ops.shut_vault(space.root)
    return space


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick that is plugged in, and no desktop."""
    folder = tmp_path / "STICK"
    folder.mkdir()
    monkeypatch.setattr(drives, "removable", lambda: [folder])
    monkeypatch.setattr(drives, "desktops", list)
    return folder


async def keyed(app: Any, pilot: Any, *keys: str) -> None:
    """Press keys, then wait until what they set going on a thread is done."""
    await pilot.press(*keys)
    for _ in range(3):
        await pilot.pause()
        await app.workers.wait_for_complete()
    await pilot.pause()


async def unlocked(app: Any, pilot: Any, text: str = PASSPHRASE) -> None:
    await keyed(app, pilot, *text, "enter")


def medium(*roots: Path) -> bytes:
    paths = [path for root in roots for path in sorted(root.rglob("*"))]
    return b"\n".join([str(p).encode() for p in paths] + [p.read_bytes() for p in paths if p.is_file()])


# -------------------------------------------------------------------- at the start


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_start_asks_before_anything_is_read(
    shut: Workspace, size: tuple[int, int], update_goldens: bool
) -> None:
    app = make_app(Path("检查"))
    async with running(app, size) as pilot:
        app.root = Path("/检查[red]")
        app.screen.query_one("#said").show()
        app.root = Path("检查")
        await keyed(app, pilot, *"1234", "enter")
        await keyed(app, pilot, *"3914007", "backspace")
        assert isinstance(app.screen, UnlockScreen) and app.desk is None and app.identity is None
        assert_sound(app)
        check_golden(f"unlock-{size[0]}x{size[1]}", screen_text(app), update_goldens)


async def test_full_width_digits_count_and_wrong_ones_are_told_until_the_recovery_code_opens_it(
    shut: Workspace,
) -> None:
    app = make_app(shut)
    async with running(app) as pilot:
        await keyed(app, pilot, *"00000000", "enter")
        await keyed(app, pilot, *"00000001", "enter")
        text = screen_text(app)
        assert "口令不对。已试2次。" in text and "恢复码" in text and app.screen.field.value == ""
        await keyed(app, pilot, *"1", "f2")
        assert "   1_" in screen_text(app)
        await keyed(app, pilot, "f2", "delete")
        full = "".join(chr(0xFF10 + int(d)) for d in RECOVERY if d.isdigit())
        await unlocked(app, pilot, full)
        assert app.desk is not None and app.desk.round.id == ROUND and "东沟第2党小组" in screen_text(app)


async def test_what_was_copied_in_plain_is_encrypted_at_the_start_and_said(shut: Workspace) -> None:
    (shut.exports_dir / "抄来的.txt").write_text("东沟", encoding="utf-8")
    app = make_app(shut)
    async with running(app, notifications=True) as pilot:
        await unlocked(app, pilot)
        assert "有1个没有加密的文件，已加密，如抄来的.txt。" in told(app)
        assert not (shut.exports_dir / "抄来的.txt").exists()


async def test_a_damaged_vault_file_is_no_wrong_passphrase_and_esc_leaves(shut: Workspace) -> None:
    for path in vault.vault_files(shut.root.absolute()):
        path.write_bytes(path.read_bytes()[:-9])
    app = make_app(shut)
    async with running(app) as pilot:
        await unlocked(app, pilot)
        text = screen_text(app).replace("\n ", "")
        assert "已损坏" in text and "不是口令的问题" in text and "口令不对" not in text
        await pilot.press("escape")
        assert app._exit


# -------------------------------------------------------------------- setting, changing, taking away


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_passphrase_is_set_with_the_warning_first_and_the_paper_checked(
    space: Workspace, tmp_path: Path, size: tuple[int, int], update_goldens: bool
) -> None:
    seen = ""
    app = make_app(space)
    async with running(app, size) as pilot:
        for keys in (PAGE, ("1",), ("1",), ("1", *"12345678", "enter")):
            await keyed(app, pilot, *keys)
            assert_sound(app)
            seen += screen_text(app) + "=" * 80 + "\n"
            assert not vault.is_vaulted(space.root)
        assert RECOVERY[:29] in seen and RECOVERY[:29] not in screen_text(app), (
            "not to be copied off the screen"
        )
        before = [path.name for path in space.rounds_dir.rglob("*.json")]
        await keyed(app, pilot, "delete", *RECOVERY[-9:], "enter")
        assert isinstance(app.screen, VaultScreen) and vault.is_vaulted(space.root)
        await keyed(app, pilot)
        assert app.desk is not None and app.desk.round.id == ROUND and app.drafts is not None
        seen += screen_text(app)
        held = vault_ops.opened(space.root)
        assert held is not None and vault_files.plain_files(held) == [] and before
        text = screen_text(app)
        assert PASSPHRASE not in text and RECOVERY[:9] not in text
        assert app.clipboard == ""
    left = medium(tmp_path, Path(os.environ["INSPECT_TUI_HOME"]))
    for secret in (
        PASSPHRASE,
        RECOVERY,
        RECOVERY.replace("-", ""),
        PASSPHRASE.replace("-", ""),
        RECOVERY[-9:],
    ):
        assert secret.encode() not in left
    check_golden(f"vault-{size[0]}x{size[1]}", seen, update_goldens)
    for text in (PASSPHRASE, RECOVERY):
        assert vault.unlock(space.root, text).id == held.id


async def test_ones_own_is_typed_twice_and_a_weak_one_refused_with_the_reason(space: Workspace) -> None:
    app = make_app(space)
    async with running(app) as pilot:
        await keyed(app, pilot, *PAGE, "1", "2", *"12345678", "enter")
        assert "口令是连号，太容易猜，请换一个。" in screen_text(app)
        await keyed(app, pilot, "delete", *OWN, "enter", *"别的话", "enter")
        assert "两次输入的不一样" in screen_text(app)
        await keyed(app, pilot, "delete", *OWN, "enter")
        assert OWN not in screen_text(app) and RECOVERY[:9] in screen_text(app)
        await keyed(app, pilot, "2")
        assert "什么也没有改动" in screen_text(app) and not vault.is_vaulted(space.root)


async def test_changing_asks_for_the_present_one_and_removing_makes_everything_plain_again(
    shut: Workspace,
) -> None:
    app = make_app(shut)
    async with running(app) as pilot:
        await unlocked(app, pilot)
        (shut.root / "人和钱[red].docx").write_bytes(b"PK")
        await keyed(app, pilot, *PAGE)
        assert "没有加密的别的文件1个，如人和钱[red].docx；" in screen_text(app)
        (shut.root / "人和钱[red].docx").unlink()
        await keyed(app, pilot, "2", *"00000000", "enter")
        assert "口令不对，没有改动。" in screen_text(app)
        await keyed(app, pilot, "2", *PASSPHRASE, "enter", "2", *OWN, "enter", *OWN, "enter")
        await keyed(app, pilot, "1", *RECOVERY[-9:], "enter")
        assert "口令已改" in screen_text(app)
        with pytest.raises(vault.WrongPassphrase):
            vault.unlock(shut.root, PASSPHRASE)
        await keyed(app, pilot, "3", "2", *OWN, "enter")
        assert vault.is_vaulted(shut.root), "the safe answer leaves it as it is"
        await keyed(app, pilot, "escape", *PAGE, "3", "1", *OWN, "enter")
        await keyed(app, pilot)
        assert isinstance(app.screen, VaultScreen) and "已取消口令" in screen_text(app)
        assert not vault.is_vaulted(shut.root) and app.desk is not None
        assert b"\x00itv1" not in medium(shut.root)
        assert "检查员甲" in (shut.root / "identity.json").read_text(encoding="utf-8")


async def test_nothing_is_set_while_another_window_works_there(space: Workspace) -> None:
    from inspect_tui.store.lock import FileLock

    other = FileLock(space.round_dir(ROUND) / "aaaaaaaaaaaa.json")
    (space.round_dir(ROUND) / "aaaaaaaaaaaa.json").write_bytes(b"{}")
    app = make_app(space)
    async with running(app) as pilot:
        other.acquire()
        holder = other.path.with_name("aaaaaaaaaaaa.holder")
        holder.write_bytes(holder.read_bytes().replace(f'"pid":{os.getpid()}'.encode(), b'"pid":1'))
        await keyed(app, pilot, *PAGE, "1")
        assert "请先关掉那个窗口" in screen_text(app) and not vault.is_vaulted(space.root)
        other.release()


# -------------------------------------------------------------------- papers


async def test_papers_are_taken_out_by_name_and_never_into_the_workspace(
    shut: Workspace, stick: Path, update_goldens: bool
) -> None:
    vault_files.enter(shut.root, PASSPHRASE)
    for name in ("通报-东沟[red].txt", "台账-20261120.xlsx", "私发/东沟第1党小组.txt"):
        files.private_folder((shut.exports_dir / name).parent)
        files.write_durable(shut.exports_dir / name, f"paper {name}".encode())
    app = make_app(shut)
    async with running(app) as pilot:
        await keyed(app, pilot, *PAGE, "1")
        assert isinstance(app.screen, TakeOutScreen)
        await keyed(app, pilot, "space", "down", "1")
        seen = screen_text(app) + "=" * 80 + "\n"
        await keyed(app, pilot, "enter")
        seen += screen_text(app)
        assert_sound(app)
        check_golden("take-out-80x24", seen.replace(str(stick.parent), "/media"), update_goldens)
        await keyed(app, pilot, "2", *str(shut.root.absolute() / "exports"), "enter")
        assert "放进去还是加密的" in screen_text(app).replace("\n ", "")
        await keyed(app, pilot, "escape", "escape", "enter", "1")
        assert "已取出2个文件" in screen_text(app)
    marked = sorted(str(path.relative_to(stick)) for path in stick.rglob("*") if path.is_file())
    assert len(marked) == 2
    for name in marked:
        assert (stick / name).read_bytes() == f"paper {name}".encode()


async def test_hand_in_and_pack_are_put_outside_where_others_can_open_them(
    shut: Workspace, stick: Path
) -> None:
    vault_files.enter(shut.root, PASSPHRASE)
    app = make_app(shut)
    async with running(app) as pilot:
        await keyed(app, pilot, "3")
        assert "交卷文件要放到外面" in screen_text(app).replace("\n ", "")
        await keyed(app, pilot, "enter", "escape")
        assert app.screen.receipt is None and not list(stick.iterdir())
        await keyed(app, pilot, "enter", "1")
        assert app.screen.receipt.path.parent == stick and read_hand_in(app.screen.receipt.path)
        await keyed(app, pilot, "escape", "1", "3", "1", "1")
        [pack] = stick.glob("发包-*.json")
        assert look_at_pack(Workspace(stick / "new"), pack).round.id == ROUND
        assert pack.name in screen_text(app).replace("\n ", "")


async def test_receipts_are_put_outside_where_others_can_open_them(tmp_path: Path, stick: Path) -> None:
    space = merged(tmp_path)
    assert vault_files.encrypt_workspace(space.root, PASSPHRASE, RECOVERY)[1] == []
    app = make_app(space)
    async with running(app) as pilot:
        app.open_review()
        await keyed(app, pilot, "2", "home", "space")
        await keyed(app, pilot, *"abc", "enter")
        await keyed(app, pilot, "1", "1", "4")
        assert "回执要放到外面" in screen_text(app).replace("\n ", "")
        await keyed(app, pilot, "1")
        names = sorted(path.name for path in stick.glob("回执-*.json"))
        assert len(names) == 2 and not list(space.exports_dir.glob("*.json"))
        assert read_receipt(stick / names[1]).head.inspector == "检查员乙"
        assert "已写好2份回执" in screen_text(app) and names[0] in screen_text(app)


async def test_a_paper_kept_in_the_workspace_is_said_to_be_encrypted(shut: Workspace) -> None:
    vault_files.enter(shut.root, PASSPHRASE)
    app = make_app(shut)
    async with running(app, notifications=True) as pilot:
        await keyed(app, pilot, "f9", "9", "6")
        assert "已加密存放，可在“口令和加密”里取出" in told(app) + screen_text(app).replace("\n ", "")


async def test_a_failure_while_the_passphrase_stands_typed_logs_nothing_of_it(
    shut: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError(PASSPHRASE)

    monkeypatch.setattr(vault_files, "enter", fails)
    app = make_app(shut)
    app.log_folder = tmp_path / "logs"
    with pytest.raises(WorkerFailed):
        async with running(app) as pilot:
            await unlocked(app, pilot)
    [log] = (tmp_path / "logs").glob("*.log")
    assert "RuntimeError" in log.read_text(encoding="utf-8")
    assert PASSPHRASE[:4].encode() not in medium(tmp_path / "logs")


def test_sticks_are_those_that_can_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("甲", "不是盘"):
        (tmp_path / name).mkdir()
    (tmp_path / "乙.txt").write_bytes(b"")
    monkeypatch.setattr(Path, "is_mount", lambda path: path.name == "甲")
    monkeypatch.setattr(drives, "_mounts", lambda: [tmp_path, tmp_path / "none"])
    assert drives.removable() == [tmp_path / "甲"]
    monkeypatch.setattr(drives.os, "access", lambda *_: False)
    assert drives.removable() == []
