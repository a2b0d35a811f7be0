"""Every kind of file the product reads, each with its doors; one room per kind says how it is made."""

from __future__ import annotations

from hostile_authored_files import authored_files
from hostile_commands import Space
from hostile_handed_files import encrypted_files, handed_files
from hostile_lines import lines
from hostile_own_files import own_files
from hostile_pictures import pictures
from hostile_round import Round
from hostile_sheets import sheets
from hostile_sweep import Kind
from hostile_used_files import used_files


def kinds(space: Space) -> list[Kind]:
    """The table of all kinds."""
    r = Round(space)
    used = used_files(space)
    return [
        *authored_files(r),
        *handed_files(r, used),
        *own_files(r, used),
        *sheets(r, used),
        *lines(r),
        *pictures(r),
        *encrypted_files(r, used),
    ]
