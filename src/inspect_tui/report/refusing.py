"""Refusing a text that cannot or must not be made, with what can be made instead."""

from __future__ import annotations


class NoticeRefused(Exception):
    """The wanted text cannot be made; the message says which one can.

    `undecided` says that opinions wait for the lead, so that a screen can say by which key they are settled.
    """

    def __init__(self, message: str, *, undecided: bool = False) -> None:
        super().__init__(message)
        self.undecided = undecided
