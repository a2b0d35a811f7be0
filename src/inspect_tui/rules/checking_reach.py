"""Whether every item of a checklist can be met: unit kinds, tags, conditions, own answers, requirements.

Conditions are data, never code, so all of this is found before a round opens: what they name, rings among
them, and items that no unit would ever be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from inspect_tui.model.checklist import ANY
from inspect_tui.model.terms import UnitKind, Verdict
from inspect_tui.rules.checking_items import (
    FINEST,
    MAX_LABEL,
    PROFILES,
    check_line,
    counted_profiles,
    too_long,
    unknown_profile,
)
from inspect_tui.rules.issue import Issue, Seen, Steps, did_you_mean, plain_decimal, rows, text, texts
from inspect_tui.rules.scoring import points_text

_LABELS = {verdict.value: verdict.label for verdict in Verdict}
_KINDS = {kind.value: kind.label for kind in UnitKind}
#: Verdicts that a condition may ask for, and that may require something.
_GIVEN = tuple(verdict.value for verdict in Verdict if verdict is not Verdict.PENDING)
_ANSWERS = ("pass", "partial", "fail")


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
            yield from _required(item, at)
    yield from _answer_sets(raw, parts, steps)
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
            told = [{word for word in said if word in _LABELS} for said in sets]
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
        if verdict == "pending" or (levels and verdict in _LABELS and verdict not in verdicts):
            allowed = [v for v in _GIVEN if not levels or v in verdicts]
            yield Issue(
                code="C44",
                steps=place,
                message="还没有结论的时候总是要查，不能作条件"
                if verdict == "pending"
                else f"{wanted}不会有这个结论",
                value=verdict,
                allowed=tuple(f"{v}（{_LABELS[v]}）" for v in allowed),
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


# -------------------------------------------------------------------- own answers


def _answer_sets(raw: dict[str, Any], parts: list[_Part], steps: Steps) -> Iterator[Issue]:
    given = raw.get("answer_sets")
    sets: dict[str, Any] = given if isinstance(given, dict) else {}
    for name, answers in sets.items():
        at = (*steps, "answer_sets", name)
        if not name.strip() or "\n" in name:
            yield Issue(
                code="C12", steps=at, message="答案组的名称是空的或换了行", value=name, remedy="请写成一行"
            )
        if isinstance(answers, list):
            yield from _answer_set(answers, at)
    used = {text(part.item, "answer_set") for part in parts}
    for name in sets:
        if name not in used:
            yield Issue(
                code="C40",
                steps=(*steps, "answer_sets", name),
                message="这个答案组没有条目用",
                value=name,
                remedy="请在用它的条目里写“answer_set”，或删去它",
                warning=True,
            )
    for part in parts:
        if part.item.get("answer_set"):
            yield from _answered(part.item, part.at, sets)


def _answer_set(answers: list[Any], at: Steps) -> Iterator[Issue]:
    if len(answers) < 2:
        yield _bad_set(at, "答案组至少要有两个答案", None, "请补上")
    labels = Seen("C03", "答案组里的名称", "请改成不同的名称")
    for place, row in rows(answers, at):
        yield from check_line(row, place, "label")
        label = text(row, "label")
        yield from labels.add(label.strip(), (*place, "label"))
        if len(label) > MAX_LABEL:
            yield too_long(label, (*place, "label"))
        if text(row, "verdict") in _LABELS and text(row, "verdict") not in _ANSWERS:
            yield _bad_set(
                (*place, "verdict"),
                "答案的结论只能是符合、基本符合、不符合",
                row["verdict"],
                "不适用和未能核实另有按键，不写进答案组",
                tuple(f"{value}（{_LABELS[value]}）" for value in _ANSWERS),
            )
        share, points = (row.get(key) for key in ("share", "points"))
        if (share is None) == (points is None):
            yield _bad_set(
                place, "要写“share”（得几成）或“points”（得几分）之一", None, "请写一个，也只写一个"
            )
        number = plain_decimal(share)
        if number is not None and not 0 <= number <= 1:
            yield _bad_set((*place, "share"), "“share”应在0到1之间", share, "如全得写1，一半写0.5，不得分写0")
        sentence = row.get("sentence")
        if isinstance(sentence, str) and ("{" in sentence or "}" in sentence):
            yield Issue(
                code="C13",
                steps=(*place, "sentence"),
                message="答案不计次数，问题描述里不能有花括号",
                value=sentence,
                remedy="请去掉花括号",
            )


def _bad_set(at: Steps, message: str, value: Any, remedy: str, allowed: tuple[str, ...] = ()) -> Issue:
    return Issue(code="C40", steps=at, message=message, value=value, allowed=allowed, remedy=remedy)


def _answered(item: dict[str, Any], at: Steps, sets: dict[str, Any]) -> Iterator[Issue]:
    """An item that names an answer set: the set must be there and fit its points."""
    name, here = text(item, "answer_set"), (*at, "answer_set")
    if not name:
        return
    if name not in sets:
        yield Issue(
            code="C40",
            steps=here,
            message="清单里没有这个答案组",
            value=name,
            allowed=tuple(sets),
            remedy=did_you_mean(name, sets, "请核对名称，或在“answer_sets”里补上"),
        )
        return
    if item.get("scoring") != "award":
        yield Issue(
            code="C15",
            steps=here,
            message="用答案组的检查内容要按给分计",
            value=name,
            remedy='请把计分办法写成"scoring": "award"',
        )
    points = plain_decimal(item.get("points"))
    if points is None or points <= 0:
        return
    levels = []
    for _, row in rows(sets[name], ()):
        given = plain_decimal(row.get("points"))
        share = plain_decimal(row.get("share"))
        levels.append((row, given if given is not None else None if share is None else points * share))
    if "awards" in item and not _same_levels(item["awards"], levels):
        yield Issue(
            code="C15",
            steps=(*at, "awards"),
            message=f"给分档和答案组“{name}”不一样",
            remedy="用答案组就不再写“awards”",
            at_key=True,
        )
    for row, gained in levels:
        if gained is None:
            continue
        label, verdict, told = text(row, "label"), text(row, "verdict"), ""
        if not 0 <= gained <= points:
            told = f"“{label}”得{points_text(gained)}分，应在0到{points_text(points)}之间"
        elif verdict == "pass" and gained != points:
            told = f"“{label}”是符合，应得满分{points_text(points)}分，现为{points_text(gained)}分"
        elif verdict == "fail" and gained == points:
            told = f"“{label}”是不符合，不能得满分"
        elif gained % FINEST:
            told = f"“{label}”得{points_text(gained)}分，多于两位小数"
        if told:
            yield _bad_set(here, told, name, "请改答案组、本条分值，或换一个答案组")
    if levels and not any(gained == points for _, gained in levels):
        yield _bad_set(
            here, f"没有一个答案得满分{points_text(points)}分", name, "请补上满分的答案，结论写“pass”"
        )


def _same_levels(awards: Any, levels: list[tuple[dict[str, Any], Decimal | None]]) -> bool:
    """Whether levels written out, as the program writes a frozen checklist, are those of the set."""
    written = [row for _, row in rows(awards, ())]
    return len(written) == len(levels) and all(
        text(one, "label") == text(row, "label")
        and one.get("verdict") == row.get("verdict")
        and plain_decimal(one.get("points")) == gained
        for one, (row, gained) in zip(written, levels, strict=True)
    )


# -------------------------------------------------------------------- requirements


def _required(item: dict[str, Any], at: Steps) -> Iterator[Issue]:
    require = item.get("require")
    if not isinstance(require, dict):
        return
    for verdict, needs in require.items():
        here = (*at, "require", verdict)
        if verdict not in _GIVEN:
            by_label = {_LABELS[value]: value for value in _GIVEN}
            guess = f"请写成“{by_label[verdict]}”" if verdict in by_label else ""
            yield Issue(
                code="C48",
                steps=here,
                at_key=True,
                message="没有这个结论",
                value=verdict,
                allowed=tuple(f"{value}（{_LABELS[value]}）" for value in _GIVEN),
                remedy=guess or did_you_mean(verdict, _GIVEN, "请从可用的值里选"),
            )
        elif needs == []:
            yield Issue(
                code="C48",
                steps=here,
                message="没有写要附上什么",
                remedy='请写["note"]（说明）、["evidence"]（佐证）之类，或删去',
            )
