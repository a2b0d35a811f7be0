"""What spreads in the demo: a good practice written as a card, two units that took it up, a helping pair."""

from __future__ import annotations

from decimal import Decimal

from inspect_tui.demo_parts import Clock, digest
from inspect_tui.model.person import Identity
from inspect_tui.model.round import Round
from inspect_tui.model.spread import Uptake
from inspect_tui.rules.ledger import unit_rows
from inspect_tui.rules.pairing import pair_up, problem_goal, score_goal, word_goal
from inspect_tui.rules.practices import asked_of, good_findings, promote, say, titles_for
from inspect_tui.store.session import Session
from inspect_tui.store.workspace import Workspace

#: Whose practice spreads, and what those who were asked say.
_FROM = "DG01"
_SAID = {
    "DG02": (Uptake.ADOPTED, "看了近两周的班前会记录，任务、风险、回应都有"),
    "DG03": (Uptake.PARTLY, "班前会讲任务，只有重点井日讲风险"),
}
#: Who is helped by whom, over which days.
_HELPED, _HELPER, _DAYS = "DG03", "DG01", ("2026-09-14", "2026-12-31")


def write_card(space: Workspace, round_: Round, lead: Identity) -> None:
    """The lead writes one unit's good practice as a card."""
    session = Session.open(space, round_.id, lead, Clock("2026-06-15"))
    finding = next(f for f in good_findings(session.state, session.round) if f.unit == _FROM)
    said = {
        "title": titles_for(finding.text)[0],
        "effect": "随机问了三名组员，都说得清当天的任务和风险",
        "how": "班前会固定三分钟：组长讲任务，安全员讲风险，当场提问，记入班前会记录",
    }
    session.commit(promote(session.state, session.round, finding, "2026-06-15", said), "写成经验")
    session.close()


def adopt_and_pair(space: Workspace, round_: Round, user: Identity, lead: Identity) -> None:
    """Two units say what they took up; the lead pairs a unit with another one."""
    session = Session.open(space, round_.id, user, Clock("2026-08-21"))
    for unit, (uptake, basis) in _SAID.items():
        card = asked_of(session.state, session.round, unit)[0].card
        session.commit(say(session.state, unit, card, uptake, basis), f"{uptake.label}：{card.title}")
    session.close()
    session = Session.open(space, round_.id, lead, Clock(_DAYS[0]))
    helped, helper = session.round.unit(_HELPED), session.round.unit(_HELPER)
    assert helped is not None and helper is not None
    rows = unit_rows(session.state, session.round, helped, _DAYS[0])
    pressing = max((row for row in rows if not row.done and not row.fixed_on_site), key=lambda r: r.due)
    goals = [
        score_goal(Decimal(92)),
        problem_goal(pressing),
        word_goal("visit", "每月到东沟第1党小组参加一次党小组会"),
    ]
    edits = pair_up(
        session.state,
        helped,
        digest("pair")[:16],
        helper=helper,
        start=_DAYS[0],
        until=_DAYS[1],
        goals=goals,
    )
    session.commit(edits, f"结对：{helped.name}")
    session.close()
