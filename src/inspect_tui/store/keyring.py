"""Keyring: this person's own private key on this machine, and the keys of colleagues a workspace knows.

The private key lies in the user's own data folder and never in a workspace, which travels, is synced and is
handed to others. Colleagues' keys are public and lie in the workspace as `keys.json`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from inspect_tui.model.signing import KEY_FORMAT, KEYS_FORMAT, KnownKey, KnownKeys, PublicKey
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.limits import OTHER_BYTES

KEYS_NAME = "keys.json"
_LINE = re.compile(r"inspect-tui-key1:([A-Za-z0-9_-]{43}):(age1[02-9ac-hj-np-z]{58})(?![0-9a-z])")
_MOST = 1_000


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """A private key as its file holds it: `sign` is the Ed25519 seed (base64url), `age` the age identity."""

    name: str
    sign: str
    age: str
    public: PublicKey
    made: str = ""
    format: str = KEY_FORMAT
    version: str = "1.0"


# -------------------------------------------------------------------- keys as text


def key_line(key: PublicKey) -> str:
    """A public key as the one line people pass on."""
    return f"inspect-tui-key1:{key.sign}:{key.age}"


def read_key_line(text: str) -> PublicKey | None:
    """The public key in a text, whatever stands around it; None where there is none, or more than one."""
    found = {(match[1], match[2]) for match in _LINE.finditer(text)}
    if len(found) != 1:
        return None
    sign, age = found.pop()
    key = PublicKey(sign=sign, age=age)
    return key if usable(key) else None


def usable(key: PublicKey) -> bool:
    """Whether both halves of a public key can be used."""
    return len(unpacked(key.sign)) == 32 and is_recipient(key.age)


def is_recipient(text: str) -> bool:
    """Whether a text is an age recipient, its own checksum included."""
    if not re.fullmatch(r"age1[02-9ac-hj-np-z]{58}", text):
        return False
    from pyrage import RecipientError, x25519

    try:
        x25519.Recipient.from_str(text)
    except RecipientError:
        return False
    return True


def spoken(key: PublicKey) -> str:
    """Six groups of four digits to compare by voice; digits pass every input method. Covers both halves."""
    data = hashlib.sha256(f"inspect-tui/key/1\n{key.sign}\n{key.age}".encode()).digest()
    return " ".join(f"{int.from_bytes(data[at : at + 5], 'big') % 10_000:04d}" for at in range(0, 30, 5))


def packed(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def unpacked(text: str) -> bytes:
    """The bytes of a base64url text; none when it is not one, or not as `packed` writes it."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, UnicodeEncodeError):
        return b""
    return data if packed(data) == text else b""


# -------------------------------------------------------------------- one's own key


def _folder() -> Path:
    home = os.environ.get("INSPECT_TUI_HOME")
    if home:
        return Path(home) / "keys"
    from platformdirs import user_data_path

    return user_data_path("inspect_tui", appauthor=False) / "keys"


def _own_path(name: str) -> Path:
    return _folder() / f"{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}.json"


def new_key(name: str, made: str) -> OwnKey:
    """Make this person's key on this machine. Raises StoreError when there is one already, or on a fault."""
    from nacl.signing import SigningKey
    from pyrage import x25519

    path = _own_path(name)
    if path.exists():
        raise StoreError(f"这台电脑上已经有{name}的签名钥匙。", path=path)
    signing, identity = SigningKey.generate(), x25519.Identity.generate()
    public = PublicKey(sign=packed(bytes(signing.verify_key)), age=str(identity.to_public()))
    key = OwnKey(name=name, sign=packed(bytes(signing)), age=str(identity), public=public, made=made)
    files.private_folder(path.parent)
    files.write_durable(path, msgspec.json.format(msgspec.json.encode(key), indent=1))
    return key


def own_key(name: str) -> OwnKey | None:
    """This person's key on this machine, or None. Raises StoreError for a key file that cannot be used."""
    path = _own_path(name)
    if not path.exists():
        return None
    key = _read(path)
    if key is None or key.name != name:
        raise StoreError(
            f"{name}的签名钥匙读不出来，没有签名。请从备份找回，或用 key forget --own 去掉后重做。", path=path
        )
    return key


def own_keys() -> list[OwnKey]:
    """Every usable key of this account on this machine."""
    folder = _folder()
    if not folder.is_dir():
        return []
    found = (_read(path) for path in sorted(folder.glob("*.json"))[:_MOST])
    return [key for key in found if key is not None]


def forget_own(name: str) -> bool:
    """Remove one's own key from this machine; whether there was one. Raises StoreError."""
    path = _own_path(name)
    if not path.exists():
        return False
    try:
        files.fs.unlink(path)
    except OSError as error:
        raise StoreError(f"钥匙文件去不掉：{reason(error)}。", path=path) from error
    return True


def _read(path: Path) -> OwnKey | None:
    try:
        if path.stat().st_size > 65536:
            return None
        key = msgspec.json.decode(files.fs.read(path), type=OwnKey)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return None
    sound = key.format == KEY_FORMAT and len(unpacked(key.sign)) == 32 and usable(key.public)
    return key if sound and key.age.startswith("AGE-SECRET-KEY-1") else None


# -------------------------------------------------------------------- colleagues' keys


def known_keys(root: Path) -> tuple[KnownKey, ...]:
    """The keys a workspace knows. Raises StoreError when its list cannot be read: that is never "none"."""
    path = root / KEYS_NAME
    try:
        if path.stat().st_size > OTHER_BYTES:
            raise StoreError(f"{KEYS_NAME}过大，不像是公钥名单。", path=path)
        held = msgspec.json.decode(files.fs.read(path), type=KnownKeys)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StoreError(f"公钥名单{KEYS_NAME}读不出来：{reason(error)}。", path=path) from error
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise StoreError(f"公钥名单{KEYS_NAME}已损坏。请恢复备份，或删去后重新登记。", path=path) from error
    if held.format != KEYS_FORMAT or held.version.split(".")[0] != "1":
        raise StoreError(f"公钥名单{KEYS_NAME}的格式或版本不认识，请升级程序。", path=path)
    return tuple(clean_known(held.keys))


def clean_known(keys: Iterable[KnownKey]) -> list[KnownKey]:
    """Keys that can be used, with names fit to be shown. A hostile list costs its own entries only."""
    found = []
    for key in list(keys)[:_MOST]:
        name = clean_text(key.name, newlines=False).strip()[:40]
        if name and usable(key.public):
            found.append(msgspec.structs.replace(key, name=name))
    return found


def save_known(root: Path, keys: Iterable[KnownKey]) -> None:
    """Put a workspace's list in place. Raises StoreError."""
    document = msgspec.to_builtins(KnownKeys(keys=tuple(keys)))
    files.write_durable(root / KEYS_NAME, msgspec.json.format(msgspec.json.encode(document), indent=1))


def with_key(keys: Iterable[KnownKey], new: KnownKey) -> tuple[KnownKey, ...]:
    """A list with one more key, in place of the same key; a person may have one on each of two machines."""
    return (*(key for key in keys if key.public != new.public), new)
