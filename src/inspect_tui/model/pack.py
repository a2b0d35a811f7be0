"""Pack: the one file that readies a laptop for its units."""

import msgspec

from inspect_tui.model.round import Round
from inspect_tui.model.signing import KnownKey

PACK_VERSION = "1.0"


class Pack(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole round for one team.

    `team` is the id of the team it is meant for and `units` the units that team visits; both empty mean
    everyone. The round is complete either way, so that any laptop can take over any unit. `evidence` holds
    files of the problems carried over, by file name, in base64. `lead_key` is whom hand-ins are encrypted to,
    `keys` are the keys known to whoever packed; a pack proves neither.
    """

    format: str
    version: str
    round: Round
    team: str = ""
    units: tuple[str, ...] = ()
    made: str = ""
    made_by: str = ""
    evidence: dict[str, str] = {}
    lead_key: KnownKey | None = None
    keys: tuple[KnownKey, ...] = ()
