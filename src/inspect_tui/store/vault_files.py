"""Files of an encrypted workspace: encrypted on the way to the medium, decrypted in memory on the way back.

It stands behind the one seam every file goes through (`files.fs`), so nothing above knows of it. A file is a
head (mark, id of the vault, random prefix) and frames, one per write: length, then XChaCha20-Poly1305 over
the bytes, the head as associated data, the prefix and the frame's number as nonce. So a frame cannot be
changed, moved or left out in the middle unnoticed; a lost end is what a torn write is anyway, and snapshots,
journals and JSON files each notice that by themselves.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import platform
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from inspect_tui.store import files
from inspect_tui.store.errors import Shut, StoreError, reason
from inspect_tui.store.lock import FileLock, Locked
from inspect_tui.store.vault import CODED, Vault, create, straight, unlock, vault_files

MARK = files.ENCRYPTED
_HEAD = len(MARK) + 8 + 16
#: Bytes of one frame; longer writes are taken in several.
FRAME = 1024 * 1024
_TAG = 16
#: What a frame that cannot be read stands as: a line no reader takes for sound.
_JUNK = b"\x00\n"


def encrypted(vault: Vault, data: bytes) -> bytes:
    """A whole file as it stands on the medium."""
    out = _Out(vault)
    view = memoryview(data)
    frames = [out.frame(bytes(view[start : start + FRAME])) for start in range(0, len(view), FRAME)]
    return b"".join((out.head, *frames))


def decrypted(vault: Vault, data: bytes) -> bytes:
    """The plain bytes of a file. Raises Shut for a file of another vault.

    A frame that was changed and an end that was cut off are put as junk, so that whoever reads the file finds
    it damaged or torn exactly as if it had never been encrypted.
    """
    return b"".join(_plain(vault, data))


def is_encrypted(data: bytes) -> bool:
    """Whether bytes begin like an encrypted file."""
    return data.startswith(MARK)


def _plain(vault: Vault, data: bytes) -> Iterator[bytes]:
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
    from nacl.exceptions import CryptoError

    head = data[:_HEAD]
    if len(head) < _HEAD:
        yield b"\x00"
        return
    if head[len(MARK) : len(MARK) + 8] != vault.id:
        raise Shut("文件是用另一个口令加密的")
    view, at, number = memoryview(data), _HEAD, 0
    while at < len(view):
        size = int.from_bytes(view[at : at + 4], "big")
        frame = view[at + 4 : at + 4 + size]
        if at + 4 > len(view) or size > FRAME + _TAG or len(frame) < size or size < _TAG:
            yield b"\x00"
            return
        try:
            yield decrypt(bytes(frame), head, _nonce(head, number), vault.key)
        except CryptoError:
            yield _JUNK
        at, number = at + 4 + size, number + 1


def _nonce(head: bytes, number: int) -> bytes:
    return head[-16:] + number.to_bytes(8, "big")


#: Hears how far a sweep over all files is: how many are behind it, and how many there are.
Told = Callable[[int, int], None]


class _Out:
    """A file being written: its head, and the number of its next frame."""

    def __init__(self, vault: Vault) -> None:
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

        self.head = MARK + vault.id + os.urandom(16)
        self._encrypt, self._key, self._number = encrypt, vault.key, 0

    def frame(self, data: bytes) -> bytes:
        sealed = self._encrypt(data, self.head, _nonce(self.head, self._number), self._key)
        self._number += 1
        return len(sealed).to_bytes(4, "big") + sealed


class VaultOps(files.FileOps):
    """The seam with vaults behind it. `inner` does the real operations, so that tests can fail those.

    Where people name the files (`vault.CODED`) names tell whom a paper is about, so there they stand as
    codes; `Names` knows what for.
    """

    def __init__(self, inner: files.FileOps) -> None:
        self.inner = inner
        self.vaults: dict[Path, Vault] = {}
        self.names_of: dict[Path, Names] = {}
        self._out: dict[int, _Out] = {}
        self._here = threading.local()
        #: Files that were put in place under a code since the start, by the names people know.
        self.stored: list[Path] = []

    @contextlib.contextmanager
    def as_is(self) -> Iterator[None]:
        """Write what this thread writes as it is: it is encrypted already, or is to be plain."""
        self._here.as_is = True
        try:
            yield
        finally:
            self._here.as_is = False

    def vault_of(self, path: Path) -> Vault | None:
        """The vault that keeps a file at this place encrypted, if any."""
        return next((v for v in self.vaults.values() if v.encloses(path)), None)

    # ------------------------------------------------------------ writing

    def open_new(self, path: Path) -> int:
        as_is = getattr(self._here, "as_is", False)
        path = path if as_is else self._coded(path)
        fd = self.inner.open_new(path)
        vault = None if as_is else self.vault_of(path)
        if vault is not None:
            out = _Out(vault)
            try:
                self._put(fd, out.head)
            except OSError:
                # Who asked for the file got no descriptor, so nobody else would remove what was begun.
                self.inner.close(fd)
                with contextlib.suppress(OSError):
                    self.inner.unlink(path)
                raise
            self._out[fd] = out
        return fd

    def write(self, fd: int, data: bytes | memoryview) -> int:
        out = self._out.get(fd)
        if out is None:
            return self.inner.write(fd, data)
        taken = bytes(memoryview(data)[:FRAME])
        self._put(fd, out.frame(taken))
        return len(taken)

    def _put(self, fd: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self.inner.write(fd, view) :]

    def close(self, fd: int) -> None:
        self._out.pop(fd, None)
        self.inner.close(fd)

    def fsync(self, fd: int) -> None:
        self.inner.fsync(fd)

    # ------------------------------------------------------------ reading

    def read(self, path: Path) -> bytes:
        data = self.inner.raw(self.place(path))
        return decrypted(self._of(data[:_HEAD]), data) if is_encrypted(data) else data

    def raw(self, path: Path) -> bytes:
        return self.inner.raw(self.place(path))

    def open_read(self, path: Path) -> io.BufferedReader | io.BytesIO:
        path = self.place(path)
        with path.open("rb") as file:
            head = file.read(_HEAD)
        return io.BytesIO(self.read(path)) if is_encrypted(head) else self.inner.open_read(path)

    def size(self, path: Path) -> int:
        path = self.place(path)
        whole = self.inner.size(path)
        with path.open("rb") as file:
            if not is_encrypted(file.read(_HEAD)):
                return whole
            plain, at = 0, _HEAD
            while at < whole:
                file.seek(at)
                frame = int.from_bytes(file.read(4), "big")
                plain, at = plain + frame - _TAG, at + 4 + frame
        return plain

    def exists(self, path: Path) -> bool:
        return self.inner.exists(self.place(path))

    def _of(self, head: bytes) -> Vault:
        mine = head[len(MARK) : len(MARK) + 8]
        vault = next((v for v in self.vaults.values() if v.id == mine), None)
        if vault is None:
            raise Shut("文件已加密，先要输入口令" if not self.vaults else "文件是用另一个口令加密的")
        return vault

    # ------------------------------------------------------------ names

    def place(self, path: Path) -> Path:
        """Where a path stands: under its code, or under its own name where somebody copied it in since."""
        coded = self._coded(path)
        return path if coded != path and not coded.exists() and path.exists() else coded

    def _coded(self, path: Path) -> Path:
        for names in self.names_of.values():
            if (hidden := names.hidden(path)) is not None:
                return hidden
        return path

    def _note(self, path: Path) -> None:
        for names in self.names_of.values():
            names.note(path)

    def replace(self, source: Path, target: Path) -> None:
        if getattr(self._here, "as_is", False):
            self.inner.replace(source, target)
            return
        self._note(target)
        coded = self._coded(target)
        self.inner.replace(self.place(source), coded)
        if coded != target:
            self.stored.append(target)

    def link(self, source: Path, target: Path) -> None:
        self.inner.link(self.place(source), self._coded(target))

    def unlink(self, path: Path) -> None:
        self.inner.unlink(self.place(path))

    def fsync_dir(self, folder: Path) -> None:
        self.inner.fsync_dir(self.place(folder))

    def mkdir(self, folder: Path) -> None:
        if getattr(self._here, "as_is", False):
            self.inner.mkdir(folder)
            return
        self._note(folder)
        self.inner.mkdir(self._coded(folder))

    def names(self, folder: Path) -> list[str]:
        found = self.inner.names(self.place(folder))
        for names in self.names_of.values():
            if names.coded_parts(folder) is not None:
                return list(dict.fromkeys(names.told.get(n, n) for n in found if not n.startswith("names.")))
        return found

    def sleep(self, seconds: float) -> None:
        self.inner.sleep(seconds)


class Names:
    """What the codes of a workspace stand for, kept encrypted under exports/."""

    def __init__(self, vault: Vault) -> None:
        self.root = vault.root
        self.path = vault.root / "exports" / "names.json"
        self._key = vault.key
        self._writing = threading.Lock()
        self.told: dict[str, str] = {}

    def load(self) -> None:
        """Read the list; a damaged one costs the names only, the files are still found by code."""
        with contextlib.suppress(StoreError):
            self.read()

    def read(self) -> None:
        """Take in what its file says. Raises StoreError where that cannot be read just now."""
        self.told = self._kept() | self.told

    def code(self, name: str) -> str:
        """The code of a name; nobody without the key can tell which name it is."""
        return hashlib.blake2b(name.encode("utf-8"), key=self._key, digest_size=10).hexdigest()

    def coded_parts(self, path: Path) -> tuple[str, ...] | None:
        """The parts of a path that stand as codes; None for a place where names are plain."""
        try:
            parts = straight(path).relative_to(self.root).parts
        except (OSError, ValueError):
            return None
        if not parts or parts[0] not in CODED:
            return None
        return parts[1:]

    def hidden(self, path: Path) -> Path | None:
        """Where such a file really stands; None for any other place."""
        parts = self.coded_parts(path)
        if not parts or parts[0].startswith("names."):
            return None
        folder = straight(path).relative_to(self.root).parts[0]
        coded = (part if part in self.told else self.code(part) for part in parts)
        return self.root.joinpath(folder, *coded)

    def shown(self, path: Path) -> Path:
        """The path as people know it."""
        parts = self.coded_parts(path)
        if not parts:
            return path
        folder = path.relative_to(self.root).parts[0]
        return self.root.joinpath(folder, *(self.told.get(part, part) for part in parts))

    def note(self, path: Path) -> None:
        """Keep what the codes of a path stand for, before anything is put there."""
        if self.hidden(path) is None:
            return
        with self._writing:
            new = {self.code(p): p for p in self.coded_parts(path) or () if p not in self.told}
            if not new.keys() <= self.told.keys():
                # Another program at this workspace may have added some of its own. A name counts as kept only
                # once it is: else the next file of that name would be put there and never be found again.
                told = self._kept() | self.told | new
                files.private_folder(self.path.parent)
                files.write_durable(self.path, msgspec.json.encode(told))
                self.told = told

    def _kept(self) -> dict[str, str]:
        """The list as it stands in its file; a damaged one is empty. Raises StoreError."""
        try:
            return msgspec.json.decode(files.fs.read(self.path), type=dict[str, str])
        except (FileNotFoundError, msgspec.MsgspecError, ValueError):
            return {}
        except OSError as error:
            raise StoreError(f"文件名对照表读不出来：{reason(error)}。", path=self.path) from error


def open_vault(vault: Vault) -> None:
    """From now on this process reads and writes the vault's files."""
    if not isinstance(files.fs, VaultOps):
        files.fs = VaultOps(files.fs)
    files.fs.vaults[vault.root] = vault
    names = Names(vault)
    names.load()
    files.fs.names_of[vault.root] = names


def shut_vault(root: Path) -> None:
    """Forget a vault's key; without any vault left the plain seam stands again."""
    if isinstance(files.fs, VaultOps):
        files.fs.vaults.pop(straight(root), None)
        files.fs.names_of.pop(straight(root), None)
        if not files.fs.vaults:
            files.fs = files.fs.inner


def opened(root: Path) -> Vault | None:
    """The vault of a workspace, when it is open in this process."""
    return files.fs.vaults.get(straight(root)) if isinstance(files.fs, VaultOps) else None


def kept_encrypted(path: Path) -> bool:
    """Whether what is written there stands encrypted, so that nobody else can open it."""
    return isinstance(files.fs, VaultOps) and files.fs.vault_of(path) is not None


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


def stored_said() -> list[str]:
    """What is said of exported files that this program wrote under a code; said once."""
    if not isinstance(files.fs, VaultOps):
        return []
    papers = [
        p.name for p in files.fs.stored if "exports" in p.parts and not p.name.endswith((".bak", ".tmp"))
    ]
    files.fs.stored.clear()
    if not papers:
        return []
    more = f"等{len(papers)}个文件" if len(papers) > 1 else ""
    return [f"{papers[-1]}{more}已加密存放，取出：inspect-tui unlock 文件名 -o 文件夹"]


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
    return [path for path in _own_files(vault) if not _starts_encrypted(path)]


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


def _starts_encrypted(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_encrypted(file.read(len(MARK)))
    except OSError:
        return True
