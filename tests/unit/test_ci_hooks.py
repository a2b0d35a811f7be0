"""Skipped terminal tests and sweeps fail on CI and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
BODY = """
import pytest
pytestmark = pytest.mark.filterwarnings("ignore")

def test_plain():
    pytest.skip("not here")

@pytest.mark.e2e
def test_marked():
    pytest.skip("no terminal")

def test_by_reason():
    pytest.skip("tmux is missing")

@pytest.mark.e2e
@pytest.mark.xfail
def test_expected():
    raise AssertionError

@pytest.mark.e2e
@pytest.mark.slow
def test_slow():
    pytest.skip("a long sweep; run with --slow")

@pytest.mark.sweep
def test_sweep():
    pytest.skip("a sweep; run with INSPECT_TUI_SWEEPS=1")
"""


@pytest.mark.parametrize(("ci", "failed", "skipped"), [("true", 3, 2), ("", 0, 5)])
def test_skips_of_terminal_tests_and_sweeps_fail_on_ci(
    tmp_path: Path, ci: str, failed: int, skipped: int
) -> None:
    (tmp_path / "test_it.py").write_text(BODY, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n e2e\n slow\n sweep\n", encoding="utf-8")
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    env |= {"CI": ci, "PYTHONPATH": str(TESTS), "PYTEST_PLUGINS": "ci_hooks"}
    env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    closing = done.stdout.strip().splitlines()[-1]
    assert (f"{failed} failed" in closing) is bool(failed), done.stdout
    assert f"{skipped} skipped" in closing
    assert "1 xfailed" in closing
    assert done.returncode == (1 if failed else 0)
