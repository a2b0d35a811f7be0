"""Damage done to files on purpose: bytes, structure, encodings, zips and workbooks, each from a seed.

A mutation that only breaks a checksum tests the checksum and nothing behind it. So the sealed kinds have a
way to put their seal right again, and half of their mutations go that way.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import random
import struct
import warnings
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from inspect_tui.rules.canonical import change_id, digest
from inspect_tui.store.snapshot import PREFIX

#: Text that drives terminals, renderers, spreadsheets or file systems.
NASTY = (
    "\x1b]0;x\x07",
    "\x1b[2J\x9b31m",
    "[/]",
    "[@click=app.quit]x[/]",
    "\u202e反\u2066向",
    "\ufeff零\u200b宽\u00ad",
    '=HYPERLINK("http://x")',
    "＝1+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "<script>alert(1)</script>&amp;",
    "{{ 7*7 }}{% for %}{n}{",
    "../../etc/passwd",
    "C:\\CON.txt",
    "nul",
    "a\r\nb\tc\x00d\x85e\u2028f",
    "",
    " ",
    "一" * 3_000,
    "\ufffe\uffff",
    "%s%n$(x)`y`",
    "é\u0301\u0301\u0301",
)
#: JSON that Python's own writer would not write.
ODD_JSON = (
    "NaN",
    "-Infinity",
    "1e999",
    "1" * 5_000,
    "-0",
    "1.0000000000000000000000000000000000001",
    '"\\ud800"',
    '"\\udc00\\ud800x"',
    '"\\u0000\\u001b[2J"',
    "[" * 45 + "]" * 45,
    "[" * 3_000 + "]" * 3_000,
    '{"a":' * 60 + "1" + "}" * 60,
    '{"a":1,"a":2}',
    "True",
    "'x'",
    "[1,]",
    "/* x */ 1",
)
PLAIN_ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    0.25,
    1e300,
    2**63,
    2**70,
    "",
    "x",
    "*",
    [],
    {},
    [[]],
    {"id": 1},
    "0",
    "1.0",
    "2026-13-01",
    "9999-12-31",
    "0001-01-01",
    [None],
    {"": ""},
    10**20,
    -(10**18),
)
_HOLE = "\x01hole{}\x01"


class Text(str):
    """JSON written as it stands."""


def dumped(value: Any) -> str:
    """JSON text of a value in which `Text` stands for itself, as a value or as a key."""
    holes: list[str] = []

    def plain(part: Any) -> Any:
        if isinstance(part, Text):
            holes.append(str(part))
            return _HOLE.format(len(holes) - 1)
        if isinstance(part, dict):
            return {plain(k): plain(v) for k, v in part.items()}
        if isinstance(part, list):
            return [plain(v) for v in part]
        return part

    text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
    for number, hole in enumerate(holes):
        text = text.replace(json.dumps(_HOLE.format(number)), hole, 1)
    return text


def holders_in(value: Any) -> list[Any]:
    """Every dict and list of a JSON value that holds something."""
    holders: list[Any] = []
    queue: list[Any] = [value]
    while queue:
        part = queue.pop()
        if isinstance(part, dict | list) and part:
            holders.append(part)
            queue.extend(part.values() if isinstance(part, dict) else part)
    return holders


def reshaped(value: Any, dice: random.Random) -> Any:
    """A JSON value with a few things in it changed, moved, doubled, renamed or taken away."""
    value = json.loads(json.dumps(value))
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        holders = holders_in(value)
        if not holders:
            return value
        holder = dice.choice(holders)
        key = dice.choice(list(holder)) if isinstance(holder, dict) else dice.randrange(len(holder))
        match dice.randrange(9):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[dice.choice(["x", "", "版本", "id", "\x1b", "__proto__", "_default"])] = holder.pop(
                    key
                )
            case 1:
                holder.insert(key, holder[key])
            case 2 if isinstance(holder, dict):
                twice = dumped({str(key): 0})[1:-3]
                holder[Text(twice + ":0," + twice)] = holder.pop(key)
            case 2 | 3:
                holder[key] = (
                    json.loads(json.dumps(dice.choice(holders), default=str))
                    if (not _has_text(holders))
                    else _plain_odd(dice)
                )
            case 4:
                holder[key] = Text(dice.choice(ODD_JSON))
            case 5 | 6:
                old = holder[key]
                bad = dice.choice(NASTY)
                holder[key] = old + bad if isinstance(old, str) and dice.random() < 0.5 else bad
            case _:
                holder[key] = _plain_odd(dice)
    return value


def _plain_odd(dice: random.Random) -> Any:
    # A copy, or what is put into a list here would be found there by every later case.
    return copy.deepcopy(dice.choice(PLAIN_ODD))


def _has_text(holders: list[Any]) -> bool:
    return any(
        isinstance(part, Text) for h in holders for part in (*h, *(h.values() if isinstance(h, dict) else ()))
    )


def mangled(data: bytes, dice: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """Bytes flipped, cut, put in, doubled, or spliced from another file."""
    raw = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        at = dice.randrange(len(raw) + 1)
        match dice.randrange(8):
            case 0 if raw:
                raw[at % len(raw)] ^= 1 << dice.randrange(8)
            case 1:
                del raw[at : at + dice.choice((1, 2, 7, 64, 1_000))]
            case 2:
                raw[at:at] = dice.choice(NASTY).encode("utf-8", "surrogatepass")
            case 3:
                end = at + dice.choice((1, 5, 50, 500))
                raw[at:at] = raw[at:end] * dice.choice((1, 2, 30))
            case 4 if others:
                other = dice.choice(others)
                start = dice.randrange(len(other) + 1)
                raw[at : at + dice.randrange(64)] = other[start : start + dice.randrange(256)]
            case 5 if dice.random() < 0.4:
                del raw[at:]
            case 6:
                raw[at:at] = dice.randbytes(dice.choice((1, 3, 20)))
            case _:
                raw[at:at] = dice.choice(
                    (b'"', b",", b"{", b"]", b"\\", b"\0", b"\n", b":", b"9", b"-", b"\xff")
                )
    return bytes(raw)


def recoded(data: bytes, dice: random.Random) -> bytes:
    """The same text in another encoding, or with marks and ends that do not belong."""
    text = data.decode("utf-8", "replace")
    match dice.randrange(7):
        case 0:
            return text.encode("gb18030", "replace")
        case 1:
            return text.encode("utf-16")
        case 2:
            return text.encode(dice.choice(("utf-16-le", "utf-16-be", "utf-32", "utf-7")), "replace")
        case 3:
            return b"\xef\xbb\xbf" * dice.choice((1, 2)) + data
        case 4:
            return data.replace(b"\n", b"\r\n") + b"\x1a"
        case 5:
            return b"\0" * len(data)
        case _:
            return dice.choice((b"\xff\xfe", b"\xfe\xff", b"")) + data


# -------------------------------------------------------------------- kinds that carry a seal


def resealed(text: str) -> bytes:
    """A findings snapshot with its checksum put right."""
    prefix = PREFIX.decode()
    rest = text[len(prefix) + 64 :].encode("utf-8", "surrogatepass")
    return prefix.encode() + hashlib.sha256(rest).hexdigest().encode() + rest


def sealed_snapshot(data: bytes, dice: random.Random) -> bytes:
    """A findings file altered by someone who knows how it is sealed."""
    document = reshaped(json.loads(data), dice)
    if isinstance(document, dict) and dice.random() < 0.7:
        _rechain(document)
    text = dumped(document)
    return resealed(text) if text.startswith(PREFIX.decode()) else text.encode("utf-8", "surrogatepass")


def _rechain(document: dict[Any, Any]) -> None:
    """Give every change the id its content has, as far as it still is a change."""
    changes = document.get("changes")
    prev = ""
    for change in changes.values() if isinstance(changes, dict) else ():
        if not isinstance(change, dict) or not isinstance(change.get("body"), dict | list | str):
            continue
        change["prev"] = prev
        body = dumped(change["body"]).encode("utf-8", "surrogatepass")
        change["id"] = prev = change_id(prev, str(change.get("writer")), digest(body))
    meta = document.get("_meta")
    if isinstance(meta, dict) and isinstance(meta.get("1"), dict) and isinstance(changes, dict):
        meta["1"] |= {"count": len(changes), "head": prev}


def sealed_lines(data: bytes, dice: random.Random) -> bytes:
    """A journal with one line altered and its checksum put right."""
    lines = data.split(b"\n")
    at = dice.randrange(len(lines))
    body = lines[at][17:]
    if len(body) > 2 and dice.random() < 0.8:
        body = body[:2] + dumped(reshaped(json.loads(body[2:]), dice)).encode("utf-8", "surrogatepass")
    body = body.replace(b"\n", b" ")
    lines[at] = hashlib.sha256(body).hexdigest()[:16].encode() + b" " + body
    if dice.random() < 0.3:
        lines.insert(dice.randrange(len(lines)), dice.choice(lines))
    return b"\n".join(lines)


# -------------------------------------------------------------------- zips

ENTRY_NAMES = (
    "../a.json",
    "/etc/passwd",
    "C:\\a.json",
    "..\\..\\a",
    "CON",
    "nul.json",
    "a.json.",
    "a" * 300,
    "",
    "/",
    "evidence/../../x.png",
    "\x1b[2J.json",
    "a\0b",
    "\u202egnp.exe",
    "evidence/" + "0" * 64 + ".png",
    "甲/乙/丙.json",
    "evidence/",
    "a:b.json",
    "manifest.json",
    "交卷单.json",
)


def rezipped(data: bytes, dice: random.Random, inner: Callable[[bytes], bytes] | None = None) -> bytes:
    """A zip with entries altered, renamed, doubled, turned into links or bombs, or its headers lying."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        entries = [(info.filename, source.read(info)) for info in source.infolist()]
    kind = dice.randrange(9)
    hit = dice.randrange(len(entries))
    method = dice.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(out, "w", method) as target:
        for number, (name, content) in enumerate(entries):
            info = zipfile.ZipInfo(name)
            if number == hit:
                match kind:
                    case 0 | 1:
                        content = inner(content) if inner is not None else mangled(content, dice)
                    case 2:
                        info = zipfile.ZipInfo("x")
                        info.filename = dice.choice(ENTRY_NAMES)
                    case 3:
                        info.create_system = 3
                        info.external_attr = dice.choice((0o120777, 0o040755, 0o020666)) << 16
                    case 4:
                        content += b"\0" * dice.choice((1_000_000, 6_000_000))
                    case 5:
                        continue
                    case _:
                        pass
            info.compress_type = method
            with warnings.catch_warnings():
                # Two entries of one name are what some cases are about.
                warnings.simplefilter("ignore")
                target.writestr(info, content)
                if number == hit and kind == 6:
                    target.writestr(dice.choice((name, *ENTRY_NAMES[-4:])), content)
    raw = bytearray(out.getvalue())
    if kind == 7:
        # Lie in the directory: sizes, flags (encrypted, other names), method, offsets.
        places = [n for n in range(len(raw) - 4) if raw[n : n + 4] in (b"PK\x01\x02", b"PK\x03\x04")]
        for place in dice.sample(places, min(len(places), 3)):
            at = place + dice.choice((6, 8, 10, 12, 20, 24, 28, 30, 42))
            raw[at : at + 4] = dice.choice(
                (struct.pack("<I", dice.getrandbits(32)), b"\1\0\0\0", b"\xff" * 4)
            )
    elif kind == 8:
        return mangled(bytes(raw), dice)
    return bytes(raw)


# -------------------------------------------------------------------- workbooks

_ODD_XML = (
    b"<a>" * 3_000,
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"&a;",
    b"&#0;",
    b"&#x1b;",
    b"<f>[1]Sheet1!A1</f>",
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    b"<v>99999999999</v>",
    b"<v>1e999</v>",
    b"<v>nan</v>",
    b'<dimension ref="A1:XFD1048576"/>',
    b'<mergeCell ref="A1:XFD1048576"/>',
    b' t="s"',
    b' t="d"',
    b' t="e"',
    b' t="b"',
    b' r="ZZZZ9"',
    b' r="A0"',
    b"<v></v>",
    b"</row>",
    b"<row>",
    b"</sheetData>",
    b'"',
    b"<",
    b">",
    b"\xff",
    b"9" * 400,
    b"-",
    b"<v>2958466</v>",
    b"<v>-1</v>",
    b' s="9999"',
    b"]]>",
    "＝1+1\u202e".encode(),
)


def rebooked(data: bytes, dice: random.Random) -> bytes:
    """A workbook with one of its parts altered, now and then the zip it is."""
    if dice.random() < 0.2:
        return rezipped(data, dice)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        names = source.namelist()
        likely = [n for n in names if "sheet" in n or "hared" in n or "workbook" in n or "styles" in n]
        hit = dice.choice(likely or names)
        for name in names:
            content = source.read(name)
            if name == hit:
                content = _odd_part(content, dice)
            target.writestr(name, content)
    return out.getvalue()


def _odd_part(content: bytes, dice: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 4))):
        # Mostly between tags, where what is put in can be read as XML.
        ends = [n + 1 for n, byte in enumerate(raw) if byte == ord(">")] or [0]
        at = dice.choice(ends) if dice.random() < 0.6 else dice.randrange(len(raw) + 1)
        cut = dice.choice((0, 0, 0, 1, 6, 40))
        odd = dice.choice(_ODD_XML)
        if dice.random() < 0.3:
            told = dice.choice(NASTY).replace("<", "&lt;").encode("utf-8", "replace")
            odd = b'<row><c t="inlineStr"><is><t>' + told + b"</t></is></c></row>"
        raw[at : at + cut] = odd
    return bytes(raw)


def any_of(
    data: bytes, dice: random.Random, others: Sequence[bytes], *ways: Callable[[bytes, random.Random], bytes]
) -> bytes:
    """One of the ways given, or one of those that fit any file."""
    draw = dice.random()
    if ways and draw < 0.6:
        return dice.choice(ways)(data, dice)
    if draw < 0.68:
        return recoded(data, dice)
    return mangled(data, dice, others)


def as_json(data: bytes, dice: random.Random) -> bytes:
    """A JSON file with its structure altered."""
    return dumped(reshaped(json.loads(data), dice)).encode("utf-8", "surrogatepass")


def as_lines(data: bytes, dice: random.Random) -> bytes:
    """JSON Lines with one line altered, doubled or moved."""
    lines = data.decode("utf-8").splitlines()
    at = dice.randrange(len(lines))
    lines[at] = dumped(reshaped(json.loads(lines[at]), dice))
    if dice.random() < 0.3:
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(lines))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def as_csv(data: bytes, dice: random.Random) -> bytes:
    """A CSV with cells altered, rows doubled, quotes left open."""
    lines = data.decode("utf-8-sig").splitlines()
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(lines))
        cells = lines[at].split(",")
        place = dice.randrange(len(cells))
        cells[place] = dice.choice(
            (
                *NASTY,
                '"',
                '""',
                "1e999",
                "nan",
                "1,1",
                "９",
                "-0.5",
                "1/0",
                "0x10",
                "2026-13-45",
                "一万",
                "9" * 400,
            )
        )
        lines[at] = ",".join(cells)
        if dice.random() < 0.2:
            lines.insert(dice.randrange(len(lines) + 1), dice.choice(lines))
    return "\n".join(lines).encode("utf-8", "surrogatepass")
