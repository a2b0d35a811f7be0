"""Whether every item of a checklist can be met: unit kinds, tags and conditions on other answers.

Conditions are data, never code, so all of this is found before a round opens: what they name, rings among
them, and items that no unit would ever be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspect_tui.model.checklist import ANY
from inspect_tui.model.terms import UnitKind
from inspect_tui.rules.checking_answers import GIVEN, VERDICTS, check_answer_sets, check_required
from inspect_tui.rules.checking_items import (
    PROFILES,
    counted_profiles,
    unknown_profile,
)
from inspect_tui.rules.issue import Issue, Steps, did_you_mean, rows, text, texts

_KINDS = {kind.value: kind.label for kind in UnitKind}


class _Part:
    """An item with what its section adds: whom it is for, on what conditions, and where it stands."""

    def __init__(self, item: dict[str, Any], at: Steps, section: dict[str, Any], above: Steps) -> None:
        self.item, self.at, self.section, self.above = item, at, section, above
        self.id = text(item, "id")

    def conditions(self) -> Iterator[tuple[Steps, dict[str, Any]]]:
        yield from rows(self.section.get("when"), (*self.above, "when"))
        yield from rows(self.item.get("when"), (*self.at, "when"))

    def only(self, key: str) -> list[set[str]]:
        """What limits it, one set for each of section and item that says anything."""
        listed = [{word for _, word in texts(part.get(key), ())} for part in (self.section, self.item)]
        return [words for words in listed if words and ANY not in words]

    def sound(self, key: str, known: list[str]) -> bool:
        """Whether it names nothing unknown, which is told for itself."""
        return all(words <= set(known) for words in self.only(key))

    def among(self, key: str, known: list[str]) -> set[str]:
        """Those of `known` it is for."""
        found = set(known)
        for words in self.only(key):
            found &= words
        return found


def check_reach(raw: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    """Everything wrong with applicability, answer sets and requirements of a checklist, as raw JSON."""
    parts = []
    for above, section in rows(raw.get("sections"), (*steps, "sections")):
        yield from _words(section, above, raw)
        if isinstance(section.get("applies_to"), list):
            yield from _profiles(section, above, raw)
        for at, item in rows(section.get("items"), (*above, "items")):
            parts.append(_Part(item, at, section, above))
            yield from _words(item, at, raw)
            yield from check_required(item, at)
    yield from check_answer_sets(raw, [(part.at, part.item) for part in parts], steps)
    yield from _conditions(raw, parts)
    yield from _rings(parts)
    for part in parts:
        yield from _reached(part, raw)


# -------------------------------------------------------------------- whom it is for


def _words(part: dict[str, Any], at: Steps, raw: dict[str, Any]) -> Iterator[Issue]:
    kinds = _kinds_of(raw)
    for place, kind in texts(part.get("unit_kinds"), (*at, "unit_kinds")):
        if kind in _KINDS and kind not in kinds:
            yield Issue(
                code="C41",
                steps=place,
                message=f"清单不用于{_KINDS[kind]}",
                value=kind,
                allowed=tuple(f"{k}（{_KINDS[k]}）" for k in kinds),
                remedy="请从清单的单位类别里选，或在清单的“unit_kinds”里加上",
            )
    for place, tag in texts(part.get("tags"), (*at, "tags")):
        if not tag.strip() or "\n" in tag:
            yield Issue(
                code="C12",
                steps=place,
                message="标签是空的或换了行",
                value=tag,
                remedy="请写成一个词，或删去",
            )


def _profiles(section: dict[str, Any], at: Steps, raw: dict[str, Any]) -> Iterator[Issue]:
    known = [*(counted_profiles(raw) or list(PROFILES)), ANY]
    for place, profile in texts(section["applies_to"], (*at, "applies_to")):
        if profile not in known:
            yield unknown_profile(profile, place, known)


def _kinds_of(raw: dict[str, Any]) -> list[str]:
    listed = [kind for _, kind in texts(raw.get("unit_kinds"), ()) if kind in _KINDS]
    return listed or [UnitKind.PARTY_GROUP.value]


def _reached(part: _Part, raw: dict[str, Any]) -> Iterator[Issue]:
    """An item that no unit and no answers would ever bring up."""
    why = ""
    profiles, kinds = counted_profiles(raw) or list(PROFILES), _kinds_of(raw)
    if not part.among("applies_to", profiles) and part.sound("applies_to", profiles):
        why = "大项和本条适用的定位没有相同的"
    elif not part.among("unit_kinds", kinds) and part.sound("unit_kinds", list(_KINDS)):
        why = "大项和本条适用的单位类别没有清单用得上的"
    else:
        asked: dict[str, list[set[str]]] = {}
        for _, when in part.conditions():
            said = {word for key in ("verdict", "answer") for _, word in texts(when.get(key), ())}
            asked.setdefault(text(when, "item"), []).append(said)
        for item, sets in asked.items():
            # A verdict and the own answer that means it are two words for one thing: not told apart here.
            told = [{word for word in said if word in VERDICTS} for said in sets]
            if (
                len(sets) > 1
                and all(told[n] == sets[n] for n in range(len(sets)))
                and not set.intersection(*told)
            ):
                why = f"对{item}的几个条件不能同时成立"
    if why:
        yield Issue(
            code="C42",
            steps=part.at,
            message=f"这一条永远不会查到：{why}",
            value=part.id,
            remedy="请改大项或本条的适用范围、条件",
        )


def check_tags(raw: dict[str, Any], steps: Steps, known: set[str], where: str) -> Iterator[Issue]:
    """A warning for each tag a checklist asks for that no unit there has: nobody would be asked the item."""
    for above, section in rows(raw.get("sections"), (*steps, "sections")):
        listed = [(above, section), *rows(section.get("items"), (*above, "items"))]
        for at, part in listed:
            for place, tag in texts(part.get("tags"), (*at, "tags")):
                if tag.strip() and tag not in known:
                    yield Issue(
                        code="C49",
                        steps=place,
                        message=f"{where}没有单位有这个标签",
                        value=tag,
                        allowed=tuple(sorted(known)),
                        remedy=did_you_mean(tag, known, "请核对标签，或在名册单位的“tags”里补上"),
                        warning=True,
                    )


# -------------------------------------------------------------------- conditions


def _conditions(raw: dict[str, Any], parts: list[_Part]) -> Iterator[Issue]:
    by_id: dict[str, tuple[int, _Part]] = {}
    for place, part in enumerate(parts):
        by_id.setdefault(part.id, (place, part))
    sections: set[int] = set()
    for place, part in enumerate(parts):
        # The conditions of a section are judged once, with its first item; their reach with every item.
        fresh = id(part.section) not in sections
        sections.add(id(part.section))
        for at, when in part.conditions():
            wanted = text(when, "item")
            of_section = at[: len(part.above) + 1] == (*part.above, "when")
            if (fresh or not of_section) and wanted:
                yield from _asked(when, at, by_id, raw)
            known = by_id.get(wanted)
            if known is None or wanted == part.id:
                continue
            if known[0] > place and not (of_section and not fresh):
                yield Issue(
                    code="C46",
                    steps=(*at, "item"),
                    message="要看的那一条排在后面，检查时还没有结论",
                    value=wanted,
                    remedy="请把那一条移到前面",
                    warning=True,
                )
            yield from _covered(part, known[1], (*at, "item"), raw)


def _asked(
    when: dict[str, Any], at: Steps, by_id: dict[str, tuple[int, _Part]], raw: dict[str, Any]
) -> Iterator[Issue]:
    wanted = text(when, "item")
    if wanted not in by_id:
        yield Issue(
            code="C43",
            steps=(*at, "item"),
            message="条件里的这一条清单里没有",
            value=wanted,
            remedy=did_you_mean(wanted, by_id, "请核对检查内容的编号"),
        )
        return
    item = by_id[wanted][1].item
    levels = list(_levels(item, raw))
    verdicts = {verdict for _, verdict in levels} | {"na", "unverified"}
    for place, verdict in texts(when.get("verdict"), (*at, "verdict")):
        if verdict == "pending" or (levels and verdict in VERDICTS and verdict not in verdicts):
            allowed = [v for v in GIVEN if not levels or v in verdicts]
            yield Issue(
                code="C44",
                steps=place,
                message="还没有结论的时候总是要查，不能作条件"
                if verdict == "pending"
                else f"{wanted}不会有这个结论",
                value=verdict,
                allowed=tuple(f"{v}（{VERDICTS[v]}）" for v in allowed),
                remedy="请从可用的值里选",
            )
    labels = [label for label, _ in levels]
    for place, label in texts(when.get("answer"), (*at, "answer")):
        if label not in labels:
            yield Issue(
                code="C44",
                steps=place,
                message=f"{wanted}没有这个答案",
                value=label,
                allowed=tuple(labels),
                remedy=did_you_mean(label, labels, "请核对答案，或改写“verdict”"),
            )
    if not any(when.get(key) for key in ("verdict", "answer")):
        yield Issue(
            code="C44",
            steps=at,
            message="条件没有写是哪个结论或答案",
            remedy='请补上“verdict”，如["pass", "partial"]，或“answer”',
        )


def _levels(item: dict[str, Any], raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Label and verdict of each own answer or award level of an item."""
    sets = raw.get("answer_sets")
    named = sets.get(text(item, "answer_set")) if isinstance(sets, dict) else None
    for _, level in rows(named if named is not None else item.get("awards"), ()):
        yield text(level, "label"), text(level, "verdict")


def _covered(part: _Part, other: _Part, at: Steps, raw: dict[str, Any]) -> Iterator[Issue]:
    """A condition on what some of the item's own units are never asked would hide it there for good."""
    missed = [
        PROFILES.get(profile, profile)
        for profile in counted_profiles(raw) or list(PROFILES)
        if profile in part.among("applies_to", [profile])
        and profile not in other.among("applies_to", [profile])
    ]
    missed += [
        _KINDS[kind]
        for kind in _kinds_of(raw)
        if kind in part.among("unit_kinds", [kind]) and kind not in other.among("unit_kinds", [kind])
    ]
    tagged = other.only("tags")
    if not missed and any(not any(mine <= tags for mine in part.only("tags")) for tags in tagged):
        missed = ["没有那些标签的单位"]
    if missed:
        yield Issue(
            code="C45",
            steps=at,
            message=f"{part.id}要看{other.id}的结论，但{other.id}不用于{'、'.join(missed)}",
            value=other.id,
            remedy="请让两条适用的单位相同，或改看别的条目",
        )


def _rings(parts: list[_Part]) -> Iterator[Issue]:
    """Conditions that lead back to where they began, each ring told once with all its items."""
    asked = {
        part.id: list(dict.fromkeys(text(when, "item") for _, when in part.conditions()))
        for part in reversed(parts)
    }
    places = {part.id: part for part in reversed(parts)}
    done: set[str] = set()
    for start in [part.id for part in parts]:
        trail: list[str] = []
        on: dict[str, int] = {}
        stack: list[tuple[str, Iterator[str]]] = []
        if start not in done:
            stack.append((start, iter(asked.get(start, ()))))
            on[start] = 0
            trail.append(start)
        while stack:
            here, left = stack[-1]
            step = next(left, None)
            if step is None:
                stack.pop()
                done.add(here)
                del on[here]
                trail.pop()
            elif step in on:
                ring = [*trail[on[step] :], step]
                at = next(at for at, when in places[here].conditions() if text(when, "item") == step)
                told = "拿自己作条件" if len(ring) == 2 else "条件绕成了圈"
                yield Issue(
                    code="C47",
                    steps=(*at, "item"),
                    message=f"{told}：{' → '.join(ring[:40])}{' …' if len(ring) > 40 else ''}",
                    value=step,
                    remedy="请去掉其中一个条件",
                )
            elif step in asked and step not in done:
                on[step] = len(trail)
                trail.append(step)
                stack.append((step, iter(asked[step])))
