"""Offered: the findings files behind whatever a lead points at, opened one by one and never trusted.

Paths may be files, copies renamed by a chat program, zips, hand-ins, or folders one level deep. No name
from a zip is ever joined to a path, nothing is unpacked as a whole, and every size is bounded before it is
read.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

import msgspec

from inspect_tui.exchange import age_file
from inspect_tui.exchange.age_file import AGE_BYTES, CannotOpen
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.manifest import MANIFEST, Manifest
from inspect_tui.exchange.ring import Ring
from inspect_tui.exchange.signing import signature_in
from inspect_tui.exchange.zips import UNREADABLE, ZIP_ENTRIES, Refused, entry_bytes, swollen
from inspect_tui.model.change import Change
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.signing import Signature
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.findings import read_findings
from inspect_tui.store.limits import FINDINGS_BYTES, TOO_LARGE
from inspect_tui.store.snapshot import BadSnapshot, Meta, Snapshot, TooNew, decode

#: What a zip may unpack to.
ZIP_BYTES = 500 * 1024 * 1024
#: What one scan may hold in memory.
SCAN_BYTES = 2 * 1024 * 1024 * 1024

_FORMAT = re.compile(rb'"format"\s*:\s*"inspect-tui/([a-z-]{1,20})"')
_SAYS = {
    b"pack": "这是发包文件，不是检查记录；请直接用本程序打开它",
    b"checklist": "这是检查清单，不是检查记录",
    b"roster": "这是单位名册，不是检查记录",
    b"rules": "这是评分规则，不是检查记录",
    b"round": "这是轮次文件，不是检查记录",
    b"hand-in": "这是交卷单，不是检查记录；请给整个交卷文件",
    b"received": "这是合并台账，不是检查记录",
    b"journal": "这是保存日志，不是检查记录；请给同名的.json文件",
}
_JOURNAL = re.compile(r"(.+)\.([0-9]{1,15})\.journal")


class Locked(str):
    """Why a file could not be looked into, where a passphrase may help."""

    __slots__ = ()


class Opened(msgspec.Struct, kw_only=True):
    """A findings file as read. `data` is the file byte for byte; None when it was put together from parts.

    `messages` say that it was not closed, `notes` what else is worth knowing. `inner` is the entry of the zip
    that a hand-in within a zip stands in; `held` are the bytes of a hand-in that was encrypted, which exist
    in memory only.
    """

    meta: Meta
    rounds: list[dict[str, Any]]
    changes: list[Change]
    data: bytes | None
    sha256: str
    messages: list[str] = []
    notes: list[str] = []
    manifest: Manifest | None = None
    inner: str = ""
    signature: Signature | None = None
    held: bytes | None = None
    encrypted: bool = False


class Offer(msgspec.Struct, kw_only=True):
    """One thing to be judged: a file in a folder, or one entry of a zip.

    `label` is what the user sees; `refused` says why it cannot even be looked into. `stray` marks what lay
    in a folder without being asked for, which is passed by when it is another file of ours. `sealed` is an
    encrypted file; `data` are the bytes of what stands in no file of its own.
    """

    label: str
    path: Path
    entry: str = ""
    inner: str = ""
    refused: str = ""
    stray: bool = False
    sealed: bool = False
    data: bytes | None = None

    def stream(self) -> IO[bytes]:
        """Its bytes, to be read piece by piece."""
        return files.fs.open_read(self.path) if self.data is None else io.BytesIO(self.data)


def offers(paths: list[Path]) -> list[Offer]:
    """What the given paths hold, in order: folders and zips opened up, nothing read yet."""
    found: list[Offer] = []
    for path in paths:
        label = clean_text(str(path), newlines=False)
        try:
            mode = files.fs.place(path).stat().st_mode
        except FileNotFoundError:
            found.append(Offer(label=label, path=path, refused="找不到文件"))
            continue
        except (OSError, ValueError) as error:
            why = reason(error) if isinstance(error, OSError) else "文件名不能用"
            found.append(Offer(label=label, path=path, refused=f"打不开：{why}"))
            continue
        if stat.S_ISDIR(mode):
            found += _folder(path, label)
        elif stat.S_ISREG(mode):
            found += _file(path, label)
        else:
            found.append(Offer(label=label, path=path, refused="不是普通文件"))
    return found


def _file(path: Path, label: str, *, stray: bool = False) -> Iterator[Offer]:
    try:
        with files.fs.open_read(path) as file:
            head = file.read(64)
    except OSError as error:
        yield Offer(label=label, path=path, refused=f"打不开：{reason(error)}")
        return
    if _is_zip(head):
        yield from _zip(Offer(label=label, path=path))
    else:
        yield Offer(label=label, path=path, stray=stray, sealed=age_file.is_age(head))


def _is(path: Path, kind: Callable[[int], bool]) -> bool:
    """Whether a path is of a kind; what leads elsewhere is none."""
    try:
        return kind(files.fs.place(path).lstat().st_mode)
    except (OSError, ValueError):
        return False


def _is_zip(head: bytes) -> bool:
    return head[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def _folder(folder: Path, label: str) -> Iterator[Offer]:
    found: list[Offer] = []
    try:
        places = [folder, *(p for p in files.listed(folder) if _is(p, stat.S_ISDIR))]
        for place in places:
            for path in files.listed(place):
                if path.suffix.lower() in (".json", ".zip", ".age") and _is(path, stat.S_ISREG):
                    found += _file(path, clean_text(str(path), newlines=False), stray=True)
    except OSError as error:
        yield Offer(label=label, path=folder, refused=f"文件夹打不开：{reason(error)}")
        return
    yield from found
    if not found:
        yield Offer(label=label, path=folder, refused="文件夹里没有检查记录文件")


# -------------------------------------------------------------------- zips


def _zip(whole: Offer) -> Iterator[Offer]:
    label, path, data = whole.label, whole.path, whole.data
    try:
        with whole.stream() as stream, zipfile.ZipFile(stream) as archive:
            entries = _entries(archive)
            names = [entry.filename for entry in entries]
            if MANIFEST in names:
                yield Offer(label=label, path=path, entry=MANIFEST, data=data)
                return
            found = []
            for entry in entries:
                shown = f"{label}/{_shown(entry)}"
                if entry.filename.lower().endswith(".json"):
                    found.append(Offer(label=shown, path=path, entry=entry.filename, stray=True, data=data))
                elif entry.filename.lower().endswith((".zip", ".age")):
                    found.append(Offer(label=shown, path=path, inner=entry.filename, data=data))
            yield from found
            if not found:
                office = any(name == "[Content_Types].xml" for name in names)
                said = "这是Word或Excel文件，不是检查记录" if office else "压缩包里没有检查记录文件"
                yield Offer(label=label, path=path, refused=said)
    except Refused as error:
        yield Offer(label=label, path=path, refused=str(error))
    except UNREADABLE:
        yield Offer(label=label, path=path, refused="压缩包打不开，可能没有传完整或已损坏")


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of a zip, after everything that can be known without unpacking has been looked at."""
    entries = archive.infolist()
    if len(entries) > ZIP_ENTRIES:
        raise Refused(f"压缩包里的文件超过{ZIP_ENTRIES}个")
    if len({entry.filename for entry in entries}) != len(entries):
        raise Refused("压缩包里有重名的文件")
    for entry in entries:
        name = entry.filename
        odd = not name or "\0" in name or name.startswith(("/", "\\")) or ":" in name
        if odd or ".." in re.split(r"[/\\]", name):
            raise Refused(f"压缩包里有可疑的路径“{clean_text(name, newlines=False)[:40]}”")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Refused("压缩包里有指向别处的链接")
        if entry.flag_bits & 1:
            raise Refused("压缩包有密码，请解压后再合并")
        if swollen(entry):
            raise Refused("压缩包的压缩比大得不正常")
    if sum(entry.file_size for entry in entries) > ZIP_BYTES:
        raise Refused("压缩包解开后超过500MB")
    return [entry for entry in entries if not entry.is_dir()]


def _shown(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    if not entry.flag_bits & 0x800:
        # Chinese Windows writes names in its own encoding without saying so.
        try:
            name = name.encode("cp437").decode("gb18030")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = entry.filename
    return clean_text(PurePosixPath(name).name, newlines=False)[:80]


# -------------------------------------------------------------------- opening


class Opener:
    """Opens offers one after another; keeps count of what they hold, and lists each folder once."""

    def __init__(self, ring: Ring | None = None) -> None:
        self._ring = ring or Ring()
        self._left = SCAN_BYTES
        self._families: dict[Path, set[str]] = {}

    def open(self, offer: Offer) -> Iterator[tuple[str, Opened | str]]:
        """What an offer holds: pairs of a label with a findings file, or with why there is none."""
        if offer.refused:
            yield offer.label, offer.refused
            return
        try:
            if offer.sealed:
                yield from self._sealed(offer)
            elif offer.inner:
                yield from self._inner(offer)
            elif offer.entry == MANIFEST:
                yield offer.label, self._hand_in(offer)
            elif offer.entry:
                with offer.stream() as stream, zipfile.ZipFile(stream) as archive:
                    yield offer.label, self._zipped(archive, offer.entry)
            else:
                yield offer.label, self._plain(offer.path)
        except Refused as error:
            yield offer.label, str(error)
        except CannotOpen as error:
            yield offer.label, Locked(error) if error.locked else str(error)
        except (InputFaults, StoreError) as error:
            yield offer.label, str(error).rstrip("。")
        except zipfile.BadZipFile:
            yield offer.label, "压缩包打不开，可能没有传完整或已损坏"
        except OSError as error:
            yield offer.label, f"读不出来：{reason(error)}"
        except UNREADABLE:
            yield offer.label, "压缩包打不开，可能没有传完整或已损坏"

    def _hold(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Refused("这一次给的文件合计超过2GB，请分几次合并")

    def _plain(self, path: Path) -> Opened:
        size = files.fs.size(path)
        if size > FINDINGS_BYTES:
            raise Refused(TOO_LARGE.rstrip("。"))
        self._hold(size)
        if self._has_parts(path):
            return _from_parts(path)
        data = files.fs.read(path)
        try:
            return _opened(data)
        except Refused:
            if self._beside(path, ".bak"):
                return _from_parts(path)
            raise

    def _has_parts(self, path: Path) -> bool:
        return any(
            (match := _JOURNAL.fullmatch(name)) is not None and match[1] == path.name.removesuffix(".json")
            for name in self._names(path.parent)
            if name.endswith(".journal")
        )

    def _beside(self, path: Path, ending: str) -> bool:
        return path.name.removesuffix(".json") + ending in self._names(path.parent)

    def _names(self, folder: Path) -> set[str]:
        held = self._families.get(folder)
        if held is None:
            with os.scandir(folder) as entries:
                held = {e.name for e in entries if e.name.endswith((".journal", ".bak"))}
            self._families[folder] = held
        return held

    def _hand_in(self, offer: Offer) -> Opened:
        held = read_hand_in(offer.path, data=offer.data)
        self._hold(len(held.data))
        opened = _opened(held.data)
        opened.manifest = held.manifest
        opened.held = offer.data
        if held.damaged:
            opened.notes.append(f"{len(held.damaged)}件佐证缺失或已损坏，没有随交卷带到，问题照收")
        return opened

    def _zipped(self, archive: zipfile.ZipFile, name: str) -> Opened:
        stem = name.removesuffix(".json")
        journals = {
            int(match[2]): entry.filename
            for entry in _entries(archive)
            if (match := _JOURNAL.fullmatch(entry.filename)) and match[1] == stem
        }
        data = entry_bytes(archive, name)
        self._hold(len(data))
        if not journals:
            return _opened(data)
        with tempfile.TemporaryDirectory(prefix="inspect-tui-") as place:
            main = Path(place) / "f.json"
            main.write_bytes(data)
            for number, journal in journals.items():
                (Path(place) / f"f.{number}.journal").write_bytes(entry_bytes(archive, journal))
            return _from_parts(main)

    def _inner(self, offer: Offer) -> Iterator[tuple[str, Opened | str]]:
        """A zip in a zip, as when someone packs several hand-ins; one level, not more."""
        with offer.stream() as stream, zipfile.ZipFile(stream) as archive:
            data = entry_bytes(archive, offer.inner)
        self._hold(len(data))
        yield from self._within(offer, data, encrypted=False)

    def _sealed(self, offer: Offer) -> Iterator[tuple[str, Opened | str]]:
        """An encrypted file: what is in it is opened from memory, and never stands on the disk."""
        if files.fs.size(offer.path) > AGE_BYTES:
            raise Refused("加密的文件过大")
        data = files.fs.read(offer.path)
        self._hold(len(data))
        yield from self._within(offer, data, encrypted=False)

    def _within(self, offer: Offer, data: bytes, *, encrypted: bool) -> Iterator[tuple[str, Opened | str]]:
        """What bytes hold that stand in no file of their own."""
        if age_file.is_age(data):
            if encrypted:
                raise Refused("加密了两层，请检查人员重新交卷")
            plain = age_file.decrypt(data, self._ring)
            self._hold(len(plain))
            yield from self._within(offer, plain, encrypted=True)
        elif not _is_zip(data):
            opened = _opened(data)
            opened.inner, opened.encrypted = offer.inner, encrypted
            yield offer.label, opened
        else:
            for found in _zip(Offer(label=offer.label, path=offer.path, data=data)):
                if found.inner:
                    yield found.label, "压缩包套了太多层，请解开后再合并"
                    continue
                for label, one in self.open(found):
                    if isinstance(one, Opened):
                        one.inner, one.encrypted = offer.inner, encrypted
                        if not encrypted:
                            # It can be read again from where it stands.
                            one.held = None
                    yield label, one


def _from_parts(path: Path) -> Opened:
    """A file whose journals lie beside it."""
    content = read_findings(path)
    sha256 = hashlib.sha256("\n".join(c.id for c in content.changes).encode(errors="replace")).hexdigest()
    return Opened(
        meta=content.meta,
        rounds=list(content.rounds),
        changes=content.changes,
        data=None,
        sha256=sha256,
        messages=list(content.recovery.messages),
        signature=signature_in(content.recovered.snapshot.tables),
    )


def _opened(data: bytes) -> Opened:
    try:
        snapshot: Snapshot = decode(data)
    except TooNew as error:
        raise Refused(str(error)) from error
    except BadSnapshot as error:
        raise Refused(_what_it_is(data) or str(error)) from error
    return Opened(
        meta=snapshot.meta,
        rounds=list(snapshot.rounds),
        changes=snapshot.changes,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        signature=signature_in(snapshot.tables),
    )


def _what_it_is(data: bytes) -> str:
    """What a file that is no findings file says it is; empty when it says nothing we know."""
    if data.startswith(b'{"_meta"'):
        return ""
    found = _FORMAT.search(data[:65536])
    if found:
        return _SAYS.get(found[1], "")
    if data[:4] == b"%PDF" or data[:3] == b"\xff\xd8\xff" or data[:8] == b"\x89PNG\r\n\x1a\n":
        return "这是图片或PDF，不是检查记录"
    return ""


def is_other_file_of_ours(why: str) -> bool:
    """Whether a refusal only says that the file is something else of ours, which may lie in any folder."""
    return why in _SAYS.values()
