"""Sampling: drawing some of the closed problems by lot, so that a rectification on paper is found out.

The lot is a hash of the printed seed and the problem's id, so that anybody can draw it again from the same
data. What was drawn is recorded in the round; what the second look finds are steps of the life table.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import msgspec

from inspect_tui.model.change import Edit, draw_key
from inspect_tui.model.round import Round
from inspect_tui.model.terms import Method, Outcome, RectState, Severity, StepKind
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.canonical import canonical, digest
from inspect_tui.rules.fold import State, is_blank
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.lifecycle import Guarded, Objection, read_step
from inspect_tui.rules.problems import STEP
from inspect_tui.rules.reading import read_visit
from inspect_tui.rules.rectifying import NotAllowed, take_step

DRAWN = "drawn"
#: Strata from the gravest on: the order in which a list is read out.
STRATA: tuple[Severity, ...] = tuple(reversed(Severity))
#: What a second look may find. The first that anybody found counts: who saw it come back saw it.
OUTCOMES = (Outcome.RELAPSED, Outcome.FIXED, Outcome.UNVERIFIABLE)


class CannotDraw(ValueError):
    """Nothing can be drawn as asked; the message says why."""


class Pick(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem that was drawn and who is to look at it; no inspector where nobody but the closing one is."""

    problem: str
    unit: str
    severity: Severity
    inspector: str = ""


class Stratum(msgspec.Struct, frozen=True, kw_only=True):
    """How many closed problems of one severity there were and how many of them were drawn."""

    severity: Severity
    size: int
    drawn: int


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing: seed and number asked for, day, what it was drawn from, and what came out.

    `frame` is a hash of the closed problems with their severity and who closed them: the same seed and the
    same frame give the same list. `id` follows from seed, number and frame.
    """

    id: str
    seed: str
    k: int
    day: str
    frame: str
    strata: tuple[Stratum, ...]
    picked: tuple[Pick, ...]

    @property
    def size(self) -> int:
        """How many closed problems it was drawn from."""
        return sum(stratum.size for stratum in self.strata)

    @property
    def unassigned(self) -> tuple[Pick, ...]:
        """Drawn problems that nobody of the round but the closing inspector could look at."""
        return tuple(pick for pick in self.picked if not pick.inspector)

    def pick(self, problem: str) -> Pick | None:
        """The entry of a problem, if it was drawn."""
        return next((pick for pick in self.picked if pick.problem == problem), None)


# -------------------------------------------------------------------- drawing


def closed_rows(rows: Iterable[LedgerRow]) -> list[LedgerRow]:
    """The rows a drawing draws from: closed, agreed on, and not living in a newer round."""
    return [r for r in rows if r.state is RectState.CLOSED and not r.contested and not r.carried_to]


def inspectors_of(state: State, round_: Round) -> list[str]:
    """Everybody who can be sent: those the round names, or who inspected where it names nobody."""
    named = [name for team in round_.teams for name in (team.lead, *team.members)]
    if not any(named):
        named = [name for unit in round_.units for name in read_visit(state, unit.id).inspectors]
    return list(dict.fromkeys(name for name in named if name))


def closers(row: LedgerRow) -> set[str]:
    """Who closed a problem, each by name; two at one laptop sign as 甲、乙."""
    return {name.strip() for said in row.closed_by for name in said.split("、")} - {""}


def draw(rows: Iterable[LedgerRow], k: int, seed: str, inspectors: Sequence[str], day: str) -> Draw:
    """Draw k of the closed problems by a seed, spread over the severities. Raises CannotDraw.

    The order of `rows` and `inspectors` plays no part.
    """
    frame = closed_rows(rows)
    seed = seed.strip()
    if not seed:
        raise CannotDraw("没有写种子，请写一个大家都看得到的词或数字")
    if k < 1:
        raise CannotDraw("至少要抽1条")
    if not frame:
        raise CannotDraw("还没有已销号的问题，没有可抽的")
    if k > len(frame):
        raise CannotDraw(f"已销号的问题只有{len(frame)}条，抽不出{k}条")
    strata = {s: sorted(_lot(seed, r.id, r) for r in frame if r.severity is s) for s in STRATA}
    shares = allocate({s: len(lots) for s, lots in strata.items()}, k)
    taken = [lot.row for s in STRATA for lot in strata[s][: shares.get(s, 0)]]
    sent = assign({row.id: closers(row) for row in taken}, inspectors, seed)
    mark = frame_of(frame)
    return Draw(
        id=digest(canonical([seed, k, mark]))[:16],
        seed=seed,
        k=k,
        day=day,
        frame=mark,
        strata=tuple(
            Stratum(severity=s, size=len(lots), drawn=shares[s]) for s, lots in strata.items() if lots
        ),
        picked=tuple(
            Pick(problem=row.id, unit=row.unit, severity=row.severity, inspector=sent[row.id])
            for row in taken
        ),
    )


class _Lot(msgspec.Struct, frozen=True, order=True):
    """A problem's place in the drawing. Ids are unique, so rows are never compared."""

    mark: str
    id: str
    row: LedgerRow


def _lot(seed: str, name: str, row: LedgerRow) -> _Lot:
    return _Lot(lot(seed, name), name, row)


def lot(seed: str, name: str) -> str:
    """The lot that a seed gives a name: the smallest are drawn, and anybody can work them out again."""
    return hashlib.sha256(f"{seed}\n{name}".encode(errors="replace")).hexdigest()


def frame_of(rows: Iterable[LedgerRow]) -> str:
    """The hash of what is drawn from: which problems, how severe, closed by whom."""
    frame = sorted([r.id, r.severity.value, *sorted(closers(r))] for r in closed_rows(rows))
    return digest(canonical(frame))[:16]


def allocate(sizes: Mapping[Severity, int], k: int) -> dict[Severity, int]:
    """How many of k fall to each stratum: by its size, largest remainders first, gravest on a tie.

    Each stratum that is not empty gets at least one where k allows.
    """
    left = {s: sizes[s] for s in STRATA if sizes.get(s, 0) > 0}
    shares: dict[Severity, int] = {}
    while len(left) <= k:
        total = sum(left.values())
        small = [s for s, size in left.items() if k * size < total]
        if not small:
            break
        # What would get less than one gets one, and the rest is shared out anew.
        for s in small:
            shares[s] = 1
            del left[s]
            k -= 1
    total = sum(left.values())
    quota = {s: Fraction(k * size, total) for s, size in left.items()}
    shares |= {s: int(q) for s, q in quota.items()}
    over = k - sum(shares[s] for s in left)
    for s in sorted(left, key=lambda s: (shares[s] - quota[s], STRATA.index(s)))[:over]:
        shares[s] += 1
    return shares


def assign(barred: Mapping[str, set[str]], inspectors: Sequence[str], seed: str) -> dict[str, str]:
    """Share drawn problems out among inspectors as evenly as can be, none to whom it is barred.

    A problem that is barred to all goes to nobody (an empty name).
    """
    names = sorted(set(inspectors), key=lambda name: lot(seed, f"检查员\n{name}"))
    work: dict[str, list[str]] = {name: [] for name in names}
    sent: dict[str, str] = {}
    for problem in barred:
        able = [name for name in names if name not in barred[problem]]
        sent[problem] = min(able, key=lambda name: len(work[name]), default="")
        if sent[problem]:
            work[sent[problem]].append(problem)
    while path := _relief(work, barred, names):
        for giver, taker, problem in path:
            work[giver].remove(problem)
            work[taker].append(problem)
            sent[problem] = taker
    return sent


def _relief(
    work: Mapping[str, list[str]], barred: Mapping[str, set[str]], names: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Hand-overs, one to the next, that end with whoever has at least two fewer than the first giver."""
    for start in sorted(names, key=lambda name: -len(work[name])):
        came: dict[str, tuple[str, str]] = {start: ("", "")}
        queue = deque([start])
        while queue:
            giver = queue.popleft()
            if len(work[giver]) <= len(work[start]) - 2:
                path = []
                while came[giver][0]:
                    before, problem = came[giver]
                    path.append((before, giver, problem))
                    giver = before
                return path
            for problem in work[giver]:
                for taker in names:
                    if taker not in came and taker not in barred[problem]:
                        came[taker] = (giver, problem)
                        queue.append(taker)
    return []


def proposed_seed(state: State, today: str) -> str:
    """A seed for a lead who has none at hand: the day, numbered where that was used already."""
    used = {drawn.seed for drawn in draws_of(state)}
    plain = today.replace("-", "")
    tries = (plain if n == 1 else f"{plain}-{n}" for n in range(1, len(used) + 2))
    return next(seed for seed in tries if seed not in used)


# -------------------------------------------------------------------- what is recorded


def record_draw(state: State, drawn: Draw) -> list[Edit]:
    """The edits that record a drawing; none when this very drawing is recorded already."""
    if any(known.id == drawn.id for known in draws_of(state)):
        return []
    value = msgspec.to_builtins(drawn, str_keys=True)
    return [set_field(state, draw_key(drawn.id), DRAWN, value)]


def draws_of(state: State) -> list[Draw]:
    """The drawings recorded in a round, by day. What is no drawing in a foreign file is passed over."""
    found: dict[str, Draw] = {}
    for record in state.records(""):
        if record.startswith("draw/"):
            for entry in state.live(record, DRAWN):
                drawn = None if is_blank(entry.value) else _read(entry.value)
                if drawn is not None and record == draw_key(drawn.id):
                    found.setdefault(drawn.id, drawn)
    return sorted(found.values(), key=lambda d: (d.day, d.id))


def _read(value: Any) -> Draw | None:
    try:
        return msgspec.convert(value, Draw)
    except msgspec.ValidationError:
        return None


def draw_of(state: State, problem: str) -> Draw | None:
    """The newest drawing that a problem is in, one still waiting for its result before all others."""
    held = [d for d in draws_of(state) if d.pick(problem) is not None]
    waiting = [d for d in held if (pick := d.pick(problem)) and result_of(state, d, pick) is None]
    found = waiting or held
    return found[-1] if found else None


def result_of(state: State, drawn: Draw, pick: Pick) -> Outcome | None:
    """What the second look at a drawn problem found; None while nobody looked."""

    def wanted(value: Any) -> bool:
        step = read_step(value)
        return step is not None and step.kind is StepKind.RECHECK and step.draw == drawn.id

    entries = state.live_among(f"rect/{pick.unit}/{pick.problem}", STEP, wanted)
    found = {step.outcome for e in entries if (step := read_step(e.value)) is not None}
    return next((outcome for outcome in OUTCOMES if outcome in found), None)


def take_result(
    state: State,
    row: LedgerRow,
    drawn: Draw,
    outcome: Outcome,
    today: str,
    *,
    who: str,
    basis: str,
    methods: Iterable[Method] = (),
    on: str = "",
) -> list[Edit]:
    """Record what the second look found: it holds, it came back, or nobody could tell. Raises NotAllowed."""
    if drawn.pick(row.id) is None:
        raise NotAllowed(Guarded((Objection("draw", "这个问题不在抽查名单里"),)))
    return take_step(
        state,
        row,
        StepKind.RECHECK,
        today,
        outcome=outcome,
        who=who.strip(),
        basis=basis.strip(),
        methods=tuple(methods),
        draw=drawn.id,
        on=on or today,
    )


# -------------------------------------------------------------------- 整改真实率


class StratumRate(msgspec.Struct, frozen=True, kw_only=True):
    """One stratum's results: drawn, held, come back, not to be told, still waiting."""

    severity: Severity
    size: int
    drawn: int
    held: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    unverifiable: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def looked(self) -> int:
        """How many could be told: what could not is on neither side of the rate."""
        return len(self.held) + len(self.back)

    @property
    def rate(self) -> Decimal | None:
        return share(len(self.held), self.looked)


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """The share of closed problems that are really put right (整改真实率), by stratum and together.

    The weighted rate gives every stratum the weight of its size; strata without a result are left out of
    it and named in `missing`.
    """

    strata: tuple[StratumRate, ...]

    @property
    def size(self) -> int:
        return sum(s.size for s in self.strata)

    @property
    def drawn(self) -> int:
        return sum(s.drawn for s in self.strata)

    @property
    def looked(self) -> int:
        return sum(s.looked for s in self.strata)

    @property
    def held(self) -> int:
        return sum(len(s.held) for s in self.strata)

    @property
    def waiting(self) -> int:
        return sum(len(s.waiting) for s in self.strata)

    @property
    def plain(self) -> Decimal | None:
        """What held of what was looked at, without weights."""
        return share(self.held, self.looked)

    @property
    def weighted(self) -> Decimal | None:
        told = [s for s in self.strata if s.looked]
        if not told:
            return None
        sum_ = sum((s.size * Fraction(len(s.held), s.looked) for s in told), Fraction(0))
        whole = sum_ / sum(s.size for s in told)
        return share(whole.numerator, whole.denominator)

    @property
    def missing(self) -> tuple[Severity, ...]:
        """Strata that nothing can be said of yet."""
        return tuple(s.severity for s in self.strata if not s.looked)


def rate_of(state: State, drawn: Draw) -> Rate:
    """The rates of a drawing as far as its results are in."""
    strata = []
    for stratum in drawn.strata:
        found: dict[Outcome | None, list[str]] = {}
        for pick in drawn.picked:
            if pick.severity is stratum.severity:
                found.setdefault(result_of(state, drawn, pick), []).append(pick.problem)
        strata.append(
            StratumRate(
                severity=stratum.severity,
                size=stratum.size,
                drawn=stratum.drawn,
                held=tuple(found.get(Outcome.FIXED, ())),
                back=tuple(found.get(Outcome.RELAPSED, ())),
                unverifiable=tuple(found.get(Outcome.UNVERIFIABLE, ())),
                waiting=tuple(found.get(None, ())),
            )
        )
    return Rate(strata=tuple(strata))


def share(part: int, whole: int) -> Decimal | None:
    """A share to four places, or None where there is nothing to share."""
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
