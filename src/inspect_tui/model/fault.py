"""Fault: one thing wrong with an input, told so that a user can mend it without help."""

from __future__ import annotations

import msgspec


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where, what and what to do. `line` and `column` count from 1; 0 means unknown.

    `path` is a JSON path ($.sections[0].items[2].points) or a place such as “第3行”. `code` is stable and
    documented. A warning (`warning=True`) does not stop the file from being used.
    """

    code: str
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    value: str = ""
    allowed: tuple[str, ...] = ()
    remedy: str = ""
    warning: bool = False

    def text(self) -> str:
        """The fault as one Chinese line for screens and stderr."""
        place = self.file
        if self.line:
            place += f"：第{self.line}行第{self.column}列" if place else f"第{self.line}行第{self.column}列"
        if self.path:
            place += f" {self.path}" if place else self.path
        said = f"{place}：{self.message}" if place else self.message
        if self.value:
            said += f"（现为“{self.value}”）"
        if self.allowed:
            said += f"，可用：{'、'.join(self.allowed)}"
        return f"{said}。{self.remedy}" if self.remedy else f"{said}。"


class InputFaults(Exception):
    """Raised when an input cannot be used; carries every fault found, never only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(fault.text() for fault in faults))
        self.faults = faults
