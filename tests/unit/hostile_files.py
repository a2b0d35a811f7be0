"""Every kind of file the product reads, the doors it is read at, and what must hold at each of them.

A file is damaged by `mutating`, given to the doors of its kind, and then: nothing but told failures, in
Chinese, without a control character; no hang; and what lay in the workspace lies there as it did.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import signal
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import mutating as m
from hostile_space import NEW, NOW, Space, run

from inspect_tui.cli.common import told as told_lines
from inspect_tui.exchange import age_file, signing  # noqa: F401 - opened before the clock of a case runs
from inspect_tui.exchange.appraisal_sheet import enter_sheet
from inspect_tui.exchange.carrying import gather
from inspect_tui.exchange.checklist_sheet import import_bytes
from inspect_tui.exchange.distribution_sheet import read_distribution_sheet
from inspect_tui.exchange.duties_sheet import read_duties_sheet
from inspect_tui.exchange.form_reading import read_form
from inspect_tui.exchange.form_taking import weigh_form
from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.ledger_sheet import read_ledger
from inspect_tui.exchange.level_sheet import read_levels
from inspect_tui.exchange.pack import look_at_pack
from inspect_tui.exchange.points_sheet import read_points_sheet
from inspect_tui.exchange.receipt import read_receipt
from inspect_tui.exchange.record import check_lines
from inspect_tui.exchange.record_lines import read_lines, read_lines_of
from inspect_tui.exchange.rectify_lines import RectifyLine, rectify_lines
from inspect_tui.exchange.ring import Ring
from inspect_tui.exchange.scanning import scan
from inspect_tui.exchange.sheet_headings import load_mapping
from inspect_tui.exchange.source import read_source
from inspect_tui.exchange.verifying import verify_all
from inspect_tui.model.person import Identity
from inspect_tui.report.papers.ledger_sheet import ledger_xlsx
from inspect_tui.report.phrase_reading import read_template
from inspect_tui.report.wordings import shipped_text
from inspect_tui.rules.ledger import ledger_rows
from inspect_tui.store import vault
from inspect_tui.store.content import read_findings
from inspect_tui.store.drafts import Drafts
from inspect_tui.store.evidence import keep, look
from inspect_tui.store.keyring import known_keys
from inspect_tui.store.loading import check_file, load_appraisal, load_distribution, load_scheme
from inspect_tui.store.phrases import Phrases
from inspect_tui.store.received import read_list
from inspect_tui.store.session import Session
from inspect_tui.store.stripping import stripped
from inspect_tui.store.workspace import Workspace

Door = Callable[[Path], Any]
#: Longest a case may take before it counts as a hang; far above what any takes on a busy machine.
GUARD = 60.0


class Hang(Exception):
    """A case ran into the guard."""


@dataclass
class Kind:
    """One kind of file: where it lies while it is read, a sound one, how it is damaged, who reads it."""

    name: str
    place: Path
    sample: bytes
    ways: tuple[Callable[[bytes, random.Random], bytes], ...]
    doors: tuple[Door, ...]
    #: Commands are slow: a case takes all doors, but only one of these.
    commands: tuple[tuple[Any, ...], ...] = ()
    weight: int = 1
    #: Doors that may write beside the file: an opened findings file puts what is damaged aside.
    writes: bool = False


@dataclass
class Outcome:
    """What a sweep came to."""

    cases: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


# -------------------------------------------------------------------- what must hold


def foul(text: str) -> str:
    """The first sign of a text that must not reach a terminal; empty when there is none."""
    for sign in text:
        category = unicodedata.category(sign)
        if category in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in "\n\t\u200d":
            return f"U+{ord(sign):04X}"
    return ""


def chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def said_well(lines: Sequence[str]) -> None:
    assert lines, "a refusal without a word"
    for line in lines:
        assert chinese(line), f"not in Chinese: {line!r}"
        assert not foul(line), f"{foul(line)} in {line!r}"


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from strings(key)
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)
    elif isinstance(value, msgspec.Struct):
        yield from strings(msgspec.structs.asdict(value))


def tree(root: Path) -> dict[str, bytes]:
    """Every file under a folder, by name; locks left out, which hold nothing."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.suffix not in (".lock", ".holder")
    }


Marks = dict[str, tuple[int, int, int]]


def marks(root: Path) -> Marks:
    """What tells whether a file was touched, quicker than reading it: size, time, place on the disk."""
    found: Marks = {}
    folders = [str(root)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif not entry.name.endswith((".lock", ".holder")):
                    status = entry.stat(follow_symlinks=False)
                    found[entry.path] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found


@contextlib.contextmanager
def guarded(seconds: float = GUARD) -> Iterator[None]:
    """Let nothing inside take for ever, where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: Any) -> None:
        raise Hang(f"over {seconds:.0f} s")

    held = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, held)


def through(door: Door, path: Path) -> bool:
    """Give a file to a door; whether it was taken. Any failure that is not told is let through."""
    try:
        door(path)
    except Exception as error:
        if isinstance(error, Hang | AssertionError | OSError):
            raise
        lines = told_lines(error)
        if lines is None:
            raise
        said_well(lines)
        return False
    return True


def by_command(words: Sequence[Any], path: Path, root: Path) -> bool:
    """Give a file to a command; whether it was taken."""
    told = run("--workspace", root, *(path if word is FILE else word for word in words))
    out = told.out.decode("utf-8")
    assert told.code in (0, 1, 2), told.code
    for text in (out, told.err):
        shown = _OWN.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n"))
        assert not foul(shown), f"{foul(shown)} in {shown[:300]!r}"
        assert "Traceback" not in text and "程序出错" not in text, text[-500:]
    if "--json" in words and told.code == 0:
        json.loads(out)
    if told.code:
        assert chinese(out + told.err), (out + told.err)[:300]
    return told.code == 0


FILE = object()
#: The program's own bold, dim and line of progress; nobody's words can hold them, as foul text never passes.
_OWN = re.compile("\x1b\\[[0-9;]*m|\r\x1b\\[K")


# -------------------------------------------------------------------- the sweep


class Sweep:
    """Damages files of every kind and gives them to their doors."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.root = space.root.parent
        self.work = Workspace(space.root)
        self.kinds = {kind.name: kind for kind in kinds(space)}
        self.held = tree(self.root)
        self.marks = marks(self.root)
        self.others = [kind.sample for kind in self.kinds.values()]

    def damaged(self, kind: Kind, dice: random.Random) -> bytes:
        return m.any_of(kind.sample, dice, self.others, *kind.ways)

    def case(self, kind: Kind, data: bytes, dice: random.Random, outcome: Outcome, where: str) -> None:
        """One damaged file at all its doors."""
        kind.place.parent.mkdir(parents=True, exist_ok=True)
        kind.place.write_bytes(data)
        before = marks(self.root)
        began = time.perf_counter()
        try:
            with guarded():
                taken = [through(door, kind.place) for door in kind.doors]
                if kind.commands and (not kind.doors or dice.random() < self.share):
                    taken.append(by_command(dice.choice(kind.commands), kind.place, self.space.root))
            if kind.writes:
                now = set(tree(self.root).values())
                lost = [n for n, d in self.held.items() if d not in now and n != self._name(kind)]
                assert data in now or all(taken), "what was damaged is gone"
                assert len(lost) <= 3, f"lost: {lost}"
            else:
                after = marks(self.root)
                changed = [n for n in before.keys() | after.keys() if before.get(n) != after.get(n)]
                assert not changed, f"changed: {changed}"
            outcome.told["taken" if all(taken) else "told"] += 1
        except Exception as error:
            told = f"{kind.name} {where}: {type(error).__name__}: {str(error)[:300]}"
            outcome.failures.append(told)
            outcome.told["failed"] += 1
            self.keep(kind, data, error, where)
        took = time.perf_counter() - began
        outcome.cases[kind.name] += 1
        outcome.seconds[kind.name] += took
        outcome.slowest[kind.name] = max(outcome.slowest.get(kind.name, 0.0), took)
        self.restore()

    def _name(self, kind: Kind) -> str:
        return str(kind.place.relative_to(self.root))

    def restore(self) -> None:
        """Put back what a case left otherwise."""
        now = marks(self.root)
        for place in now.keys() - self.marks.keys():
            Path(place).unlink()
        for place, mark in self.marks.items():
            if now.get(place) != mark:
                path = Path(place)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.held[str(path.relative_to(self.root))])
                status = path.stat()
                self.marks[place] = (status.st_size, status.st_mtime_ns, status.st_ino)

    keeping: Path | None = None
    #: In how many cases the file is also given to a command, which takes ten times as long as a door.
    share = 0.12

    def keep(self, kind: Kind, data: bytes, error: Exception, where: str) -> None:
        """Put a found case where a person can look at it."""
        if self.keeping is None:
            return
        import traceback

        self.keeping.mkdir(parents=True, exist_ok=True)
        stem = f"{kind.name}-{where}".replace(" ", "_").replace("/", "_")
        (self.keeping / f"{stem}{kind.place.suffix}").write_bytes(data)
        (self.keeping / f"{stem}.log").write_text(
            "".join(traceback.format_exception(error)), encoding="utf-8", errors="replace"
        )

    def run(self, count: int, seed: int, names: Sequence[str] = ()) -> Outcome:
        """So many cases, the kinds in turn by their weight."""
        outcome = Outcome()
        turn = [k for k in self.kinds.values() for _ in range(k.weight) if not names or k.name in names]
        for number in range(count):
            kind = turn[number % len(turn)]
            dice = random.Random(f"{seed}/{number}/{kind.name}")
            self.case(kind, self.damaged(kind, dice), dice, outcome, f"seed {seed} case {number}")
        return outcome


# -------------------------------------------------------------------- kinds and doors


def kinds(space: Space) -> list[Kind]:
    """The table of all kinds."""
    root, files, box = space.root, space.files, space.root.parent / "files"
    work = Workspace(root)
    inspector = Identity(name=_name(root))
    session = Session.open(work, NEW, inspector, lambda: NOW, read_only=True)
    round_, state = session.round, session.state
    rows = ledger_rows(state, round_, "2026-11-20")
    scheme = load_scheme(files["scheme"])[0]
    rule = load_distribution(files["distribution"])[0]
    appraisal = load_appraisal(files["appraisal"])[0]
    own = inspector_file(space)
    json_ways = (m.as_json,)
    sealed = (m.sealed_snapshot, m.sealed_snapshot, m.as_json)

    def authored(name: str, *commands: tuple[Any, ...], weight: int = 4) -> Kind:
        path = files[name]
        return Kind(
            name,
            path,
            path.read_bytes(),
            json_ways,
            (check_file_well,),
            (("checklist", "check", FILE), ("checklist", "check", FILE, "--json"), *commands),
            weight=weight,
        )

    def sheet(name: str, suffix: str, data: bytes, *doors: Door, commands: Any = (), weight: int = 1) -> Kind:
        way = m.rebooked if suffix == "xlsx" else m.as_csv
        return Kind(
            f"{name}.{suffix}", box / f"x-{name}.{suffix}", data, (way,), doors, commands, weight=weight
        )

    def inside(
        name: str,
        place: Path,
        data: bytes,
        *doors: Door,
        ways: Any = json_ways,
        commands: Any = (),
        weight: int = 2,
    ) -> Kind:
        return Kind(name, place, data, ways, doors, commands, weight=weight)

    def look_only(_: Path) -> None:
        looked = Session.open(work, NEW, inspector, lambda: NOW, read_only=True)
        for line in looked.messages:
            assert not foul(line) and chinese(line), line

    def open_and_close(_: Path) -> None:
        opened = Session.open(work, NEW, inspector, lambda: NOW)
        for line in opened.messages:
            assert not foul(line) and chinese(line), line
        opened.close()

    def weigh(path: Path) -> None:
        preview = weigh_form(session, read_form(path.read_bytes(), path.name, round_), path.name)
        for fault in preview.faults:
            said_well([fault.text()])

    def lines(path: Path) -> None:
        read, faults = read_lines(path)
        _well(faults)
        _well(check_lines(session, read))

    def photo(path: Path) -> None:
        kept = keep(work.round_dir(NEW), look(path), "0" * 12)
        target = work.round_dir(NEW) / "evidence" / f"{kept.sha256}.{kept.ext}"
        stripped(target.read_bytes())
        if not kept.known:
            target.unlink()

    summary = (
        ("summary", FILE),
        ("verify", FILE),
        ("notice", FILE, "--json"),
        ("score", FILE, "--json"),
        ("ledger", FILE, "--csv"),
        ("delta", FILE),
        ("verify", FILE, "--json"),
        ("merge", FILE, "-o", box / "out.json", "--preview"),
        ("decide", FILE),
        ("report", FILE),
    )
    folder = root / "rounds" / NEW
    of_folder = tuple(
        tuple(folder if w is FILE else w for w in words) for words in summary if "merge" not in words
    )
    workspace_commands = (
        ("round", "list"),
        ("round", "show", NEW),
        ("phrases", "list"),
        ("doctor",),
        ("pair", "list"),
        ("practice", "list"),
        *of_folder,
    )
    ledger = ledger_xlsx(rows, round_)
    merged = files["merged"].read_bytes()
    taken = _received(space)
    return [
        authored(
            "checklist", ("checklist", "try", FILE, "--counts"), ("checklist", "diff", FILE, FILE), weight=6
        ),
        authored("roster", ("grid",), ("grid", "--roster", FILE, "--json")),
        authored("rules"),
        authored("scheme", ("grade", NEW, "--scheme", FILE)),
        authored("contest", ("contest", "list")),
        authored("appraisal", ("appraise", "show", FILE), ("appraise", "check", FILE)),
        authored("distribution", ("recount", "check", FILE), ("recount", "list")),
        authored("flows", ("flows", "check", FILE), ("flows", "list")),
        inside(
            "round.json",
            folder / "round.json",
            (folder / "round.json").read_bytes(),
            look_only,
            commands=workspace_commands,
        ),
        Kind(
            "pack",
            files["pack"],
            files["pack"].read_bytes(),
            json_ways,
            (lambda p: told_well(look_at_pack(work, p)), scan_well),
            (("checklist", "check", FILE), ("verify", FILE)),
            weight=2,
        ),
        Kind(
            "merged",
            box / "x-merged.json",
            merged,
            sealed,
            (scan_well, verify_well, source_well),
            summary,
            weight=5,
        ),
        Kind(
            "findings",
            box / "x-found.json",
            own.read_bytes(),
            sealed,
            (scan_well, verify_well, source_well),
            summary,
            weight=5,
        ),
        Kind(
            "hand-in",
            box / "x-in.zip",
            files["handin"].read_bytes(),
            (_zip_way, m.rezipped),
            (scan_well, lambda p: read_hand_in(p)),
            (*summary, ("merge", FILE, "-o", box / "o.json", "--preview")),
            weight=4,
        ),
        Kind(
            "receipt",
            box / "x-receipt.json",
            taken["receipt"],
            sealed,
            (lambda p: strings_well(read_receipt(p)),),
            (("receipt", FILE),),
            weight=2,
            writes=True,
        ),
        Kind(
            "earlier round",
            box / "x-old.json",
            _old(space),
            sealed,
            (lambda p: strings_well(gather(None, [p], "2026-11-20")),),
            weight=2,
        ),
        inside("own snapshot", own, own.read_bytes(), look_only, ways=sealed, commands=of_folder, weight=3),
        Kind("own snapshot opened", own, own.read_bytes(), sealed, (open_and_close,), weight=2, writes=True),
        inside(
            "own journal",
            taken["journal at"],
            taken["journal"],
            look_only,
            ways=(m.sealed_lines,),
            commands=of_folder,
            weight=3,
        ),
        Kind(
            "own journal opened",
            taken["journal at"],
            taken["journal"],
            (m.sealed_lines,),
            (open_and_close,),
            weight=2,
            writes=True,
        ),
        Kind(
            "own bak opened",
            own.with_suffix(".bak"),
            own.with_suffix(".bak").read_bytes(),
            sealed,
            (open_and_close,),
            writes=True,
        ),
        Kind(
            "draft",
            own.with_name(own.stem + ".draft"),
            taken["draft"],
            (m.as_json, _seal_draft),
            (lambda p: _drafts(own, p),),
            writes=True,
        ),
        inside(
            "received list",
            folder / "received" / "list.json",
            taken["list"],
            look_only,
            lambda p: read_list(folder),
            commands=(*of_folder, ("undo-merge", "--list")),
        ),
        inside(
            "identity",
            root / "identity.json",
            (root / "identity.json").read_bytes() if (root / "identity.json").exists() else taken["identity"],
            lambda p: work.identity(),
            commands=workspace_commands,
        ),
        inside(
            "writers",
            next(root.glob("writers-*.json")),
            next(root.glob("writers-*.json")).read_bytes(),
            lambda p: open_any(work),
            commands=(("hand-in", "--round", NEW, "--as", "x", "-o", box / "y.zip"),),
        ),
        Kind(
            "phrases",
            next(root.glob("phrases-*.json")),
            next(root.glob("phrases-*.json")).read_bytes(),
            json_ways,
            (lambda p: strings_well(Phrases.of(work).all()),),
            (("phrases", "list"),),
            weight=2,
            writes=True,
        ),
        inside(
            "vault.json",
            box / "v" / "vault.json",
            taken["vault"],
            lambda p: vault.read(p.parent),
            ways=(m.as_json, _seal_vault),
            commands=(("vault", "status", "--workspace", box / "v"),),
        ),
        inside(
            "keys.json",
            root / "keys.json",
            taken["keys"],
            lambda p: strings_well(known_keys(root)),
            commands=(("round", "pack", NEW, "-o", box / "z.json", "--workspace", box / "none"),),
        ),
        inside(
            "template",
            root / "templates" / "common.txt",
            shipped_text("common").encode(),
            template_well,
            ways=(_template,),
            commands=(("notice", "check", FILE), ("notice", folder)),
        ),
        inside("mapping", box / "map.json", taken["mapping"], lambda p: strings_well(load_mapping(p))),
        sheet(
            "book",
            "xlsx",
            files["book"].read_bytes(),
            book_well,
            commands=(
                ("checklist", "import", FILE, "--preview"),
                ("checklist", "import", FILE, "--preview", "--json"),
            ),
        ),
        sheet(
            "rules",
            "csv",
            RUBRICS.encode(),
            book_well,
            commands=(("checklist", "import", FILE, "--preview"),),
            weight=2,
        ),
        sheet(
            "form",
            "xlsx",
            files["form"].read_bytes(),
            weigh,
            commands=(("form", "import", FILE, "--round", NEW, "--as", space.say("inspector"), "--preview"),),
        ),
        sheet("ledger", "xlsx", ledger, lambda p: _well(read_ledger(p.read_bytes(), p.name, rows).faults)),
        sheet(
            "tallies",
            "xlsx",
            files["tallies"].read_bytes(),
            lambda p: enter_sheet(appraisal, p),
            commands=(("appraise", "enter", files["appraisal"], FILE, "-o", box / "none" / "x.json"),),
        ),
        sheet(
            "points",
            "csv",
            files["points"].read_bytes(),
            lambda p: strings_well(read_points_sheet(p, 5)),
            commands=(("points", "import", FILE, "--unit", "G1", "--month", "2026-11", "--preview"),),
            weight=3,
        ),
        sheet(
            "duties",
            "csv",
            files["duties"].read_bytes(),
            lambda p: strings_well(read_duties_sheet(p, ["甲"] * 9)),
            commands=(("duties", "import", FILE, "--unit", "G1", "--month", "2026-11", "--preview"),),
            weight=3,
        ),
        sheet(
            "pay",
            "csv",
            files["pay"].read_bytes(),
            lambda p: strings_well(read_distribution_sheet(p, rule)),
            commands=(("recount", "sheet", FILE, "--rule", "d"),),
            weight=3,
        ),
        sheet(
            "levels",
            "csv",
            LEVELS.encode(),
            lambda p: strings_well(read_levels(p, scheme, round_.units)),
            weight=2,
        ),
        inside(
            "levels.json",
            box / "levels.json",
            LEVELS_JSON.encode(),
            lambda p: strings_well(read_levels(p, scheme, round_.units)),
        ),
        Kind(
            "record lines",
            box / "x.jsonl",
            files[f"record.{NEW}"].read_bytes(),
            (m.as_lines,),
            (lines,),
            (("record", FILE, "--round", "none", "--as", "x"),),
            weight=4,
        ),
        Kind(
            "rectify lines",
            box / "y.jsonl",
            files["rectify"].read_bytes(),
            (m.as_lines,),
            (lambda p: rectify_only(session, p),),
            weight=3,
        ),
        Kind("photo", files["photo"], _jpeg(), (), (photo, lambda p: stripped(p.read_bytes())), weight=3),
        Kind(
            "png",
            box / "x.png",
            files["photo"].read_bytes()[:3000],
            (_chunks,),
            (lambda p: stripped(p.read_bytes()),),
            weight=2,
        ),
        Kind(
            "encrypted",
            box / "x.age",
            taken["age"],
            (),
            (lambda p: doubts_well(verify_all(p, taken["ring"]).doubts), scan_well),
            (("merge", FILE, "-o", box / "o.json", "--preview"),),
            weight=3,
        ),
    ]


def _name(root: Path) -> str:
    held = json.loads(next(root.glob("writers-*.json")).read_bytes())
    return next(name for name, rounds in held.items() if NEW in rounds)


def inspector_file(space: Space) -> Path:
    """The findings file of the inspector in the round that is under way."""
    held = json.loads(next(space.root.glob("writers-*.json")).read_bytes())
    writer = held[_name(space.root)][NEW]
    return space.root / "rounds" / NEW / f"{writer}.json"


def _old(space: Space) -> bytes:
    folder = space.root / "rounds" / "2026Q3-lookback"
    return next(p for p in sorted(folder.glob("*.json")) if p.name != "round.json").read_bytes()


def _received(space: Space) -> dict[str, Any]:
    """Files that only come about by use: a journal, a draft, a receipt, a list of received files, keys."""
    import pyrage

    from inspect_tui.exchange.receipt import write_receipt
    from inspect_tui.exchange.sheet_headings import Mapping, mapping_bytes
    from inspect_tui.model.signing import KnownKeys
    from inspect_tui.store import files as store_files
    from inspect_tui.store import keyring
    from inspect_tui.store.journal import change_line, header_line
    from inspect_tui.store.received import Entry, Received

    work = Workspace(space.root)
    own = inspector_file(space)
    content = read_findings(own)
    generation = content.recovered.snapshot.meta.generation if content.recovered.snapshot else 1
    tail = content.changes[-1]
    from inspect_tui.model.change import Body, Edit
    from inspect_tui.rules.canonical import make_change

    more, prev = [], tail.id
    for number in range(3):
        edit = Edit(record="answer/G2/small/TS-02", field="note", value=f"日志里的第{number}条")
        change = make_change(
            prev, content.writer, Body(at="2026-11-20T09:40:00+08:00", by=("甲",), edits=(edit,))
        )
        more.append(change)
        prev = change.id
    journal = header_line(content.writer, generation, tail.id) + b"".join(change_line(c) for c in more)
    lead = Session.open(work, NEW, Identity(name=space.lead), lambda: NOW)
    try:
        receipt = write_receipt(lead, space.say("inspector"), space.root.parent / "files" / "回执.json")
    finally:
        lead.close()
    drafts = Drafts(own)
    drafts.save("G1/GW-01/note", "没写完的话")
    drafts.close()
    draft = drafts.path.read_bytes()
    drafts.path.unlink()
    locked = space.root.parent / "files" / "v"
    locked.mkdir(exist_ok=True)
    held = vault.create(locked, "四个词连在一起 12", "1111-2222-3333-4444-5555-6666")
    del held
    # Its second copy would stand in for a damaged one.
    sealed_twice, copy = vault.vault_files(locked)
    copy.unlink()
    key = pyrage.x25519.Identity.generate()
    out = io.BytesIO()
    age_file.encrypt_to(io.BytesIO(space.files["handin"].read_bytes()), out, [str(key.to_public())])
    own_key = keyring.new_key("甲", "2026-11-20")
    known = KnownKeys(keys=(keyring.KnownKey(name="甲", sign=own_key.public.sign, age=own_key.public.age),))
    entry = Entry(
        sha256="0" * 64,
        name="交卷.zip",
        taken_at="2026-11-20T09:00:00+08:00",
        taken_by="组长",
        writer="a" * 12,
    )
    del store_files
    return {
        "journal": journal,
        "journal at": own.with_suffix(f".{generation}.journal"),
        "receipt": Path(receipt).read_bytes(),
        "draft": draft,
        "list": msgspec.json.encode(Received(files=(entry,))),
        "identity": msgspec.json.encode(Identity(name=space.say("inspector"))),
        "vault": sealed_twice.read_bytes(),
        "keys": msgspec.json.encode(known),
        "age": out.getvalue(),
        "ring": Ring(identities=(str(key),)),
        "mapping": mapping_bytes(
            Mapping(sheet="甲", headings=(1, 2), columns={"A": "序号", "B": "检查内容"}, id="abc")
        ),
    }


RUBRICS = (
    "党支部考核细则,,,\n检查项目,检查内容,分值,评分标准\n组织建设（10分）,按时换届,5,缺1次扣1分，扣完为止\n"
    ",资料齐全,5,每处扣0.5分，最多扣2分\n制度（10分）,有制度,10,没有不得分\n合计,,20,\n"
)
LEVELS = "编号,单位,等级\nG1,甲组,a\nG2,乙组,b\nG9,别处,a\n"
LEVELS_JSON = '{"units": [{"unit": "G1", "level": "a"}, {"unit": "G2", "level": "b"}]}'


def _jpeg() -> bytes:
    """The smallest JPEG with a camera's notes, segments and a scan."""
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
    exif += b"\x0f\x01\x02\0\x04\0\0\0abc\0\0\0\0\0"
    return (
        b"\xff\xd8\xff\xe1"
        + (len(exif) + 2).to_bytes(2, "big")
        + exif
        + b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
        + b"\xff\xdb\0\x43\0"
        + b"\1" * 64
        + b"\xff\xc0\0\x0b\x08\0\x10\0\x10\1\1\x11\0"
        + b"\xff\xc4\0\x14\0"
        + b"\1"
        + b"\0" * 16
        + b"\0"
        + b"\xff\xda\0\x08\1\1\0\0\x3f\0"
        + b"\x55\xff\0\xaa" * 20
        + b"\xff\xd9"
    )


# -------------------------------------------------------------------- doors that look at what they gave


def _well(faults: Sequence[Any]) -> None:
    for fault in faults:
        said_well([fault.text()])


def strings_well(value: Any) -> None:
    for text in strings(value):
        assert not foul(text), f"{foul(text)} in {text[:80]!r}"


def told_well(value: Any) -> None:
    strings_well([getattr(value, "messages", ()), getattr(value, "title", "")])


def check_file_well(path: Path) -> None:
    _well(check_file(path))


def scan_well(path: Path) -> None:
    for file in scan([path]).files:
        strings_well(file)
        assert file.usable or chinese(file.reason), file.reason


def verify_well(path: Path) -> None:
    doubts_well(verify_all(path).doubts)


def doubts_well(doubts: Sequence[Any]) -> None:
    for doubt in doubts:
        assert chinese(doubt.reason) and not foul(doubt.where + doubt.reason), doubt


def source_well(path: Path) -> None:
    source = read_source(path)
    strings_well(source.messages)
    strings_well(source.raw)


def book_well(path: Path) -> None:
    found = import_bytes(path.read_bytes(), path.name, checklist_id="abc")
    _well(found.faults)
    strings_well(msgspec.structs.asdict(found))


def template_well(path: Path) -> None:
    _well(read_template(path.read_bytes(), path.name).faults)


def open_any(work: Workspace) -> None:
    """Open as someone this laptop may know: a wrong writer id must not name a file elsewhere."""
    session = Session.open(work, NEW, Identity(name=_known(work)), lambda: NOW, read_only=True)
    strings_well(session.messages)


def _known(work: Workspace) -> str:
    held = work._writers_by_name()
    return next(iter(held), "x") or "x"


def _drafts(own: Path, path: Path) -> None:
    drafts = Drafts(own)
    strings_well(drafts.load())
    drafts.close()


def rectify_only(session: Session, path: Path) -> None:
    read, faults = read_lines_of(path, RectifyLine)
    _well(faults)
    if not faults:
        rectify_lines(session, read)


# -------------------------------------------------------------------- damage for kinds of their own


def _zip_way(data: bytes, dice: random.Random) -> bytes:
    """A hand-in whose findings are altered and every seal on the way out put right."""
    import hashlib
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        entries = {info.filename: source.read(info) for info in source.infolist()}
    manifest = next(
        n for n, d in entries.items() if b'"code"' in d[:4000] and n.endswith(".json") and len(d) < 8000
    )
    found = next(n for n in entries if n.endswith(".json") and n != manifest)
    if dice.random() < 0.7:
        old = hashlib.sha256(entries[found]).hexdigest()
        entries[found] = m.sealed_snapshot(entries[found], dice)
        entries[manifest] = entries[manifest].replace(
            old.encode(), hashlib.sha256(entries[found]).hexdigest().encode()
        )
    else:
        entries[manifest] = m.as_json(entries[manifest], dice)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return out.getvalue()


def _reprefixed(data: bytes, dice: random.Random, mark: bytes) -> bytes:
    import hashlib

    text = m.dumped(m.reshaped(json.loads(data), dice)).encode("utf-8", "surrogatepass")
    if not text.startswith(mark):
        return text
    rest = text[len(mark) + 64 :]
    return mark + hashlib.sha256(rest).hexdigest().encode() + rest


def _seal_draft(data: bytes, dice: random.Random) -> bytes:
    from inspect_tui.store.drafts import _PREFIX

    return _reprefixed(data, dice, _PREFIX)


def _seal_vault(data: bytes, dice: random.Random) -> bytes:
    from inspect_tui.store.vault import _PREFIX

    return _reprefixed(data, dice, _PREFIX)


def _template(data: bytes, dice: random.Random) -> bytes:
    text = data.decode()
    at = dice.randrange(len(text))
    odd = dice.choice(
        (
            "{{ '甲' * 99999999 }}",
            "{% for x in range(10**9) %}a{% endfor %}",
            "{{ x.__class__ }}",
            "{{ self }}",
            "{{",
            "{% include '/etc/passwd' %}",
            "{{ x|attr('y') }}",
            "{% if x %}" * 300,
            "{{ ((((((1)))))) }}",
            "== 甲 ==\n",
            "{% endfor %}",
            "{#",
            "\x1b[2J",
            "{{ 名称 }}",
            "{% set x = 1 %}",
            "{{ -" * 500,
            "{{ [" * 200,
            "{{ not " * 300,
        )
    )
    return (text[:at] + odd + text[at + dice.choice((0, 0, 5)) :]).encode()


def _chunks(data: bytes, dice: random.Random) -> bytes:
    raw = bytearray(data)
    at = dice.choice((8, 12, 16, 20, 24, 33, 37, 41))
    raw[at : at + 4] = dice.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", dice.randbytes(4)))
    return bytes(raw)
