"""The command line: which command, and how every failure becomes a Chinese line and an exit code.

Commands are imported when they are called, so that help and small commands start at the speed of Click.
Exit codes: 0 done, 1 the input has faults or something could not be done, 2 wrong usage.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence

import click

from inspect_tui.cli import zh
from inspect_tui.cli.garbage import collect_as_usual, collect_no_more, collect_seldom

zh.install()

#: Every command: name, module, attribute, one line of help. In the order of a round.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("open_app", "demo", "打开演示：虚构的单位、两轮往期检查、三名检查员"),
    "init": ("open_app", "init", "把一个文件夹设为工作文件夹"),
    "checklist": ("checklist", "checklist", "检查清单：核对、试走、表格导入导出、版本对比；定级办法：核对"),
    "schema": ("schema", "schema", "输出文件格式的 JSON Schema"),
    "round": ("rounds", "round_group", "检查轮次：新建、查看、改动、发包、收包、封存"),
    "record": ("record", "record", "按文件逐行录入检查记录"),
    "form": ("form", "form", "检查表：导出纸面表或填报表，收回填好的表"),
    "hand-in": ("handin", "hand_in_command", "交卷：打成一个压缩包并核对"),
    "merge": ("merge", "merge", "合并几份检查记录"),
    "undo-merge": ("merge", "undo_merge", "把收下的一份文件退出本轮"),
    "decide": ("decide", "decide", "裁定不同的意见"),
    "join": ("join", "join", "把说同一件事的问题合为一条"),
    "review": ("review", "review", "认可或退回一个单位的检查"),
    "receipt": ("review", "receipt", "发回执或打开回执"),
    "erase": ("erase", "erase", "彻底删除一条操作的内容"),
    "ledger": ("ledger", "ledger", "整改台账：问题、责任、时限、状态"),
    "rectify": ("rectify", "rectify", "办理整改：措施、上报、复查、销号、挂账"),
    "recheck": ("recheck", "recheck", "随机抽查已销号的问题，算整改真实率"),
    "delta": ("delta", "delta", "两轮对比：新增、持续、已整改、反弹"),
    "digest": ("delta", "digest", "例会情况：一页纸，按责任领导"),
    "summary": ("telling", "summary", "检查汇总"),
    "notice": ("noticing", "notice", "通报：编写、分段、检查模板"),
    "report": ("report", "report", "合并检查报告、正式通报、得分汇总表：Word、Excel、网页"),
    "score": ("telling", "score", "得分、来历和算法；要时才排名"),
    "bonus": ("bonus", "bonus", "加分：组长给，写明理由和依据"),
    "period": ("period", "period", "周、月、季、年的得分：合成、缺月、比上期"),
    "trend": ("period", "trend", "走势：得分和问题的变化"),
    "agreement": ("agreement", "agreement", "两人查同一单位：每项一致不一致"),
    "gauge": ("agreement", "gauge", "减负：从不失分的项、用时、重复要的资料"),
    "grade": ("grade", "grade", "达标晋级：各阶段得分、等级、升降、限期整改、摘牌"),
    "contest": ("contest", "contest", "评比：流动红旗等，候选和理由、确认、历次获得者、交接单"),
    "appraise": ("appraise", "appraise", "民主测评：票数录入、核对、结果，不记名"),
    "points": ("points", "points", "党员积分表：收进数字，看覆盖率、奖罚次数和用于评优"),
    "duties": ("duties", "duties", "九大岗位责任制：按月收进、比上月改了什么、是否按时修订"),
    "recount": ("recount", "recount", "二次分配复算：按细则逐人重算一个月的分配表，不留个人数据"),
    "flows": ("flows", "flows", "基本流程抽查：按种子抽几项，逐步记结果"),
    "phrases": ("phrases", "phrases", "常用语：列出、新增、删除"),
    "evidence": ("evidence", "evidence", "佐证：照片、扫描件、文档、出处；核对；佐证图册"),
    "practice": ("practice", "practice", "经验：好的做法写成卡片，各单位采用没有，一组一特色"),
    "pair": ("pair", "pair", "结对帮扶：目标、期限、前后对比的成效"),
    "grid": ("grid", "grid", "三级网格：支部、党小组、班组的覆盖，空白班组，缺口"),
    "verify": ("verify", "verify", "核对记录文件是否完整、有没有被改动"),
    "key": ("keys", "key", "签名钥匙：交卷签名，登记同事的公钥"),
    "vault": ("vaults", "vault", "给工作文件夹设口令，加密存放"),
    "unlock": ("vaults", "unlock", "从加密的工作文件夹取出文件"),
    "kit": ("kit", "kit", "做离线安装包：带到没有网络的电脑上装"),
    "doctor": ("doctor", "doctor", "检查本机环境：编码、终端、磁盘、占用"),
}
_WORDS = "inspect_tui.words"
#: Commands that ask for a passphrase themselves, or need nothing of a workspace.
_ASK_THEMSELVES = {"vault", "unlock", "schema", "init", "demo", "kit"}
#: What an encrypted workspace has, as `store.vault` names it.
_VAULT_FILES = ("vault.json", "vault.copy.json")
#: What opens the screens.
_SCREENS = (None, "open")
#: Commands that are not listed: `open` is what a bare PACK on the command line means.
_HIDDEN = {"open": ("open_app", "open_pack", "")}


class LazyGroup(zh.ZhGroup):
    """A group whose commands are imported when called; a first word that names a file opens it as a pack."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name) or _HIDDEN.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"inspect_tui.cli.{entry[0]}")
        command: click.Command = getattr(module, entry[1])
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_WORDS] = list(args)
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(zh.translate("Commands")):
            formatter.write_dl([(name, told) for name, (_, _, told) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word not in COMMANDS and _names_a_file(word):
            args = ["open", *args]
        return super().resolve_command(ctx, args)


def _names_a_file(word: str) -> bool:
    return word.lower().endswith(".json") or os.sep in word or os.path.isfile(word)  # noqa: PTH113


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[选项]",
    subcommand_metavar="[发包文件 | 命令 ……]",
    help="党建“回头看”检查：走查、留痕、汇总、通报，全程离线。\n\n"
    "不写命令就在当前文件夹打开程序；写发包文件名就打开这份发包。",
    epilog="每个命令的说明：inspect-tui 命令 --help",
)
@click.option("--workspace", metavar="文件夹", type=click.Path(), help="工作文件夹，不写就是当前文件夹。")
@click.option("--unit", metavar="单位", help="打开程序后直接进入这个单位。")
@click.option("--version", is_flag=True, help="显示版本号。")
@click.pass_context
def main(ctx: click.Context, workspace: str | None, unit: str | None, version: bool) -> None:
    ctx.obj = {"workspace": workspace, "unit": unit}
    if version:
        from inspect_tui import __version__

        click.echo(f"inspect-tui {__version__}")
        ctx.exit()
    _open_vaults(ctx)
    if ctx.invoked_subcommand is None:
        from inspect_tui.cli.open_app import start

        ctx.exit(start(workspace, None, unit))


def _open_vaults(ctx: click.Context) -> None:
    """Ask for the passphrase where a command is about an encrypted workspace; free where none is."""
    words: list[str] = ctx.meta[_WORDS]
    if ctx.invoked_subcommand in _ASK_THEMSELVES or {"--help", "-h"} & set(words):
        return
    places = {os.path.abspath(p) for p in (".", ctx.obj["workspace"], *words) if p and _is_there(p)}  # noqa: PTH100
    above = {folder for place in places for folder in _above(place)}
    if any(_is_there(os.path.join(folder, name)) for folder in above for name in _VAULT_FILES):  # noqa: PTH118
        from pathlib import Path

        from inspect_tui.cli.vaults import open_vaults

        # The screens ask for the passphrase of their own folder themselves.
        asked = ctx.invoked_subcommand in _SCREENS and _on_terminal()
        own = Path(os.path.abspath(ctx.obj["workspace"] or ".")) if asked else None  # noqa: PTH100
        open_vaults([Path(place) for place in sorted(places)], left_out=own)


def _on_terminal() -> bool:
    """Whether the screens can ask, and nothing else answers for the user."""
    return bool(
        sys.stdin
        and sys.stdin.isatty()
        and sys.stdout
        and sys.stdout.isatty()
        and "INSPECT_TUI_PASSPHRASE" not in os.environ
    )


def _is_there(place: str) -> bool:
    try:
        return os.path.exists(place)  # noqa: PTH110
    except ValueError:
        return False


def _above(place: str) -> list[str]:
    found = [place]
    while (up := os.path.dirname(found[-1])) != found[-1]:  # noqa: PTH120
        found.append(up)
    return found


def run(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; every failure is told in Chinese, never as a traceback."""
    _speak_utf8()
    _keep_private()
    give_back = _heed_signals()
    collect_seldom()
    try:
        return _carry_out(argv)
    finally:
        give_back()
        collect_as_usual()
        if argv is None:
            collect_no_more()


def _carry_out(argv: Sequence[str] | None) -> int:
    try:
        result = main.main(
            args=list(argv) if argv is not None else None, prog_name="inspect-tui", standalone_mode=False
        )
        _tell_encrypted()
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        _say(zh.told(error))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("已取消。", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our output has gone (as `head` does); point stdout away so that closing it is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _fail(error)
    return result if isinstance(result, int) else 0


def _tell_encrypted() -> None:
    """Say of papers that a command wrote into an encrypted workspace how to get at them."""
    module = sys.modules.get("inspect_tui.store.vault_ops")
    for line in module.stored_said() if module is not None else ():
        click.echo(line, err=True)


def _fail(error: Exception) -> int:
    from inspect_tui.cli.common import told

    lines = told(error)
    if lines is None:
        if os.environ.get("INSPECT_TUI_DEBUG"):
            raise error
        lines = [f"程序出错：{type(error).__name__}。请把刚才的操作告诉维护人员。"]
    _say(lines)
    return 1


def _say(lines: Iterable[str]) -> None:
    """Tell on stderr what went wrong, clean: what is quoted came from files, file names and arguments."""
    from inspect_tui.store.clean import clean_text

    for line in lines:
        click.echo(clean_text(line), err=True)


def _keep_private() -> None:
    """Whatever this process makes only its user can read: files, folders, logs, those of libraries too."""
    if os.name == "posix":
        os.umask(os.umask(0o077) | 0o077)


def _heed_signals() -> Callable[[], None]:
    """Make a command that is told to end leave as by Ctrl+C, so that it tidies up; returns what undoes this.

    The screens set handlers of their own; a signal that whoever started us wants ignored stays ignored.
    """
    import signal
    import threading

    heeded: list[int] = []
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
                heeded.append(number)

    def give_back() -> None:
        for number in heeded:
            signal.signal(number, signal.SIG_DFL)

    return give_back


def _speak_utf8() -> None:
    """Make output UTF-8 that cannot fail, whatever the console's code page."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
