"""Vault: the keys of a workspace that is encrypted at rest, and the file that keeps them wrapped.

A random data key encrypts the files (see `store.vault_frames`); the passphrase and a recovery key each wrap
that key, so a new passphrase rewrites no other file, and the data key is never on the medium unwrapped.
"""

from __future__ import annotations

import base64
import itertools
import os
import re
import unicodedata
from pathlib import Path

import msgspec

from inspect_tui.store import files
from inspect_tui.store.errors import StoreError

VAULT_FORMAT = "inspect-tui/vault"
VAULT_NAME = "vault.json"
#: What is encrypted: these folders, and the JSON files of the workspace's own floor that tell of people and
#: findings. Checklists and rules stay plain, so that their authors can edit them as before.
_FOLDERS = ("rounds", "exports", "收卷", "测评")
#: Of these, where people name the files: names tell of whom a paper is, so there they stand as codes.
CODED = ("exports", "收卷", "测评")
_PLAIN = ("vault", "rules")
_ENDINGS = (".bak", ".journal", *files.UNPLACED)
LOCKS = (".lock", ".holder")
_PREFIX = b'{"sha256":"'
#: Argon2id: passes and bytes of memory. Kept in the file, so that a later release may ask for more.
PASSES, MEMORY = 3, 64 * 1024 * 1024
#: Bounds on what a file may ask for, so that a damaged one cannot stop the machine.
_MOST_PASSES, _MOST_MEMORY = 20, 1024 * 1024 * 1024
SHORTEST = 8
FORGOTTEN = (
    "请先想清楚：口令和恢复码都丢了，谁也打不开这些记录，包括软件的作者。请把恢复码抄在纸上，和电脑分开存放。"
)


class WrongPassphrase(StoreError):
    """The passphrase or recovery key does not open this vault; the vault itself is sound."""


class _Wrapped(msgspec.Struct, frozen=True, kw_only=True):
    salt: str
    key: str
    passes: int
    memory: int


class VaultFile(msgspec.Struct, frozen=True, kw_only=True):
    """`vault.json`: the data key, wrapped once under the passphrase and once under the recovery key."""

    format: str
    version: str
    id: str
    passphrase: _Wrapped
    recovery: _Wrapped


class Vault(msgspec.Struct, frozen=True):
    """An open vault: where it stands, its id, and its data key, which is never on the medium unwrapped."""

    root: Path
    id: bytes
    key: bytes

    def encloses(self, path: Path) -> bool:
        """Whether a file at this place is kept encrypted. Locks and who holds them are not."""
        try:
            parts = straight(path).relative_to(self.root).parts
        except (OSError, ValueError):
            return False
        name = path.name
        if name.endswith(LOCKS):
            return False
        if len(parts) > 1:
            return parts[0] in _FOLDERS
        # A damaged file that was set aside is named x.json.damaged-1.
        return (".json" in name or name.endswith(_ENDINGS)) and name.split(".")[0] not in _PLAIN


def straight(path: Path) -> Path:
    """The absolute path without ways back in it, so that one place is known by one path."""
    return Path(os.path.abspath(path))  # noqa: PTH100


# -------------------------------------------------------------------- passphrases and recovery keys


def tidy_passphrase(text: str) -> str:
    """The passphrase as it counts: full-width signs as plain ones, no spaces, no hyphens.

    So an input method, or how somebody groups the digits, never locks anybody out.
    """
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\-\u2010-\u2015]", "", plain)


def weakness(text: str) -> str:
    """Why a passphrase is too easily guessed; empty when it will do."""
    plain = tidy_passphrase(text)
    if len(plain) < SHORTEST:
        return f"口令太短，至少{SHORTEST}个字符"
    if len(set(plain)) < 4:
        return "口令里不同的字符太少"
    runs = sum(ord(b) - ord(a) in (0, 1, -1) for a, b in itertools.pairwise(plain))
    if runs > len(plain) * 2 // 3:
        return "口令是连号，太容易猜"
    return ""


def new_passphrase() -> str:
    """Six groups of four random digits: 80 bits, and digits pass every input method."""
    return "-".join(f"{int.from_bytes(os.urandom(8), 'big') % 10_000:04d}" for _ in range(6))


def new_recovery() -> str:
    """Twelve groups of four random digits, to be written down on paper and kept apart from the machine."""
    return "-".join(f"{int.from_bytes(os.urandom(8), 'big') % 10_000:04d}" for _ in range(12))


def copied(recovery: str, typed: str) -> bool:
    """Whether what was typed are the last two groups of a recovery key, as proof that it was written down."""
    return tidy_passphrase("".join(recovery.split("-")[-2:])) == tidy_passphrase(typed)


# -------------------------------------------------------------------- making, opening, changing


def vault_path(root: Path) -> Path:
    """Where a workspace says that it is encrypted."""
    return root / VAULT_NAME


def is_vaulted(root: Path) -> bool:
    """Whether a workspace is encrypted."""
    return vault_path(root).is_file() or _copy_path(root).is_file()


def root_above(path: Path) -> Path | None:
    """The encrypted workspace a file or folder lies in, or None."""
    here = straight(path)
    return next((folder for folder in (here, *here.parents) if is_vaulted(folder)), None)


def create(root: Path, passphrase: str, recovery: str) -> Vault:
    """Make a vault of a workspace; its files are still plain until `encrypt_all` went over them.

    Raises StoreError.
    """
    if is_vaulted(root):
        raise StoreError("这个工作文件夹已经加密。", path=vault_path(root))
    vault = Vault(straight(root), os.urandom(8), os.urandom(32))
    _write(root, vault, passphrase, recovery)
    return vault


def unlock(root: Path, passphrase: str) -> Vault:
    """Open a vault by its passphrase or its recovery key. Raises WrongPassphrase, StoreError.

    A wrong passphrase and a damaged vault file are told apart: the file carries a checksum of its own.
    """
    held = read(root)
    for wrapped in (held.passphrase, held.recovery):
        key = _unwrap(wrapped, passphrase, held.id)
        if key is not None:
            return Vault(straight(root), bytes.fromhex(held.id), key)
    raise WrongPassphrase("口令不对。请看大小写和数字，再输一次。", path=vault_path(root))


def change_passphrase(vault: Vault, passphrase: str, recovery: str) -> None:
    """Put another passphrase and recovery key in force; no other file is touched. Raises StoreError."""
    _write(vault.root, vault, passphrase, recovery)


def read(root: Path) -> VaultFile:
    """The vault file, or its second copy where the first is damaged. Raises StoreError."""
    why = ""
    for path in (vault_path(root), _copy_path(root)):
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if not files.sealed(_PREFIX, data):
            why = "内容和校验码对不上"
            continue
        try:
            held = msgspec.json.decode(data, type=VaultFile)
        except (msgspec.MsgspecError, ValueError):
            why = "读不懂"
            continue
        if held.format == VAULT_FORMAT and re.fullmatch(r"[0-9a-f]{16}", held.id) and _sane(held):
            return held
        why = "不是加密说明文件"
    raise StoreError(
        f"{VAULT_NAME}已损坏（{why or '文件不见了'}），打不开加密的文件夹。"
        "这不是口令的问题：请从备份里找回这个文件。",
        path=vault_path(root),
    )


def _sane(held: VaultFile) -> bool:
    both = (held.passphrase, held.recovery)
    return all(0 < w.passes <= _MOST_PASSES and 0 < w.memory <= _MOST_MEMORY for w in both)


def vault_files(root: Path) -> tuple[Path, Path]:
    """The vault file and its second copy."""
    return vault_path(root), _copy_path(root)


def _copy_path(root: Path) -> Path:
    return root / "vault.copy.json"


def _write(root: Path, vault: Vault, passphrase: str, recovery: str) -> None:
    told = VaultFile(
        format=VAULT_FORMAT,
        version="1.0",
        id=vault.id.hex(),
        passphrase=_wrap(vault, passphrase),
        recovery=_wrap(vault, recovery),
    )
    body = msgspec.json.encode(told)[1:]
    data = files.seal(_PREFIX, b'",' + body)
    for path in (_copy_path(root), vault_path(root)):
        files.write_durable(path, data)


def _wrap(vault: Vault, passphrase: str) -> _Wrapped:
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

    salt, nonce = os.urandom(16), os.urandom(24)
    sealed = nonce + encrypt(vault.key, vault.id, nonce, _derive(passphrase, salt, PASSES, MEMORY))
    return _Wrapped(salt=_text(salt), key=_text(sealed), passes=PASSES, memory=MEMORY)


def _unwrap(wrapped: _Wrapped, passphrase: str, vault: str) -> bytes | None:
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt
    from nacl.exceptions import CryptoError

    try:
        salt, sealed = base64.b64decode(wrapped.salt), base64.b64decode(wrapped.key)
        derived = _derive(passphrase, salt, wrapped.passes, wrapped.memory)
        return decrypt(sealed[24:], bytes.fromhex(vault), sealed[:24], derived)
    except (CryptoError, ValueError):
        return None


def _derive(passphrase: str, salt: bytes, passes: int, memory: int) -> bytes:
    from nacl.pwhash import argon2id

    secret = tidy_passphrase(passphrase).encode("utf-8")
    return argon2id.kdf(32, secret, salt, opslimit=passes, memlimit=memory)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
