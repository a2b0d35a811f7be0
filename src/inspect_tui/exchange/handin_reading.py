"""Reading a hand-in: everything its 交卷单 says is checked before anything in it is believed.

A zip from elsewhere is untrusted: only known names, no path of it is ever joined to a folder, sizes bounded.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path

import msgspec

from inspect_tui.exchange import age_file
from inspect_tui.exchange.age_file import AGE_BYTES, CannotOpen
from inspect_tui.exchange.manifest import HANDIN_FORMAT, MANIFEST, Manifest, code_of
from inspect_tui.exchange.ring import VARIABLE, Ring, ring_of
from inspect_tui.exchange.zips import UNREADABLE, ZIP_ENTRIES, Refused, entry_bytes, swollen
from inspect_tui.model.evidence import ENTRY, FOLDER
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.content import FindingsContent, content_of
from inspect_tui.store.errors import StoreError
from inspect_tui.store.limits import EVIDENCE_BYTES, FINDINGS_BYTES

_FINDINGS = re.compile(r"[0-9a-f]{12}\.json")
_MANIFEST_BYTES = 1024 * 1024
_TOTAL_BYTES = 1024 * 1024 * 1024


class HandIn(msgspec.Struct, frozen=True, kw_only=True):
    """A hand-in as read: its manifest and its findings, these as read and as bytes.

    `evidence` are the entries of sound evidence files, `damaged` those that are gone or are not what their
    names say: a lost photo never costs the findings.
    """

    manifest: Manifest
    content: FindingsContent
    data: bytes
    evidence: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


def read_hand_in(path: Path, *, data: bytes | None = None, ring: Ring | None = None) -> HandIn:
    """Read a hand-in and check everything its manifest says. Raises InputFaults.

    An encrypted one is opened with the keys of this machine, or those of the `ring`. `data` are its bytes
    where it does not stand in a file of its own.
    """
    try:
        if data is None and age_file.is_age(_head_of(path)):
            data = _decrypted(path, ring or ring_of(None))
        return _read(path, data)
    except (*UNREADABLE, Refused, msgspec.MsgspecError) as error:
        if isinstance(error, FileNotFoundError):
            raise _fault(path, "H10", "找不到文件", "请核对文件名和文件夹") from error
        raise _fault(path, "H11", "不是交卷文件，或文件已损坏", "请检查人员重新交卷") from error


def _head_of(path: Path) -> bytes:
    if not files.fs.place(path).is_file():
        raise FileNotFoundError(path)
    with files.fs.open_read(path) as file:
        return file.read(64)


def _decrypted(path: Path, ring: Ring) -> bytes:
    if files.fs.size(path) > AGE_BYTES:
        raise _fault(path, "H12", "文件过大", "请核对是不是选错了文件")
    try:
        return age_file.decrypt(files.fs.read(path), ring)
    except CannotOpen as error:
        message, _, remedy = str(error).partition("，请")
        if error.locked:
            remedy = f"用merge打开，或在环境变量{VARIABLE}里写口令"
        raise _fault(path, error.code, message, f"请{remedy}" if remedy else "") from error


def _read(path: Path, whole: bytes | None) -> HandIn:
    with (
        files.fs.open_read(path) if whole is None else io.BytesIO(whole) as stream,
        zipfile.ZipFile(stream) as archive,
    ):
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if len(entries) > ZIP_ENTRIES or len(set(names)) != len(names):
            raise _fault(path, "H12", "压缩包里的文件太多或有重名", "请检查人员重新交卷")
        if sum(entry.file_size for entry in entries) > _TOTAL_BYTES:
            raise _fault(path, "H12", "压缩包解开后过大", "请核对是不是选错了文件")
        known = {MANIFEST, *(n for n in names if _FINDINGS.fullmatch(n) or re.fullmatch(ENTRY, n))}
        unknown = [n for n in names if n not in known]
        findings = [n for n in names if _FINDINGS.fullmatch(n)]
        if unknown or len(findings) != 1 or MANIFEST not in names:
            value = unknown[0][:40] if unknown else ""
            raise _fault(path, "H12", "压缩包里不是交卷的内容", "请检查人员重新交卷", value)
        manifest = msgspec.json.decode(_bytes(archive, MANIFEST, _MANIFEST_BYTES), type=Manifest)
        if manifest.format != HANDIN_FORMAT or manifest.version.split(".")[0] != "1":
            raise _fault(path, "H13", "交卷单的格式或版本不认识", "请升级程序后再打开", manifest.version[:20])
        said = {f.name: f for f in manifest.files}
        lost = sorted(set(said) - set(names))
        if not set(names) - {MANIFEST} <= set(said) or not all(re.fullmatch(ENTRY, name) for name in lost):
            raise _fault(path, "H14", "交卷单和压缩包里的文件对不上", "请检查人员重新交卷")
        data = _bytes(archive, findings[0], FINDINGS_BYTES)
        if hashlib.sha256(data).hexdigest() != said[findings[0]].sha256:
            raise _fault(path, "H14", "文件内容与交卷单的校验值不符", "请检查人员重新交卷", findings[0])
        content = _content(path, findings[0], data)
        sound = {name: _is_whole(archive, name) for name in names if re.fullmatch(ENTRY, name)}
    if content.writer != manifest.writer or code_of(content.changes) != manifest.code:
        raise _fault(path, "H14", "检查记录与交卷单的短码不符", "请检查人员重新交卷", manifest.code[:20])
    return HandIn(
        manifest=manifest,
        content=content,
        data=data,
        evidence=tuple(name for name, good in sound.items() if good),
        damaged=(*lost, *(name for name, good in sound.items() if not good)),
    )


def _is_whole(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether a file of evidence is what its name says."""
    try:
        data = entry_bytes(archive, name, EVIDENCE_BYTES)
    except (*UNREADABLE, Refused):
        return False
    return hashlib.sha256(data).hexdigest() == name[len(FOLDER) + 1 :][:64]


def _bytes(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    if swollen(archive.getinfo(name)):
        raise Refused("压缩包的压缩比大得不正常")
    return entry_bytes(archive, name, limit)


def _content(path: Path, name: str, data: bytes) -> FindingsContent:
    try:
        return content_of(Path(name), data)
    except StoreError as error:
        raise _fault(path, "H15", str(error).rstrip("。"), "请检查人员重新交卷") from error


def _fault(path: Path, code: str, message: str, remedy: str, value: str = "") -> InputFaults:
    value = clean_text(value, newlines=False)
    return InputFaults([Fault(code=code, file=path.name, message=message, value=value, remedy=remedy)])
