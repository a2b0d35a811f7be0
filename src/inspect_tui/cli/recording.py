"""What commands share that record for whoever works here: the round open for them, one change on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import identity_of, round_id_of, space_of, warn

if TYPE_CHECKING:
    from inspect_tui.model.change import Edit
    from inspect_tui.model.person import Identity
    from inspect_tui.store.session import Session
    from inspect_tui.store.workspace import Workspace

into_option = click.option("--round", "round_id", metavar="轮次", help="记在哪一轮；不写为最新一轮。")
by_option = click.option("--as", "name", metavar="姓名", help="以谁的名义记录；不写为这台电脑上的人。")


@contextmanager
def opened(
    space: Workspace, round_id: str, identity: Identity, *, read_only: bool = False
) -> Iterator[Session]:
    """A round open for somebody; closed, with everything on disk, when the command is done with it."""
    from inspect_tui.store.session import Session

    session = Session.open(space, round_id, identity, read_only=read_only)
    try:
        warn(session.messages)
        yield session
    finally:
        session.close()


def recording(
    workspace: str | None, round_id: str | None, name: str | None
) -> AbstractContextManager[Session]:
    """The round that is meant, open for whoever is meant. Raises InputFaults where that is not clear."""
    space = space_of(workspace)
    return opened(space, round_id_of(space, round_id), identity_of(space, name))


def commit(session: Session, edits: list[Edit], what: str) -> None:
    """Make one change and wait until it is on disk."""
    session.commit(edits, what)
    session.flush()
