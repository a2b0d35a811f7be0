"""Frames: how an encrypted file of a workspace stands on the medium.

A file is a head (mark, id of the vault, random prefix) and frames, one per write: length, then
XChaCha20-Poly1305 over the bytes, the head as associated data, the prefix and the frame's number as nonce. So
a frame cannot be changed, moved or left out in the middle unnoticed; a lost end is what a torn write is
anyway, and snapshots, journals and JSON files each notice that by themselves.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from inspect_tui.store import files
from inspect_tui.store.errors import Shut
from inspect_tui.store.vault import Vault

MARK = files.ENCRYPTED
#: Bytes of the head.
HEAD = len(MARK) + 8 + 16
#: Bytes of one frame; longer writes are taken in several.
FRAME = 1024 * 1024
#: By how much a frame is longer than what it holds.
TAG = 16
#: What a frame that cannot be read stands as: a line no reader takes for sound.
_JUNK = b"\x00\n"


def encrypted(vault: Vault, data: bytes) -> bytes:
    """A whole file as it stands on the medium."""
    out = FrameWriter(vault)
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

    head = data[:HEAD]
    if len(head) < HEAD:
        yield b"\x00"
        return
    if head[len(MARK) : len(MARK) + 8] != vault.id:
        raise Shut("文件是用另一个口令加密的")
    view, at, number = memoryview(data), HEAD, 0
    while at < len(view):
        size = int.from_bytes(view[at : at + 4], "big")
        frame = view[at + 4 : at + 4 + size]
        if at + 4 > len(view) or size > FRAME + TAG or len(frame) < size or size < TAG:
            yield b"\x00"
            return
        try:
            yield decrypt(bytes(frame), head, _nonce(head, number), vault.key)
        except CryptoError:
            yield _JUNK
        at, number = at + 4 + size, number + 1


def _nonce(head: bytes, number: int) -> bytes:
    return head[-16:] + number.to_bytes(8, "big")


class FrameWriter:
    """A file being written: its head, and the number of its next frame."""

    def __init__(self, vault: Vault) -> None:
        from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as encrypt

        self.head = MARK + vault.id + os.urandom(16)
        self._encrypt, self._key, self._number = encrypt, vault.key, 0

    def frame(self, data: bytes) -> bytes:
        sealed = self._encrypt(data, self.head, _nonce(self.head, self._number), self._key)
        self._number += 1
        return len(sealed).to_bytes(4, "big") + sealed
