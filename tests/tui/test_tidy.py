"""What a kill left unfinished goes while the app is open, beside the screen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from fixture import make_app, make_space, running, who
from lead_work import until

from inspect_tui.tui import app as app_module


async def test_old_unfinished_files_go_after_the_first_paint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = make_space(tmp_path)
    who(space)
    old, young, told = (
        space.exports_dir / name for name in ("台账.xlsx.0a1b2c3d.tmp", "b.0a1b2c3d.tmp", "c.0a1b2c3d.未换上")
    )
    space.exports_dir.mkdir(exist_ok=True)
    for path in (old, young, told):
        path.write_bytes(b"half")
    for path in (old, told):
        os.utime(path, (0, 0))
    monkeypatch.setattr(app_module, "_TIDY", 0.01)
    async with running(make_app(space)) as pilot:
        await until(pilot, lambda: not old.exists())
        assert young.exists() and told.exists()
