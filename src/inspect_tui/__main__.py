"""`python -m inspect_tui`."""

from inspect_tui.cli.main import run

raise SystemExit(run())
