"""Age files: hand-ins encrypted to the lead's key, or by a passphrase, in the open age format.

Any age program opens them, so nobody depends on this one. Plain bytes exist in memory only. The head of a
file is looked at before any key is tried: what it asks for is bounded, and a damaged file, a wrong passphrase
and a file for somebody else's key are told apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import IO

from inspect_tui.exchange.ring import Ring
from inspect_tui.store.files import AGE

_FIRST = AGE + b"v1\n"
_HEAD_BYTES = 64 * 1024
_STANZAS = 40
#: Most memory-hard work a file may ask for: 2^20 is 1 GB of memory for a few seconds.
_MOST_WORK = 20
#: What a file may weigh: the largest zip, and what encrypting adds.
AGE_BYTES = 1024 * 1024 * 1024 + 1024 * 1024
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*\Z")
_TAG = re.compile(rb"\n--- [A-Za-z0-9+/]{43}\n")

DAMAGED = "加密的文件已损坏或没有传完整，请检查人员重新交卷"
WRONG = "口令不对。请逐组核对数字再输一次；一直不对，就请检查人员重新交卷"
NOT_OURS = "这份文件不是加密给这台电脑的钥匙的。请在收卷的那台电脑上打开，或请检查人员重新发包后再交卷"
NO_KEY = "这份文件是加密的，这台电脑上没有能打开它的钥匙。请在组长发包的那台电脑上打开"
ASK = "这份文件用口令加密，要先输入口令"
TOO_MUCH = "加密的文件要求的运算量大得不正常，没有打开"


class CannotOpen(Exception):
    """An encrypted file that does not open: why, as a Chinese clause. `locked`: a passphrase may help."""

    def __init__(self, message: str, *, locked: bool = False, code: str = "A12") -> None:
        super().__init__(message)
        self.locked, self.code = locked, code


def is_age(head: bytes) -> bool:
    """Whether bytes begin like an age file."""
    return head.startswith(AGE)


def wants_passphrase(data: bytes) -> bool:
    """Whether a file opens by a passphrase, not a key. Raises CannotOpen for a head nobody can read."""
    stanzas = _stanzas(data)
    kinds = [stanza[0] for stanza in stanzas]
    if b"scrypt" not in kinds:
        return False
    if len(kinds) != 1 or len(stanzas[0]) != 3 or not re.fullmatch(rb"[1-9][0-9]?", stanzas[0][2]):
        raise CannotOpen(DAMAGED)
    if int(stanzas[0][2]) > _MOST_WORK:
        raise CannotOpen(TOO_MUCH, code="A13")
    return True


def _stanzas(data: bytes) -> list[list[bytes]]:
    """The words of each stanza of a head."""
    head = data[:_HEAD_BYTES]
    end = _TAG.search(head)
    if not head.startswith(_FIRST) or end is None:
        raise CannotOpen(DAMAGED)
    found: list[list[bytes]] = []
    for line in head[len(_FIRST) : end.start()].split(b"\n"):
        if line.startswith(b"-> "):
            found.append(line[3:].split(b" "))
        elif not found or len(line) > 64 or not _BASE64.match(line):
            raise CannotOpen(DAMAGED)
    if not found or len(found) > _STANZAS:
        raise CannotOpen(DAMAGED)
    return found


def decrypt(data: bytes, ring: Ring) -> bytes:
    """The plain bytes of an age file. Raises CannotOpen, saying which of the things it is."""
    import pyrage

    if len(data) > AGE_BYTES:
        raise CannotOpen("加密的文件过大，请核对是不是选错了文件")
    if wants_passphrase(data):
        return _by_passphrase(data, ring.passphrases)
    if not ring.identities:
        raise CannotOpen(NO_KEY, code="A11")
    identities = [pyrage.x25519.Identity.from_str(text) for text in ring.identities]
    try:
        return bytes(pyrage.decrypt(data, identities))
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise CannotOpen(NOT_OURS, code="A11") from None
        raise CannotOpen(DAMAGED) from None


def _by_passphrase(data: bytes, passphrases: Sequence[str]) -> bytes:
    import pyrage

    for text in dict.fromkeys(told_passphrase(p) for p in passphrases):
        try:
            return bytes(pyrage.passphrase.decrypt(data, text))
        except pyrage.DecryptError as error:
            said = str(error)
            if "Excessive work" in said:
                raise CannotOpen(TOO_MUCH, code="A13") from None
            if "Decryption failed" not in said:
                raise CannotOpen(DAMAGED) from None
    if passphrases:
        raise CannotOpen(WRONG, locked=True, code="A10")
    raise CannotOpen(ASK, locked=True, code="A10")


def told_passphrase(text: str) -> str:
    """A passphrase as it counts: ours are six groups of digits, however they were typed; others as typed."""
    plain = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"[\s\-\u2010-\u2015]", "", plain)
    if re.fullmatch(r"[0-9]{24}", digits):
        return "-".join(digits[at : at + 4] for at in range(0, 24, 4))
    return text.strip()


def encrypt_to(plain: IO[bytes], out: IO[bytes], recipients: Sequence[str]) -> None:
    """Encrypt a stream to age recipients, any of whom can open it."""
    import pyrage

    keys = [pyrage.x25519.Recipient.from_str(text) for text in dict.fromkeys(recipients)]
    pyrage.encrypt_io(plain, out, keys)


def encrypt_with(plain: bytes, passphrase: str) -> bytes:
    """Encrypt by a passphrase; age makes it slow to guess."""
    import pyrage

    return bytes(pyrage.passphrase.encrypt(plain, told_passphrase(passphrase)))
