"""Names of files that people pass on: readable Chinese, safe on every system and in every chat."""

from __future__ import annotations

import datetime as dt
import re

from inspect_tui.store.clean import clean_text

#: Longest name in characters, extension included: longer ones are cut by chat programs.
LONGEST = 60
_RESERVED = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_BLANKS = re.compile(r"\s+")
_DEVICES = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])$", re.IGNORECASE)


def file_part(text: str) -> str:
    """One part of a file name: no reserved character, no blanks, no dots at its ends."""
    text = _BLANKS.sub("", _RESERVED.sub("", clean_text(text, newlines=False)))
    return text.strip(". -")


def readable_name(parts: list[str], day: dt.date, extension: str) -> str:
    """交卷-第2检查组-检查员甲-20261120.zip: the parts that say something, the date, at most 60 characters.

    The longest part is cut first, so that the kind and the date always stay.
    """
    told = [cleaned for part in parts if (cleaned := file_part(part))]
    told = [f"{part}_" if _DEVICES.match(part) else part for part in told]
    told.append(day.strftime("%Y%m%d"))
    tail = f".{extension}"
    while len("-".join(told)) + len(tail) > LONGEST:
        longest = max(range(len(told) - 1), key=lambda i: len(told[i]))
        told[longest] = told[longest][:-1]
    return "-".join(part for part in told if part) + tail
