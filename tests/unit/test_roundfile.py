"""Fast reading of rounds takes nothing that full reading refuses, and reads the same from the rest."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from loading_samples import ROUND

from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.canonical import canonical
from inspect_tui.store import loading, roundfile
from sweeps import times

BAD: list[Any] = [
    "",
    " ",
    "x/y",
    "坏\u202e",
    "a\nb",
    "NaN",
    "1E5",
    "1e-9",
    1e-9,
    10**12,
    -1,
    2.5,
    None,
    True,
    [],
    {},
]


#: What other rounds leave in one, answers of its own, and an office's own figures.
SOURCE = {"round": "2026Q3", "origin": "b766", "title": "第三季度回头看"}
RICH: dict[str, Any] = {
    **ROUND,
    "checklists": [
        {
            **ROUND["checklists"][0],
            "answer_sets": {"有无": [{"label": "有", "verdict": "pass", "share": 1, "missing": False}]},
        }
    ],
    "rules": {
        "days": {"minor": 7, "moderate": 15, "major": 30, "veto": 30},
        "softeners": [{"share": 0.5, "word": "少数"}, {"share": 1, "word": "多数"}],
    },
    "pack_version": 2,
    "carried": [
        {"id": "a1", "number": "A1", "unit": "G1", "text": "缺记录", "state": "open", "source": SOURCE,
         "checklist": "mini", "item": "A-01", "rounds": 2, "history": []}
    ],
    "cards": [
        {"id": "c1", "unit": "G1", "unit_name": "一组", "title": "讲清风险", "what": "班前会讲",
         "source": SOURCE}
    ],
    "pairs": [
        {"id": "p1", "unit": "G1", "unit_name": "一组", "helper_name": "二组", "start": "2026-09-14",
         "until": "2026-12-31", "source": SOURCE, "goals": [{"id": "s", "kind": "score", "target": "92"}]}
    ],
}  # fmt: skip


def steps(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*before, key)
        yield from steps(part, (*before, key))


def changed(place: tuple[Any, ...], new: Any, whole: dict[str, Any] = ROUND) -> dict[str, Any]:
    value = copy.deepcopy(whole)
    holder: Any = value
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = new
    return value


def written(raw: Any) -> bytes:
    """As `Workspace.save_round` writes it."""
    return msgspec.json.format(msgspec.json.encode(raw), indent=1)


def outcome(read: Any, data: bytes) -> Any:
    try:
        round_, raw = read(data)[:2]
    except InputFaults as error:
        return [(fault.code, fault.path, fault.line) for fault in error.faults]
    return canonical(round_), raw


PLACES = sorted(steps(ROUND), key=repr)


@pytest.mark.parametrize("part", range(8))
def test_both_readings_agree_on_any_damage(part: int) -> None:
    for number, place in enumerate(PLACES):
        if number % 8 != part:
            continue
        for new in random.sample(BAD, times(len(BAD), 3)):
            data = written(changed(place, new))
            assert outcome(roundfile.read_round, data) == outcome(loading.load_round, data), (place, new)


def test_both_readings_agree_on_what_a_round_holds_of_others() -> None:
    assert not isinstance(outcome(loading.load_round, written(RICH)), list), "sound as it stands"
    for place in steps(RICH):
        if (
            place[0] not in ("carried", "cards", "pairs", "rules", "pack_version")
            and "answer_sets" not in place
        ):
            continue
        colour = (*place[:-1], "colour") if isinstance(place[-1], str) else place
        for at, new in ((place, ""), (place, "NaN"), (place, 2**63), (colour, 1)):
            data = written(changed(at, new, RICH))
            assert outcome(roundfile.read_round, data) == outcome(loading.load_round, data), (at, new)


def test_an_unknown_field_anywhere_is_refused_alike() -> None:
    for place in PLACES:
        data = written(changed((*place[:-1], "colour"), 1)) if isinstance(place[-1], str) else b"{}"
        assert outcome(roundfile.read_round, data) == outcome(loading.load_round, data), place


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        written(ROUND).replace(b'"title"', b'"title": "a", "title"'),
        written(ROUND).replace(b'"title"', b'"title" : "", "title"'),
        written(ROUND).replace(b'"points": 2,', b'"points": 2, "points": 2,'),
        written(ROUND).replace(b'"points": 2,', b'"points": 2.50,'),
        written(ROUND).replace(b'"points": 2,', b'"points": 2E0,'),
        written(ROUND).replace(b'"points": 0,', b'"points": -0,'),
        written(ROUND).replace(b"\n", b"\r\n\t"),
        written(ROUND).replace("甲项".encode(), b"\\u7532\\u9879"),
        written(ROUND).decode().encode("utf-16"),
        b"\xef\xbb\xbf" + written(ROUND),
        msgspec.json.encode(ROUND),
        canonical(ROUND),
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
    ],
)
def test_both_readings_agree_on_any_bytes(data: bytes) -> None:
    assert outcome(roundfile.read_round, data) == outcome(loading.load_round, data)


def test_what_the_program_writes_needs_no_full_reading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("read in full")

    monkeypatch.setattr(loading, "load_round", refuse)
    path = tmp_path / "round.json"
    path.write_bytes(written(ROUND))
    round_, raw = roundfile.read_round(path)
    assert raw == ROUND and round_.title == ROUND["title"]
    assert roundfile.round_of(ROUND) == round_


def test_a_round_carried_in_another_file_is_judged_the_same() -> None:
    twice = changed(("units", 1, "id"), ROUND["units"][0]["id"])
    with pytest.raises(InputFaults) as caught:
        roundfile.round_of(twice, name="x.json")
    assert caught.value.faults[0].code == "P02" and caught.value.faults[0].file == "x.json"


def test_a_listed_round_is_read_once_and_again_when_its_file_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from inspect_tui.store import workspace

    space = workspace.Workspace(tmp_path)
    space.save_round(ROUND)
    read: list[Path] = []
    monkeypatch.setattr(
        workspace, "read_packed", lambda path: (read.append(path), roundfile.read_packed(path))[1]
    )
    assert space.rounds()[0].round is not None and len(read) == 1
    assert space.round("2026Q4").raw == ROUND and len(read) == 1
    assert space.round("2026Q4").raw == ROUND and len(read) == 2
    space.rounds()
    space.save_round({**ROUND, "title": "第五季度回头看"})
    assert space.round("2026Q4").raw["title"] == "第五季度回头看"
    space.rounds()
    (space.round_dir("2026Q4") / "round.json").unlink()
    with pytest.raises(InputFaults):
        space.round("2026Q4")
