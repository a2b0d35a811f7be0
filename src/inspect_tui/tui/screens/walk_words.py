"""Asking for words at a stop: a note, a good practice, a suggestion, with the usual wordings first."""

from __future__ import annotations

from collections.abc import Callable

from inspect_tui.model.change import free_finding_key
from inspect_tui.model.phrase import PhraseKind
from inspect_tui.model.terms import FindingKind
from inspect_tui.rules import actions
from inspect_tui.tui import walking
from inspect_tui.tui.screens.walk_page import WalkPage
from inspect_tui.tui.track import Stop
from inspect_tui.tui.walking import OWN_WORDS, Deed, phrase_options


class Wording:
    """What is written down at a stop; what is written often is learnt as a usual wording."""

    def __init__(self, page: WalkPage) -> None:
        self.page = page

    def _usual(self, stop: Stop, kind: PhraseKind, draft: str, then: Callable[[str], None]) -> None:
        """Offer wordings used often for this item, then ask for the words with the one that was picked."""
        row = stop.row
        ready = self.page.app.usual.offered(draft, row.checklist.id, row.item.id, kind)
        if not ready:
            then("")
            return
        self.page.offer(
            f"{row.item.id} {kind.label}，常用语：",
            phrase_options(ready),
            lambda option, _: then("" if option.value == OWN_WORDS else option.value),
        )

    def finding(self, stop: Stop, kind: FindingKind) -> None:
        """Write down a good practice or a suggestion."""
        row = stop.row
        draft = f"{kind.value}/{stop.unit}/{row.checklist.id}/{row.item.id}"
        self._usual(
            stop, PhraseKind.of(kind), draft, lambda text: self._finding_words(stop, kind, draft, text)
        )

    def _finding_words(self, stop: Stop, kind: FindingKind, draft: str, text: str) -> None:
        row = stop.row

        # The same id each time: the prompt may commit early (focus-out, window closed) and again at the end.
        new_id = self.page.desk.new_id()
        linked = True

        def link(on: bool) -> None:
            nonlocal linked
            linked = on

        def written(text: str) -> None:
            edits = actions.new_finding(
                self.page.desk.state,
                stop.unit,
                new_id,
                kind,
                text,
                checklist=row.checklist.id if linked else "",
                item=row.item.id if linked else "",
            )
            if not linked:
                # An early commit may have tied it to the item already.
                edits += actions.off_the_item(self.page.desk.state, free_finding_key(stop.unit, new_id))
            self.page.do(Deed(stop.unit, edits, kind.label), advance=False)

        self.page.app.ask_text(
            f"{kind.label}（{stop.sheet.unit.name}）",
            draft=draft,
            text=text,
            then=written,
            switch=(f"归到 {row.item.id}", "记在单位名下，不归具体条目", link),
            last=lambda words: self._learn(stop, PhraseKind.of(kind), words if linked else ""),
        )

    def _learn(self, stop: Stop, kind: PhraseKind, text: str, instead: str = "") -> None:
        self.page.app.usual.count(stop.unit, stop.row.checklist.id, stop.row.item.id, kind, text, instead)

    def note(self, stop: Stop) -> None:
        """Write the note of an item."""
        own = walking.own_note(stop, self.page.desk.session.identity.people)
        title = f"{stop.row.item.id} 说明"
        if own:
            self.ask_note(stop, title, own)
        else:
            self._usual(
                stop, PhraseKind.NOTE, _note_draft(stop), lambda text: self.ask_note(stop, title, text)
            )

    def ask_note(self, stop: Stop, title: str, text: str = "") -> None:
        """Ask for the note, beginning with what this inspector wrote before or a usual wording."""
        own = walking.own_note(stop, self.page.desk.session.identity.people)
        self.page.app.ask_text(
            title,
            draft=_note_draft(stop),
            text=text,
            required=False,
            then=lambda words: self.page.do(walking.note(stop, words), advance=False),
            last=lambda words: self._learn(stop, PhraseKind.NOTE, words, own),
        )


def _note_draft(stop: Stop) -> str:
    """Under what a half-written note of an item is kept."""
    return f"note/{stop.unit}/{stop.row.checklist.id}/{stop.row.item.id}"
