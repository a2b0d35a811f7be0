"""Screen of the product: a Textual screen that knows it stands in our app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.screen import Screen

if TYPE_CHECKING:
    from inspect_tui.tui.app import InspectApp

ResultT = TypeVar("ResultT")


class ProductScreen(Screen[ResultT], Generic[ResultT], inherit_bindings=False):
    """A full screen of ours; `app` has the product's own methods."""

    if TYPE_CHECKING:

        @property
        def app(self) -> InspectApp: ...  # type: ignore[override]
