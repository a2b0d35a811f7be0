"""What the commands share: the workspace they work in, printing JSON, telling failures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from inspect_tui.exchange.source import Source
    from inspect_tui.model.person import Identity
    from inspect_tui.model.roster import Unit
    from inspect_tui.model.round import Round
    from inspect_tui.store.workspace import Workspace

F = TypeVar("F", bound=Callable[..., Any])


def workspace_option(command: F) -> F:
    """`--workspace`, accepted behind a command as well as before it."""
    return click.option(
        "--workspace", metavar="文件夹", type=click.Path(), help="工作文件夹，不写就是当前文件夹。"
    )(command)


def json_option(command: F) -> F:
    """`--json`: one object on stdout, everything else on stderr."""
    return click.option("--json", "as_json", is_flag=True, help="输出一个 JSON 对象。")(command)


round_option = click.option("--round", "round_id", metavar="轮次", help="哪一轮；不写为最新一轮。")


def not_both(as_csv: bool, as_json: bool) -> None:
    """Refuse `--csv` together with `--json`."""
    if as_csv and as_json:
        raise click.UsageError("--json 和 --csv 只能选一个。")


def folder_of(workspace: str | None) -> Path:
    """The folder a command works in."""
    context = click.get_current_context(silent=True)
    outer = (context.obj or {}).get("workspace") if context is not None else None
    return Path(workspace or outer or ".")


def space_of(workspace: str | None) -> Workspace:
    """The workspace a command works in. Raises InputFaults when the folder is none."""
    from inspect_tui.store.workspace import Workspace

    root = folder_of(workspace)
    if not Workspace.is_workspace(root):
        raise faults(
            "W01",
            "这个文件夹还不是工作文件夹",
            str(root),
            "先运行 inspect-tui init 文件夹，或用 --workspace 指明",
        )
    return Workspace(root)


def round_id_of(space: Workspace, wanted: str | None) -> str:
    """The round meant: by id, or the only or newest one. Raises InputFaults."""
    entries = space.rounds()
    usable = [entry.id for entry in entries if entry.round is not None]
    if wanted is None:
        if not usable:
            raise faults(
                "W02", "工作文件夹里还没有检查轮次", "", "用 inspect-tui round new 新建，或打开发包文件"
            )
        return usable[0]
    if wanted in {entry.id for entry in entries}:
        return wanted
    from inspect_tui.rules.issue import did_you_mean

    known = "、".join(entry.id for entry in entries) or "（还没有）"
    raise faults("W02", "没有这一轮检查", wanted, did_you_mean(wanted, usable, f"现有：{known}"))


def round_in(space: Workspace, round_id: str) -> Round:
    """A round of the workspace. Raises InputFaults when its file cannot be used."""
    round_ = space.round(round_id).round
    assert round_ is not None
    return round_


def round_dir_of(workspace: str | None, round_id: str | None) -> Path:
    """The folder of the round that is meant. Raises InputFaults."""
    space = space_of(workspace)
    return space.round_dir(round_id_of(space, round_id))


def identity_of(space: Workspace, name: str | None) -> Identity:
    """Who records: the given name, or whoever this workspace knows. Raises InputFaults."""
    from inspect_tui.model.person import Identity

    held = space.identity()
    if name is None:
        if held is None:
            raise faults("W04", "还不知道是谁在用这台电脑", "", "用 --as 写明姓名，或先打开一次程序")
        return held
    cleaned = clean(name).strip()
    if not cleaned:
        raise faults("W04", "姓名是空的", "", "请写上姓名")
    if held is not None and cleaned in (held.name, "、".join(held.people)):
        return held
    return Identity(name=cleaned)


def unit_of(round_: Round, wanted: str) -> Unit:
    """The unit meant, by id, code or name. Raises InputFaults."""
    exact = [u for u in round_.units if wanted in (u.id, u.code)]
    found = exact or [u for u in round_.units if wanted in (u.name, u.full_name)]
    if len(found) == 1:
        return found[0]
    from inspect_tui.rules.issue import did_you_mean

    if found:
        raise faults("W03", "有几个单位叫这个名字", wanted, "请写编号：" + "、".join(u.id for u in found))
    known = [w for u in round_.units for w in (u.id, u.code, u.name)]
    raise faults("W03", "本轮没有这个单位", wanted, did_you_mean(wanted, known, "请核对单位编号"))


def faults(code: str, message: str, value: str = "", remedy: str = "") -> Exception:
    """An InputFaults with one fault."""
    from inspect_tui.model.fault import Fault, InputFaults

    return InputFaults([Fault(code=code, message=message, value=clean(value), remedy=remedy)])


def print_json(value: Any) -> None:
    """Print one JSON object; decimals as plain numbers, exactly as computed.

    Signs that drive a terminal are written as JSON escapes, so that a program reads what is there and a
    person's terminal does not obey it.
    """
    import msgspec

    encoded: bytes = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode(value)
    text = encoded.decode("utf-8")
    if not text.isprintable():
        from inspect_tui.store.clean import is_clean

        escaped = (sign if is_clean(sign) else json_escape(sign) for sign in text)
        encoded = "".join(escaped).encode("utf-8")
    click.echo(encoded)


def json_escape(sign: str) -> str:
    """A sign as JSON writes it in ASCII."""
    import json

    return json.dumps(sign)[1:-1]


def told_source(file: Path) -> Source:
    """What a file or a round's folder holds, for a command that tells it outside.

    Raises ExportRefused where its round is marked 秘密 or above; what is odd about it goes to stderr.
    """
    from inspect_tui.exchange.refusal import refuse_secret
    from inspect_tui.exchange.source import read_source

    source = read_source(file)
    refuse_secret(source.round)
    warn(source.messages)
    return source


def clean(text: str) -> str:
    """One line of text, fit to be kept and to be printed."""
    from inspect_tui.store.clean import clean_text

    return clean_text(text, newlines=False)


def warn(lines: Any) -> None:
    """Print sentences to stderr."""
    for line in lines:
        click.echo(line, err=True)


def today_of(value: str | None) -> dt.date:
    """The date of a text: given as YYYY-MM-DD, or today by this machine's clock."""
    if value is None:
        from inspect_tui.store.workspace import local_clock

        return local_clock().date()
    try:
        if len(value) != 10:
            raise ValueError
        return dt.date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"“{value}”不是日期，请写成2026-11-20", param_hint="--date") from None


def told(error: Exception) -> list[str] | None:
    """The lines that tell a failure we know; None for one we do not."""
    from inspect_tui.exchange.refusal import ExportRefused
    from inspect_tui.model.fault import InputFaults
    from inspect_tui.report.refusing import NoticeRefused
    from inspect_tui.store.errors import StoreError, given_up

    if isinstance(error, InputFaults):
        lines = [fault.text() for fault in error.faults]
        if len(lines) > 1:
            lines.append(f"共{len(lines)}处问题。")
        return [clean(line) for line in lines]
    if isinstance(error, StoreError):
        # A command ends with its error: nothing waits in memory for another try.
        return [str(given_up(error))]
    if isinstance(error, ExportRefused | NoticeRefused):
        return [str(error)]
    if type(error).__name__ == "ReadOnlySession":
        return [f"现在不能写入：{error}"]
    if isinstance(error, OSError):
        from inspect_tui.store.errors import reason

        name = clean(str(error.filename or ""))
        return [f"{name}：{reason(error)}。" if name else f"{reason(error)}。"]
    return None
