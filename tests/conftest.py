"""Options of the suite, the environment Textual reads when it is first imported, and what keeps it quick."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import sweeps

if TYPE_CHECKING:
    from inspect_tui.store.workspace import Workspace

os.environ["TEXTUAL_ANIMATIONS"] = "none"
# The suite starts hundreds of programs: without compiled files each would compile the product again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# What is collected stays to the end, so looking for garbage among it is lost time; later it is looked for
# seldom. Set before anything of the product is read, since its commands go back to what they found.
gc.disable()
gc.set_threshold(50_000, 20, 20)
for name in ("NO_COLOR", "INSPECT_TUI_PLAIN", "TMUX", "SSH_TTY", "SSH_CONNECTION", "WT_SESSION"):
    os.environ.pop(name, None)


def _memory_disk(least: int = 4 << 30) -> str:
    """A folder in memory where programs may run and a whole run has room; empty where there is none."""
    place = "/dev/shm"
    try:
        about = os.statvfs(place)
    except (AttributeError, OSError):
        return ""
    roomy = about.f_bavail * about.f_frsize >= least and not about.f_flag & os.ST_NOEXEC
    return place if roomy and os.access(place, os.W_OK) else ""


# Half of the time of a store test is waiting for a disk, of which no test asks more than its order.
if "TMPDIR" not in os.environ and (_place := _memory_disk()):
    os.environ["TMPDIR"] = _place
    tempfile.tempdir = None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the long sweeps, and all sweeps in full")
    parser.addoption("--update-goldens", action="store_true", help="write goldens instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    """Settle how often claims are repeated, before any test module is read."""
    if config.getoption("--slow"):
        os.environ[sweeps.VARIABLE] = "1"
    settings.register_profile("few", max_examples=sweeps.times(100))
    settings.load_profile("few" if not sweeps.in_full() else "default")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Rewrite this worker's share of the test modules beforehand, so that not each worker rewrites all."""
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    if count < 2 or not number.isdigit() or session.config.option.file_or_dir:
        return
    # Only the time is at stake: where pytest's own rooms have moved, each worker rewrites for itself.
    with contextlib.suppress(AttributeError, ImportError, KeyError, OSError, SyntaxError, ValueError):
        for path in sorted(Path(__file__).parent.rglob("test_*.py"))[int(number) :: count]:
            _rewrite(path, session.config)


def _rewrite(path: Path, config: pytest.Config) -> None:
    """Keep a test module compiled where pytest will look for it."""
    from _pytest.assertion import rewrite

    kept = rewrite.get_cache_dir(path) / (path.name[:-3] + rewrite.PYC_TAIL)
    if rewrite._read_pyc(path, kept) is not None:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    about, code = rewrite._rewrite_test(path, config)
    rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, about, kept)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave what stands after the collection out of every later search for garbage."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if _shares_with_its_module(item):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = _mixed(items)
    if config.getoption("--slow"):
        return
    slow = pytest.mark.skip(reason="a long sweep; run with --slow")
    sweep = pytest.mark.skip(reason=f"a sweep; run with {sweeps.VARIABLE}=1")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(slow)
        elif "sweep" in item.keywords and not sweeps.in_full():
            item.add_marker(sweep)


def _mixed(items: list[pytest.Item]) -> list[pytest.Item]:
    """Tests that often wait, for a terminal or for a screen to settle, spread among those that only work.

    Workers take tests in this order: all waiting at the same time, they would leave processors idle.
    """
    waits = [item for item in items if item.path.parent.name in ("e2e", "tui")]
    works = [item for item in items if item.path.parent.name not in ("e2e", "tui")]
    ranked = [(number / len(part), item) for part in (waits, works) for number, item in enumerate(part)]
    return [item for _, item in sorted(ranked, key=lambda one: one[0])]


def _shares_with_its_module(item: pytest.Item) -> bool:
    """Whether a test uses what its module makes once: one worker takes them all, or each makes its own."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    return any(made.scope == "module" for several in known.values() for made in several)


@pytest.fixture(scope="session")
def demo_at(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Callable[[Path], Workspace]:
    """Lays the demo out in a folder that does not exist: made once for all workers of a run, then copied.

    It belongs to the home that INSPECT_TUI_HOME names at the time, as if it had been made there.
    """
    base = tmp_path_factory.getbasetemp()
    kept = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"demo-{testrun_uid}"

    def lay_out(root: Path) -> Workspace:
        from filelock import FileLock

        from inspect_tui.demo import make_demo
        from inspect_tui.store.workspace import Workspace

        with FileLock(f"{kept}.lock"):
            if not (kept / "made").exists():
                with pytest.MonkeyPatch.context() as patch:
                    patch.setenv("INSPECT_TUI_HOME", str(kept / "home"))
                    make_demo(kept / "demo")
                (kept / "made").touch()
        home = Path(os.environ["INSPECT_TUI_HOME"])
        assert not home.exists() or not any(home.iterdir()), "a demo is made by the machine it stands on"
        shutil.copytree(kept / "home", home, dirs_exist_ok=True)
        shutil.copytree(kept / "demo", root)
        return Workspace(root)

    return lay_out


@pytest.fixture
def update_goldens(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))


@pytest.fixture(autouse=True)
def _normal_skin(request: pytest.FixtureRequest):
    """Each test starts with the normal skin, whatever the one before chose."""
    yield
    module = sys.modules.get("inspect_tui.tui.skin")
    if module is not None:
        module.use(module.NORMAL)
