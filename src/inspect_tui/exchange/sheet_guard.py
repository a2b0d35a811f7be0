"""Looking into an .xlsx before a library opens it: what could fill memory or reach outside is refused.

A spreadsheet is a zip of XML that anyone can craft; sizes are checked from what really comes out, and
documents that define entities never reach a parser.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from inspect_tui.exchange.zips import UNREADABLE
from inspect_tui.store.limits import OTHER_BYTES

#: Most parts of a workbook, and most bytes of all of them unpacked.
MAX_PARTS = 2_000
MAX_UNPACKED = 96 * 1024 * 1024
#: Most tags of the parts that hold cells, of the shared texts, and of all other parts that are read: what is
#: far from any real workbook takes a library minutes, however small it is packed.
MAX_CELL_TAGS, MAX_TEXT_TAGS, MAX_OTHER_TAGS = 3_000_000, 1_000_000, 200_000
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DECLARED = re.compile(rb"<\?xml[^>]*>")
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
    except UNREADABLE:
        return "文件不完整或已损坏", "请用Excel或WPS打开后另存一份再试"


def _parts_fault(data: bytes) -> tuple[str, str] | None:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        infos = archive.infolist()
        names = [info.filename for info in infos]
        if len(infos) > MAX_PARTS or len(set(names)) != len(names):
            return "文件的内部结构不正常", "请用Excel或WPS打开后另存一份再试"
        if "xl/workbook.xml" not in names:
            return "这不是.xlsx表格", "请给填好的整改台账（.xlsx或.csv）"
        if any(info.compress_type not in _PACKED for info in infos):
            # Other ways of packing may ask for gigabytes before the first byte comes out.
            return "文件的内部结构不正常", "请用Excel或WPS打开后另存一份再试"
        left = MAX_UNPACKED
        tags = {"cells": MAX_CELL_TAGS, "texts": MAX_TEXT_TAGS, "other": MAX_OTHER_TAGS}
        for info in infos:
            with archive.open(info) as part:
                content = part.read(left + 1)
            left -= len(content)
            if left < 0:
                return "表格展开后过大", "请删去多余的工作表、图片和空行，另存一份再试"
            # A part is what it holds, not what it is called: any of them can be named as a sheet.
            if not _looks_like_xml(info.filename, content):
                continue
            if not _plain_xml(content):
                return "表格里有不允许的内容", "请用Excel或WPS打开后另存一份再试"
            kind = _kind(info.filename)
            tags[kind] -= content.count(b"<")
            if tags[kind] < 0:
                return "表格的内容过多", "请删去多余的工作表、格式和空行，另存一份再试"
    return None


def _looks_like_xml(name: str, content: bytes) -> bool:
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return name.lower().endswith((".xml", ".rels")) or head.startswith(b"<") or b"\0<" in head[:64]


def _kind(name: str) -> str:
    """What a part is read as, by where programs put it."""
    lowered = name.lower()
    if lowered.startswith("xl/worksheets/") and "/_rels/" not in lowered:
        return "cells"
    return "texts" if lowered == "xl/sharedstrings.xml" else "other"


def _plain_xml(content: bytes) -> bool:
    """Whether XML is UTF-8 without a document type, the only place where entities are defined."""
    body = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if body and not body.startswith(b"<"):
        return False
    declared = _DECLARED.match(body)
    named = _ENCODING.search(declared.group() if declared is not None else body[:200])
    if named is not None and named.group(1).lower() not in (b"utf-8", b"us-ascii"):
        return False
    return b"\0" not in body[:200] and b"<!DOCTYPE" not in content and b"<!ENTITY" not in content
