"""Commands run as a terminal would run them, and the workspace they are run in."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inspect_tui.cli import main as cli

#: Gives the words of a field, by the field's name.
Say = Callable[[str], str]
NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
DAY = NOW.date().isoformat()
OLD, NEW, STAGE = "2026Q3-lookback", "2026Q4-lookback", "2026-small-self"


@dataclass
class Told:
    """What a command said."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")


class _Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal: into anything else Click takes escape sequences out by itself."""

    def isatty(self) -> bool:
        return True


@contextlib.contextmanager
def streams() -> Iterator[tuple[io.BytesIO, io.BytesIO]]:
    """Standard output and error as bytes, so that what would reach a terminal can be looked at."""
    out, err = io.BytesIO(), io.BytesIO()
    held = sys.stdout, sys.stderr
    over = _Terminal(out, "utf-8", write_through=True), _Terminal(err, "utf-8", write_through=True)
    sys.stdout, sys.stderr = over
    try:
        yield out, err
    finally:
        sys.stdout, sys.stderr = held
        for stream in over:
            stream.detach()


def run(*words: object) -> Told:
    """Run a command line as a terminal would."""
    with streams() as (out, err):
        code = cli.run([str(word) for word in words])
    return Told(code, out.getvalue(), err.getvalue().decode("utf-8"))


@dataclass
class Space:
    """The workspace, and the files made for and from it, by kind."""

    root: Path
    say: Say
    files: dict[str, Path] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def run(self, *words: object) -> Told:
        return run("--workspace", self.root, *words)

    def do(self, *words: object) -> Told:
        told = self.run(*words)
        assert told.code == 0, (words, told.err)
        return told

    def asked(self, *words: object) -> Any:
        return json.loads(self.do(*words, "--json").out)

    def write(self, kind: str, name: str, data: bytes | str | list[Any] | dict[str, Any]) -> Path:
        path = self.root.parent / "files" / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(data, dict):
            data = json.dumps(data)
        elif isinstance(data, list):
            data = "\n".join(json.dumps(line) for line in data)
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "replace"))
        self.files[kind] = path
        return path

    @property
    def round_dir(self) -> Path:
        return self.root / "rounds" / NEW

    @property
    def lead(self) -> str:
        return self.say("lead")


def record(space: Space, round_id: str, lines: list[Any], who: str = "") -> None:
    """Write lines down as the command `record` does."""
    path = space.write(f"record.{round_id}", f"{round_id}.jsonl", lines)
    space.do("record", path, "--round", round_id, "--as", who or space.say("inspector"))
