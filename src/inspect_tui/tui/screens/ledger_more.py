"""What else can be done with the ledger."""

from __future__ import annotations

from inspect_tui.tui.screens.ledger import LedgerScreen


def offer_more(screen: LedgerScreen) -> None:
    """Offer it."""
    screen.app.say("还没有。")
