"""The save light: says at all times whether what was entered is on the disk."""

from __future__ import annotations

import enum

from textual.widgets import Static

from inspect_tui.tui.text import plain


class Saving(enum.Enum):
    """State of the save light, with the word it shows and its style class."""

    SAVED = "已保存", "-saved"
    BUSY = "保存中", "-busy"
    FAILED = "未保存", "-failed"
    READ_ONLY = "只读", "-read-only"

    def __init__(self, word: str, css: str) -> None:
        self.word = word
        self.css = css


class SaveLight(Static):
    """Shows 保存中, 已保存, 未保存（原因） or 只读（某某正在使用）.

    The word alone carries the meaning; colour only helps it.
    """

    DEFAULT_CSS = "SaveLight { width: auto; height: 1; }"

    def __init__(self, state: Saving = Saving.SAVED, detail: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.state = state
        self.detail = detail

    def on_mount(self) -> None:
        self._show()

    def show(self, state: Saving, detail: str = "") -> None:
        """Turn to a state. `detail` is the reason of a failure or who holds the file."""
        if (state, detail) != (self.state, self.detail):
            self.state, self.detail = state, detail
            self._show()

    @property
    def words(self) -> str:
        return f"{self.state.word}（{self.detail}）" if self.detail else self.state.word

    def _show(self) -> None:
        for state in Saving:
            self.set_class(state is self.state, state.css)
        self.update(plain(self.words), layout=True)
