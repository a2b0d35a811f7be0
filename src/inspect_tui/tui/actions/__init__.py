"""The one table of what can be done where, and with which key.

Bindings, footer, help and menus all read it, so they cannot disagree. A module an area states what can be
done there; here they are joined and read.
"""

from __future__ import annotations

from textual.binding import Binding

from inspect_tui.tui.actions.action import TWINS as TWINS
from inspect_tui.tui.actions.action import Action as Action
from inspect_tui.tui.actions.action import ime_proof as ime_proof
from inspect_tui.tui.actions.action import with_twins as with_twins
from inspect_tui.tui.actions.authoring import AUTHORING
from inspect_tui.tui.actions.dossier import DOSSIERS
from inspect_tui.tui.actions.everywhere import EVERYWHERE
from inspect_tui.tui.actions.evidence import SHOWING
from inspect_tui.tui.actions.lead import LEADING
from inspect_tui.tui.actions.ledger import KEEPING
from inspect_tui.tui.actions.places import *  # noqa: F403
from inspect_tui.tui.actions.places import SCREENS as SCREENS
from inspect_tui.tui.actions.round import ROUNDS
from inspect_tui.tui.actions.scores import SCORING
from inspect_tui.tui.actions.telling import TELLING
from inspect_tui.tui.actions.visit import VISITING
from inspect_tui.tui.zh import key_name

ACTIONS: tuple[Action, ...] = (
    *VISITING,
    *ROUNDS,
    *KEEPING,
    *TELLING,
    *LEADING,
    *SCORING,
    *AUTHORING,
    *DOSSIERS,
    *SHOWING,
    *EVERYWHERE,
)
"""Of two entries on one page the earlier stands first in help, so what is done everywhere comes last."""


def actions_for(screen: str) -> list[Action]:
    """What can be done on a screen, in the table's order."""
    return [action for action in ACTIONS if screen in action.where]


def bindings_for(screen: str) -> list[Binding]:
    """The Textual bindings of a screen.

    None has priority: a digit with priority could no longer be typed into a note.
    """
    return [
        Binding(
            ",".join(with_twins(keys)),
            action.action.replace("{key}", keys[0]),
            action.label,
            show=False,
            tooltip=action.help,
            id=f"{screen}.{action.id}{place}",
        )
        for action in actions_for(screen)
        if action.id != "quit"
        for place, keys in _told_apart(action)
    ]


def _told_apart(action: Action) -> list[tuple[str, tuple[str, ...]]]:
    """An action's keys; one by one, where the action wants to know which of them was pressed."""
    if "{key}" not in action.action:
        return [("", action.keys)]
    return [(f".{key}", (key,)) for key in action.keys]


def footer_for(screen: str) -> list[Action]:
    """What the footer of a screen offers, most important first."""
    return sorted((action for action in actions_for(screen) if action.rank), key=lambda action: action.rank)


def help_for(screen: str) -> list[tuple[str, str, str]]:
    """The help of a screen: (keys, label, sentence), in the table's order."""
    return [
        (" ".join(key_name(key) for key in action.keys), action.label, action.help)
        for action in actions_for(screen)
    ]
