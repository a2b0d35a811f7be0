"""Make the README's pictures from the real screens on the demo: `python docs/make_screenshots.py`."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import tempfile
from pathlib import Path

IMAGES = Path(__file__).parent / "images"
NOW = dt.datetime(2026, 11, 20, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))

#: A unit is entered at its earlier problems; Escape goes on to the walk.
SHOTS: dict[str, tuple[tuple[int, int], list[str]]] = {
    "home": ((120, 36), []),
    "lookback": ((80, 24), ["enter", "2", "1"]),
    "walk": ((80, 24), ["enter", "escape", "up"]),
    "walk-deductions": ((80, 24), ["enter", "escape", "3"]),
    "walk-wide": ((120, 36), ["enter", "escape", "up", "up", "up"]),
    "across": ((80, 24), ["enter", "escape", "enter", "7"]),
    "summary": ((120, 36), ["f6", "down", "down", "down", "down", "down", "down"]),
    "report": ((120, 36), ["f6", "9", "5"]),
    "ledger": ((120, 36), ["f9"]),
}


async def shoot(root: Path) -> None:
    """Open the demo once per picture, press the keys, export the screen."""
    import inspect_tui.tui  # noqa: F401  (sets the environment Textual reads)
    from inspect_tui.tui.app import InspectApp

    for name, (size, keys) in SHOTS.items():
        app = InspectApp(root, clock=lambda: NOW)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(0.5)
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await pilot.pause(0.5)
            svg = app.export_screenshot(title=" ")
            (IMAGES / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
            app.save_everything()


def main() -> None:
    """Write every picture."""
    from inspect_tui.demo import make_demo

    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INSPECT_TUI_HOME"] = str(Path(folder) / "home")
        space = make_demo(Path(folder) / "demo")
        asyncio.run(shoot(space.root))


if __name__ == "__main__":
    main()
