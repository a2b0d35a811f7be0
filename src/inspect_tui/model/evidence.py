"""Evidence: what stands behind an answer, a finding or a verification, as a file or as a place to look.

The change holds these words and the file's hash; the file itself lies in the round's folder under its hash,
so that one and the same photo is kept once, whoever attaches it to whatever.
"""

import re

import msgspec

from inspect_tui.model.terms import EvidenceKind

FOLDER = "evidence"

#: What a file may be, by ending, and what it is then taken for. Nothing that a double click would run.
ENDINGS: dict[str, EvidenceKind] = {
    **dict.fromkeys(("jpg", "png", "heic", "webp", "gif", "bmp"), EvidenceKind.PHOTO),
    **dict.fromkeys(("pdf", "tif", "ofd"), EvidenceKind.SCAN),
    **dict.fromkeys(
        ("doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "txt", "csv"), EvidenceKind.DOCUMENT
    ),
}
_SAME = {"jpeg": "jpg", "jpe": "jpg", "heif": "heic", "tiff": "tif"}
#: The name of a kept file, without its folder, as a pattern.
FILE = rf"([0-9a-f]{{64}})\.({'|'.join([*ENDINGS, 'jpeg'])})"
#: The same in a zip.
ENTRY = f"{FOLDER}/{FILE}"
_SHA256 = r"[0-9a-f]{64}"

#: Longest caption, source, name and reference; these are labels, not reports.
LONGEST = 200


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One piece of evidence as its author said it.

    A file has `sha256`, `ext`, `size` in bytes and the `name` it had; a reference has only its words.
    `source` is who or what it comes from, `taken` the calendar date (YYYY-MM-DD) it was taken or written.
    """

    kind: EvidenceKind
    sha256: str = ""
    ext: str = ""
    size: int = 0
    name: str = ""
    caption: str = ""
    source: str = ""
    taken: str = ""
    reference: str = ""

    @property
    def file(self) -> str:
        """The name of its kept file; empty for a reference."""
        return f"{self.sha256}.{self.ext}" if self.sha256 else ""

    @property
    def title(self) -> str:
        """What a list calls it: its caption, else the reference or the name it had."""
        return self.caption or self.reference or self.name


def ending(name: str) -> str:
    """The ending of a file name as evidence is kept by it: small letters, one spelling."""
    told = name.rpartition(".")[2].lower() if "." in name else ""
    return _SAME.get(told, told)


def sound(piece: Piece) -> bool:
    """Whether a piece says what a piece must say, so that its file name can be trusted to be one."""
    texts = (piece.name, piece.caption, piece.source, piece.reference)
    if any(len(text) > LONGEST or "\n" in text for text in texts) or len(piece.taken) > 10:
        return False
    if piece.kind is EvidenceKind.REFERENCE:
        return bool(piece.reference) and not (piece.sha256 or piece.ext or piece.size)
    known = piece.ext in ENDINGS or piece.ext == "jpeg"
    return bool(re.fullmatch(_SHA256, piece.sha256)) and known and 0 < piece.size < 1 << 40
