"""Joining doubles: findings of one unit that tell the same, shown once with every author and every text.

Only the lead joins, never the program, and joining is a field of its own that can be blanked again: no text
is ever touched by it.
"""

from __future__ import annotations

import msgspec

from inspect_tui.model.change import Edit
from inspect_tui.model.terms import Severity
from inspect_tui.model.view import Finding
from inspect_tui.rules.actions import set_field
from inspect_tui.rules.fold import State

FIELD = "same_as"
_WEIGHT = {severity: weight for weight, severity in enumerate(Severity)}


class CannotJoin(ValueError):
    """Two findings that are not one matter: other unit, other kind, or the same finding; says why."""


def joined_together(state: State, findings: list[Finding]) -> list[Finding]:
    """Findings with the joined ones drawn together, each group where its first stood.

    Works on what is there: a finding joined to one that is gone meanwhile is shown by itself again.
    """
    links = _links(state, findings)
    if not links:
        return findings
    place = {finding.key: number for number, finding in enumerate(findings)}
    group: dict[str, list[Finding]] = {}
    head = _heads(links, place)
    for finding in findings:
        group.setdefault(head.get(finding.key, finding.key), []).append(finding)
    return [_as_one(findings[place[key]], members) for key, members in group.items()]


def join(state: State, first: Finding, second: Finding) -> list[Edit]:
    """Show the second finding as part of the first. Raises CannotJoin.

    A finding that a deduction makes stays the one that is shown, because its points belong to it.
    """
    if first.unit != second.unit:
        raise CannotJoin("两条不在同一个单位")
    if first.kind is not second.kind:
        raise CannotJoin(f"一条是{first.kind.label}，一条是{second.kind.label}")
    keys = {f.key for f in (first, *first.joined)}
    if keys & {f.key for f in (second, *second.joined)}:
        raise CannotJoin("这两条已经合在一起")
    if second.label and not first.label:
        first, second = second, first
    return [
        set_field(state, member.key, FIELD, first.key)
        for member in (second, *second.joined)
        if state.values(member.key, FIELD) != [first.key]
    ]


def unjoin(state: State, finding: Finding, key: str = "") -> list[Edit]:
    """Take one finding out of a group as it is shown, or the whole group apart when no key is given.

    Raises KeyError for a key that is not in the group.
    """
    members = [finding.key, *(f.key for f in finding.joined)]
    if not key:
        return [set_field(state, m, FIELD, None) for m in members if state.values(m, FIELD)]
    if key not in members:
        raise KeyError(key)
    rest = [m for m in members if m != key]
    # The others stay together even where they were joined through the one that leaves.
    first = finding.key if finding.key != key else rest[0]
    wanted: dict[str, str | None] = {key: None, first: None} | {m: first for m in rest if m != first}
    return [
        set_field(state, member, FIELD, to)
        for member, to in wanted.items()
        if state.values(member, FIELD) != ([to] if to else [])
    ]


def _links(state: State, findings: list[Finding]) -> dict[str, list[str]]:
    there = {finding.key for finding in findings}
    links = {}
    for finding in findings:
        to = [str(v) for v in state.values(finding.key, FIELD) if isinstance(v, str) and v in there]
        if to and to != [finding.key]:
            links[finding.key] = to
    return links


def _heads(links: dict[str, list[str]], place: dict[str, int]) -> dict[str, str]:
    """For every finding in a group, the one that stands for it; the same however the links were made.

    Of a group that is the one which is joined to nothing; where two leads joined crosswise, the one that
    stands first in the list.
    """
    near: dict[str, set[str]] = {}
    for key, ends in links.items():
        for end in ends:
            near.setdefault(key, set()).add(end)
            near.setdefault(end, set()).add(key)
    head: dict[str, str] = {}
    for start in near:
        if start in head:
            continue
        members, queue = {start}, [start]
        while queue:
            for other in near[queue.pop()] - members:
                members.add(other)
                queue.append(other)
        first = min(members, key=lambda key: (key in links, place[key]))
        head |= dict.fromkeys(members, first)
    return head


def _as_one(head: Finding, members: list[Finding]) -> Finding:
    """One finding for a group: the head's words, every author, and the gravest of what was said."""
    others = [f for f in members if f.key != head.key]
    if not others:
        return head
    every = [head, *others]
    return msgspec.structs.replace(
        head,
        severity=max((f.severity for f in every), key=lambda s: _WEIGHT[s]),
        missing=any(f.missing for f in every),
        fixed_on_site=all(f.fixed_on_site for f in every),
        referred=any(f.referred for f in every),
        contested=all(f.contested for f in every),
        by=tuple(dict.fromkeys(name for f in every for name in f.by)),
        changes=tuple(dict.fromkeys(change for f in every for change in f.changes)),
        joined=tuple(others),
    )
