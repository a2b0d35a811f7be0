"""How large files may grow before they are refused with a clear message."""

from __future__ import annotations

FINDINGS_BYTES = 512 * 1024 * 1024
FINDINGS_CHANGES = 1_000_000
#: Every other file that is read.
OTHER_BYTES = 32 * 1024 * 1024

TOO_LARGE = "检查记录超过512MB，不能使用。请核对文件是否正确。"
TOO_MANY = "检查记录超过100万条改动，不能继续。请核对文件是否正确。"
