"""Signing: the keys people know each other by, and what a signature says of a file.

A key has two halves that are always shown together: one signs, the other is what files are encrypted to.
"""

import msgspec

from inspect_tui.model.terms import Term

KEY_FORMAT = "inspect-tui/key"
KEYS_FORMAT = "inspect-tui/keys"
#: Table of a findings file that says who signed it. Older readers pass it on unread.
SIGNATURE = "signature"
ALGORITHM = "ed25519"


class SignState(Term):
    """What looking at a file's signature found."""

    VALID = "valid", "已签名"
    UNKNOWN = "unknown", "签名人未登记"
    MISMATCH = "mismatch", "签名不符"
    UNSIGNED = "unsigned", "未签名"


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """The public halves of a key: `sign` (Ed25519, base64url) and `age` (an age recipient)."""

    sign: str
    age: str


class KnownKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A colleague's key on a workspace's list.

    `checked` means that its code was compared by voice here; a key that only came with a pack is not.
    Hand-ins of the `rounds` (by origin, or id where there is none) are encrypted to it.
    """

    name: str
    sign: str
    age: str
    checked: bool = False
    added_at: str = ""
    added_by: str = ""
    rounds: tuple[str, ...] = ()

    @property
    def public(self) -> PublicKey:
        """The key itself."""
        return PublicKey(sign=self.sign, age=self.age)


class KnownKeys(msgspec.Struct, frozen=True, kw_only=True):
    """`keys.json` of a workspace."""

    format: str = KEYS_FORMAT
    version: str = "1.0"
    keys: tuple[KnownKey, ...] = ()


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table `signature`: what was signed, by whom, and the signature over all of it.

    It binds the ids of the changes, which bind their contents, and not the bytes of the file: so what is
    erased for good later does not break it, and the same work signed again has the same bytes.
    """

    algorithm: str = ALGORITHM
    kind: str = ""
    name: str = ""
    key: str = ""
    age: str = ""
    writer: str = ""
    round: str = ""
    round_hash: str = ""
    head: str = ""
    count: int = 0
    ids: str = ""
    value: str = ""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a file's signature: `name` and spoken `code` of the key, and the whole in `words`.

    `doubtful` asks for a second yes before the file is taken.
    """

    state: SignState = SignState.UNSIGNED
    words: str = SignState.UNSIGNED.label
    name: str = ""
    code: str = ""
    checked: bool = False
    doubtful: bool = False
