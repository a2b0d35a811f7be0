"""Refusing what must not leave the machine: rounds marked 秘密 or above."""

from __future__ import annotations

from inspect_tui.model.round import Round
from inspect_tui.model.terms import Secrecy


class ExportRefused(Exception):
    """A round's mark forbids every output of this program."""


def refuse_secret(round_: Round) -> None:
    """Raise ExportRefused when the round's 密级 is 秘密 or above.

    This program works on ordinary machines and its texts go into chats: neither may carry secrets.
    """
    refuse_mark(round_.secrecy)


def refuse_mark(secrecy: Secrecy) -> None:
    """The same by the mark alone."""
    if secrecy.refuses_export:
        raise ExportRefused(
            f"本轮检查密级为“{secrecy.label}”，本程序不导出、不打包、不生成任何文字。"
            "请按保密规定通过机要渠道办理。"
        )
