"""`inspect-tui vault ...` and `unlock`: a passphrase for a workspace, and plain copies taken out of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from inspect_tui.cli.common import clean, faults, folder_of, json_option, print_json, warn, workspace_option
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.store.vault import Vault

#: For scripts; typed at the prompt it is never shown.
VARIABLE = "INSPECT_TUI_PASSPHRASE"
_TRIES = 3


def open_vaults(paths: Sequence[Path], *, left_out: Path | None = None) -> None:
    """Ask for the passphrase of every encrypted workspace these paths lie in, unless it is open already.

    `left_out` is one that is not asked about. Raises InputFaults where nobody can be asked, or the passphrase
    is wrong too often.
    """
    from inspect_tui.store.vault import root_above
    from inspect_tui.store.vault_ops import opened

    roots = dict.fromkeys(root for path in paths if (root := root_above(path)) is not None)
    for root in roots:
        if root != left_out and opened(root) is None:
            _open(root)


def _open(root: Path) -> Vault:
    from inspect_tui.store.vault import WrongPassphrase
    from inspect_tui.store.vault_files import enter, strays_said
    from inspect_tui.store.vault_ops import opened

    given = os.environ.get(VARIABLE)
    for left in range(_TRIES - 1, -1, -1):
        try:
            strays, failed = enter(root, given if given is not None else _ask(root))
        except WrongPassphrase as wrong:
            if given is not None or not left:
                raise faults("A01", str(wrong).split("。")[0], str(root), "忘了口令可以输入恢复码") from wrong
            click.echo(f"{wrong}还可以试{left}次。", err=True)
            continue
        warn(strays_said(strays, failed))
        vault = opened(root)
        assert vault is not None
        return vault
    raise AssertionError


def _ask(root: Path) -> str:
    if not (sys.stdin and sys.stdin.isatty()):
        raise faults(
            "A02", "工作文件夹已加密，要先输入口令", str(root), f"请在终端里运行；脚本可用环境变量{VARIABLE}"
        )
    return str(click.prompt(f"{root.name or root} 已加密，请输入口令", hide_input=True, err=True))


@click.group(name="vault", cls=ZhGroup, options_metavar="[选项]", subcommand_metavar="命令 ……")
def vault() -> None:
    """给工作文件夹设口令：记录、日志、草稿、备份、收到的文件、佐证和导出的文件都加密存放。"""


@vault.command(name="create", short_help="设口令，把已有的文件加密", options_metavar="[选项]")
@click.option("--generate", is_flag=True, help="由程序随机生成口令（数字，不用切换输入法）。")
@click.option("--yes", is_flag=True, help="已抄好恢复码，不再核对。脚本用。")
@workspace_option
@json_option
def create(generate: bool, yes: bool, workspace: str | None, as_json: bool) -> None:
    """设口令并加密。口令和恢复码只显示这一次。清单和规则不加密，照样可以编辑。"""
    from inspect_tui.store.errors import StoreError
    from inspect_tui.store.vault import FORGOTTEN, is_vaulted, new_passphrase, new_recovery
    from inspect_tui.store.vault_files import encrypt_workspace

    root = _workspace(workspace)
    if is_vaulted(root):
        raise faults("A03", "这个工作文件夹已经加密", str(root), "改口令用 inspect-tui vault change")
    _nobody_at_work(root)
    click.echo(FORGOTTEN, err=True)
    passphrase = new_passphrase() if generate else _new_passphrase()
    recovery = new_recovery()
    _show(passphrase if generate else "", recovery)
    if not yes:
        _written_down(recovery)
    done, left = encrypt_workspace(root, passphrase, recovery)
    if left:
        warn(left)
        raise StoreError(f"有{len(left)}个文件没有加密成，再运行一次任何命令会接着加密。", path=root)
    if as_json:
        shown = {"passphrase": passphrase} if generate else {}
        print_json({"encrypted": done, "recovery": recovery, **shown})
    else:
        click.echo(f"已加密{done}个文件。以后每次打开都要输入口令。")
        click.echo("硬盘上删掉的旧内容仍可能被专门的工具找回；要紧的电脑请再开整盘加密。", err=True)


@vault.command(name="status", short_help="是否加密，有没有漏下的", options_metavar="[选项]")
@workspace_option
@json_option
def status(workspace: str | None, as_json: bool) -> None:
    """是否加密；输过口令的还说有没有没加密的文件。"""
    from inspect_tui.store.vault import is_vaulted
    from inspect_tui.store.vault_files import other_files, other_said, plain_files
    from inspect_tui.store.vault_ops import opened

    root = _workspace(workspace)
    if not is_vaulted(root):
        if as_json:
            print_json({"encrypted": False, "plain": [], "others": []})
        else:
            click.echo("没有加密。设口令：inspect-tui vault create")
        return
    held = opened(root) or _open(root)
    strays = [str(path.relative_to(held.root)) for path in plain_files(held)]
    others = other_files(held)
    if as_json:
        named = [clean(path.relative_to(held.root).as_posix()) for path in others]
        print_json({"encrypted": True, "plain": strays, "others": named})
    else:
        click.echo("已加密。" + (f"有{len(strays)}个文件没有加密：{'、'.join(strays[:5])}" if strays else ""))
        if others:
            click.echo(clean(other_said(others, held.root)))


@vault.command(name="change", short_help="改口令，换恢复码", options_metavar="[选项]")
@click.option("--generate", is_flag=True, help="由程序随机生成口令。")
@click.option("--yes", is_flag=True, help="已抄好恢复码，不再核对。脚本用。")
@workspace_option
@json_option
def change(generate: bool, yes: bool, workspace: str | None, as_json: bool) -> None:
    """改口令，也换一个恢复码；旧的口令和恢复码从此打不开。文件不用重新加密。"""
    from inspect_tui.store.vault import change_passphrase, new_passphrase, new_recovery

    held = _held(workspace)
    passphrase = new_passphrase() if generate else _new_passphrase()
    recovery = new_recovery()
    _show(passphrase if generate else "", recovery)
    if not yes:
        _written_down(recovery)
    change_passphrase(held, passphrase, recovery)
    if as_json:
        print_json({"recovery": recovery, **({"passphrase": passphrase} if generate else {})})
    else:
        click.echo("口令已改。以前复制出去的文件夹仍要用旧口令。")


@vault.command(name="remove", short_help="取消口令，文件恢复原样", options_metavar="[选项]")
@click.option("--yes", is_flag=True, help="不再询问。")
@workspace_option
def remove(yes: bool, workspace: str | None) -> None:
    """取消口令：全部文件解密，恢复原来的名字。"""
    from inspect_tui.store.errors import StoreError
    from inspect_tui.store.vault_files import decrypt_all

    held = _held(workspace)
    _nobody_at_work(held.root)
    if not yes and not click.confirm("取消口令后谁都能看这些文件，确定吗", err=True):
        raise click.Abort
    done, left = decrypt_all(held)
    if left:
        warn(left)
        raise StoreError(f"有{len(left)}个文件没有解开，口令仍然有效，请处理后再试。", path=held.root)
    click.echo(f"已取消口令，解开{done}个文件。")


@click.command(name="unlock", short_help="从加密的文件夹取出文件", options_metavar="[选项]")
@click.argument("names", metavar="[文件]……", nargs=-1)
@click.option(
    "-o", "--output", metavar="文件夹", type=click.Path(path_type=Path), help="取出到哪个文件夹，如U盘。"
)
@workspace_option
@json_option
def unlock(names: tuple[str, ...], output: Path | None, workspace: str | None, as_json: bool) -> None:
    """从加密的工作文件夹取出文件的明文：不写文件就列出导出的文件。

    文件可以写导出文件的名字（或名字里的几个字），也可以写工作文件夹里的路径，如rounds/2026Q4/….json。
    """
    from inspect_tui.store import files
    from inspect_tui.store.vault_files import exports, take_out

    held = _held(workspace)
    listed = exports(held)
    if not names:
        if as_json:
            print_json({"files": [{"name": name, "bytes": files.fs.size(path)} for name, path in listed]})
        for name, path in listed if not as_json else []:
            click.echo(f"{name}  （{files.fs.size(path)}字节）")
        return
    if output is None:
        raise click.UsageError("请用 -o 写明取出到哪个文件夹。")
    target = output.absolute()
    if target.is_relative_to(held.root):
        raise faults("A04", "要取出到工作文件夹以外", str(output), "如U盘或桌面；放在里面还会加密")
    taken = []
    for wanted in names:
        for name, path in _found(held, wanted, listed):
            take_out(path, target / Path(name).name)
            taken.append(str(target / Path(name).name))
    if as_json:
        print_json({"taken": taken})
    else:
        click.echo("已取出（没有加密，用完请删除）：" + "、".join(taken))


def _found(held: Vault, wanted: str, listed: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    from inspect_tui.store import files

    exact = [(name, path) for name, path in listed if name == wanted]
    part = exact or [(name, path) for name, path in listed if wanted in name]
    inside = held.root / wanted
    if not part and held.encloses(inside) and files.fs.place(inside).is_file():
        part = [(inside.name, inside)]
    if not part:
        raise faults("A05", "没有这个文件", wanted, "不写文件名可以列出导出的文件")
    return part


def _workspace(workspace: str | None) -> Path:
    from inspect_tui.cli.common import space_of

    return space_of(workspace).root.absolute()


def _held(workspace: str | None) -> Vault:
    from inspect_tui.store.vault import is_vaulted
    from inspect_tui.store.vault_ops import opened

    root = folder_of(workspace).absolute()
    if not is_vaulted(root):
        raise faults("A03", "这个工作文件夹没有加密", str(root), "设口令：inspect-tui vault create")
    return opened(root) or _open(root)


def _nobody_at_work(root: Path) -> None:
    """Refuse while a window has a findings file of the workspace open."""
    from inspect_tui.store.vault_files import at_work

    held = at_work(root)
    if held is not None:
        raise faults("A03", str(held), "", "请先关掉打开着的窗口") from held


def _new_passphrase() -> str:
    from inspect_tui.store.vault import weakness

    given = os.environ.get(VARIABLE)
    while True:
        text = given or str(
            click.prompt("新口令", hide_input=True, err=True, confirmation_prompt="再输一次新口令")
        )
        why = weakness(text)
        if not why:
            return text
        if given:
            raise faults("A01", why, "", "可用 --generate 由程序生成")
        click.echo(f"{why}，请换一个。", err=True)


def _show(passphrase: str, recovery: str) -> None:
    if passphrase:
        click.echo(f"口令：    {passphrase}", err=True)
    click.echo(f"恢复码：  {recovery}", err=True)
    click.echo("请现在抄在纸上，关掉后不再显示。忘了口令时，输入恢复码一样能打开。", err=True)


def _written_down(recovery: str) -> None:
    """Ask for the last two groups, so that nobody goes on without having written it down."""
    from inspect_tui.store.vault import copied

    while not copied(recovery, str(click.prompt("抄好了吗？请照纸上输入恢复码的最后两组", err=True))):
        click.echo("和恢复码对不上，请看纸上抄的。", err=True)
