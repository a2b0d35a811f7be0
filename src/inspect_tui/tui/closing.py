"""Saving when the terminal goes away.

Textual hears neither SIGHUP nor SIGTERM nor the closing of a Windows console, so a closed window would take
the last note with it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

GRACE = 3.0
"""Seconds the app gets to leave by itself after a signal; a dead terminal can hold it up for ever."""

_SIGNALS = ("SIGHUP", "SIGTERM")


def install(loop: asyncio.AbstractEventLoop, save: Callable[[], None], leave: Callable[[int], None]) -> bool:
    """Make the end of the terminal save and leave. True where handlers were set.

    `save` must not touch the screen; `leave` is called with the exit code a shell expects. Setting a handler
    also undoes an inherited "ignore", under which the app would spin on a terminal that is gone.
    """
    if threading.current_thread() is not threading.main_thread():
        return False
    if sys.platform == "win32":
        return _install_windows(loop, save, leave)

    def heard(number: int) -> None:
        try:
            save()
        finally:
            _force_exit_later(128 + number)
            leave(128 + number)

    try:
        for name in _SIGNALS:
            number = int(getattr(signal, name))
            loop.add_signal_handler(number, heard, number)
    except (NotImplementedError, ValueError, RuntimeError):
        return False
    return True


def remove(loop: asyncio.AbstractEventLoop) -> None:
    """Give the signals back to the system."""
    if sys.platform == "win32":
        _remove_windows()
        return
    for name in _SIGNALS:
        try:
            loop.remove_signal_handler(int(getattr(signal, name)))
        except (NotImplementedError, ValueError, RuntimeError):
            continue


def _force_exit_later(code: int) -> None:
    timer = threading.Timer(GRACE, os._exit, args=(code,))
    timer.daemon = True
    timer.start()


_CLOSE_EVENTS = frozenset({2, 5, 6})
"""CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT."""

_windows_handler: Any = None


def _install_windows(
    loop: asyncio.AbstractEventLoop, save: Callable[[], None], leave: Callable[[int], None]
) -> bool:
    import ctypes
    from ctypes import wintypes

    global _windows_handler

    def heard(event: int) -> bool:
        # Runs in a thread of the system's own; the process is ended as soon as this returns.
        if event not in _CLOSE_EVENTS:
            return False
        done = threading.Event()

        def save_in_loop() -> None:
            try:
                save()
            finally:
                done.set()
                leave(1)

        try:
            loop.call_soon_threadsafe(save_in_loop)
        except RuntimeError:
            return False
        done.wait(GRACE)
        return True

    prototype = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)  # type: ignore[attr-defined]
    _windows_handler = prototype(heard)
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    return bool(kernel32.SetConsoleCtrlHandler(_windows_handler, True))


def _remove_windows() -> None:
    import ctypes

    global _windows_handler
    if _windows_handler is not None:
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
        kernel32.SetConsoleCtrlHandler(_windows_handler, False)
        _windows_handler = None
