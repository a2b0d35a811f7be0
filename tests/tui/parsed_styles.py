"""Let every app of a run read the same style sheets once; stock Textual remembers them for one app alone."""

from __future__ import annotations

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_PARSED: dict[Any, list[RuleSet]] = {}


def _parse_rules(self: Stylesheet, *args: Any, **options: Any) -> list[RuleSet]:
    key = (args, *sorted(options.items()), *sorted(self._variables.items()))
    if key not in _PARSED:
        _PARSED[key] = _stock_parse(self, *args, **options)
    return _PARSED[key]


_stock_parse = Stylesheet._parse_rules
setattr(Stylesheet, "_parse_rules", _parse_rules)  # noqa: B010
