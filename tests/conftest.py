"""Options of the suite, and the environment Textual reads when it is first imported."""

from __future__ import annotations

import os

import pytest

os.environ["TEXTUAL_ANIMATIONS"] = "none"
for name in ("NO_COLOR", "INSPECT_TUI_PLAIN", "TMUX", "SSH_TTY", "SSH_CONNECTION", "WT_SESSION"):
    os.environ.pop(name, None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the long sweeps")
    parser.addoption("--update-goldens", action="store_true", help="write goldens instead of comparing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="a long sweep; run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture
def update_goldens(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))


@pytest.fixture(autouse=True)
def _normal_skin(request: pytest.FixtureRequest):
    """Each test starts with the normal skin, whatever the one before chose."""
    yield
    import sys

    module = sys.modules.get("inspect_tui.tui.skin")
    if module is not None:
        module.use(module.NORMAL)
