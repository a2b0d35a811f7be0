"""Strict JSON reading: encodings, places, and every mistake refused with a sentence."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspect_tui.model.fault import InputFaults
from inspect_tui.rules.issue import Steps
from inspect_tui.store.jsonfile import MAX_FAULTS, lines_and_columns, parse_json, path_text, read_json
from inspect_tui.store.jsonscan import scan
from sweeps import times

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def codes(data: bytes | Path, **options: object) -> list[str]:
    with pytest.raises(InputFaults) as caught:
        read_json(data, **options)  # type: ignore[arg-type]
    for fault in caught.value.faults:
        assert fault.message and fault.remedy and fault.text()
    return [fault.code for fault in caught.value.faults]


@given(json_values, st.booleans(), st.sampled_from([None, 1, "\t"]))
@settings(max_examples=times(300), deadline=None)
def test_scanner_reads_what_the_standard_library_reads(
    value: object, ascii_only: bool, indent: object
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    found = scan(text)
    assert found.complete and not found.problems
    assert found.value == json.loads(text)
    if isinstance(value, dict | list) and ascii_only:
        assert read_json(text.encode()).value == json.loads(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_every_encoding_reads_the_same(encoding: str) -> None:
    value = {"名称": "东沟第2党小组，“两组”融合", "x": [1, 0.5, None, True]}
    parsed = read_json(json.dumps(value, ensure_ascii=False).encode(encoding))
    assert parsed.value == value
    guessed = encoding not in ("utf-8", "utf-8-sig")
    assert [w.code for w in parsed.warnings] == (["J06"] if guessed else [])
    if guessed:
        assert parsed.warnings[0].warning and "已按" in parsed.warnings[0].message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "J03"),
        (bytes(4096), "J04"),
        ('{"名": "党小组党小组党小组'.encode()[:-1], "J05"),
        (b'{"a": "' + "党小组会议".encode() + b'\xff"}', "J05"),
        (b'{"a": 1', "J08"),
        (b'{"a": [1, {"b": "x', "J08"),
        (b'{"a": 1} x', "J09"),
        (b'{"a": 1}{"a": 1}', "J09"),
        (b'{"a": 1, "a": 2}', "J10"),
        (b'{"a": NaN}', "J11"),
        (b'{"a": [Infinity]}', "J11"),
        (b'{"a": -Infinity}', "J11"),
        (b"[" * 41 + b"]" * 41, "J12"),
        (b"[" * 100_000, "J12"),
        (b'{"a":' * 100_000, "J12"),
        (b'{"a": 1e999}', "J13"),
        (b'{"a": ' + b"9" * 5000 + b"}", "J13"),
        (b'{"a": 18446744073709551616}', "J13"),
        (b'{"a": "x\x01y"}', "J14"),
        (b'{"a": 1,}', "J16"),
        ('{"a"：1}'.encode(), "J17"),
        ('{"a": 1，"b": 2}'.encode(), "J17"),
        ("{“a”: 1}".encode(), "J18"),
        (b"{'a': 1}", "J18"),
        (b'{"a": 1 // x\n}', "J19"),
        (b'{"a": 1\n"b": 2}', "J20"),
        (b'{"a": True}', "J21"),
        (b'{"a": .5}', "J22"),
        (b'{"a": 01}', "J22"),
        ('{"a": ５}'.encode(), "J22"),
        (b'{"a": "\\x"}', "J23"),
        (b'{"a": "x,\n"b": 1}', "J24"),
        (b'{"a": ]}', "J07"),
        ('{"a": "他说"好"了"}'.encode(), "J07"),
        (b"hello", "J27"),
        (b"\x89PNG\r\n\x1a\n", "J27"),
    ],
)
def test_each_mistake_has_its_code(data: bytes, code: str) -> None:
    assert codes(data) == [code]


def test_mistakes_are_listed_together_with_their_places() -> None:
    data = '{\n "a": 1,\n "a": 2，\n "b": [1, 2,],\n "c": NaN // 备注\n}\n'.encode()
    with pytest.raises(InputFaults) as caught:
        read_json(data, name="x.json")
    assert [(f.line, f.column, f.code) for f in caught.value.faults] == [
        (3, 2, "J10"),
        (3, 8, "J17"),
        (4, 12, "J16"),
        (5, 7, "J11"),
        (5, 11, "J19"),
    ]
    assert caught.value.faults[0].path == "$.a" and caught.value.faults[0].file == "x.json"
    assert caught.value.faults[3].path == "$.c"


def test_forty_levels_are_read_and_forty_one_are_not() -> None:
    assert read_json(b"[" * 40 + b"1" + b"]" * 40).value
    assert codes(b"[" * 41 + b"1" + b"]" * 41) == ["J12"]


def test_limits(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    path.write_bytes(b"[" + b" " * 2000 + b"]")
    assert codes(path, limit=1000) == ["J02"]
    assert codes(b"[" + b"0," * 2_100_000 + b"0]") == ["J25"]
    assert codes(tmp_path / "none.json") == ["J01"]
    assert codes(tmp_path) == ["J01"]


def test_a_flood_of_mistakes_is_cut_and_counted() -> None:
    with pytest.raises(InputFaults) as caught:
        read_json(b'{"x": [' + b"NaN," * 3000 + b"1]}")
    faults = caught.value.faults
    assert len(faults) == MAX_FAULTS + 1
    assert faults[-1].code == "J26" and "2500" in faults[-1].message


def test_expected_type() -> None:
    assert codes(b"[1]", expect=dict) == ["J15"]
    assert read_json(b"{}", expect=dict).value == {}


def test_places_of_values_keys_and_what_is_absent() -> None:
    text = '{\n  "甲": {"b": [10, 20]},\n  "c": "多行\\n", "d": 1}'
    parsed = read_json(text.encode())
    assert parsed.locate(()) == (1, 1)
    assert parsed.locate(("甲",), key=True) == (2, 3)
    assert parsed.locate(("甲",)) == (2, 8)
    assert parsed.locate(("甲", "b", 1)) == (2, 19)
    assert parsed.locate(("甲", "b", 7)) == (2, 14)
    assert parsed.locate(("d",)) == (3, 21)
    assert parsed.locate(("nothing", 3)) == (1, 1)


def _paths(value: object, steps: Steps = ()) -> list[Steps]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [steps, *(path for key, part in parts for path in _paths(part, (*steps, key)))]


@given(json_values)
@settings(max_examples=times(150), deadline=None)
def test_every_place_points_at_its_value(value: object) -> None:
    text = json.dumps(value, ensure_ascii=True, indent=1)
    paths = _paths(value)
    places = parse_json(text.encode()).places([(path, False) for path in paths])
    lines = text.split("\n")
    decoder = json.JSONDecoder()
    for path, (line, column) in zip(paths, places, strict=True):
        part = value
        for step in path:
            part = part[step]  # type: ignore[index]
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert decoder.raw_decode(rest)[0] == part


def test_line_and_column_count_from_one() -> None:
    assert lines_and_columns("ab\n\nc", [4, 0, 2, 3]) == [(3, 1), (1, 1), (1, 3), (2, 1)]


def test_path_text_keeps_hostile_keys_on_one_line() -> None:
    assert path_text(("a", 0, "b-c")) == "$.a[0].b-c"
    told = path_text(("\x1b[2J\n\u202e" + "长" * 500,))
    assert "\x1b" not in told and "\n" not in told and "\u202e" not in told and len(told) < 60


def test_random_damage_never_raises_anything_else() -> None:
    chance = random.Random(7)
    text = json.dumps({"甲": [1, {"b": "文字\\n", "c": [True, None, -0.5e3]}], "d": {}}, ensure_ascii=False)
    alphabet = "{}[]\":,，：“”'/*#\\ \n\t0123456789.eE+-tfnNIu\x00\x1b\u3000"
    outcomes = {"read": 0, "refused": 0}
    for _ in range(times(1500, 500)):
        chars = list(text)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(chars) + 1)
            chars[at : at + chance.randint(0, 3)] = chance.choices(alphabet, k=chance.randint(0, 3))
        try:
            read_json("".join(chars).encode())
            outcomes["read"] += 1
        except InputFaults as error:
            assert error.faults
            outcomes["refused"] += 1
    assert min(outcomes.values()) > times(20, 5), outcomes
