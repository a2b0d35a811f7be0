"""Wordings: which phrase says what, from the user's templates where they are sound, else the shipped ones.

A block is looked for in the user's template of that kind, the shipped one of that kind, the user's common
one and the shipped common one, in this order.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.fault import Fault
from inspect_tui.report.phrases import Phrase, TooMuch, decode, encode, speak

#: Folder of the user's templates in a workspace, and the shipped one in the package.
FOLDER = "templates"
SHIPPED = Path(__file__).resolve().parent.parent / FOLDER
#: The shipped templates as they read, made by `python -m inspect_tui.report.wordings`; a test watches it.
READ = SHIPPED / "read.json"
COMMON = "common"
FILES = (COMMON, "situation", "praise", "bulletin", "ranking", "exposure")

Book = Mapping[str, Phrase]


class Wordings(msgspec.Struct, frozen=True, kw_only=True):
    """The phrases of one kind of text, nearest first; `warnings` say which file could not be used."""

    books: tuple[dict[str, Phrase], ...]
    warnings: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    def say(self, name: str, values: Mapping[str, Any]) -> str:
        """The phrase of that name with its values: the nearest one that stays in bounds."""
        for book in self.books:
            if (phrase := book.get(name)) is not None:
                try:
                    return speak(phrase, values)
                except TooMuch:
                    # A template may be sound on samples and still burst on a very large round.
                    continue
        return ""


def shipped_text(name: str) -> str:
    """The text of a shipped template, for whoever copies it."""
    return (SHIPPED / f"{name}.txt").read_text(encoding="utf-8")


@functools.cache
def shipped() -> dict[str, dict[str, Phrase]]:
    """The phrases of the shipped templates."""
    return decode(READ.read_bytes())


def wordings(kind: str, folder: Path | None = None) -> Wordings:
    """The wordings of a kind of text, with the user's templates of a workspace where they are sound."""
    theirs: dict[str, dict[str, Phrase]] = {}
    warnings: list[str] = []
    faults: list[Fault] = []
    for name in dict.fromkeys((kind, COMMON)):
        path = folder / FOLDER / f"{name}.txt" if folder is not None else None
        if path is None or not path.is_file():
            continue
        from inspect_tui.report.phrase_book import SLOTS
        from inspect_tui.report.phrase_reading import MAX_BYTES, read_template

        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError:
            warnings.append(f"模板{FOLDER}/{path.name}读不出来，已改用程序自带的。")
            continue
        if data == (SHIPPED / path.name).read_bytes() if (SHIPPED / path.name).is_file() else False:
            continue
        read = read_template(data, path.name)
        faults += read.faults
        if read.usable:
            theirs[name] = {n: p for n, p in read.phrases.items() if n in SLOTS}
            continue
        first = next(f for f in read.faults if not f.warning)
        place = f"第{first.line}行" if first.line else ""
        warnings.append(
            f"模板{FOLDER}/{path.name}有问题（{place}{first.message}），已改用程序自带的。"
            f"请用 inspect-tui notice check 核对。"
        )
    ours = shipped()
    order = [theirs.get(kind), ours.get(kind), theirs.get(COMMON), ours[COMMON]]
    books = [book for book in order if book]
    return Wordings(books=tuple(books), warnings=tuple(warnings), faults=tuple(faults))


def write_read() -> None:
    """Read the shipped templates and keep how they read. Raises ValueError when one has a mistake."""
    from inspect_tui.report.phrase_reading import read_template

    books = {}
    for name in FILES:
        path = SHIPPED / f"{name}.txt"
        if not path.is_file():
            continue
        read = read_template(path.read_bytes(), path.name)
        if read.faults:
            raise ValueError("\n".join(f.text() for f in read.faults))
        books[name] = read.phrases
    READ.write_bytes(encode(books) + b"\n")


if __name__ == "__main__":
    write_read()
