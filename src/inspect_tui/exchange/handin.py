"""交卷: one inspector's work in one zip, folded, flushed, read back, with a short code to compare."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, cast

import msgspec

from inspect_tui.exchange import age_file
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.handin_units import hand_in_units
from inspect_tui.exchange.manifest import MANIFEST, Counts, Manifest, PackedFile, code_of, count
from inspect_tui.exchange.naming import readable_name
from inspect_tui.exchange.recipients import Recipient, recipients_of
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.exchange.signing import HAND_IN, sign, table
from inspect_tui.model.change import Change
from inspect_tui.model.evidence import FOLDER, Piece
from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.evidence import all_evidence, files_of
from inspect_tui.rules.fold import State
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.evidence import place, read_file
from inspect_tui.store.files import private_folder
from inspect_tui.store.keyring import OwnKey, own_key
from inspect_tui.store.session import ReadOnlySession, Session


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
        code=code_of(changes),
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
    if unfinished := hand_in_units(session.state, session.round, changes).unfinished:
        messages.append(f"其中{len(unfinished)}个单位还没有提交。")
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
