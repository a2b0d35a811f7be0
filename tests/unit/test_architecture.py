"""The floors hold: imports only go down, headless modules start without a screen, few things load early."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from filelock import FileLock

from sweeps import in_full

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "inspect_tui"
SCREEN_FLOORS = {"tui"}
#: Libraries that cost a start-up; a headless module imports them inside the function that needs them.
HEAVY = ("textual", "rich", "pygments", "docx", "lxml", "openpyxl", "xlsxwriter", "jinja2", "markupsafe")
HEAVY += ("pypinyin", "rapidfuzz", "nacl", "_cffi_backend", "pyrage")
#: From the ground up; what stands beside these imports all of them.
FLOORS = ("model", "rules", "store", "exchange", "report", "demo", "cli")
#: Models and rules: the standard library and msgspec.
PURE = {"model", "rules"}


def modules() -> list[str]:
    """Every module of the package by its dotted name, headless ones only."""
    names = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        if parts[0] in SCREEN_FLOORS or parts[-1] == "__main__":
            continue
        names.append(".".join(("inspect_tui", *parts)).removesuffix(".__init__"))
    return names


def floors() -> list[list[str]]:
    """The headless modules floor by floor, the package itself first."""
    found: list[list[str]] = [[] for _ in ("", *FLOORS)]
    for name in modules():
        room = (*name.split("."), "")[1]
        number = next((n for n, floor in enumerate(FLOORS, 1) if room.startswith(floor)), 0)
        found[number].append(name)
    return found


def test_import_contracts_are_kept() -> None:
    """The layers and forbidden imports written down in pyproject.toml."""
    env = os.environ | {"PYTHONUTF8": "1", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


LOADED_BY_EACH = """
import importlib, json, os, sys
import decimal, enum, msgspec, pathlib, re, typing
answers = {}
def alone(name):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
            said = json.dumps(sorted({m.partition(".")[0] for m in sys.modules}))
        except BaseException as error:
            said = json.dumps(f"{type(error).__name__}: {error}")
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answers[name] = json.loads(pipe.read())
    os.waitpid(child, 0)
for floor in json.loads(sys.stdin.read()):
    for name in floor:
        alone(name)
    for name in floor:
        if isinstance(answers[name], list):
            importlib.import_module(name)
print(json.dumps(answers))
"""


#: All of them in one process, floor by floor: what the first heavy import names is the culprit.
LOADED_TOGETHER = """
import importlib, json, sys
answers = {}
for floor in json.loads(sys.stdin.read()):
    for name in floor:
        try:
            importlib.import_module(name)
            answers[name] = sorted({m.partition(".")[0] for m in sys.modules})
        except BaseException as error:
            answers[name] = f"{type(error).__name__}: {error}"
print(json.dumps(answers))
"""


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> dict[str, list[str] | str]:
    """What each headless module leaves in `sys.modules`; found once for all workers of a run."""
    kept = tmp_path_factory.getbasetemp().parent / f"loaded-{testrun_uid}.json"
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            kept.write_text(json.dumps(loaded_by_each()), encoding="utf-8")
        result: dict[str, list[str] | str] = json.loads(kept.read_text(encoding="utf-8"))
    return result


def loaded_by_each() -> dict[str, list[str] | str]:
    """Each headless module imported in a process of its own.

    Where processes fork, it starts with the floors below loaded, which were looked at before and import
    nothing from above: what costs is loading those again for each of some hundred modules. Where sweeps are
    off, all share one process, which says as much as long as nothing is wrong.
    """
    if not in_full():
        return _told_by(LOADED_TOGETHER, floors())
    if hasattr(os, "fork"):
        return _told_by(LOADED_BY_EACH, floors())
    answers: dict[str, list[str] | str] = {}
    for name in modules():
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                f"import {name}, sys, json; "
                "print(json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))",
            ],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        answers[name] = json.loads(done.stdout) if done.returncode == 0 else done.stderr
    return answers


def _told_by(code: str, floors: list[list[str]]) -> dict[str, list[str] | str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(floors),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    result: dict[str, list[str] | str] = json.loads(done.stdout)
    return result


def test_a_headless_module_loads_nothing_heavy(loaded: dict[str, list[str] | str]) -> None:
    assert set(loaded) == set(modules()) and len(loaded) > 150
    for floor in floors():
        # What stands above a heavy module is heavy too, so the lowest floor names the culprit.
        wrong: dict[str, object] = {}
        for name in floor:
            found = loaded[name]
            if not isinstance(found, list):
                wrong[name] = found
            elif heavy := [heavy for heavy in HEAVY if heavy in found]:
                wrong[name] = heavy
            else:
                assert "inspect_tui" in found
        assert wrong == {}


def test_models_and_rules_load_only_msgspec(loaded: dict[str, list[str] | str]) -> None:
    # msgspec itself looks for typing_extensions where it is installed.
    own = {"inspect_tui", "msgspec", "typing_extensions", "sitecustomize", "usercustomize"}
    pure = [name for name in loaded if name.split(".")[1:2] and name.split(".")[1] in PURE]
    assert len(pure) > 50
    wrong = {}
    for name in pure:
        others = set(loaded[name]) - sys.stdlib_module_names - own
        if others := {m for m in others if not m.startswith("_")}:
            wrong[name] = others
    assert wrong == {}


def test_the_heavy_libraries_are_called_by_the_names_they_are_imported_by() -> None:
    assert [name for name in HEAVY if find_spec(name) is None] == []


@pytest.mark.parametrize(
    "code",
    [
        LOADED_TOGETHER,
        pytest.param(
            LOADED_BY_EACH,
            marks=pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork there"),
        ),
    ],
    ids=["together", "each"],
)
def test_the_floor_test_would_notice_a_heavy_import(code: str) -> None:
    answers = _told_by(code, [["inspect_tui.model.terms", "rich.text", "no_such_module"], ["nacl.signing"]])
    assert "rich" not in answers["inspect_tui.model.terms"]
    assert "rich" in answers["rich.text"]
    assert "nacl" not in answers["rich.text"] and "nacl" in answers["nacl.signing"]
    assert str(answers["no_such_module"]).startswith("ModuleNotFoundError")


#: Names of the standard library that are not there on Windows.
POSIX_ONLY = {"fcntl", "termios", "tty", "pty", "pwd", "grp", "resource", "curses", "readline"}
#: Calls that read the clock, draw at random or open a file: rules get what they need handed in.
IMPURE = {"now", "utcnow", "today", "time", "random", "randint", "choice", "token_hex", "uuid4", "open"}


def _posix_imports(tree: ast.Module) -> list[str]:
    """What the body of a module, not of a function, imports that Windows does not have."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return [name for name in names if name.partition(".")[0] in POSIX_ONLY]


def _calls(tree: ast.Module) -> list[tuple[str, ast.Call]]:
    """Every call with the last part of the name that is called."""
    return [
        (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""), node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def _guesses_the_encoding(name: str, call: ast.Call) -> bool:
    if any(keyword.arg == "encoding" for keyword in call.keywords):
        return False
    match name:
        case "read_text":
            return not call.args
        case "write_text":
            return len(call.args) < 2
        case "open" if isinstance(call.func, ast.Name):
            mode = call.args[1] if len(call.args) > 1 else None
            return not (isinstance(mode, ast.Constant) and "b" in str(mode.value))
    return False


def _may_break_a_rule(text: str, pure: bool) -> bool:
    """Whether a source file holds any word the rules of the house are about; most hold none."""
    words = set(re.findall(r"\w+", text))
    return bool(words & (POSIX_ONLY | {"read_text", "write_text", "open"} | (IMPURE if pure else set())))


def test_every_source_file_keeps_the_rules_of_the_house() -> None:
    """One test, because reading the whole product is what costs; each rule is told apart in the answer.

    A purpose written down; nothing at module level that Windows lacks; a named encoding wherever text is
    read or written, since Chinese Windows takes GBK where none is named; and no clock, file or dice in
    models and rules.
    """
    wrong = []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(SOURCE)
        if text.strip() and not text.startswith('"""'):
            wrong.append(f"{place}: no docstring")
        if not _may_break_a_rule(text, place.parts[0] in PURE):
            continue
        tree = ast.parse(text)
        wrong += [f"{place}: imports {name}" for name in _posix_imports(tree)]
        for name, call in _calls(tree):
            if _guesses_the_encoding(name, call):
                wrong.append(f"{place}:{call.lineno}: no encoding")
            if place.parts[0] in PURE and name in IMPURE:
                wrong.append(f"{place}:{call.lineno}: {name}() in a pure floor")
    assert wrong == []


def test_an_import_that_windows_lacks_would_be_noticed() -> None:
    code = "import os, fcntl\nfrom pwd import getpwnam\ndef f():\n    import tty\n"
    tree = ast.parse(code)
    assert _posix_imports(tree) == ["fcntl", "pwd"] and _may_break_a_rule(code, False)


@pytest.mark.parametrize(
    ("code", "guessed"),
    [
        ("p.read_text()", True),
        ("p.read_text(encoding='utf-8')", False),
        ("p.write_text(x)", True),
        ("p.write_text(x, 'utf-8')", False),
        ("open(p)", True),
        ("open(p, 'rb')", False),
        ("open(p, encoding='utf-8')", False),
    ],
)
def test_a_guessed_encoding_would_be_noticed(code: str, guessed: bool) -> None:
    ((name, call),) = [(n, c) for n, c in _calls(ast.parse(code)) if n != "Path"]
    assert _guesses_the_encoding(name, call) is guessed and _may_break_a_rule(code, False)
