"""Every saving path under every fault: swept operation by operation, then on real media that fail."""

from __future__ import annotations

import dataclasses
import errno
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sweeppaths import PATHS
from sweepwork import ILLS, Saving, Sweeper, Swept, sampled, watched

from inspect_tui.store import files, vault
from sweeps import times

#: Points of each path in an ordinary run; the whole of them is swept before a release.
FEW = times(8, 4)


@pytest.fixture(autouse=True)
def healthy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A light derivation of keys, and the plain seam again afterwards."""
    monkeypatch.setattr(vault, "PASSES", 1)
    monkeypatch.setattr(vault, "MEMORY", 8192)
    monkeypatch.setenv("INSPECT_TUI_HOME", "")
    plain = files.fs
    with watched():
        yield
    files.fs = plain


def told(saving: Saving, swept: Swept) -> None:
    print(
        f"{saving.name}: {swept.operations} operations, {swept.points} points"
        f" ({swept.killed} killed, {swept.refused} refused)"
    )


@pytest.mark.parametrize("saving", PATHS, ids=lambda s: s.name)
def test_a_saving_path_under_some_faults(tmp_path: Path, saving: Saving) -> None:
    seed = random.randrange(1 << 30)
    sweeper = Sweeper(saving, tmp_path)
    swept = sweeper.run(sampled(sweeper.points(), FEW, seed))
    told(saving, swept)
    assert not swept.faults, f"seed {seed}\n" + "\n".join(swept.faults)
    assert swept.points == FEW + 1 and swept.hits, "no fault befell anything"


@pytest.mark.slow
@pytest.mark.parametrize("saving", PATHS, ids=lambda s: s.name)
def test_a_saving_path_under_every_fault(tmp_path: Path, saving: Saving) -> None:
    sweeper = Sweeper(saving, tmp_path)
    swept = sweeper.run(sweeper.points())
    told(saving, swept)
    assert not swept.faults, "\n".join(swept.faults)


# -------------------------------------------------------------------- the sweep finds planted bugs


def path(name: str) -> Saving:
    return next(saving for saving in PATHS if saving.name == name)


def all_faults(saving: Saving, folder: Path) -> list[str]:
    sweeper = Sweeper(saving, folder)
    return sweeper.run(sweeper.points()).faults


def test_a_file_written_in_place_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_place(target: Path, data: bytes, **_: object) -> None:
        files.discard(target)
        files.write_temp(target, [data])

    monkeypatch.setattr("sweeppaths.write_durable", in_place)
    faults = all_faults(path("export over an older file"), tmp_path)
    assert any("half a result" in fault for fault in faults)


def test_an_error_that_is_swallowed_is_found(tmp_path: Path) -> None:
    def careless(place: object) -> None:
        import contextlib

        with contextlib.suppress(Exception):
            path("export").act(place)  # type: ignore[arg-type]

    faults = all_faults(dataclasses.replace(path("export"), act=careless), tmp_path)
    assert any("said to be done and is not" in fault for fault in faults)


def test_words_of_the_system_and_litter_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "reason", str)
    monkeypatch.setattr(files, "discard", lambda path: None)
    faults = all_faults(path("export"), tmp_path)
    assert any("shows the system's words" in fault for fault in faults)
    assert any("leaves" in fault for fault in faults)


def test_every_ill_is_met_somewhere(tmp_path: Path) -> None:
    """An ill that befalls no operation would test nothing."""
    sweeper = Sweeper(path("merge in"), tmp_path)
    met = {ill.name for _, ill in sweeper.points()}
    assert met == {ill.name for ill in ILLS}
    assert {ill.code for ill in ILLS} >= {errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.ENOENT}
    assert os.strerror(errno.ENOSPC)
