"""An encrypted workspace against the same one plain: saving, reading, and from the passphrase to home.

Deriving the key is slow on purpose, so it stands in the floor of the last row and not in its figure.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from bench import workspaces
from bench.save import _next
from bench.screens import BARE, BARE_READY, ROOT, attempt
from bench.table import Row, compared, medians
from bench.terminal import Screen, first_paint
from inspect_tui.store import files, vault
from inspect_tui.store.findings import FindingsFile, read_findings
from inspect_tui.store.vault_files import encrypt_workspace
from inspect_tui.store.vault_ops import shut_vault

PASSPHRASE, RECOVERY = "8027-4410-6639", "7720-1135-9046-2288"
SIZES = (1_000, 10_000)


def rows(folder: Path, program: str, few: int, many: int) -> Iterator[Row]:
    """Saving and reading at two sizes, then starting."""
    for size in SIZES:
        yield from _files(folder / f"vault{size}", size, many)
    yield from _starts(folder / "vault-start", program, few)


def _files(folder: Path, size: int, times: int) -> Iterator[Row]:
    plain, locked = (folder / name / "rounds" / "r" / "w.json" for name in ("plain", "locked"))
    _filled(plain, size)
    shutil.copytree(folder / "plain", folder / "locked")
    encrypt_workspace(folder / "locked", PASSPHRASE, RECOVERY)
    try:
        with closing(FindingsFile.open(plain)) as one, closing(FindingsFile.open(locked)) as other:
            for file in (one, other):
                # The first save of a session starts a fold; what follows is the usual case.
                file.append(_next(file))
                file.compact()
            found = medians(
                {"floor": partial(_saved, one), "measured": partial(_saved, other)}, times, warm=True
            )
        yield compared(
            f"durable save of one change, encrypted, at {size:,}",
            "the same save in a plain workspace",
            1.5,
            found["measured"],
            found["floor"],
        )
        found = medians(
            {
                "floor": lambda: _time(lambda: read_findings(plain)),
                "measured": lambda: _time(lambda: read_findings(locked)),
            },
            max(3, times // 4),
            warm=True,
        )
        name, floor = f"reading {size:,} changes, encrypted", "reading them in a plain workspace"
        yield compared(name, floor, None, found["measured"], found["floor"])
    finally:
        shut_vault(folder / "locked")


def _filled(path: Path, size: int) -> None:
    files.private_folder(path.parent)
    file = FindingsFile.create(path, writer="w", round_raw={"id": "r"})
    for _ in range(size):
        file.append(_next(file))
    file.flush()
    file.close()


def _saved(file: FindingsFile) -> float:
    change = _next(file)

    def save() -> None:
        file.append(change)
        file.flush()

    return _time(save)


def _starts(folder: Path, program: str, times: int) -> Iterator[Row]:
    plain = workspaces.make(folder / "plain", 34)
    locked = workspaces.make(folder / "locked", 34)
    encrypt_workspace(locked, PASSPHRASE, RECOVERY)
    shut_vault(locked)
    home = re.escape(workspaces.TITLE)

    def to_the_question() -> float:
        return first_paint([program, "--workspace", str(locked)], "请输入口令")

    yield attempt(
        "exec to first paint: the passphrase asked",
        1.5,
        lambda: medians(
            {"floor": lambda: first_paint(BARE, BARE_READY, cwd=ROOT), "measured": to_the_question},
            times,
            warm=True,
        ),
    )

    def from_enter() -> float:
        with Screen([program, "--workspace", str(locked)]) as screen:
            screen.first_paint("请输入口令")
            screen.settle()
            screen.key(PASSPHRASE.replace("-", ""), r"\*")
            screen.settle()
            return screen.key("\r", home)

    def derived_and_started() -> float:
        derived = _time(lambda: vault.unlock(locked, PASSPHRASE))
        return derived + first_paint([program, "--workspace", str(plain)], home)

    yield attempt(
        "Enter after the passphrase to home",
        1.0,
        lambda: medians({"floor": derived_and_started, "measured": from_enter}, times, warm=True),
        "deriving the key + exec to home of a plain workspace",
    )


def _time(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
