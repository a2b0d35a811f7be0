"""Versions of a checklist: whether one was raised as it should, and what a new one asks to look at again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from inspect_tui.model.change import answer_key
from inspect_tui.model.checklist import Checklist
from inspect_tui.model.problem import Carried
from inspect_tui.model.round import Round
from inspect_tui.model.terms import FindingKind
from inspect_tui.rules.checklist_diff import compare, same_words
from inspect_tui.rules.fold import State
from inspect_tui.rules.issue import Issue
from inspect_tui.rules.reading import findings_of_item, free_findings, read_answer

_NUMBERS = re.compile(r"[^0-9]*([0-9]{1,9})((?:[.\-_/年月][0-9]{1,9})*)[^0-9]*")
_FIGURES = re.compile(r"[0-9]+")


class FreshLook(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier answer or open problem that a new version asks to look at again, and why.

    `kind` is `answer` or `problem`; `text` the item's present words, or the problem's.
    """

    kind: str
    unit: str
    item: str
    text: str
    why: str
    record: str


def revision_order(old: str, new: str) -> int | None:
    """1 when the new revision is higher, 0 when equal, -1 when lower; None when that cannot be told."""
    if old.strip() == new.strip():
        return 0
    was, now = _figures_of(old), _figures_of(new)
    if was is None or now is None:
        return None
    # 2026.1 and 2026.1.0 are the same version.
    width = max(len(was), len(now))
    was, now = ((*figures, *[0] * (width - len(figures))) for figures in (was, now))
    return (now > was) - (now < was)


def _figures_of(revision: str) -> tuple[int, ...] | None:
    match = _NUMBERS.fullmatch(unicodedata.normalize("NFKC", revision))
    return tuple(map(int, _FIGURES.findall(match[1] + match[2]))) if match else None


def next_revision(revision: str) -> str:
    """The version after this one: its last figure one higher."""
    figures = list(_FIGURES.finditer(revision))
    if not figures:
        return f"{revision}-2" if revision.strip() else "1"
    last = figures[-1]
    return f"{revision[: last.start()]}{int(last[0][-9:]) + 1}{revision[last.end() :]}"


def not_raised(held: Checklist, new: Checklist, where: str) -> list[Issue]:
    """An error when a checklist differs from one of the same id held elsewhere under the same version.

    A raised version without a note on what it changed is a warning, and so is a higher version there: this
    may be the older file. `where` says who holds the other.
    """
    if held.id != new.id or compare(held, new).empty:
        return []
    order = revision_order(held.revision, new.revision)
    if order == 0:
        return [
            Issue(
                code="C31",
                steps=("revision",),
                message=f"内容改过，版本号没有改：{where}也是这一版，内容不同",
                value=new.revision,
                remedy=f"请改成更高的版本号，如“{next_revision(new.revision)}”",
            )
        ]
    if order == -1:
        return [
            Issue(
                code="C32",
                steps=("revision",),
                message=f"版本号比{where}的“{held.revision}”低",
                value=new.revision,
                remedy="请核对是不是拿了旧文件；是新改的就把版本号改高",
                warning=True,
            )
        ]
    if order == 1 and (not new.change_note.strip() or same_words(new.change_note, held.change_note)):
        return [
            Issue(
                code="C33",
                steps=("revision",),
                message=f"版本号比{where}的“{held.revision}”高，没有写这一版改了什么",
                value=new.revision,
                remedy="请在“change_note”里写一句改了什么，可用checklist diff列出来",
                warning=True,
            )
        ]
    return []


def fresh_looks(
    old: Checklist, new: Checklist, state: State, carried: Iterable[Carried] = ()
) -> list[FreshLook]:
    """Which earlier answers and open problems of a state need a fresh look under a new version.

    Answers keep standing; a reworded item is flagged, one that is gone or renumbered no longer counts.
    """
    change = compare(old, new)
    why = {c.id: "条文改动" for c in change.reworded}
    why |= {c.id: "评分改动" for c in change.repointed if c.id not in why}
    why |= {c.old_id: f"编号改为{c.id}" for c in change.moved if c.old_id}
    why |= {c.id: "条文取消" for c in change.removed}
    items = {item.id: item for item in old.items() if item.id in why}
    now = {item.id: item.text for item in new.items()}
    found = []
    for unit in state.units() if items else ():
        free = [f for f in free_findings(state, unit) if f.checklist == old.id]
        for item_id, item in items.items():
            answer = read_answer(state, unit, old.id, item)
            if answer.opinions:
                words, record = now.get(item_id, item.text), answer_key(unit, old.id, item_id)
                found.append(_look("answer", unit, item_id, words, why[item_id], record))
            problems = findings_of_item(state, unit, old.id, item, answer)
            problems += [f for f in free if f.item == item_id and f.kind is FindingKind.DEFICIENCY]
            found += [_look("problem", unit, item_id, p.text, why[item_id], p.key) for p in problems]
    found += [
        _look("problem", c.unit, c.item, c.text, why[c.item], c.id)
        for c in carried
        if c.checklist == old.id and c.item in items and not c.state.done
    ]
    return found


def carried_looks(round_: Round, carried: Iterable[Carried]) -> list[FreshLook]:
    """Which problems carried into a round were found under words that its checklists no longer have.

    Only the text of the item was frozen with a problem, so only that is compared.
    """
    held = {checklist.id for checklist in round_.checklists}
    found = []
    for problem in carried:
        if not problem.item or problem.checklist not in held or problem.state.done:
            continue
        item = round_.item(problem.checklist, problem.item)
        if item is not None and (not problem.item_text or same_words(problem.item_text, item.text)):
            continue
        why = "条文取消" if item is None else "条文改动"
        found.append(_look("problem", problem.unit, problem.item, problem.text, why, problem.id))
    return found


def _look(kind: str, unit: str, item: str, text: str, why: str, record: str) -> FreshLook:
    return FreshLook(kind=kind, unit=unit, item=item, text=text, why=why, record=record)
