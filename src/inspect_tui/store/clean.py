"""Text at the door: what may be kept of anything typed, pasted or read from a file.

Control characters drive terminals, bidi marks reorder what is shown, invisible ones make two equal-looking
names differ, and spreadsheets refuse the rest. All of it is taken out once, before anything is stored.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

#: Dropped: C0, C1 and DEL except tab, newline and the line ends below; soft hyphen; bidi controls;
#: zero-width and other invisible format characters; annotation and tag characters; U+FFFE and U+FFFF,
#: which XML (and so docx and xlsx) cannot hold.
_DROPPED_RANGES = (
    (0x00, 0x08),
    (0x0E, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x061C, 0x061C),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0xFFFE, 0xFFFF),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE007F),
)
_LINE_ENDS = "\r\v\f\u2028\u2029"
_SURROGATES = (0xD800, 0xDFFF)
_REPLACEMENT = "\ufffd"


def _char_class(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


# Compiled when a text is met that needs them, which most starts of the program never do.
_SUSPECT = f"[{_char_class((*_DROPPED_RANGES, _SURROGATES))}{_LINE_ENDS}]"
_DROPPED = f"[{_char_class(_DROPPED_RANGES)}]+"
_ENDS = f"\r\n|[{_LINE_ENDS}]"
_PAIR = "[\ud800-\udbff][\udc00-\udfff]"
_LONE = "[\ud800-\udfff]"
_BREAKS = "[\n\t]+"


class KeyCollision(ValueError):
    """Two keys of one JSON object read the same once they are cleaned."""


def clean_text(text: str, *, newlines: bool = True) -> str:
    """Text as it may be stored and shown; applying it again changes nothing.

    With `newlines=False` lines and tabs are joined by one space, for fields of one line.
    """
    # Nothing of what is dropped or replaced is printable, and most texts are printable but for their lines.
    if not text.replace("\n", "").isprintable() and re.search(_SUSPECT, text):
        text = re.sub(_PAIR, _join_pair, text)
        text = re.sub(_LONE, _REPLACEMENT, text)
        text = re.sub(_DROPPED, "", text)
        text = re.sub(_ENDS, "\n", text)
    if not newlines and ("\n" in text or "\t" in text):
        text = re.sub(_BREAKS, " ", text.strip("\n\t"))
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text


def is_clean(text: str, *, newlines: bool = True) -> bool:
    """Whether cleaning would leave the text as it is."""
    return clean_text(text, newlines=newlines) == text


def clean_json(value: Any) -> Any:
    """A JSON value with every string and every key cleaned.

    Raises KeyCollision rather than let one of two keys that become equal swallow the other.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list | tuple):
        return [clean_json(part) for part in value]
    if isinstance(value, dict):
        cleaned: dict[Any, Any] = {}
        for key, part in value.items():
            name = clean_text(key) if isinstance(key, str) else key
            if name in cleaned:
                raise KeyCollision(name)
            cleaned[name] = clean_json(part)
        return cleaned
    return value


def _join_pair(match: re.Match[str]) -> str:
    return match.group().encode("utf-16", "surrogatepass").decode("utf-16")
