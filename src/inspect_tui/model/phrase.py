"""Phrase: a wording an inspector uses often for an item, offered again by digit."""

import msgspec

from inspect_tui.model.terms import FindingKind, Term

PHRASES_FORMAT = "inspect-tui/phrases"
PHRASES_VERSION = "1.0"
#: How often a learned phrase must have been written before it is offered.
OFTEN = 2


class PhraseKind(Term):
    """What a phrase is offered for."""

    DEFICIENCY = "deficiency", "问题"
    GOOD_PRACTICE = "good_practice", "好的做法"
    SUGGESTION = "suggestion", "建议"
    NOTE = "note", "说明"

    @classmethod
    def of(cls, kind: FindingKind) -> "PhraseKind":
        """The kind of phrase that a finding of that kind is."""
        return cls(kind.value)


class Phrase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One wording for one item. `count` is how often it was written, `last` the day it last was.

    `added` ones were written into the list by hand and are offered at once; learned ones when they were used
    twice. `pinned` ones come first.
    """

    checklist: str
    item: str
    kind: PhraseKind
    text: str
    count: int = 0
    pinned: bool = False
    added: bool = False
    last: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it this phrase and no other."""
        return self.checklist, self.item, self.kind.value, self.text

    @property
    def offered(self) -> bool:
        """Whether it is among those a prompt lists."""
        return self.pinned or self.added or self.count >= OFTEN
