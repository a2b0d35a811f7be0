"""`inspect-tui key ...`: one's own signing key, and the keys of colleagues that this workspace knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    faults,
    folder_of,
    identity_of,
    json_option,
    print_json,
    space_of,
    warn,
    workspace_option,
)
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.model.signing import KnownKey, PublicKey

as_option = click.option("--as", "name", metavar="姓名", help="谁的钥匙；不写为这台电脑上的人。")
_LOST = (
    "钥匙只在这台电脑上，不在工作文件夹里。电脑坏了或重装了，加密给这把钥匙的交卷就打不开：组长请另设办公室备用公钥"
    "（round new/amend --recovery-key）。"
)


@click.group(name="key", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def key() -> None:
    """签名钥匙：交卷签名，看得出被人改过；组长的钥匙还用来给交卷加密。不用也一切照常。"""


@key.command(name="new", short_help="做一把自己的钥匙", options_metavar="[选项]")
@as_option
@workspace_option
@json_option
def new(name: str | None, workspace: str | None, as_json: bool) -> None:
    """做一把自己的钥匙，存在这台电脑自己的数据文件夹里。以后交卷自动签名；组长发包会带上公钥。"""
    from inspect_tui.store.keyring import new_key, own_key
    from inspect_tui.store.workspace import local_clock

    who = _name(name, workspace)
    if own_key(who) is not None:
        raise faults("A06", "这台电脑上已经有这个人的钥匙", who, "看核对码用 key show")
    made = new_key(who, local_clock().isoformat(timespec="seconds"))
    if as_json:
        print_json(_shown(who, made.public))
        return
    _tell(who, made.public)
    click.echo(_LOST, err=True)


@key.command(name="show", short_help="显示自己的公钥和核对码", options_metavar="[选项]")
@as_option
@workspace_option
@json_option
def show(name: str | None, workspace: str | None, as_json: bool) -> None:
    """显示自己的公钥（一行，可以群发）和24位核对码（念给对方听，两边一致才算数）。"""
    from inspect_tui.store.keyring import own_key

    who = _name(name, workspace)
    held = own_key(who)
    if held is None:
        raise faults("A06", "这台电脑上没有这个人的钥匙", who, "用 key new 做一把")
    if as_json:
        print_json(_shown(who, held.public))
    else:
        _tell(who, held.public)


@key.command(name="trust", short_help="登记同事的公钥", options_metavar="[选项]")
@click.argument("source", metavar="公钥|文件")
@click.option("--as", "name", metavar="姓名", required=True, help="这是谁的公钥。")
@click.option("--yes", is_flag=True, help="核对码已经和本人核对过，不再询问。")
@workspace_option
@json_option
def trust(source: str, name: str, yes: bool, workspace: str | None, as_json: bool) -> None:
    """登记同事的公钥。先请本人念出他屏幕上的24位核对码，和这里一致才登记。"""
    from inspect_tui.model.signing import KnownKey
    from inspect_tui.store.clean import clean_text
    from inspect_tui.store.keyring import known_keys, read_key_line, save_known, spoken, with_key
    from inspect_tui.store.workspace import local_clock

    space = space_of(workspace)
    public = read_key_line(_text(source))
    if public is None:
        raise faults("A07", "里面没有公钥，或不止一把，或没有抄全", source[:60], "请照抄 key show 给出的一行")
    who = clean_text(name, newlines=False).strip()[:40]
    if not who:
        raise faults("A07", "姓名是空的", "", "请写这是谁的公钥")
    code = spoken(public)
    click.echo(f"核对码：{code}", err=True)
    if not yes and not click.confirm(f"{who}本人念出的核对码和这里完全一致吗", err=True):
        raise click.Abort
    held = known_keys(space.root)
    before = next((k for k in held if k.public == public), None)
    identity = space.identity()
    made = KnownKey(
        name=who,
        sign=public.sign,
        age=public.age,
        checked=True,
        added_at=local_clock().isoformat(timespec="seconds"),
        added_by=identity.name if identity is not None else "",
        rounds=before.rounds if before is not None else (),
    )
    others = sum(k.name == who and k.public != public for k in held)
    save_known(space.root, with_key(held, made))
    if others:
        warn([f"{who}已登记过{others}把别的公钥，都保留；换掉的旧钥匙请用 key forget 去掉。"])
    if as_json:
        print_json(_shown(who, public) | {"checked": True, "others": others})
    else:
        click.echo(f"已登记{who}的公钥。")


@key.command(name="list", short_help="列出自己的和登记过的公钥", options_metavar="[选项]")
@workspace_option
@json_option
def list_keys(workspace: str | None, as_json: bool) -> None:
    """列出这台电脑上自己的钥匙，和这个工作文件夹登记过的公钥。"""
    from inspect_tui.store.keyring import known_keys, own_keys, spoken
    from inspect_tui.store.workspace import Workspace

    root = folder_of(workspace)
    known: tuple[KnownKey, ...] = known_keys(root) if Workspace.is_workspace(root) else ()
    mine = own_keys()
    if as_json:
        rows = [_shown(k.name, k.public) | {"checked": k.checked, "rounds": list(k.rounds)} for k in known]
        print_json({"own": [_shown(k.name, k.public) for k in mine], "known": rows})
        return
    for own in mine:
        click.echo(f"自己  {own.name}  {spoken(own.public)}")
    for one in known:
        state = "已核对" if one.checked else "随发包来，未核对"
        lead = "，收加密的交卷" if one.rounds else ""
        click.echo(f"同事  {one.name}  {spoken(one.public)}  {state}{lead}")
    if not mine and not known:
        click.echo("还没有钥匙。做一把：inspect-tui key new")


@key.command(name="forget", short_help="去掉登记的公钥，或自己的钥匙", options_metavar="[选项]")
@click.argument("wanted", metavar="姓名|核对码")
@click.option("--own", is_flag=True, help="去掉自己在这台电脑上的钥匙。")
@click.option("--yes", is_flag=True, help="不再询问。")
@workspace_option
@json_option
def forget(wanted: str, own: bool, yes: bool, workspace: str | None, as_json: bool) -> None:
    """去掉登记的公钥；同名有几把的写核对码。--own 去掉自己的钥匙：加密给它的交卷从此打不开。"""
    from inspect_tui.store.keyring import forget_own, known_keys, save_known, spoken

    if own:
        if not yes and not click.confirm("去掉以后，加密给这把钥匙的交卷再也打不开，确定吗", err=True):
            raise click.Abort
        if not forget_own(wanted):
            raise faults("A06", "这台电脑上没有这个人的钥匙", wanted, "用 key list 看有哪些")
        gone = [wanted]
    else:
        space = space_of(workspace)
        held = known_keys(space.root)
        digits = "".join(ch for ch in wanted if ch.isdigit())
        found = [k for k in held if k.name == wanted or (len(digits) >= 8 and _digits(k).startswith(digits))]
        if not found:
            raise faults("A06", "没有登记过这把公钥", wanted, "用 key list 看有哪些")
        if len(found) > 1:
            codes = "、".join(spoken(k.public) for k in found)
            raise faults("A08", "有几把公钥符合", wanted, f"请写核对码：{codes}")
        save_known(space.root, [k for k in held if k not in found])
        gone = [k.name for k in found]
    if as_json:
        print_json({"forgotten": gone})
    else:
        click.echo(f"已去掉{'、'.join(gone)}的{'钥匙' if own else '公钥'}。")


def _digits(known: KnownKey) -> str:
    from inspect_tui.store.keyring import spoken

    return spoken(known.public).replace(" ", "")


def _name(name: str | None, workspace: str | None) -> str:
    """Whose key: the given name, or whoever works in this workspace."""
    from inspect_tui.store.workspace import Workspace

    return identity_of(Workspace(folder_of(workspace)), name).name


def _text(source: str) -> str:
    """The text of an argument that is a key itself or names a file with one in it."""
    if source.startswith("inspect-tui-key1:"):
        return source
    path = Path(source)
    try:
        with path.open("rb") as file:
            return file.read(65536).decode("utf-8", "replace")
    except FileNotFoundError:
        raise faults("A07", "不是公钥，也没有这个文件", source[:60], "请照抄 key show 给出的一行") from None


def _shown(name: str, public: PublicKey) -> dict[str, Any]:
    from inspect_tui.store.keyring import key_line, spoken

    return {"name": name, "line": key_line(public), "code": spoken(public), "recipient": public.age}


def _tell(name: str, public: PublicKey) -> None:
    from inspect_tui.store.keyring import key_line, spoken

    click.echo(key_line(public))
    click.echo(f"核对码：{spoken(public)}（{name}）")
    click.echo("把上面一行发给组长或同事；对方登记时，电话或当面念核对码，一致才算数。", err=True)
