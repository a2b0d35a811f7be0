"""What a start must not load: each of these costs more than all the work of the command it would delay."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HEAVY = (
    "difflib",
    "docx",
    "filelock",
    "http",
    "jinja2",
    "openpyxl",
    "pypinyin",
    "rapidfuzz",
    "tinydb",
    "xlsxwriter",
)
JUDGING = ("inspect_tui.rules.checking", "inspect_tui.store.jsonfile", "inspect_tui.store.structure")
#: What figures of one file have no use for.
BESIDE = (
    "inspect_tui.model.scheme",
    "inspect_tui.rules.evidence",
    "inspect_tui.rules.matter",
    "inspect_tui.rules.sealing",
    "inspect_tui.store.received",
    "inspect_tui.store.session",
)
#: What the usual text has no use for: those of other kinds, and what a file of it would be called.
RARER = ("inspect_tui.exchange.naming", "inspect_tui.report.other_kinds", "inspect_tui.report.ranking")


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory, demo_at: Any) -> Path:
    root = tmp_path_factory.mktemp("start") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_TUI_HOME", str(root.parent / "home"))
        demo_at(root)
    return next(p for p in sorted(root.glob("rounds/2026Q4*/*.json")) if len(p.stem) == 12)


def loaded(code: str) -> set[str]:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)",
        ],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return set(json.loads(told.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "words",
    [("score", "--json"), ("notice",), ("summary", "--json"), ("score",), ("ledger",), ("ledger", "--json")],
)
def test_a_command_loads_what_it_needs(words: tuple[str, ...], findings: Path) -> None:
    arguments = [words[0], str(findings), *words[1:]]
    found = loaded(f"from inspect_tui.cli.main import run\nassert run({arguments!r}) == 0")
    heavy = {*HEAVY, *JUDGING, "textual"} | ({"rich"} if words != ("score",) else set())
    assert not found & heavy
    if words == ("notice",):
        assert not found & set(RARER)
    if words == ("score", "--json"):
        assert "inspect_tui.report.summary" not in found
    if words[0] in ("score", "summary"):
        assert not found & {*BESIDE, "inspect_tui.report.names"}, "names are for texts that go to others"


def test_help_loads_click_and_no_more() -> None:
    found = loaded("from inspect_tui.cli.main import run\nassert run(['--help']) == 0")
    assert not {name for name in found if name.startswith("inspect_tui.") and ".cli" not in name}
    assert not found & {*HEAVY, "msgspec", "rich", "textual"}


def test_the_home_screen_loads_no_field_and_no_menu() -> None:
    found = loaded("import inspect_tui.tui.app, inspect_tui.tui.screens.home, inspect_tui.tui.screens.walk")
    # Textual itself looks for near names with difflib.
    assert not found & ({*HEAVY, *JUDGING} - {"difflib"})
    assert not found & {"textual.widgets._text_area", "textual.document._wrapped_document"}
    assert not found & {"inspect_tui.tui.widgets.menu", "inspect_tui.tui.widgets.prompt"}
