"""Asking for one value of a ledger form: ready answers by digit, or one's own words kept as a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from inspect_tui.tui.product_screen import ProductScreen
from inspect_tui.tui.step_form import Ask, read_typed_day
from inspect_tui.tui.widgets.menu import Entry, MenuScreen
from inspect_tui.tui.widgets.prompt import TextPrompt

_OWN, _NONE = "own", "none"


def ask_value(
    screen: ProductScreen[Any],
    ask: Ask,
    value: str,
    ready: Sequence[str],
    today: dt.date,
    draft: str,
    then: Callable[[str | None], object],
) -> None:
    """Ask for a value and hand it on as it will be written, a day as YYYY-MM-DD; None when left by Esc."""

    def check(text: str) -> str:
        if ask.day and text and not read_typed_day(text, today):
            return f"“{text[:20]}”不是日期。可写 2026-11-20、11月20日、今天、30天后。"
        return ""

    def told(text: str | None) -> None:
        then(read_typed_day(text, today) if text and ask.day else text)

    def own() -> None:
        key = f"text/{draft}"
        held = "" if ask.day else screen.app.recall(key)

        def typed(words: str | None) -> None:
            if words is not None and not ask.day:
                screen.app.remember(key, "")
            told(words)

        hint = ask.hint if not ask.day else f"{ask.hint}可写 2026-11-20、11月20日、今天、30天后。"
        again = "上次没写完的内容已放回。" if held and held != value else ""
        screen.app.push_screen(
            TextPrompt(
                ask.label,
                text=held or value,
                hint=again + hint,
                required=ask.required,
                check=check,
                on_draft=None if ask.day else lambda words: screen.app.remember(key, words),
            ),
            typed,
        )

    if not ready:
        own()
        return
    entries = [
        Entry(str(index), text, "现在的" if text[:10] == value or text == value else "")
        for index, text in enumerate(ready)
    ]
    entries.append(Entry(_OWN, "自己填写", value))
    if value and not ask.required:
        entries.append(Entry(_NONE, "清空"))

    def picked(choice: str | None) -> None:
        if choice is None:
            then(None)
        elif choice == _OWN:
            own()
        else:
            told("" if choice == _NONE else ready[int(choice)])

    screen.app.push_screen(MenuScreen(ask.label, entries, intro=ask.hint), picked)
