"""Asking: words said to the inspector and asked of them, where what was typed and left comes back.

What is half typed is kept as a draft beside the findings, and never becomes part of them by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from inspect_tui.rules import actions
from inspect_tui.store.drafts import Drafts
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui.base import BaseApp
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.skin import Skin

if TYPE_CHECKING:
    from inspect_tui.tui.widgets.prompt import TextPrompt


class AskingApp(BaseApp[None]):
    """An app with the round that is open, if one is, and its drafts."""

    def __init__(self, *, look: Skin | None = None) -> None:
        super().__init__(look=look)
        self.desk: Desk | None = None
        self.drafts: Drafts | None = None

    def remember(self, key: str, value: str) -> None:
        """Keep a small private fact, such as where a walk was left; never part of the findings."""
        if self.drafts is not None:
            self.drafts.save(key, value)

    def recall(self, key: str) -> str:
        """A small private fact kept before."""
        return self.drafts.load().get(key, "") if self.drafts is not None else ""

    def ask_text(
        self,
        title: str,
        *,
        draft: str,
        then: Callable[[str], object],
        text: str = "",
        hint: str = "",
        required: bool = True,
        multiline: bool = False,
        switch: tuple[str, str, Callable[[bool], None]] | None = None,
        last: Callable[[str], object] | None = None,
    ) -> None:
        """Ask for words. What was typed before under the same draft key is offered back.

        `then` may be called more than once with growing text (focus-out, window closed, accepted), so it
        must write the same record each time. `last` is called once, with what was accepted.
        """
        from inspect_tui.tui.screens.words import WordsPrompt

        held = self.recall(f"text/{draft}")
        key = f"text/{draft}"

        def accepted(words: str | None) -> None:
            if words is not None:
                if self.drafts is not None:
                    self.drafts.clear(key)
                then(words)
                if last is not None:
                    last(words)

        prompt: TextPrompt = WordsPrompt(
            title,
            text=held or text,
            hint=("上次没写完的内容已放回。" if held and held != text else "") + hint,
            required=required,
            multiline=multiline,
            on_draft=lambda words: self.remember(key, words),
            commit=then,
            switch=switch,
        )
        self.push_screen(prompt, accepted)

    def reopen(self, unit: str) -> None:
        """Open a submitted visit again, with a reason."""
        desk = self.desk
        if desk is None:
            return
        if desk.visit(unit).accepted:
            self.say(desk.why_closed(unit), "warning")
            return

        def reasoned(reason: str) -> None:
            try:
                desk.commit(unit, actions.reopen(desk.state, unit, reason), "重新打开", reopening=True)
            except ReadOnlySession as held:
                self.say(f"现在只能看：{held}", "warning")
            else:
                self.say("已重新打开，可以修改；改完请再提交。")

        self.ask_text("重新打开的原因", draft=f"reopen/{unit}", then=reasoned)
