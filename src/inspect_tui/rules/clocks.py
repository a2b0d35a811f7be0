"""Clocks: noticing a computer whose date was set wrong, by changes that are older than what they saw.

Nothing depends on clocks here: order comes from what each change saw. But dates are printed and signed, so
a wrong one is told. It is never a fault, and nothing is left out because of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import msgspec

from inspect_tui.rules.fold import Known, State

#: How far two laptops' clocks may honestly differ.
TOLERANCE = dt.timedelta(minutes=10)


class ClockSlip(msgspec.Struct, frozen=True, kw_only=True):
    """A change whose time is before that of a change its author had seen, and by how many minutes.

    `same` says that both stand in one writer's file, so that its own clock was put back; else one of two
    computers was wrong, and which cannot be told.
    """

    change: str
    writer: str
    by: tuple[str, ...]
    at: str
    seen: str
    seen_by: tuple[str, ...]
    seen_at: str
    minutes: int
    same: bool

    @property
    def text(self) -> str:
        """The slip in a sentence."""
        name, other = "、".join(self.by), "、".join(self.seen_by)
        told = f"{name}的一条记录时间是{_minute(self.at)}"
        if self.same:
            return f"{told}，比同一台电脑上的前一条（{_minute(self.seen_at)}）还早，电脑的日期或时间可能调过"
        return f"{told}，比它看到的{other}的记录（{_minute(self.seen_at)}）还早，两台电脑有一台时间不对"


def clock_slips(state: State) -> list[ClockSlip]:
    """Every change that is clearly older than something it saw, each once with what is furthest ahead."""
    found = []
    for known in state.changes.values():
        at = _time(known)
        if at is None:
            continue
        latest: tuple[dt.datetime, Known] | None = None
        for change in _seen_by(known):
            other = state.changes.get(change)
            when = _time(other) if other is not None else None
            if other is not None and when is not None and (latest is None or when > latest[0]):
                latest = when, other
        if latest is not None and latest[0] - at > TOLERANCE:
            found.append(_slip(known, at, *latest))
    return sorted(found, key=lambda slip: (slip.at, slip.change))


def told(slips: Iterable[ClockSlip]) -> list[str]:
    """Slips in sentences, one for each pair of computers and way round, with how many more there are."""
    groups: dict[tuple[str, tuple[str, ...], tuple[str, ...], bool], list[ClockSlip]] = {}
    for slip in slips:
        groups.setdefault((slip.writer, slip.by, slip.seen_by, slip.same), []).append(slip)
    lines = []
    for group in groups.values():
        worst = max(group, key=lambda slip: slip.minutes)
        more = f"（这样的记录共{len(group)}条）" if len(group) > 1 else ""
        lines.append(f"{worst.text}{more}。记录没有丢，先后次序不受影响，请核对日期。")
    return lines


def _slip(known: Known, at: dt.datetime, when: dt.datetime, other: Known) -> ClockSlip:
    return ClockSlip(
        change=known.id,
        writer=known.writer,
        by=known.by,
        at=known.at,
        seen=other.id,
        seen_by=other.by,
        seen_at=other.at,
        minutes=int((when - at).total_seconds() // 60),
        same=known.writer == other.writer,
    )


def _seen_by(known: Known) -> Iterator[str]:
    yield known.prev
    if (body := known.body) is not None:
        yield from body.retract
        for edit in body.edits:
            yield from edit.saw


def _time(known: Known) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(known.at)
    except ValueError:
        return None
    # Times without an offset cannot be set against others.
    return at if at.tzinfo is not None else None


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")
