"""Phrases: wordings this machine's user writes often, kept in a file of the workspace they may edit.

The file is private: it is neither packed nor handed in nor merged, and it is named after the machine, so that
a synced folder never has two machines write it. What was changed in it from outside is kept: every change is
also remembered as a step and done again on what the file then says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.fault import InputFaults
from inspect_tui.model.phrase import OFTEN, PHRASES_FORMAT, PHRASES_VERSION, Phrase, PhraseKind
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.store import files
from inspect_tui.store.clean import clean_json, clean_text
from inspect_tui.store.errors import StoreError, reason
from inspect_tui.store.files import discard, write_durable
from inspect_tui.store.jsonfile import read_json
from inspect_tui.store.workspace import Workspace, machine_id

#: Characters a wording may have; a longer one is about one case and no use for the next.
LONGEST, LONGEST_LEARNED = 300, 120
#: Phrases kept, and forgotten ones remembered; of more, the least used go.
MOST = 3_000

_Key = tuple[str, str, str, str]


class _Content:
    """What the file says: phrases by key, and digests of those that must not be learned again."""

    def __init__(self) -> None:
        self.phrases: dict[_Key, Phrase] = {}
        self.forgotten: dict[str, None] = {}


_Step = Callable[[_Content], None]


class Phrases:
    """The phrases of a workspace on this machine.

    `message` says what was wrong with the file when it was read, until it is taken. Only `save` touches the
    disk after opening; it may run on a thread of its own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.message = ""
        #: Why the file that is there could not be read; until it can be, nothing is written over it.
        self._unread = ""
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._stamp = files.stamp(path)
        self._content = self._read()
        self._steps: list[_Step] = []

    @classmethod
    def of(cls, space: Workspace) -> Phrases:
        """Those of a workspace."""
        return cls(space.root / f"phrases-{machine_id()}.json")

    # ---------------------------------------------------------------- reading

    def all(self) -> list[Phrase]:
        """Every phrase, by checklist and item, those offered first ahead."""
        with self._lock:
            held = list(self._content.phrases.values())
        return sorted(held, key=lambda p: (p.checklist, p.item, p.kind.value, *_rank(p)))

    def offered(self, checklist: str, item: str, kind: PhraseKind, most: int = 8) -> list[str]:
        """What to offer for an item: pinned ones, then the most used."""
        with self._lock:
            held = [
                p
                for p in self._content.phrases.values()
                if (p.item, p.checklist) == (item, checklist) and p.kind is kind and p.offered
            ]
        return [phrase.text for phrase in sorted(held, key=_rank)[:most]]

    @property
    def dirty(self) -> bool:
        """Whether there is anything to save."""
        return bool(self._steps)

    # ---------------------------------------------------------------- changing

    def learn(
        self, checklist: str, item: str, kind: PhraseKind, text: str, *, instead: str = "", day: str = ""
    ) -> None:
        """Count a wording that was just written; `instead` is the one it replaced in the same record.

        What was deleted from the list is not learned again.
        """
        text, instead = _said(text), _said(instead)
        if text == instead:
            return

        def step(content: _Content) -> None:
            old = content.phrases.get((checklist, item, kind.value, instead))
            if old is not None:
                _put(content, msgspec.structs.replace(old, count=max(0, old.count - 1)))
            key = (checklist, item, kind.value, text)
            if not text or len(text) > LONGEST_LEARNED or _mark(key) in content.forgotten:
                return
            held = content.phrases.get(key) or Phrase(checklist=checklist, item=item, kind=kind, text=text)
            _put(content, msgspec.structs.replace(held, count=held.count + 1, last=day))

        self._do(step)

    def add(self, checklist: str, item: str, kind: PhraseKind, text: str) -> Phrase | None:
        """Put a wording into the list by hand; None when there is nothing to put."""
        text = _said(text)[:LONGEST]
        if not text:
            return None
        key = (checklist, item, kind.value, text)

        def step(content: _Content) -> None:
            held = content.phrases.get(key) or Phrase(checklist=checklist, item=item, kind=kind, text=text)
            content.forgotten.pop(_mark(key), None)
            _put(content, msgspec.structs.replace(held, added=True))

        self._do(step)
        return self._content.phrases.get(key)

    def remove(self, phrase: Phrase) -> None:
        """Delete a wording; only a digest of it is kept, so that it is not learned again."""

        def step(content: _Content) -> None:
            content.phrases.pop(phrase.key, None)
            content.forgotten[_mark(phrase.key)] = None

        self._do(step)

    def pin(self, phrase: Phrase, on: bool) -> None:
        """Let a wording come first, or no longer."""

        def step(content: _Content) -> None:
            held = content.phrases.get(phrase.key)
            if held is not None:
                _put(content, msgspec.structs.replace(held, pinned=on))

        self._do(step)

    def reword(self, phrase: Phrase, text: str) -> None:
        """Change the words; how often it was used and whether it is pinned stay."""
        text = _said(text)[:LONGEST]
        if not text or text == phrase.text:
            return

        def step(content: _Content) -> None:
            held = content.phrases.pop(phrase.key, phrase)
            content.forgotten[_mark(phrase.key)] = None
            made = msgspec.structs.replace(held, text=text, added=True)
            content.forgotten.pop(_mark(made.key), None)
            _put(content, made)

        self._do(step)

    def _do(self, step: _Step) -> None:
        with self._lock:
            step(self._content)
            _prune(self._content)
            self._steps.append(step)

    # ---------------------------------------------------------------- the file

    def save(self) -> str:
        """Write what changed, on top of what the file says now; returns why it could not be, or nothing."""
        with self._saving:
            with self._lock:
                steps = list(self._steps)
            if not steps:
                return ""
            if self._unread or files.stamp(self.path) != self._stamp:
                fresh = self._read()
                if self._unread:
                    return f"常用语没有存下：{self._unread}。"
                with self._lock:
                    for step in self._steps:
                        step(fresh)
                    self._content = fresh
            with self._lock:
                data = _bytes(self._content)
                written = len(self._steps)
            try:
                write_durable(self.path, data)
            except StoreError as error:
                if error.kept is not None:
                    discard(error.kept)
                return f"常用语没有存下：{error.message}"
            with self._lock:
                del self._steps[:written]
            self._stamp = files.stamp(self.path)
            return ""

    def take_message(self) -> str:
        """What was wrong with the file, told once."""
        said, self.message = self.message, ""
        return said

    def _read(self) -> _Content:
        content = _Content()
        self._unread = ""
        if not files.fs.exists(self.path):
            return content
        try:
            # What the medium does not give is another thing than a file that says nothing sensible.
            data = files.fs.read(self.path)
            raw = clean_json(read_json(data, name=self.path.name, expect=dict).value)
        except InputFaults:
            self._put_aside("常用语文件读不懂，没有使用")
            return content
        except (OSError, ValueError) as error:
            self._unread = (
                f"原来的文件读不出来，{reason(error) if isinstance(error, OSError) else '写法不对'}"
            )
            self.message = "常用语文件读不出来，这次没有使用，文件没有改动。"
            return content
        lost = 0
        rows = raw.get("phrases", [])
        for row in rows if isinstance(rows, list) else [None]:
            phrase = _phrase(row)
            if phrase is None:
                lost += 1
            else:
                content.phrases[phrase.key] = phrase
        gone = raw.get("forgotten", [])
        content.forgotten = dict.fromkeys(
            m for m in (gone if isinstance(gone, list) else []) if isinstance(m, str)
        )
        _prune(content)
        if lost:
            self._put_aside(f"常用语文件里有{lost}条读不懂，没有使用", keep=True)
        return content

    def _put_aside(self, said: str, *, keep: bool = False) -> None:
        """Keep a damaged file under another name; with `keep` it also stays, since the rest of it is good."""
        number = 1
        while (kept := self.path.with_name(f"{self.path.name}.damaged-{number}")).exists():
            number += 1
        try:
            if keep:
                write_durable(kept, files.fs.read(self.path))
            else:
                files.fs.replace(self.path, kept)
        except (OSError, StoreError) as error:
            why = reason(error) if isinstance(error, OSError) else error.message
            self.message = f"{said}，也没能另存：{why}。"
        else:
            self.message = f"{said}，原文件另存为{kept.name}。"


def phrase_id(phrase: Phrase) -> str:
    """A short name to call a phrase by at the command line."""
    return _mark(phrase.key)[:8]


def _phrase(row: Any) -> Phrase | None:
    try:
        phrase = msgspec.convert(row, Phrase)
    except (msgspec.ValidationError, ValueError):
        return None
    text = _said(phrase.text)
    if not text or len(text) > LONGEST or not 0 <= phrase.count < 10**9:
        return None
    return msgspec.structs.replace(phrase, text=text)


def _said(text: str) -> str:
    return " ".join(clean_text(text).split()) if "\n" in text else clean_text(text).strip()


def _mark(key: Iterable[str]) -> str:
    return digest(canonical(list(key)))[:16]


def _put(content: _Content, phrase: Phrase) -> None:
    if phrase.count or phrase.added or phrase.pinned:
        content.phrases[phrase.key] = phrase
    else:
        content.phrases.pop(phrase.key, None)


def _prune(content: _Content) -> None:
    if len(content.phrases) > MOST:
        # The least used go, an eighth at once, so that this is not done for every further phrase.
        held = sorted(content.phrases.values(), key=_rank)[: MOST - MOST // 8]
        content.phrases = {p.key: p for p in content.phrases.values() if p in set(held)}
    while len(content.forgotten) > MOST:
        del content.forgotten[next(iter(content.forgotten))]


def _rank(phrase: Phrase) -> tuple[bool, bool, int, str, str]:
    newest = "".join(chr(0x10FFFF - ord(c)) for c in phrase.last)
    return not phrase.pinned, not phrase.added and phrase.count < OFTEN, -phrase.count, newest, phrase.text


def _bytes(content: _Content) -> bytes:
    told = {
        "format": PHRASES_FORMAT,
        "version": PHRASES_VERSION,
        "phrases": list(_ordered(content)),
        "forgotten": list(content.forgotten),
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def _ordered(content: _Content) -> Iterator[Phrase]:
    yield from sorted(content.phrases.values(), key=lambda p: (p.checklist, p.item, p.kind.value, *_rank(p)))
