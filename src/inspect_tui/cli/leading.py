"""What the lead's commands share: the round open for its lead, and how refusals are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import faults, identity_of, round_id_of, round_in, space_of
from inspect_tui.cli.recording import opened

if TYPE_CHECKING:
    from inspect_tui.store.session import Session

as_option = click.option("--as", "name", metavar="姓名", help="组长姓名；不写为这台电脑上的人。")


@contextmanager
def leading(workspace: str | None, round_id: str | None, name: str | None) -> Iterator[Session]:
    """A round open for its lead; closed, with everything on disk, when the command ends.

    Raises InputFaults when whoever asks does not lead, and for whatever the rules refuse.
    """
    from inspect_tui.rules.deciding import MatterMoved
    from inspect_tui.rules.erasing import CannotErase
    from inspect_tui.rules.joining import CannotJoin
    from inspect_tui.rules.reviewing import NoReason, is_lead
    from inspect_tui.rules.sealing import AlreadyFrozen

    space = space_of(workspace)
    wanted = round_id_of(space, round_id)
    identity = identity_of(space, name)
    round_ = round_in(space, wanted)
    if not is_lead(round_, identity):
        leads = tuple(dict.fromkeys(team.lead for team in round_.teams if team.lead))
        remedy = f"本轮组长：{'、'.join(leads)}，用 --as 写明"
        raise faults("D01", "只有组长能做这件事", identity.name, remedy)
    with opened(space, wanted, identity) as session:
        try:
            yield session
        except (NoReason, MatterMoved, CannotErase, CannotJoin, AlreadyFrozen) as error:
            raise faults("D02", str(error)) from error
