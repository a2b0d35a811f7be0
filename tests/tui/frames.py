"""Draw what a key leads to once, instead of every frame on the way there.

An app without a terminal composes each frame and throws it away: a fifth of what a screen test costs. An app
marked by `spare` composes what stands when a `press` or `pause` ends, and whatever a test looks at.
What a terminal gets frame by frame is proved in tests/e2e and by the tests that do not spare.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from textual._compositor import Compositor
from textual._context import active_app
from textual.pilot import Pilot

_SPARED: WeakSet[Any] = WeakSet()
_OWED: WeakSet[Any] = WeakSet()


def spare(app: Any) -> Any:
    """Compose this app's screens only where a test stops to look; returns the app."""
    _SPARED.add(app)
    return app


def _render_update(self: Compositor, *args: Any, **options: Any) -> Any:
    app = active_app.get(None)
    if app is None or app not in _SPARED:
        return _whole_update(self, *args, **options)
    _OWED.add(app)
    return None


def _settle(app: Any) -> None:
    """Compose what is owed; what is dirty has stayed marked so, here and on the screens behind."""
    if app in _OWED:
        _OWED.discard(app)
        if app.is_running and app.screen_stack:
            _whole_update(app.screen._compositor, screen_stack=app._background_screens)


async def _press(self: Pilot[Any], *keys: str) -> None:
    await _whole_press(self, *keys)
    _settle(self.app)


async def _pause(self: Pilot[Any], delay: float | None = None) -> None:
    await _whole_pause(self, delay)
    _settle(self.app)


_whole_update, _whole_press, _whole_pause = Compositor.render_update, Pilot.press, Pilot.pause
setattr(Compositor, "render_update", _render_update)  # noqa: B010
setattr(Pilot, "press", _press)  # noqa: B010
setattr(Pilot, "pause", _pause)  # noqa: B010
