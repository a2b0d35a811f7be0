"""How large files may grow before they are refused with a clear message."""

from __future__ import annotations

FINDINGS_BYTES = 512 * 1024 * 1024
FINDINGS_CHANGES = 1_000_000
#: Every other file that is read.
OTHER_BYTES = 32 * 1024 * 1024

TOO_LARGE = "检查记录超过512MB，不能使用。请核对文件是否正确。"
TOO_MANY = "检查记录超过100万条改动，不能继续。请核对文件是否正确。"

#: One piece of evidence, and what one writer attaches in a round: a hand-in of it all must stay readable.
EVIDENCE_BYTES = 32 * 1024 * 1024
EVIDENCE_ROUND_BYTES = 400 * 1024 * 1024
EVIDENCE_ROUND_FILES = 1_500
#: What stays free on the disk after a copy, so that findings can still be saved.
EVIDENCE_SPARE_BYTES = 64 * 1024 * 1024


def size_text(size: int) -> str:
    """A size as people read it: 3.2MB."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))}KB"
    told = f"{size / 1024 / 1024:.1f}".removesuffix(".0")
    return f"{told}MB"
