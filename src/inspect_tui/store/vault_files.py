"""All files of an encrypted workspace: encrypting and decrypting the whole of it, and taking one out.

Single files are read and written through `vault_ops`. Whatever lies plain where it should not, because it was
copied in or encrypting was broken off, is found and encrypted here.
"""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path

from inspect_tui.store import files
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.lock import FileLock, Locked
from inspect_tui.store.vault import CODED, LOCKS, Vault, create, unlock, vault_files
from inspect_tui.store.vault_frames import MARK, decrypted, encrypted, is_encrypted
from inspect_tui.store.vault_names import Names
from inspect_tui.store.vault_ops import VaultOps, open_vault, shut_vault

#: What the program keeps plain on purpose, so that its authors can edit it: folders, and what belongs there.
_AUTHORED = {
    "checklists": (".json", ".xlsx", ".csv"),
    "schemes": (".json",),
    "contests": (".json",),
    "distribution": (".json",),
    "flows": (".json",),
    "templates": (".json", ".txt"),
}
#: Of the workspace's own floor: rules, the vault's own files, and the notes that say how to start.
_PLAIN_NAMES = ("rules.json", "演示说明.txt", "请先看这里.txt")
#: Hears how far a sweep over all files is: how many are behind it, and how many there are.
Told = Callable[[int, int], None]


def enter(root: Path, passphrase: str, told: Told | None = None) -> tuple[list[Path], list[str]]:
    """Open a workspace by passphrase or recovery code, and encrypt what lies in it plain.

    Plain is what somebody copied in, and what is left where encrypting was broken off. Returns those files,
    and which of them could not be encrypted. Raises WrongPassphrase, StoreError. The derivation takes a
    while: run it on a thread.
    """
    vault = unlock(root, passphrase)
    open_vault(vault)
    strays = plain_files(vault)
    return strays, encrypt_all(vault, told)[1] if strays else []


def strays_said(strays: Sequence[Path], left: Sequence[str]) -> list[str]:
    """What is said of files that were found plain, and of those that still are."""
    said = []
    if len(strays) > len(left):
        named = f"，如{strays[0].name}" if not left else ""
        said.append(f"有{len(strays) - len(left)}个没有加密的文件，已加密{named}。")
    if left:
        said.append(f"有{len(left)}个文件没有加密成：{left[0]}。下次打开会再试。")
    return said


# -------------------------------------------------------------------- exports


def exports(vault: Vault) -> list[tuple[str, Path]]:
    """The files under exports/: the name people know, with its folder, and where the file stands."""
    names, found = _names_of(vault), []
    names.load()
    for path in _own_files(vault):
        parts = path.relative_to(vault.root).parts
        if parts[0] == "exports" and len(parts) > 1 and not parts[1].startswith("names."):
            found.append(("/".join(names.told.get(part, part) for part in parts[1:]), path))
    return sorted(found)


def _names_of(vault: Vault) -> Names:
    if isinstance(files.fs, VaultOps) and vault.root in files.fs.names_of:
        return files.fs.names_of[vault.root]
    names = Names(vault)
    names.load()
    return names


def take_out(path: Path, target: Path) -> None:
    """Write a plain copy of an encrypted file to a place outside. Raises OSError, StoreError."""
    files.private_folder(target.parent)
    files.write_durable(target, files.fs.read(path))


# -------------------------------------------------------------------- a whole workspace


def encrypt_all(vault: Vault, told: Told | None = None) -> tuple[int, list[str]]:
    """Encrypt every plain file below the workspace, each put in place whole.

    Returns how many were encrypted and which could not be. Killed in the middle, the rest is done by calling
    it again: plain and encrypted files of one workspace read alike. `told` hears how far it is.
    """
    return _go_over(vault, told, to_plain=False)


def encrypt_workspace(
    root: Path, passphrase: str, recovery: str, told: Told | None = None
) -> tuple[int, list[str]]:
    """Make a vault of a workspace and encrypt what lies in it; returns as `encrypt_all` does.

    Nobody may be at work in it (`at_work`). Raises StoreError, with nothing changed.
    """
    vault = create(root, passphrase, recovery)
    open_vault(vault)
    return encrypt_all(vault, told)


def at_work(root: Path, *, others: bool = False) -> Locked | None:
    """Who has a findings file of the workspace open, if anybody; with `others`, not this program."""
    from inspect_tui.store.workspace import Workspace

    space = Workspace(root)
    for folder in sorted(space.rounds_dir.glob("*")) if space.rounds_dir.is_dir() else []:
        for writer in space.writers(folder.name):
            lock = FileLock(folder / f"{writer}.json")
            try:
                lock.acquire()
            except Locked as held:
                mine = held.holder.pid == os.getpid() and held.holder.host == platform.node()
                if not (others and mine):
                    return held
            else:
                lock.release()
    return None


def decrypt_all(vault: Vault, told: Told | None = None) -> tuple[int, list[str]]:
    """Make every file plain again; the vault file goes last, and only if nothing encrypted is left."""
    done, left = _go_over(vault, told, to_plain=True)
    if not left:
        for path in vault_files(vault.root):
            files.discard(path)
        shut_vault(vault.root)
    return done, left


def plain_files(vault: Vault) -> list[Path]:
    """Files that should be encrypted and are not: copied in by somebody, or encrypting was broken off."""
    return [path for path in _own_files(vault) if not _starts_with(path, (MARK,))]


def other_files(vault: Vault) -> list[Path]:
    """Files in the workspace that are neither encrypted nor of a kind the program keeps plain on purpose.

    Papers and photographs people put there themselves: they are left alone, but whoever set a passphrase
    takes them for encrypted unless told.
    """
    found = []
    for folder, names, entries in os.walk(vault.root):
        names[:] = [n for n in names if not n.startswith(".")]
        for name in entries:
            path = Path(folder) / name
            ours = name.startswith(".") or vault.encloses(path) or _kept_plain(vault, path)
            if not ours and not _starts_with(path, (MARK, files.AGE)):
                found.append(path)
    return sorted(found)


def other_said(others: Sequence[Path], root: Path) -> str:
    """What is said of such files; empty where there are none."""
    if not others:
        return ""
    named = others[0].relative_to(root).as_posix()
    return f"没有加密的别的文件{len(others)}个，如{named}；不是本软件写的，要保密请移走或自己加密。"


def _kept_plain(vault: Vault, path: Path) -> bool:
    top, *below = path.relative_to(vault.root).parts
    if path.name.endswith(LOCKS):
        return True
    if below:
        return path.suffix.lower() in _AUTHORED.get(top, ())
    return top in _PLAIN_NAMES or path in vault_files(vault.root)


def _go_over(vault: Vault, told: Told | None, *, to_plain: bool) -> tuple[int, list[str]]:
    ops = files.fs if isinstance(files.fs, VaultOps) else VaultOps(files.fs)
    names = _names_of(vault)
    done, left = 0, []
    own = _own_files(vault)
    if to_plain:
        # Without the names every file would be put under its code, and the names go at the end.
        try:
            names.read()
        except StoreError as error:
            return 0, [error.message]
    for at, path in enumerate(own):
        if told is not None:
            told(at, len(own))
        try:
            data = ops.inner.raw(path)
            if is_encrypted(data) is not to_plain:
                continue
            if to_plain:
                turned, target = decrypted(vault, data), names.shown(path)
            else:
                names.note(path)
                turned, target = encrypted(vault, data), names.hidden(path) or path
            with ops.as_is():
                files.private_folder(target.parent)
                files.write_durable(target, turned)
            if target != path:
                ops.inner.unlink(path)
            done += 1
        except OSError as error:
            left.append(f"{_shown(names, path)}：{reason(error)}。")
        except StoreError as error:
            if error.kept is not None:
                # The file itself is untouched and is gone over again; a second copy would only lie about.
                files.discard(error.kept)
            left.append(f"{_shown(names, path)}：{error}")
    for folder in CODED:
        _drop_empty(vault.root / folder)
    if to_plain and not left:
        for path in names.path.parent.glob("names.*"):
            files.discard(path)
    return done, left


def _shown(names: Names, path: Path) -> str:
    return names.shown(path).relative_to(names.root).as_posix()


def _drop_empty(folder: Path) -> None:
    """Folders whose files now stand under another name."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            with contextlib.suppress(OSError):
                path.rmdir()


def _own_files(vault: Vault) -> list[Path]:
    found = []
    for folder, names, entries in os.walk(vault.root):
        names[:] = [n for n in names if not n.startswith(".")]
        for name in entries:
            path = Path(folder) / name
            if vault.encloses(path) and not path.is_symlink():
                found.append(path)
    return sorted(found)


def _starts_with(path: Path, marks: tuple[bytes, ...]) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(max(map(len, marks))).startswith(marks)
    except OSError:
        return True
