"""Refusing a text that cannot or must not be made, with what can be made instead."""

from __future__ import annotations


class NoticeRefused(Exception):
    """The wanted text cannot be made; the message says which one can."""
