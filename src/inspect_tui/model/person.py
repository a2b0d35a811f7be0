"""Identity: who works at this laptop, asked once per workspace."""

import msgspec

from inspect_tui.model.terms import Role

IDENTITY_FORMAT = "inspect-tui/identity"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """The inspector at this laptop, with a second one where two share it.

    `machine` is the random id of the laptop the answer was given on: elsewhere it is asked again, and a
    new findings file begins. `writers` names this laptop's findings file per round.
    """

    name: str
    team: str = ""
    role: Role = Role.INSPECTOR
    second: str = ""
    machine: str = ""
    writers: dict[str, str] = {}
    format: str = IDENTITY_FORMAT
    version: str = "1.0"

    @property
    def people(self) -> tuple[str, ...]:
        """Who signs each change, as `by`."""
        return (self.name, self.second) if self.second else (self.name,)
