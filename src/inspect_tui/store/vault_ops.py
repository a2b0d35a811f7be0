"""The seam of an encrypted workspace: encrypted on the way to the medium, decrypted in memory when read.

It stands behind the one seam every file goes through (`files.fs`), so nothing above knows of it. How a file
stands on the medium is `vault_frames`, under which name is `vault_names`.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path

from inspect_tui.store import files
from inspect_tui.store.errors import Shut
from inspect_tui.store.vault import Vault, straight
from inspect_tui.store.vault_frames import FRAME, HEAD, MARK, TAG, FrameWriter, decrypted, is_encrypted
from inspect_tui.store.vault_names import Names


class VaultOps(files.FileOps):
    """The seam with vaults behind it. `inner` does the real operations, so that tests can fail those.

    Where people name the files (`vault.CODED`) names tell whom a paper is about, so there they stand as
    codes; `Names` knows what for.
    """

    def __init__(self, inner: files.FileOps) -> None:
        self.inner = inner
        self.vaults: dict[Path, Vault] = {}
        self.names_of: dict[Path, Names] = {}
        self._out: dict[int, FrameWriter] = {}
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
            out = FrameWriter(vault)
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
        return decrypted(self._of(data[:HEAD]), data) if is_encrypted(data) else data

    def raw(self, path: Path) -> bytes:
        return self.inner.raw(self.place(path))

    def open_read(self, path: Path) -> io.BufferedReader | io.BytesIO:
        path = self.place(path)
        with path.open("rb") as file:
            head = file.read(HEAD)
        return io.BytesIO(self.read(path)) if is_encrypted(head) else self.inner.open_read(path)

    def size(self, path: Path) -> int:
        path = self.place(path)
        whole = self.inner.size(path)
        with path.open("rb") as file:
            if not is_encrypted(file.read(HEAD)):
                return whole
            plain, at = 0, HEAD
            while at < whole:
                file.seek(at)
                frame = int.from_bytes(file.read(4), "big")
                plain, at = plain + frame - TAG, at + 4 + frame
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


def stored_said() -> list[str]:
    """What is said of exported files that this program wrote under a code; said once."""
    if not isinstance(files.fs, VaultOps):
        return []
    papers = [
        p.name
        for p in files.fs.stored
        if "exports" in p.parts and not p.name.endswith((".bak", *files.UNPLACED))
    ]
    files.fs.stored.clear()
    if not papers:
        return []
    more = f"等{len(papers)}个文件" if len(papers) > 1 else ""
    return [f"{papers[-1]}{more}已加密存放，取出：inspect-tui unlock 文件名 -o 文件夹"]
