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
    round_in,
    space_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.recording import opened

if TYPE_CHECKING:
    from inspect_tui.model.person import Identity
    from inspect_tui.store.workspace import Workspace


@click.command(name="hand-in", options_metavar="[选项]")
@click.option("--round", "round_id", metavar="轮次", help="交哪一轮；不写为最新一轮。")
@click.option("--as", "name", metavar="姓名", help="交谁的；不写为这台电脑上的人。")
@click.option("-o", "--output", metavar="文件", type=click.Path(path_type=Path), help="写到哪里。")
@click.option("--encrypt", "way", flag_value="key", help="加密给发包的组长；发包带了公钥的不写也加密。")
@click.option("--passphrase", "way", flag_value="passphrase", help="用随机口令加密，口令只显示一次。")
@click.option("--plain", "way", flag_value="plain", help="不加密。")
@workspace_option
@json_option
def hand_in_command(
    round_id: str | None,
    name: str | None,
    output: Path | None,
    way: str | None,
    workspace: str | None,
    as_json: bool,
) -> None:
    """交卷：把自己的检查记录和佐证打成一个文件，读回来核对，给出条数和短码。

    组长合并时会看到同样的短码。自己有钥匙的自动签名；发包带了组长公钥的自动加密，只有组长那台电脑打得开。
    """
    from inspect_tui.exchange.handin import hand_in

    space = space_of(workspace)
    identity = identity_of(space, name)
    wanted = round_id_of(space, round_id)
    _refuse_nothing(space, wanted, identity)
    if way == "key":
        _need_recipient(space, wanted)
    passphrase = _new_passphrase() if way == "passphrase" else ""
    with opened(space, wanted, identity) as session:
        receipt = hand_in(session, output, plain=way == "plain", passphrase=passphrase)
    if as_json:
        import msgspec

        counts = msgspec.to_builtins(receipt.counts)
        data = {"path": str(receipt.path), "code": receipt.code, "counts": counts}
        data |= {"writer": session.writer, "messages": list(receipt.messages)}
        data |= {"signed": receipt.signed, "encrypted": receipt.encrypted, "passphrase": receipt.passphrase}
        print_json(data | {"recipients": [msgspec.to_builtins(r) for r in receipt.sealed_to]})
        return
    click.echo(f"交卷文件：{receipt.path}")
    click.echo(receipt.counts.text())
    click.echo(f"短码：{receipt.code}")
    if receipt.signed:
        click.echo(f"已签名：{receipt.signed}")
    if receipt.sealed_to:
        click.echo("加密交给：" + "、".join(r.words for r in receipt.sealed_to))
    if receipt.passphrase:
        click.echo(f"口令：{receipt.passphrase}")
        click.echo(
            "口令只显示这一次，请现在抄下，电话或当面告诉组长，不要和文件一起发。忘了口令，谁也打不开这份文件；"
            "检查记录还在本机，可以再交一次。",
            err=True,
        )
    if way == "plain":
        click.echo("按要求没有加密：拿到文件的人都能看到内容。", err=True)
    warn(receipt.messages)


def _need_recipient(space: Workspace, round_id: str) -> None:
    """Refuse to promise encryption where nobody is known to encrypt to."""
    from inspect_tui.exchange.recipients import recipients_of

    round_ = round_in(space, round_id)
    if not recipients_of(space, round_)[0]:
        raise faults(
            "A09",
            "不知道加密给谁：发包里没有组长的公钥",
            round_id,
            "请组长先 key new 再重新发包，或用 --passphrase",
        )


def _new_passphrase() -> str:
    from inspect_tui.store.vault import new_passphrase

    return new_passphrase()


def _refuse_nothing(space: Workspace, round_id: str, identity: Identity) -> None:
    """Handing in must never begin an empty file just to hand it in."""
    from inspect_tui.store.findings import findings_exist

    writer = space.known_writer(round_id, identity)
    if not writer or not findings_exist(space.findings_path(round_id, writer)):
        raise faults("W05", "这一轮没有这个人的检查记录", identity.name, "请核对姓名和轮次")
