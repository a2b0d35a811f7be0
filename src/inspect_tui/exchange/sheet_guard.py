"""Looking into an .xlsx before a library opens it: what could fill memory or reach outside is refused.

A spreadsheet is a zip of XML that anyone can craft; sizes are checked from what really comes out, and
documents that define entities never reach a parser.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO

from inspect_tui.store.limits import OTHER_BYTES

#: Most parts of a workbook, and most bytes of all of them unpacked.
MAX_PARTS = 2_000
MAX_UNPACKED = 96 * 1024 * 1024
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def workbook_fault(data: bytes) -> tuple[str, str] | None:
    """What speaks against opening these bytes as a workbook, and what to do; None when nothing does."""
    if len(data) > OTHER_BYTES:
        return "文件超过32MB", "请核对文件是否正确"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "这是旧格式的表格，或加了打开密码", "请去掉密码，用Excel或WPS另存为.xlsx后再试"
    if not data.startswith(b"PK"):
        return "这不是.xlsx表格", "请给填好的整改台账（.xlsx或.csv）"
    try:
        return _parts_fault(data)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        return "文件不完整或已损坏", "请用Excel或WPS打开后另存一份再试"


def _parts_fault(data: bytes) -> tuple[str, str] | None:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        infos = archive.infolist()
        names = [info.filename for info in infos]
        if len(infos) > MAX_PARTS or len(set(names)) != len(names):
            return "文件的内部结构不正常", "请用Excel或WPS打开后另存一份再试"
        if "xl/workbook.xml" not in names:
            return "这不是.xlsx表格", "请给填好的整改台账（.xlsx或.csv）"
        left = MAX_UNPACKED
        for info in infos:
            with archive.open(info) as part:
                content = part.read(left + 1)
            left -= len(content)
            if left < 0:
                return "表格展开后过大", "请删去多余的工作表、图片和空行，另存一份再试"
            if info.filename.endswith((".xml", ".rels")) and not _plain_xml(content):
                return "表格里有不允许的内容", "请用Excel或WPS打开后另存一份再试"
    return None


def _plain_xml(content: bytes) -> bool:
    """Whether XML is UTF-8 without a document type, the only place where entities are defined."""
    head = content[:200]
    named = _ENCODING.search(head)
    if named is not None and named.group(1).lower() not in (b"utf-8", b"us-ascii"):
        return False
    return b"\0" not in head and b"<!DOCTYPE" not in content and b"<!ENTITY" not in content
