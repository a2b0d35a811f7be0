"""docs/commands.md names every command, every option, every JSON key and every fault code there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from inspect_tui.cli import main as cli
from inspect_tui.demo import CURRENT

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
TOLD = set(re.findall(r"`([^`\n]+)`", DOC)) | set(re.findall(r"--[a-z-]+", DOC))


def leaves() -> list[tuple[str, click.Command]]:
    context = click.Context(cli.main)
    found = []
    for name in cli.COMMANDS:
        command = cli.main.get_command(context, name)
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", command.commands[sub]) for sub in command.commands]
        else:
            found.append((name, command))
    return found


@pytest.mark.parametrize(("name", "command"), leaves())
def test_commands_and_options_are_written_down(name, command):
    assert f"inspect-tui {name}" in DOC
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert any(option in TOLD or f" [{option} " in DOC for option in parameter.opts), parameter.opts


def keys_of(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for part in value.values() for key in keys_of(part)}
    if isinstance(value, list):
        return {key for part in value for key in keys_of(part)}
    return set()


@pytest.fixture(scope="module")
def demo(tmp_path_factory, demo_at):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield demo_at(tmp_path_factory.mktemp("d") / "demo").root
    patch.undo()


@pytest.mark.parametrize(
    "args",
    [
        "round list", "round show", "round pack", "round take {pack}", "hand-in", "summary {round}",
        "notice {round}", "score {round}", "verify {file}", "ledger {round}",
        "round carry-over --preview --from 2026Q4-lookback",
        "rectify set HTK26Q4-A1-DG02-B-03 task=补齐", "doctor", "checklist check {checklist}",
        "recount list", "recount show {round}", "recount {sheet} --rule points-share", "flows list",
        "flows draw --unit DG01 --seed 1 --preview",
    ],
)  # fmt: skip
def test_every_json_key_is_written_down(demo, capsysbinary, args):
    places = {
        "round": demo / "rounds" / CURRENT,
        "pack": next((demo / "exports").glob("*.json")),
        "file": next((demo / "rounds" / CURRENT).glob("????????????.json")),
        "sheet": next((demo / "samples").glob("*.csv")),
        "checklist": demo / "checklists" / "lzrh-dxz.json",
    }
    words = [word.format(**places) for word in args.split(" ")]
    where = ["--workspace", str(demo)] if words[0] not in ("checklist",) else []
    cli.run([*where, *words, "--json"])
    data = json.loads(capsysbinary.readouterr().out)
    verdicts = {"pending", "pass", "partial", "fail"}
    assert keys_of(data) - TOLD - verdicts == set()


def test_every_fault_code_is_written_down():
    used = set()
    for path in (ROOT / "src" / "inspect_tui").rglob("*.py"):
        used |= set(re.findall(r'"([NLHW]\d\d)"', path.read_text(encoding="utf-8")))
    spans = re.findall(r"([NLHW])(\d\d)—[NLHW](\d\d)", DOC)
    told = {f"{letter}{n:02d}" for letter, low, high in spans for n in range(int(low), int(high) + 1)}
    told |= set(re.findall(r"[NLHW]\d\d", DOC))
    assert {"N01", "L20", "H15", "W06"} <= used, "the codes are really found"
    assert used - told == set()
