"""交卷: one inspector's work in one zip, folded, flushed, read back, with a short code to compare.

The code is made from the ids of the changes alone, so the lead sees the same one when the file is merged.
A zip from elsewhere is untrusted: only known names, no path of it is ever joined to a folder, sizes bounded.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, cast

import msgspec

from inspect_tui.exchange import age_file
from inspect_tui.exchange.age_file import AGE_BYTES, CannotOpen
from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.recipients import Recipient, recipients_of
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.exchange.ring import VARIABLE, Ring, ring_of
from inspect_tui.exchange.signing import HAND_IN, sign, table
from inspect_tui.model.change import Change
from inspect_tui.model.evidence import ENTRY, FOLDER, Piece
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.round import Round
from inspect_tui.rules.canonical import spoken_code
from inspect_tui.rules.evidence import all_evidence, files_of
from inspect_tui.rules.fold import State
from inspect_tui.rules.tables import state_tables
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.content import FindingsContent, content_of
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.evidence import place, read_file
from inspect_tui.store.files import private_folder
from inspect_tui.store.keyring import OwnKey, own_key
from inspect_tui.store.limits import EVIDENCE_BYTES, FINDINGS_BYTES
from inspect_tui.store.session import ReadOnlySession, Session

HANDIN_FORMAT = "inspect-tui/hand-in"
MANIFEST = "交卷单.json"
_FINDINGS = re.compile(r"[0-9a-f]{12}\.json")
_MANIFEST_BYTES = 1024 * 1024
_TOTAL_BYTES = 1024 * 1024 * 1024
_ENTRIES = 2000
#: More than this from one compressed byte is a bomb; findings files stay far below.
_RATIO = 400


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What a hand-in brings, in the figures its author and the lead compare."""

    changes: int = 0
    units: int = 0
    submitted: int = 0
    not_reached: int = 0
    answers: int = 0
    problems: int = 0
    good_practices: int = 0
    suggestions: int = 0
    red_lines: int = 0
    evidence: int = 0

    def text(self) -> str:
        """The counts as a sentence."""
        said = f"{self.units}个单位（已提交{self.submitted}个"
        said += f"，未能进点{self.not_reached}个" if self.not_reached else ""
        said += f"），已查{self.answers}项，问题{self.problems}条，好的做法{self.good_practices}条"
        said += f"，建议{self.suggestions}条" if self.suggestions else ""
        said += f"，红线等{self.red_lines}条" if self.red_lines else ""
        said += f"，佐证{self.evidence}件" if self.evidence else ""
        return said + f"，共{self.changes}次操作"


class PackedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the zip with its checksum."""

    name: str
    sha256: str
    bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """交卷单: who hands in what."""

    format: str = HANDIN_FORMAT
    version: str = "1.0"
    round: str
    title: str
    writer: str
    code: str
    counts: Counts
    files: tuple[PackedFile, ...]
    origin: str = ""
    pack_version: int = 1
    practice: bool = False
    name: str = ""
    second: str = ""
    team: str = ""
    made: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed in, after it was read back.

    `sealed_to` are those whose keys open it, `passphrase` is what opens it, `signed` the signer's name.
    """

    path: Path
    counts: Counts
    code: str
    messages: tuple[str, ...] = ()
    sealed_to: tuple[Recipient, ...] = ()
    passphrase: str = ""
    signed: str = ""

    @property
    def encrypted(self) -> bool:
        """Whether only some can open the file."""
        return bool(self.sealed_to or self.passphrase)


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


def short_code(change_ids: Iterable[str]) -> str:
    """A code of eight letters and digits for a set of changes, such as 7F3K-9QXM."""
    bits = int.from_bytes(hashlib.sha256("\n".join(sorted(change_ids)).encode()).digest()[:5], "big")
    return spoken_code(bits)


def count(changes: Iterable[Change], round_: Round, evidence: int = 0) -> Counts:
    """The figures of a set of changes."""
    state = State(changes)
    tables = state_tables(state, round_)
    kinds = [f["kind"] for f in tables["findings"]]
    return Counts(
        changes=len(state.changes),
        units=len(tables["visits"]),
        submitted=sum(bool(v["submitted"]) for v in tables["visits"]),
        not_reached=sum(v["result"] == "not_reached" for v in tables["visits"]),
        answers=sum(a["verdict"] != "pending" for a in tables["answers"]),
        problems=kinds.count("deficiency"),
        good_practices=kinds.count("good_practice"),
        suggestions=kinds.count("suggestion"),
        red_lines=len(tables["triggers"]),
        evidence=evidence,
    )


# -------------------------------------------------------------------- handing in


def hand_in(
    session: Session, out: Path | None = None, *, plain: bool = False, passphrase: str = ""
) -> Receipt:
    """Hand in this laptop's work: everything on disk, one zip, read back and compared.

    It is signed where its author has a key on this machine, and encrypted to whoever the round's pack named;
    with a `passphrase` by that, with `plain` not at all.

    Raises ExportRefused for a round marked 秘密 or above, ReadOnlySession when nothing can be folded here,
    StoreError when it could not be saved or does not read back as it was written.
    """
    refuse_secret(session.round)
    if session.file is None or session.read_only:
        raise ReadOnlySession(session.read_only or "没有自己的检查记录")
    session.file.compact()
    changes = list(session.file.changes())
    messages: list[str] = []
    key = _key(session, messages)
    rounds = [session.file.round_raw]
    more = table(sign(key, HAND_IN, session.writer, rounds, changes)) if key is not None else {}
    findings = session.file.copy_bytes(more)
    name = f"{session.writer}.json"
    evidence, missing = _evidence(session, changes)
    messages += missing
    manifest = Manifest(
        round=session.round.id,
        title=session.round.title,
        origin=session.round.origin,
        pack_version=session.round.pack_version,
        practice=session.round.practice,
        writer=session.writer,
        name=session.identity.name,
        second=session.identity.second,
        team=_team_name(session),
        made=session.clock().isoformat(timespec="seconds"),
        code=short_code(c.id for c in changes),
        counts=count(changes, session.round, len(evidence)),
        files=(
            PackedFile(name=name, sha256=hashlib.sha256(findings).hexdigest(), bytes=len(findings)),
            *(PackedFile(name=entry, sha256=p.sha256, bytes=p.size) for entry, p in evidence.items()),
        ),
    )
    found, said = ((), []) if plain or passphrase else recipients_of(session.space, session.round)
    messages += said
    sealed = bool(found or passphrase)
    folder = session.space.exports_dir if out is None else out
    named = out is not None and not out.is_dir()
    target = folder if named else folder / _name(session, manifest, sealed=sealed)
    private_folder(target.parent)
    head = {MANIFEST: msgspec.json.format(msgspec.json.encode(manifest), indent=1), name: findings}
    packing = _Packing(head, session.space.round_dir(session.round.id), evidence)
    if sealed:
        _write_sealed(target, packing, manifest, [r.age for r in found], passphrase)
    else:
        sha256 = _write(target, packing.into)
        _read_back(target, sha256, manifest)
    if (open_units := manifest.counts.units - manifest.counts.submitted - manifest.counts.not_reached) > 0:
        messages.append(f"其中{open_units}个单位还没有提交。")
    if manifest.practice:
        messages.append("这是演练轮次，不计入正式结果。")
    return Receipt(
        path=target,
        counts=manifest.counts,
        code=manifest.code,
        messages=tuple(messages),
        sealed_to=tuple(found),
        passphrase=passphrase,
        signed=key.name if key is not None else "",
    )


def _key(session: Session, messages: list[str]) -> OwnKey | None:
    """The key of whoever hands in; a broken one never stops the hand-in."""
    try:
        return own_key(session.identity.name)
    except StoreError as error:
        messages.append(str(error))
        return None


def _team_name(session: Session) -> str:
    wanted = session.identity.team
    for team in session.round.teams:
        if wanted in (team.id, team.name) or session.identity.name in (team.lead, *team.members):
            return team.name
    return wanted


def _name(session: Session, manifest: Manifest, *, sealed: bool) -> str:
    practice = "演练" if manifest.practice else ""
    if sealed:
        # Whoever sees the file pass by learns no name from it; the code is what the lead asks for anyway.
        return readable_name(["交卷", practice, manifest.code.replace("-", "")], session.date(), "age")
    people = manifest.name + (f"、{manifest.second}" if manifest.second else "")
    return readable_name(["交卷", practice, manifest.team, people], session.date(), "zip")


def _evidence(session: Session, changes: Iterable[Change]) -> tuple[dict[str, Piece], list[str]]:
    """The files that this laptop's own work names, by entry, and a word on those that cannot go along."""
    round_dir = session.space.round_dir(session.round.id)
    found: dict[str, Piece] = {}
    lost: list[str] = []
    for name, piece in sorted(files_of(all_evidence(State(changes))).items()):
        if place(round_dir, piece, deep=True).words:
            lost.append(clean_text(piece.name or piece.title, newlines=False))
        else:
            found[f"{FOLDER}/{name}"] = piece
    if not lost:
        return found, []
    named = "、".join(lost[:3]) + ("等" if len(lost) > 3 else "")
    return found, [f"有{len(lost)}件佐证的文件不在或已被改动，没有带上（{named}）；检查记录完整。"]


class _Out:
    """Where a zip is written: through the store's seam, flushed in pieces, hashed on the way."""

    def __init__(self, fd: int) -> None:
        self.hashed = hashlib.sha256()
        #: The first refusal of the disk: what fills the file may go on over it without a word.
        self.refused: OSError | None = None
        self._fd, self._unflushed = fd, 0

    def write(self, data: bytes) -> int:
        try:
            self._write(data)
        except OSError as error:
            self.refused = self.refused or error
            raise
        return len(data)

    def _write(self, data: bytes) -> None:
        files.write_all(self._fd, data)
        self.hashed.update(data)
        self._unflushed += len(data)
        if self._unflushed >= files.CHUNK:
            files.fs.fsync(self._fd)
            self._unflushed = 0

    def flush(self) -> None:
        """Nothing waits here; the medium is flushed in pieces and at the end."""


class _Packing:
    """A zip to be written. Its bytes depend on its content alone."""

    def __init__(self, head: dict[str, bytes], round_dir: Path, evidence: dict[str, Piece]) -> None:
        self._head, self._round_dir, self._evidence = head, round_dir, evidence

    def into(self, out: IO[bytes]) -> None:
        """Write it file by file, so that much evidence never fills memory twice. Raises StoreError."""
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in self._head.items():
                archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), data, compresslevel=6)
            for name, piece in self._evidence.items():
                held = read_file(self._round_dir, piece)
                if held is None:
                    told = clean_text(piece.name, newlines=False)
                    raise StoreError(f"佐证“{told}”正在变动，请再交一次。", path=self._round_dir)
                # Photos do not get smaller by packing them again.
                archive.writestr(_entry(name, zipfile.ZIP_STORED), held)


def _write(target: Path, fill: Callable[[IO[bytes]], object]) -> str:
    """Put a file in place whole, filled in pieces; returns its SHA-256.

    Raises StoreError; an older file of that name is then untouched.
    """
    temp = files.temp_beside(target)
    try:
        fd = files.fs.open_new(temp)
        try:
            out = _Out(fd)
            try:
                fill(cast("IO[bytes]", out))
            except Exception:
                if out.refused is None:
                    raise
            if out.refused is not None:
                raise out.refused
            files.fs.fsync(fd)
        finally:
            files.fs.close(fd)
        files.replace_held(temp, target)
        files.fs.fsync_dir(target.parent)
    except OSError as error:
        files.discard(temp)
        raise StoreError(f"{target.name}没有写成：{reason(error)}。", path=target) from error
    except BaseException:
        files.discard(temp)
        raise
    return out.hashed.hexdigest()


def _write_sealed(
    target: Path, packing: _Packing, manifest: Manifest, recipients: Sequence[str], passphrase: str
) -> None:
    """Write it encrypted: made and read back in memory first, because no key to open it need be here."""
    plain = io.BytesIO()
    packing.into(plain)
    held = read_hand_in(target, data=plain.getvalue())
    if held.manifest != manifest or held.damaged:
        raise StoreError("打包的内容读回来和记录不一样，请再交一次。", path=target)
    plain.seek(0)
    if passphrase:
        sealed = age_file.encrypt_with(plain.getvalue(), passphrase)
        sha256 = _write(target, lambda out: out.write(sealed))
    else:
        sha256 = _write(target, lambda out: age_file.encrypt_to(plain, out, recipients))
    try:
        with files.fs.open_read(target) as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError as error:
        raise StoreError(f"{target.name}写好后读不回来，请换个位置再交一次。", path=target) from error
    if not same:
        raise StoreError(
            f"{target.name}读回来和写的不一样，磁盘可能有故障，请换个位置再交一次。", path=target
        )


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    """An entry without a date of its own; Chinese names carry the UTF-8 flag."""
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = compression
    entry.create_system = 3
    entry.external_attr = 0o600 << 16
    return entry


def _read_back(path: Path, sha256: str, manifest: Manifest) -> None:
    try:
        with files.fs.open_read(path) as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        held = read_hand_in(path)
    except (OSError, InputFaults) as error:
        raise StoreError(f"{path.name}写好后读不回来，请换个位置再交一次。", path=path) from error
    if not same or held.manifest != manifest or held.damaged:
        raise StoreError(f"{path.name}读回来和写的不一样，磁盘可能有故障，请换个位置再交一次。", path=path)


# -------------------------------------------------------------------- reading


def read_hand_in(path: Path, *, data: bytes | None = None, ring: Ring | None = None) -> HandIn:
    """Read a hand-in and check everything its manifest says. Raises InputFaults.

    An encrypted one is opened with the keys of this machine, or those of the `ring`. `data` are its bytes
    where it does not stand in a file of its own.
    """
    try:
        if data is None and age_file.is_age(_head_of(path)):
            data = _decrypted(path, ring or ring_of(None))
        return _read(path, data)
    except (
        OSError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        msgspec.MsgspecError,
    ) as error:
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
        if len(entries) > _ENTRIES or len(set(names)) != len(names):
            raise _fault(path, "H12", "压缩包里的文件太多或有重名", "请检查人员重新交卷")
        if sum(entry.file_size for entry in entries) > _TOTAL_BYTES:
            raise _fault(path, "H12", "压缩包解开后过大", "请核对是不是选错了文件")
        unknown = [n for n in names if not (n == MANIFEST or _FINDINGS.fullmatch(n) or ENTRY.fullmatch(n))]
        findings = [n for n in names if _FINDINGS.fullmatch(n)]
        if unknown or len(findings) != 1 or MANIFEST not in names:
            value = unknown[0][:40] if unknown else ""
            raise _fault(path, "H12", "压缩包里不是交卷的内容", "请检查人员重新交卷", value)
        manifest = msgspec.json.decode(_bytes(archive, MANIFEST, _MANIFEST_BYTES), type=Manifest)
        if manifest.format != HANDIN_FORMAT or manifest.version.split(".")[0] != "1":
            raise _fault(path, "H13", "交卷单的格式或版本不认识", "请升级程序后再打开", manifest.version[:20])
        said = {f.name: f for f in manifest.files}
        lost = sorted(set(said) - set(names))
        if not set(names) - {MANIFEST} <= set(said) or not all(ENTRY.fullmatch(name) for name in lost):
            raise _fault(path, "H14", "交卷单和压缩包里的文件对不上", "请检查人员重新交卷")
        data = _bytes(archive, findings[0], FINDINGS_BYTES)
        if hashlib.sha256(data).hexdigest() != said[findings[0]].sha256:
            raise _fault(path, "H14", "文件内容与交卷单的校验值不符", "请检查人员重新交卷", findings[0])
        content = _content(path, findings[0], data)
        sound = {name: _is_whole(archive, name) for name in names if ENTRY.fullmatch(name)}
    if content.writer != manifest.writer or short_code(c.id for c in content.changes) != manifest.code:
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
        data = _bytes(archive, name, EVIDENCE_BYTES)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        return False
    return hashlib.sha256(data).hexdigest() == name[len(FOLDER) + 1 :][:64]


def _bytes(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """One entry, never more than `limit` bytes whatever its header says."""
    entry = archive.getinfo(name)
    if entry.file_size > limit or entry.file_size > max(1, entry.compress_size) * _RATIO + 65536:
        raise ValueError(name)
    with archive.open(entry) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ValueError(name)
    return data


def _content(path: Path, name: str, data: bytes) -> FindingsContent:
    try:
        return content_of(Path(name), data)
    except StoreError as error:
        raise _fault(path, "H15", str(error).rstrip("。"), "请检查人员重新交卷") from error


def _fault(path: Path, code: str, message: str, remedy: str, value: str = "") -> InputFaults:
    value = clean_text(value, newlines=False)
    return InputFaults([Fault(code=code, file=path.name, message=message, value=value, remedy=remedy)])
