"""The lines of `record`: their types, and reading a file of them with every fault named by its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.terms import Method, Outcome, Profile, Severity, Verdict, VisitResult
from inspect_tui.store import files
from inspect_tui.store.clean import KeyCollision, clean_json
from inspect_tui.store.jsonfile import LIMIT, MEGABYTE, parse_json, path_text, shown
from inspect_tui.store.structure import check_structure

T = TypeVar("T")

#: Most lines of one file; far above a day's work of any team.
MOST_LINES = 100_000


class LineDeduction(msgspec.Struct, frozen=True, kw_only=True):
    """A labelled deduction, by its label or by its place among the item's deductions, from 0."""

    label: str = ""
    index: int | None = None
    count: int = 1


class LineFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A problem in the inspector's own words; `lineage` names the earlier problem it is the return of."""

    text: str
    severity: Severity | None = None
    missing: bool = False
    fixed_on_site: bool = False
    lineage: str = ""


class LineText(msgspec.Struct, frozen=True, kw_only=True):
    """A good practice or a suggestion."""

    text: str


class LineVisit(msgspec.Struct, frozen=True, kw_only=True):
    """The header of a visit; what is not given stays."""

    date: str | None = None
    counterpart: str | None = None
    present: tuple[str, ...] | None = None
    inspectors: tuple[str, ...] | None = None
    result: VisitResult | None = None
    reason: str | None = None
    profile: Profile | None = None
    objection: str | None = None
    confirmed_by: str | None = None


class LineTrigger(msgspec.Struct, frozen=True, kw_only=True):
    """A red line, veto or alert that was met."""

    id: str
    fact: str
    checklist: str = ""


class LineVerify(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an earlier problem, named by its number, short number or id."""

    problem: str
    outcome: Outcome
    methods: tuple[Method, ...] = ()
    basis: str = ""
    remains: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One action: a verdict with what belongs to it, or a visit's header, or a red line, or submitting.

    `lineage` names the earlier problem that every problem this verdict makes is the return of.
    `answer` is an item's own answer (过期), which is verdict and award in one.
    `fixed_on_site` says so of those problems. `wording` is the hash of the item's text as it was printed on
    the form that was filled in; where the text was changed since, the answer is marked 需重看.
    """

    unit: str
    checklist: str = ""
    item: str = ""
    verdict: Verdict | None = None
    answer: str = ""
    award: str = ""
    missing: bool = False
    deductions: tuple[LineDeduction, ...] = ()
    reason: str = ""
    note: str | None = None
    methods: tuple[Method, ...] = ()
    samples: tuple[str, ...] = ()
    findings: tuple[LineFinding, ...] = ()
    good_practices: tuple[LineText, ...] = ()
    suggestions: tuple[LineText, ...] = ()
    lineage: str = ""
    fixed_on_site: bool = False
    wording: str = ""
    verify: LineVerify | None = None
    visit: LineVisit | None = None
    trigger: LineTrigger | None = None
    submit: bool = False


class Numbered(msgspec.Struct, frozen=True):
    """A line with its number in the file, counted from 1."""

    number: int
    line: Line


def read_lines(path: Path) -> tuple[list[Numbered], list[Fault]]:
    """Every readable line of a JSON Lines file, and every fault of the others.

    Raises InputFaults when the file itself cannot be read.
    """
    read, faults = read_lines_of(path, Line)
    return [Numbered(number, line) for number, line in read], faults


def read_lines_of(path: Path, kind: type[T]) -> tuple[list[tuple[int, T]], list[Fault]]:
    """Like `read_lines`, for lines of any record type, each with its number."""
    good: list[tuple[int, T]] = []
    faults: list[Fault] = []
    for number, text in enumerate(_text(path).split("\n"), 1):
        if not text.strip():
            continue
        try:
            parsed = parse_json(text.encode("utf-8", "surrogatepass"), name=path.name, expect=dict)
        except InputFaults as error:
            faults += [msgspec.structs.replace(f, line=number) for f in error.faults]
            continue
        if parsed.faults:
            faults += [msgspec.structs.replace(f, line=number) for f in parsed.faults]
            continue
        try:
            value = clean_json(parsed.value)
        except KeyCollision:
            faults.append(
                _fault(path, number, "字段名里有看不见的字符，两个字段成了同一个", "请重新写这一行")
            )
            continue
        issues = check_structure(value, kind, "")
        for issue in issues:
            faults.append(
                Fault(
                    code=issue.code,
                    file=path.name,
                    line=number,
                    column=parsed.locate(issue.steps, key=issue.at_key)[1],
                    path=path_text(issue.steps),
                    message=issue.message,
                    value="" if issue.value is None else shown(issue.value),
                    allowed=issue.allowed,
                    remedy=issue.remedy,
                )
            )
        if not issues:
            converted = _convert(value, kind)
            if isinstance(converted, str):
                faults.append(_fault(path, number, f"内容读不出来：{converted}", "请核对这一行"))
            else:
                good.append((number, converted))
    return good, faults


def _convert(value: Any, kind: type[T]) -> T | str:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return str(error)


def _text(path: Path) -> str:
    try:
        data = files.fs.read(path)
    except FileNotFoundError:
        raise InputFaults([_fault(path, 0, "找不到文件", "请核对文件名和文件夹")]) from None
    except OSError:
        raise InputFaults([_fault(path, 0, "文件读不出来", "请核对权限、磁盘或移动盘")]) from None
    if len(data) > LIMIT:
        raise InputFaults([_fault(path, 0, f"文件超过{LIMIT // MEGABYTE} MB", "请分成几个文件")])
    if data.count(b"\n") > MOST_LINES:
        raise InputFaults([_fault(path, 0, f"超过{MOST_LINES}行", "请分成几个文件")])
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    guesses = [encoding for mark, encoding in marks if data.startswith(mark)] or ["utf-8", "gb18030"]
    for encoding in guesses:
        try:
            return data.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise InputFaults([_fault(path, 0, "文字编码有损坏，读不出来", "请另存为UTF-8")])


def _fault(path: Path, number: int, message: str, remedy: str) -> Fault:
    column = 1 if number else 0
    return Fault(
        code="L01", file=path.name, line=number, column=column, message=message, remedy=remedy
    )  # fmt: skip
