"""The names that must stay out of texts are found however the roster is written, faults and all."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from loading_samples import ROSTER

from inspect_tui.exchange.source import roster_people


def roster(**changes: Any) -> dict[str, Any]:
    value = copy.deepcopy(ROSTER)
    value["units"][0] |= {"leader": "章海峰"}
    value["units"][1] |= {"responsible_leader": "秦\u200b振邦"}
    return value | changes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("faulty", [False, True])
def test_names_are_found_in_any_encoding_and_beside_other_faults(
    tmp_path: Path, encoding: str, faulty: bool
) -> None:
    value = roster(version=5, colour=[]) if faulty and encoding == "utf-8" else roster()
    (tmp_path / "rounds" / "r").mkdir(parents=True)
    text = json.dumps(value, ensure_ascii=False)
    (tmp_path / "roster.json").write_bytes(text.encode(encoding))
    assert set(roster_people(tmp_path / "rounds" / "r")) == {"章海峰", "秦振邦"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"units": 5}', '{"units": [{"leader": 5}]}', "[" * 99999])
def test_a_roster_that_says_nothing_stops_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "rounds" / "r").mkdir(parents=True)
    (tmp_path / "roster.json").write_text(text, encoding="utf-8")
    assert roster_people(tmp_path / "rounds" / "r") == ()
