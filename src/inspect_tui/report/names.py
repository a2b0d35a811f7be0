"""Names that a text for others must not carry, and how they are taken out of words typed by hand.

Problems are published by unit, never by person (domain 6.2). Redaction works on the names the round itself
knows: roster leaders, teams, the people of the visits. Every replacement is told, because a name that the
program does not know cannot be found by it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.terms import UnitKind
from inspect_tui.rules.fold import State
from inspect_tui.rules.reading import read_visit

SOMEONE = "某同志"
SOME_UNIT = "有关单位"

_COMPOUND = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "夏侯",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "司徒",
    "长孙",
    "宇文",
)
#: The longest first, so that 党小组长 goes whole.
_TITLES = (
    "党总支书记", "党支部书记", "党小组长", "支部书记", "总支书记", "组织委员", "宣传委员", "纪检委员",
    "预备党员", "副组长", "副书记", "副班长", "副站长", "副队长", "副主任", "副经理", "副厂长", "技术员",
    "检查员", "联络员", "负责人", "组长", "组员", "书记", "委员", "班长", "站长", "队长", "主任", "经理",
    "厂长", "党员", "群众", "同志", "师傅", "老师",
)  # fmt: skip
# A table and not a pattern: a class of such signs takes longer to compile than most names to read.
_BETWEEN = str.maketrans(dict.fromkeys("、，,；;/／|（）()[]【】和及\t", "\n"))
_PUBLIC_KINDS = (UnitKind.COMPANY, UnitKind.COMMITTEE, UnitKind.GENERAL_BRANCH)


class Redacted(msgspec.Struct, frozen=True):
    """A text after redaction and the names that were taken out of it."""

    text: str
    names: tuple[str, ...]


def people_of(round_: Round, state: State) -> set[str]:
    """Every name of a person that the round or its visits know, without titles that name nobody."""
    told: set[str] = set()
    for unit in round_.units:
        told |= {unit.leader, unit.responsible_leader}
    for team in round_.teams:
        told |= {team.lead, *team.members}
    for unit_id in state.units():
        visit = read_visit(state, unit_id)
        told |= {visit.counterpart, visit.confirmed_by, *visit.inspectors, *visit.present}
    for known in state.changes.values():
        told |= set(known.by)
    return {name for text in told for name in names_in(text)}


def names_in(text: str) -> list[str]:
    """The names in a field that should hold one: “章海峰（组长）、王秋实” holds two.

    A title alone (党小组长) names nobody, and a single character would be found in every other word.
    """
    return list(_names_in(text))


@functools.lru_cache(maxsize=4096)
def _names_in(text: str) -> tuple[str, ...]:
    # A round names the same people at every unit and in every text.
    found: list[str] = []
    for piece in text.translate(_BETWEEN).split("\n"):
        whole = piece.strip(" \u3000\u00a0")
        words = _words(whole)
        bare = _without_titles("".join(words) if _is_han(whole) else whole)
        if not bare:
            continue
        found += [name for name in dict.fromkeys((" ".join(words), bare)) if len(name) >= 2]
    return tuple(found)


def _without_titles(name: str) -> str:
    while title := next((t for t in _TITLES if name.startswith(t) or name.endswith(t)), ""):
        name = name.removeprefix(title) if name.startswith(title) else name.removesuffix(title)
    return name


def _is_han(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in text)


def surname_only(name: str) -> str:
    """张某 for 张晨光: how a text for the unit's own secretary names a person."""
    for surname in _COMPOUND:
        if name.startswith(surname) and len(name) > len(surname):
            return surname + "某"
    plain = _is_han(name[0]) and len(name) <= 4 and _without_titles(name) == name
    return name[0] + "某" if plain else SOMEONE


class Redactor:
    """Takes a set of names out of texts; `keep` are words in which a name is part of a unit's own name.

    `replacement` is one word for all, or what stands for each name.
    """

    def __init__(self, names: Iterable[str], replacement: dict[str, str] | str, keep: Iterable[str]) -> None:
        self.names = sorted({n for n in names if len(n) >= 2}, key=lambda n: (-len(n), n))
        self._squeezed = [(name, _squeezed(name)) for name in self.names]
        self._replacement = replacement
        self._keep = sorted({k for k in keep if k}, key=lambda k: (-len(k), k))

    def __call__(self, text: str) -> Redacted:
        """The text without the names."""
        squeezed = _squeezed(text)
        present = [name for name, run in self._squeezed if run in squeezed]
        if not present:
            return Redacted(text, ())
        kept = [re.escape(k) for k in self._keep if any(name in k for name in present)]
        patterns = [f"(?P<keep>{'|'.join(kept)})"] if kept else []
        by_group = {f"n{i}": name for i, name in enumerate(present)}
        patterns += [f"(?P<{group}>{_pattern(name)})" for group, name in by_group.items()]
        taken: dict[str, None] = {}

        def swap(match: re.Match[str]) -> str:
            name = by_group.get(match.lastgroup or "")
            if name is None:
                return match.group()
            taken[name] = None
            if isinstance(self._replacement, str):
                return self._replacement
            return self._replacement.get(name, SOMEONE)

        swapped = re.sub("|".join(patterns), swap, text, flags=re.IGNORECASE)
        return Redacted(swapped, tuple(taken))


def _squeezed(text: str) -> str:
    return "".join(_words(text)).casefold()


def _words(text: str) -> list[str]:
    """What stands between blanks of any width."""
    return [word for word in text.replace("\u3000", " ").replace("\u00a0", " ").split(" ") if word]


def _pattern(name: str) -> str:
    """A name however it is spaced (张 三); a Latin one only as a whole word."""
    letters = [re.escape(c) for c in name if not c.isspace()]
    if name.isascii():
        return r"(?<![0-9A-Za-z])" + r"\s*".join(letters) + r"(?![0-9A-Za-z])"
    return r"[ \u3000\u00a0]*".join(letters)


def unit_words(round_: Round) -> set[str]:
    """Names by which inspected units, their branches and crews could be told in a text."""
    words: set[str] = set()
    for unit in round_.units:
        if unit.kind not in _PUBLIC_KINDS:
            words |= {unit.name, unit.full_name, unit.admin_name, *(crew.name for crew in unit.crews)}
    return {word for word in words if len(word) >= 3}


def all_unit_names(round_: Round) -> set[str]:
    """Names of units as such, in which a character run that is also somebody's name stays."""
    words: set[str] = set()
    for unit in round_.units:
        words |= {unit.name, unit.full_name, unit.admin_name, *(crew.name for crew in unit.crews)}
    return {word for word in words if word}
