"""On CI a terminal test or a sweep that is skipped is a failure.

Loaded by `.ci/run` as a plugin: a suite that quietly loses its end-to-end tests or sweeps would stay green.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sweeps import VARIABLE

END_TO_END = Path(__file__).resolve().parent / "e2e"


def on_ci() -> bool:
    """Whether this run decides anything."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def _drives_a_terminal(path: Path, reason: str, marked: bool) -> bool:
    return marked or END_TO_END in path.resolve().parents or "tmux" in reason


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Turn such a skip into a failure; expected failures and what is slow stay as they are."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if not (on_ci() and report.skipped) or hasattr(report, "wasxfail") or "slow" in item.keywords:
        return
    reason = str(report.longrepr)
    if _drives_a_terminal(item.path, reason, "e2e" in item.keywords):
        report.outcome = "failed"
        report.longrepr = f"skipped on CI, where terminal tests must run: {reason}"
    elif VARIABLE in reason:
        report.outcome = "failed"
        report.longrepr = f"skipped on CI, where sweeps must run: {reason}"


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """The same for a whole file that skips itself."""
    outcome = yield
    report: pytest.CollectReport = outcome.get_result()
    if on_ci() and report.skipped and _drives_a_terminal(collector.path, str(report.longrepr), False):
        report.outcome = "failed"
        report.longrepr = f"skipped on CI, where terminal tests must run: {report.longrepr}"
