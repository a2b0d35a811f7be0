"""How the product looks: one calm theme, and the signs it draws with.

Two skins share the theme. `normal` uses thin rules and an ellipsis; `plain` uses ASCII only, for consoles
that draw the East-Asian-ambiguous signs two cells wide and would shear every line that holds one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import msgspec
from textual.theme import Theme

from inspect_tui.model.terms import Verdict


class Glyphs(msgspec.Struct, frozen=True):
    """The signs of a skin. Verdict signs are ASCII in both: they must survive any font."""

    rule: str
    bar: str
    ellipsis: str
    dash: str
    dot: str
    full: str
    empty: str
    cursor: str = ">"
    mark: str = "*"
    passed: str = "+"
    partial: str = "~"
    failed: str = "x"
    na: str = "/"
    unverified: str = "?"
    pending: str = " "

    def verdict(self, verdict: Verdict) -> str:
        """The sign that stands before an item with this verdict."""
        return {
            Verdict.PASS: self.passed,
            Verdict.PARTIAL: self.partial,
            Verdict.FAIL: self.failed,
            Verdict.NA: self.na,
            Verdict.UNVERIFIED: self.unverified,
        }.get(verdict, self.pending)


class Skin(msgspec.Struct, frozen=True):
    """A set of signs, and whether the terminal draws ambiguous signs two cells wide."""

    name: str
    glyphs: Glyphs
    wide_ambiguous: bool = False

    @property
    def plain(self) -> bool:
        return self.name == "plain"


NORMAL = Skin("normal", Glyphs(rule="─", bar="│", ellipsis="…", dash="—", dot="·", full="█", empty="░"))
PLAIN_GLYPHS = Glyphs(rule="-", bar="|", ellipsis="..", dash="-", dot="-", full="#", empty=".")
PLAIN = Skin("plain", PLAIN_GLYPHS)
WIDE = Skin("plain", PLAIN_GLYPHS, wide_ambiguous=True)

_current = NORMAL


def current() -> Skin:
    """The skin in use; every drawing function asks here, so that one choice holds everywhere."""
    return _current


def use(skin: Skin) -> None:
    """Make a skin the one in use. Called once, before the app starts (and by tests)."""
    global _current
    _current = skin


def choose_skin(env: Mapping[str, str] | None = None, probe: Callable[[], int | None] | None = None) -> Skin:
    """Pick the skin for this terminal.

    `INSPECT_TUI_PLAIN` decides when it is set. Otherwise the width of a box sign is measured; where that
    cannot be done, the old Windows console counts as one that draws it wide.
    """
    env = os.environ if env is None else env
    wish = env.get("INSPECT_TUI_PLAIN", "").strip().lower()
    if wish in ("0", "no", "false", "off"):
        return NORMAL
    width = probe() if probe is not None else None
    if width is not None and width > 1:
        return WIDE
    if wish:
        return PLAIN
    if width is None and env.get("OS") == "Windows_NT" and not env.get("WT_SESSION"):
        return PLAIN
    return NORMAL


THEME = Theme(
    name="inspect",
    primary="#6ea8dc",
    secondary="#8fa3b5",
    accent="#e3b062",
    warning="#e3b062",
    error="#f0884f",
    success="#7fb6e6",
    foreground="#d9dee4",
    background="#12161b",
    surface="#191f26",
    panel="#232b34",
    dark=True,
    text_alpha=1.0,
    variables={
        "ink-dim": "#8d99a6",
        "ink-pass": "#7fb6e6",
        "ink-partial": "#e3c878",
        "ink-fail": "#f0884f",
        "ink-na": "#8d99a6",
        "ink-unverified": "#c3a6e8",
        "cursor-line": "#27496b",
        "cursor-line-blur": "#2a323b",
        "input-cursor-background": "#e3b062",
        "input-cursor-foreground": "#12161b",
        "input-selection-background": "#3a6ea5",
        "scrollbar": "#46525f",
        "scrollbar-hover": "#5a6876",
        "scrollbar-active": "#6ea8dc",
        "scrollbar-background": "#191f26",
        "scrollbar-background-hover": "#191f26",
        "scrollbar-background-active": "#191f26",
        "scrollbar-corner-color": "#191f26",
    },
)
"""Light on dark; blue against orange, which the colour-blind can tell apart."""
