"""Garbage: how often a process looks for what nobody holds any more.

A small command ends before it has made any, and looking for it would take a tenth of its time. The screens
run all day and look as often as Python does by itself.
"""

from __future__ import annotations

import gc

_USUAL = gc.get_threshold()
#: New things after which garbage is looked for; small commands make fewer, large ones little of it.
_SELDOM = 50_000


def collect_seldom() -> None:
    """Look for garbage seldom from now on."""
    gc.set_threshold(_SELDOM, *_USUAL[1:])


def collect_as_usual() -> None:
    """Look for garbage as often as Python does by itself."""
    gc.set_threshold(*_USUAL)


def collect_no_more() -> None:
    """Leave all there is alone: the process ends, and looking through it would only delay that."""
    gc.freeze()
