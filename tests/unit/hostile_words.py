"""Hostile words in every field, every command that tells them, and what each kind of output must be.

The words name the field they stand in, so that a failure says which one came through and where.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutating as m
from hostile_commands import DAY, NEW, OLD, Space
from hostile_signs import foul
from hostile_sweep import OWN_SIGNS

from inspect_tui.store.snapshot import PREFIX

#: What a name on Windows may not hold; the names of its devices; the longest a chat program leaves whole.
_RESERVED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
LONGEST = 60
Words = tuple[Any, ...]


def hostile(name: str) -> str:
    """The words of a field: a formula, markup, escape, bidi mark, tag and entity around its name."""
    # A person's name stands behind “组=”, so it cannot begin with the sign that ends the team's.
    return f"{'@' if name in ('lead', 'inspector') else '='}{name}[/]\x1b[2J\u202e<b>&"


def acts(space: Space) -> list[Words]:
    """What a lead and inspectors do besides, each with words of their own."""
    say, lead = space.say, ("--as", space.lead)
    who = ("--as", say("inspector"))
    number = space.ids["number"]
    return [
        ("decide", "--take", "1", "left", "--reason", say("decide.reason"), *lead),
        ("decide", "--third", "1", "--verdict", "na", "--reason", say("third.reason"), *lead),
        (
            "rectify",
            number,
            "submit",
            "--result",
            say("result"),
            "--who",
            say("submitter"),
            "--done-on",
            "2026-11-18",
            "--on",
            DAY,
            "--round",
            NEW,
            *who,
        ),
        (
            "rectify",
            number,
            "close",
            "--basis",
            say("close.basis"),
            "--who",
            say("closer"),
            "--on",
            DAY,
            *who,
        ),
        ("recheck", "draw", "-k", "1", "--seed", say("recheck.seed"), "--date", DAY, "--round", NEW, *lead),
        (
            "recheck",
            "result",
            number,
            "relapsed",
            "--basis",
            say("recheck.basis"),
            "--who",
            say("rechecker"),
            "--date",
            DAY,
            "--round",
            NEW,
            *lead,
        ),
        ("practice", "edit", space.ids["card"], "--how", say("card.how2"), "--round", NEW, *lead),
        ("bonus", "give", "G2", "1", "--reason", say("bonus2.reason"), "--basis", say("bonus2.basis"), *lead),
        ("notice", space.round_dir, "--confirm", say("confirm"), "--record", "--kind", "praise", *lead),
        ("round", "carry-over", "--into", NEW, "--from", OLD, "--hold", f"{number}={say('hold')}", *lead),
        ("review", "--unit", "G1", "--return", say("return2"), *lead),
        ("erase", "--find", say("note"), *lead),
        ("round", "freeze", NEW, "--reason", say("freeze.reason"), *lead),
        ("undo-merge", say("undo"), "--round", NEW, *lead),
        ("join", "--pair", "1", *lead),
        ("practice", "withdraw", space.ids["card"], "--round", NEW, *lead),
        ("ledger", space.round_dir, "--leader", say("responsible"), "--unit", say("unit1.name")),
        ("round", "show", say("round")),
        ("summary", space.round_dir, "--unit", say("unit9")),
        ("contest", "judge", say("contest"), *lead),
        ("appraise", "show", f"{say('file')}.json"),
        ("notice", say("file")),
        ("checklist", "check", say("file")),
        ("grade", NEW, "--scheme", say("scheme")),
        (say("command"),),
        ("round", say("command")),
        ("summary", f"--{say('option')}"),
        ("verify", say("file")),
        ("score", space.round_dir, "--red", say("red")),
        ("delta", say("file"), "--date", say("date")),
        ("unlock", say("file")),
        ("phrases", "remove", say("phrase9")),
        ("schema", say("schema")),
    ]


def looks(space: Space, out: Path) -> list[Words]:
    """Every command that tells something of a round, on its screen or into a file."""
    new, old, files = space.round_dir, space.root / "rounds" / OLD, space.files
    lead = ("--as", space.lead)
    told: list[Words] = [
        (
            "checklist",
            "check",
            *(files[n] for n in ("checklist", "roster", "scheme", "contest", "flows", "appraisal")),
        ),
        ("checklist", "try", files["checklist"], "--counts"),
        ("checklist", "scheme", "list"),
        ("checklist", "import", files["book"], "--preview"),
        ("round", "list"),
        ("round", "show", NEW),
        ("round", "carry-over", "--from", old, "--preview"),
        ("round", "amend", NEW, "--refresh", "--preview"),
        ("merge", files["merged"], "--preview"),
        ("merge", files["handin"], "-o", out / "合.json"),
        ("undo-merge", "--list"),
        ("decide", files["merged"]),
        ("decide", "--bulk", "--inspector", space.lead, *lead),
        ("join", *lead),
        ("ledger", new),
        ("ledger", old, "--csv"),
        ("recheck", "list", new),
        ("recheck", "rate", new),
        ("delta", old, new),
        ("digest", new, "--since", "2026-11-01", "--chart"),
        ("summary", new),
        ("summary", new, "--csv"),
        ("score", new, "--derivation"),
        ("bonus", "list"),
        ("period", new, old, "--span", "year"),
        ("period", new, old, "--span", "year", "--csv"),
        ("trend", new, old),
        ("agreement", new),
        ("gauge", new, "--least", "1"),
        ("contest", "list"),
        ("contest", "judge", "c", new, *lead),
        ("contest", "history", "c"),
        ("appraise", "show", files["appraisal"]),
        ("points", "show", new),
        ("duties", "show", new),
        ("duties", "show", new, "--csv"),
        ("recount", "list"),
        ("recount", "show", new),
        ("recount", "sheet", files["pay"], "--rule", "d"),
        ("flows", "list"),
        ("flows", "show", new),
        ("flows", "show", new, "--csv"),
        ("phrases", "list"),
        ("evidence", "list"),
        ("evidence", "check"),
        ("practice", "list"),
        ("practice", "good"),
        ("practice", "adopted"),
        ("practice", "adopted", "--csv"),
        ("practice", "register"),
        ("practice", "register", "--csv"),
        ("pair", "list"),
        ("pair", "effect"),
        ("pair", "effect", "--csv"),
        ("pair", "suggest", *lead),
        ("grid",),
        ("grid", "--csv"),
        ("verify", files["handin"]),
        ("report", new),
        ("doctor",),
    ]
    told += [
        ("notice", new, "--kind", k, "--level", v)
        for k in ("situation", "bulletin")
        for v in ("internal", "secretary", "group")
    ]
    return told


def papers(space: Space, out: Path) -> list[Words]:
    """Every command that writes a file for people."""
    new, lead = space.round_dir, ("--as", space.lead)
    told: list[Words] = [
        ("report", new, "--to", to, *more, "-o", out / f"{name}.{to}")
        for to in ("docx", "xlsx", "csv", "html", "md")
        for name, more in (
            ("报告", ()),
            ("另一份", ("--findings",) if to in ("xlsx", "csv") else ("--kind", "situation")),
        )
    ]
    return [
        *told,
        ("notice", new, "--each", "-o", out / "各单位"),
        ("receipt", *lead, "-o", out),
        ("evidence", "sheet", "-o", out / "图册.docx"),
        ("evidence", "sheet", "-o", out / "图册.html"),
        ("form", "export", "--round", NEW, "--all-units", out / "表", "--to", "docx"),
        ("form", "export", "--round", NEW, "--all-units", out / "表", "--to", "xlsx"),
        ("grid", "-o", out / "网格.xlsx"),
        ("practice", "register", "-o", out / "登记.csv"),
        ("pair", "effect", "-o", out / "成效.xlsx"),
        ("round", "pack", NEW),
        ("hand-in", "--round", NEW, "--as", space.say("inspector")),
        ("checklist", "export", space.files["checklist"], "-o", out / "清单.xlsx"),
        ("appraise", "sheet", space.files["appraisal"], "-o", out / "票数.csv"),
    ]


def check_told(space: Space, words: Words) -> int:
    """Run a command; what it says may hold nothing that drives a terminal. Returns its exit code."""
    told = space.run(*words)
    for text in (told.out.decode("utf-8"), told.err):
        shown = OWN_SIGNS.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n"))
        assert not foul(shown), f"{foul(shown)} of {words}: {around(shown)!r}"
        assert "程序出错" not in text, words
    if "--csv" in words and told.code == 0:
        check_csv(told.out, str(words))
    assert told.code in (0, 1, 2), words
    return told.code


def around(text: str) -> str:
    at = next(n for n, sign in enumerate(text) if foul(sign))
    return text[max(0, at - 60) : at + 20]


# -------------------------------------------------------------------- papers


def check_name(name: str) -> None:
    assert not _RESERVED.search(name) and not foul(name), name
    assert not _DEVICE.match(name) and name == name.strip(" ."), name
    assert len(name) <= LONGEST, name


def check_csv(data: bytes, where: str) -> None:
    text = data.decode("utf-8-sig")
    assert not foul(text.replace("\r\n", "\n")), where
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            live = cell[:1] in tuple("=+-@\t\r＝＋－＠") and not re.fullmatch(r"[-+]?[\d.]+%?", cell)
            assert not (cell and live), (where, cell)


def check_xlsx(data: bytes, where: str) -> str:
    """No formula, no link, nothing outside; returns every text."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            assert b"<f>" not in part and b"<f " not in part and b"<hyperlink " not in part, (where, name)
            assert "external" not in name.lower(), name
    texts: list[str] = []
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        texts.append(sheet.title)
        for row in sheet.iter_rows():
            texts += [cell.value for cell in row if isinstance(cell.value, str)]
            assert all(cell.data_type != "f" for cell in row), where
    text = "\n".join(texts)
    assert not foul(text), (where, around(text))
    return text


def check_docx(data: bytes, where: str) -> str:
    """Opens, holds no control sign and no link; returns its text."""
    import docx

    document = docx.Document(io.BytesIO(data))
    texts = [p.text for p in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"HYPERLINK" not in archive.read("word/document.xml"), where
        for name in archive.namelist():
            assert b'TargetMode="External"' not in archive.read(name) or name == "x", (where, name)
    text = "\n".join(texts)
    assert not foul(text), (where, around(text))
    return text


def check_html(data: bytes, where: str) -> str:
    text = data.decode("utf-8")
    assert not foul(text), (where, around(text))
    body = text[text.index("<body") :]
    assert "<b>" not in body and "<script" not in text.lower() and "href=" not in body, where
    return body


def check_paper(path: Path) -> None:
    """What must hold of a file made for people, whatever its kind."""
    data, where = path.read_bytes(), path.name
    match path.suffix:
        case ".xlsx":
            assert "[/]" in check_xlsx(data, where)
        case ".docx":
            assert "[/]" in check_docx(data, where)
        case ".html":
            assert "&lt;b&gt;&amp;" in check_html(data, where)
        case ".csv":
            check_csv(data, where)
        case ".md" | ".txt" | ".json":
            text = data.decode("utf-8-sig")
            assert not foul(text), (where, around(text))
            assert path.suffix != ".md" or not re.search(r"(?<!\\)<b>", text), where
        case ending:
            assert ending == ".zip", where


# -------------------------------------------------------------------- words that came in by no door


def foul_findings(data: bytes) -> bytes:
    """A findings file whose words nobody cleaned: forged, its seals right."""
    document = json.loads(data)
    for table in document:
        if table not in ("_meta",):
            document[table] = _worse(document[table])
    m._rechain(document)
    text = m.dumped(document)
    assert text.startswith(PREFIX.decode())
    return m.resealed(text)


def foul_json(data: bytes) -> bytes:
    """A file of our own with escapes in all words people gave it."""
    return m.dumped(_worse(json.loads(data))).encode("utf-8", "surrogatepass")


def _worse(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("<b>&", "\x1b]0;x\x07\x9b2J\u202e\u2066\u200b\x00<b>&")
    if isinstance(value, dict):
        return {_worse(k): _worse(v) for k, v in value.items()}
    return [_worse(v) for v in value] if isinstance(value, list) else value


def own_files(space: Space) -> Iterator[Path]:
    """Files of the workspace that hold people's words, findings first."""
    findings = re.compile(r"[0-9a-f]{12}\.json")
    yield from sorted(p for p in space.root.rglob("*.json") if findings.fullmatch(p.name))
    yield space.round_dir / "round.json"
    yield from (*sorted(space.root.glob("writers-*.json")), *sorted(space.root.glob("phrases-*.json")))
