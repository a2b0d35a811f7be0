"""The one table of keys: it passes an input method, contradicts itself nowhere, and every screen obeys it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections import Counter

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

import inspect_tui.tui
from inspect_tui.tui import actions
from inspect_tui.tui.actions import ACTIONS, SCREENS, TWINS, Action, bindings_for, footer_for, help_for
from inspect_tui.tui.app import InspectApp
from inspect_tui.tui.base import BaseApp

DIGITS = set("0123456789")


def our_classes(kind: type) -> list[type]:
    """Every class of a kind that the screens' floor defines."""
    found: dict[str, type] = {}
    for module in pkgutil.walk_packages(inspect_tui.tui.__path__, "inspect_tui.tui."):
        for _, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(each, kind) and each.__module__.startswith("inspect_tui.tui"):
                found[f"{each.__module__}.{each.__qualname__}"] = each
    return [found[name] for name in sorted(found)]


PLACED = [screen for screen in our_classes(Screen) if getattr(screen, "place", "")]
"""The screens that stand for a place in the table."""


def entry_id(action: Action) -> str:
    return f"{action.where[0]}.{action.id}"


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize("action", ACTIONS, ids=entry_id)
def test_every_action_has_a_key_that_passes_an_input_method(action: Action) -> None:
    assert action.keys
    assert actions.ime_proof(action.keys[0]), "the key that is shown is one an input method swallows"


@pytest.mark.parametrize(
    ("key", "proof"),
    [
        ("1", True),
        ("f9", True),
        ("f10", True),
        ("ctrl+z", True),
        ("slash", True),
        ("pageup", True),
        ("j", False),
        ("f11", False),
        ("ctrl+1", False),
        ("ctrl+shift+z", False),
        ("at", False),
        ("alt+a", False),
    ],
)
def test_which_keys_pass(key: str, proof: bool) -> None:
    assert actions.ime_proof(key) is proof


@pytest.mark.parametrize("place", SCREENS)
def test_no_key_means_two_things_in_a_place(place: str) -> None:
    keys = Counter(key for action in actions.actions_for(place) for key in actions.with_twins(action.keys))
    assert [key for key, times in keys.items() if times > 1] == []
    ids = Counter(binding.id for binding in bindings_for(place))
    assert [id_ for id_, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("place", SCREENS)
def test_bindings_say_what_the_table_says(place: str) -> None:
    bound = {key: binding for binding in bindings_for(place) for key in binding.key.split(",")}
    assert all(not binding.priority for binding in bound.values()), "a digit could not be typed into a note"
    expected = {}
    for action in actions.actions_for(place):
        for key in action.keys:
            for twin in (key, *TWINS.get(key, ())):
                expected[twin] = action.action.replace("{key}", key)
    # Leaving the program is bound by the app, with priority, so that it works everywhere.
    del expected["ctrl+q"]
    assert {key: binding.action for key, binding in bound.items()} == expected


def test_the_app_alone_binds_with_priority() -> None:
    for owner in [*our_classes(Screen), *our_classes(Widget), BaseApp, InspectApp]:
        assert issubclass(owner, DOMNode)
        for binding in Binding.make_bindings(owner.__dict__.get("BINDINGS", [])):
            keys = binding.key.split(",")
            assert not (binding.priority and DIGITS & set(keys)), owner
            assert not binding.priority or (owner is BaseApp and keys == ["ctrl+q"]), owner


TYPED = {
    "slash": "/、／",
    "backslash": "\\、＼",
    "question_mark": "?？",
    "comma": ",，",
    "full_stop": ".。．",
    "colon": ":：",
    "semicolon": ";；",
    "exclamation_mark": "!！",
    "left_parenthesis": "(（",
    "right_parenthesis": ")）",
    "left_square_bracket": "[【",
    "right_square_bracket": "]】",
    "plus": "+＋",
    "minus": "-－",
    **{str(digit): f"{digit}{chr(0xFF10 + digit)}" for digit in range(10)},
}
"""What stands on a key, and what a Chinese input method makes of it."""


def test_twins_are_named_as_the_terminal_names_them() -> None:
    assert set(TYPED) == set(TWINS)
    for key, signs in TYPED.items():
        heard = [e.key for e in XTermParser().feed(signs) if isinstance(e, events.Key)]
        assert heard == [*dict.fromkeys((key, *TWINS[key]))], (key, heard)


# ---------------------------------------------------------------- screens


def test_every_place_has_its_screen() -> None:
    assert {screen.place for screen in PLACED} == set(SCREENS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("screen", PLACED, ids=lambda screen: screen.__name__)
def test_a_screen_binds_and_does_what_its_place_offers(screen: type) -> None:
    place = screen.place  # type: ignore[attr-defined]
    bound = {binding.id for base in screen.__mro__ for binding in _bindings(base)}
    assert {binding.id for binding in bindings_for(place)} <= bound
    for action in actions.actions_for(place):
        owner: type = InspectApp if action.action.startswith("app.") else screen
        match = re.fullmatch(r"(?:app\.)?(\w+)(?:\((.*)\))?", action.action)
        assert match is not None, action.action
        method = getattr(owner, f"action_{match[1]}", None)
        assert callable(method), f"{screen.__name__} cannot do {action.id}"
        given = [] if match[2] is None else match[2].split(",")
        inspect.signature(method).bind(None, *given)


def _bindings(owner: type) -> list[Binding]:
    return list(Binding.make_bindings(owner.__dict__.get("BINDINGS", [])))


@pytest.mark.parametrize("place", SCREENS)
def test_help_and_a_way_back_everywhere(place: str) -> None:
    here = {action.id: action for action in actions.actions_for(place)}
    assert here["quit"].keys == ("ctrl+q",)
    if place != actions.HELP:
        assert here["help"].keys[0] == "f1"
        assert here["help"].rank
    if place != actions.HOME:
        assert here["back"].keys == ("escape",)


@pytest.mark.parametrize("place", SCREENS)
def test_footer_and_help_come_from_the_table(place: str) -> None:
    offered = footer_for(place)
    assert [action.rank for action in offered] == sorted(action.rank for action in offered)
    assert all(action.rank and place in action.where for action in offered)
    told = help_for(place)
    assert len(told) == len(actions.actions_for(place))
    assert {action.label for action in offered} <= {label for _, label, _ in told}


def test_the_walk_has_the_keys_that_were_agreed() -> None:
    walk = {key: action.id for action in actions.actions_for("walk") for key in action.keys}
    agreed = {
        "1": "pass",
        "2": "partial",
        "3": "fail",
        "4": "na",
        "5": "unverified",
        "0": "clear",
        "enter": "item_menu",
        "f1": "help",
        "f2": "findings",
        "f3": "good_practice",
        "f4": "suggestion",
        "f5": "note",
        "f6": "summary",
        "ctrl+z": "undo",
    }
    assert {key: walk.get(key) for key in agreed} == agreed
