"""Fast reading of rounds takes nothing that full reading refuses, and reads the same from the rest."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from loading_samples import ROUND

from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.canonical import canonical
from inspect_tui.store import loading, roundfile

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


def steps(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*before, key)
        yield from steps(part, (*before, key))


def changed(place: tuple[Any, ...], new: Any) -> dict[str, Any]:
    value = copy.deepcopy(ROUND)
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
        for new in BAD:
            data = written(changed(place, new))
            assert outcome(roundfile.read_round, data) == outcome(loading.load_round, data), (place, new)


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
        written(ROUND).decode().encode("utf-16"),
        b"\xef\xbb\xbf" + written(ROUND),
        msgspec.json.encode(ROUND),
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
        workspace, "read_round", lambda path: (read.append(path), roundfile.read_round(path))[1]
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
