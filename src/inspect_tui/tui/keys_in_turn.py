"""Keys in turn: each when what the one before it set going has settled, and by the short way.

Stock Textual forwards keys as they come: typed ahead of a slow moment, the digit meant for a menu that is
about to open would judge the next item instead.
"""

from __future__ import annotations

import asyncio
import functools
from collections import deque
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Generic, TypeVar

from textual import events
from textual.app import App, ScreenError
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

ReturnT = TypeVar("ReturnT")

KEY_PATIENCE = 1.0
"""Seconds after which a key no longer waits for the one before it."""


_REST = 4
"""Turns of the event loop that a key's paint takes, during which nothing else is set going."""


def _lets_pass(node: DOMNode) -> bool:
    """Whether a key would come through a widget at once: nothing waits there that came before it."""
    return not _hears(node) and node._message_queue.empty()


def _hears(node: DOMNode) -> bool:
    return _hears_keys(type(node))


@functools.cache
def _hears_keys(kind: type[DOMNode]) -> bool:
    """Whether widgets of a kind handle keys themselves, besides what is bound to them."""
    stock = (Widget, Screen, App, KeysInTurn, DOMNode, MessagePump, object)
    for one in kind.__mro__:
        own = vars(one)
        decorated = own.get("_decorated_handlers") or {}
        if any(issubclass(events.Key, message) for message in decorated):
            return True
        if one not in stock and any(
            name in ("on_key", "_on_key", "on_event", "handle_key") or name.startswith(("key_", "_key_"))
            for name in own
        ):
            return True
    return False


class _Marker:
    """A callback that goes from one message queue to the next, behind what is waiting there.

    It posts its own bound method, whose parameters Textual counts once; counting those of a new function or
    partial at each stop would take longer than all the rest of the way.
    """

    def __init__(self, way: Iterable[MessagePump], arrive: Callable[[], None]) -> None:
        self._way = iter(way)
        self._arrive = arrive

    def hop(self) -> None:
        """Go on to the next queue that still runs; arrive behind the last."""
        for pump in self._way:
            if pump.is_running and pump.post_message(events.Callback(callback=self.hop)):
                return
        self._arrive()


class KeysInTurn(App[ReturnT], Generic[ReturnT], inherit_bindings=False):
    """An app that loses no key and lets none overtake another."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._typing_since = 0.0

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            self._typed.append(event)
            if not self._typing_since or monotonic() - self._typing_since > KEY_PATIENCE:
                await self._deliver()
            elif len(self._typed) == 1:
                self.set_timer(KEY_PATIENCE, self._hurry)
            return
        await super().on_event(event)

    async def _deliver(self) -> None:
        """Hand on one key, and let the next wait until everything this one set going has settled."""
        event = self._typed.popleft()
        started = self._typing_since = monotonic()
        target: DOMNode = self.focused or self.screen
        way = [node for node in target.ancestors_with_self if node is not self]
        if isinstance(event, events.Key) and self.screen.maximized is None and all(map(_lets_pass, way)):
            await self._straight(event)
        else:
            await super().on_event(event)
        self._after(_REST, lambda: self._follow(target, 3, started))

    async def _straight(self, event: events.Key) -> None:
        """Run what a key is bound to, where nothing between the focus and the app would hear the key itself.

        Textual passes it from queue to queue up to the app and only then looks what it is bound to.
        """
        if not self.app_focus:
            self.app_focus = True
        if self.focused:
            self.screen._clear_tooltip()
        if self._goes_first(event.key) and await self._check_bindings(event.key, priority=True):
            return
        event._set_forwarded()
        if _hears(self):
            await self._on_message(event)
        else:
            await self._check_bindings(event.key)

    def _goes_first(self, key: str) -> bool:
        """Whether a binding of this key may come before those nearer to the focus."""
        nodes = (self.focused or self.screen).ancestors_with_self
        bindings = (bound for node in nodes for bound in node._bindings.key_to_bindings.get(key, ()))
        return bool(self._keymap) or any(bound.priority for bound in bindings)

    def _after(self, turns: int, act: Callable[[], None]) -> None:
        """Act some turns of the event loop later, behind the paint that a key mostly causes at once."""
        if turns:
            asyncio.get_running_loop().call_soon(self._after, turns - 1, act)
        else:
            act()

    async def _hurry(self) -> None:
        if self._typed and monotonic() - self._typing_since >= KEY_PATIENCE * 0.9:
            await self._deliver()

    async def _deliver_next(self, started: float) -> None:
        """Hand on the next key, unless a later one was handed on since this was called for."""
        if self._typed and self._typing_since == started:
            await self._deliver()

    def _follow(self, start: DOMNode, rounds: int, started: float) -> None:
        """Send a marker along the way a key takes, from its target up to the app.

        `started` is when the key was handed on; the marker of one that another has overtaken means nothing.
        """
        before = self._in_front()
        chain: list[MessagePump] = [node for node in start.ancestors_with_self if node is not self]

        def arrive() -> None:
            now = self._in_front()
            if now is None or self._typing_since != started:
                return
            if rounds and (rounds == 3 or now != before):
                screen, focused = now
                self._follow(focused or screen, rounds - 1, started)
            elif self._typed:
                # A key that comes before this one is handed on must wait behind it.
                self._typing_since = monotonic()
                self.call_later(self._deliver_next, self._typing_since)
            else:
                self._typing_since = 0.0

        _Marker([*chain, self], arrive).hop()

    def _in_front(self) -> tuple[Screen[Any], DOMNode | None] | None:
        """The screen in front and what has the focus there; None where the program ends."""
        try:
            return self.screen, self.focused
        except ScreenError:
            return None
