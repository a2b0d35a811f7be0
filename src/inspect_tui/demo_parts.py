"""What every demo is made of: a clock and ids that never differ, and the real doors records go through."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.exchange.record import record_lines
from inspect_tui.exchange.record_lines import Line, Numbered
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.person import Identity
from inspect_tui.model.problem import Carried
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Outcome, StepKind
from inspect_tui.rules.ledger import LedgerRow, unit_rows
from inspect_tui.rules.rectifying import take_step
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

_ZONE = dt.timezone(dt.timedelta(hours=8))
#: What a visit says of an earlier problem: on what ground, and what remains.
_LOOKED: dict[Outcome, tuple[str, str]] = {
    Outcome.FIXED: ("查看了整改后的资料，已按要求补齐", ""),
    Outcome.PARTLY: ("查看了资料，只补了一部分", "还有一个月的没有补"),
    Outcome.NOT_FIXED: ("查看了资料，和上次一样", ""),
    Outcome.RELAPSED: ("上次已改，这次又出现同样的问题", ""),
    Outcome.UNVERIFIABLE: ("资料由上级调阅，今天看不到", ""),
}


class Clock:
    """A clock that moves on by itself, the same way in every demo."""

    def __init__(self, day: str, hour: int = 9) -> None:
        self.to(day, hour)

    def to(self, day: str, hour: int = 9) -> None:
        """Go on to another day."""
        self.now = dt.datetime.fromisoformat(f"{day}T{hour:02d}:00:00").replace(tzinfo=_ZONE)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=23)
        return self.now


def put_in_place(folder: Path, make: Callable[[Workspace], None]) -> Workspace:
    """Make a workspace in a folder that is new or empty.

    It is made beside the folder and put in place when complete, so that a demo is never half there.
    Raises InputFaults when something else is in the folder already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        remedy = "请用 --dir 换一个新文件夹"
        raise InputFaults(
            [Fault(code="W06", message="这个文件夹里已有别的东西", value=str(folder), remedy=remedy)]
        )
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    making = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.tmp")
    try:
        make(Workspace.init(making))
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return Workspace(folder)


def digest(text: str) -> str:
    """A number that looks random and is the same in every demo."""
    return hashlib.sha256(f"inspect-tui demo/{text}".encode()).hexdigest()


def writer_of(name: str, round_id: str) -> str:
    """The writer id of a person in a round."""
    return digest(f"{name}/{round_id}")[:12]


def ids_of(name: str) -> Callable[[], str]:
    """Ids for the findings of one file, one after the other."""
    numbers: Iterator[int] = iter(range(1_000_000))
    return lambda: digest(f"{name}/finding/{next(numbers)}")[:12]


def record(session: Session, lines: list[dict[str, Any]], ids: Callable[[], str]) -> None:
    """Write visit lines through the same door as `inspect-tui record`."""
    numbered = [Numbered(n, msgspec.convert(line, Line)) for n, line in enumerate(lines, 1)]
    record_lines(session, numbered, new_id=ids)


class Ledger:
    """A lead keeping a round's ledger between two visits, problem by problem.

    With `again` a problem is read anew before each step; needless where the caller has just read it.
    """

    def __init__(self, space: Workspace, round_: Round, lead: Identity, *, again: bool = True) -> None:
        self._clock = Clock(round_.period.end)
        self._session = Session.open(space, round_.id, lead, self._clock)
        self._again = again

    def rows(self, unit_id: str) -> list[LedgerRow]:
        """The problems of a unit that are not finished, as they stand now; 立行立改 only waits."""
        session = self._session
        unit = session.round.unit(unit_id)
        assert unit is not None
        rows = unit_rows(session.state, session.round, unit, session.today)
        return [row for row in rows if not row.fixed_on_site and not row.done]

    def step(
        self, day: str, row: LedgerRow, kind: StepKind, duty: dict[str, str] | None = None, **said: Any
    ) -> None:
        """Take a step on a day."""
        self._clock.to(day)
        session = self._session
        if self._again:
            unit = session.round.unit(row.unit)
            assert unit is not None
            rows = unit_rows(session.state, session.round, unit, session.today)
            row = next(r for r in rows if r.id == row.id)
        session.commit(take_step(session.state, row, kind, session.today, duty=duty, **said), kind.label)

    def start(self, day: str, row: LedgerRow, **duty: str) -> None:
        """Begin to put a problem right, with what “五个一” asks for."""
        given = {
            "measure": "对照问题逐条补齐，党小组会上讲清原因",
            "task": row.item_text.partition("，")[0] or "公开栏管理",
            "team": "党小组长和支委各1人",
        }
        self.step(day, row, StepKind.START, given | duty)

    def submit(self, day: str, row: LedgerRow, result: str) -> None:
        """Report a problem put right."""
        self.step(day, row, StepKind.SUBMIT, {"result": result, "done_on": day}, who=row.owner)

    def close(self) -> None:
        """Put everything on disk."""
        self._session.close()


def verify_line(unit_id: str, carried: Carried, outcome: Outcome) -> dict[str, Any]:
    """The line that says how an earlier problem stands now."""
    basis, remains = _LOOKED[outcome]
    told = {"problem": carried.number, "outcome": outcome.value, "basis": basis}
    if outcome is not Outcome.UNVERIFIABLE:
        told["methods"] = ["doc_review"] if carried.item else ["site_view"]
    return {"unit": unit_id, "verify": told | ({"remains": remains} if remains else {})}
