"""`inspect-tui hand-in`: 交卷 from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import (
    faults,
    identity_of,
    json_option,
    print_json,
    round_id_of,
    space_of,
    warn,
    workspace_option,
)

if TYPE_CHECKING:
    from inspect_tui.model.person import Identity
    from inspect_tui.store.workspace import Workspace


@click.command(name="hand-in", options_metavar="[选项]")
@click.option("--round", "round_id", metavar="轮次", help="交哪一轮；不写为最新一轮。")
@click.option("--as", "name", metavar="姓名", help="交谁的；不写为这台电脑上的人。")
@click.option("-o", "--output", metavar="文件.zip", type=click.Path(path_type=Path), help="写到哪里。")
@workspace_option
@json_option
def hand_in_command(
    round_id: str | None, name: str | None, output: Path | None, workspace: str | None, as_json: bool
) -> None:
    """交卷：把自己的检查记录和佐证打成一个压缩包，读回来核对，给出条数和短码。

    组长合并时会看到同样的短码。
    """
    from inspect_tui.exchange.handin import hand_in
    from inspect_tui.store.session import Session

    space = space_of(workspace)
    identity = identity_of(space, name)
    wanted = round_id_of(space, round_id)
    _refuse_nothing(space, wanted, identity)
    session = Session.open(space, wanted, identity)
    try:
        warn(session.messages)
        receipt = hand_in(session, output)
    finally:
        session.close()
    if as_json:
        import msgspec

        counts = msgspec.to_builtins(receipt.counts)
        data = {"path": str(receipt.path), "code": receipt.code, "counts": counts}
        print_json(data | {"writer": session.writer, "messages": list(receipt.messages)})
        return
    click.echo(f"交卷文件：{receipt.path}")
    click.echo(receipt.counts.text())
    click.echo(f"短码：{receipt.code}")
    warn(receipt.messages)


def _refuse_nothing(space: Workspace, round_id: str, identity: Identity) -> None:
    """Handing in must never begin an empty file just to hand it in."""
    from inspect_tui.store.findings import findings_exist

    writer = space.known_writer(round_id, identity)
    if not writer or not findings_exist(space.findings_path(round_id, writer)):
        raise faults("W05", "这一轮没有这个人的检查记录", identity.name, "请核对姓名和轮次")
