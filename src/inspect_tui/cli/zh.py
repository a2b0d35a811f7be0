"""Chinese for everything Click says by itself, and help laid out by the width of 汉字.

Click takes its messages through a module-level `_`, the door that gettext provides for translations. A test
walks Click's own source and fails when a message has no Chinese twin here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import IO

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types
import click.utils

MESSAGES: dict[str, str] = {
    # what is wrong with a command line
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用法说明：{command} {option}",
    "No such option {name!r}.": "没有“{name}”这个选项。",
    "No such option: {name}": "没有“{name}”这个选项。",
    "No such command {name!r}.": "没有“{name}”这个命令。",
    "Did you mean {possibility}?": "是不是{possibility}？",
    "(Did you mean one of: {possibilities}?)": "是不是其中之一：{possibilities}？",
    "(Possible options: {possibilities})": "是不是其中之一：{possibilities}？",
    "Missing command.": "没有写命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Invalid value: {message}": "内容不对：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint}的内容不对：{message}",
    "Got unexpected extra argument ({args})": "多出了参数：{args}",
    "Got unexpected extra arguments ({args})": "多出了参数：{args}",
    "Option {name!r} does not take a value.": "选项“{name}”后面不能带内容。",
    "Option {name!r} requires an argument.": "选项“{name}”后面要写内容。",
    "Option {name!r} requires {nargs} arguments.": "选项“{name}”后面要写{nargs}个内容。",
    "Argument {name!r} takes {nargs} values.": "参数“{name}”要写{nargs}个内容。",
    "Takes {nargs} values but 1 was given.": "要写{nargs}个内容，只写了1个。",
    "Takes {nargs} values but {len} were given.": "要写{nargs}个内容，写了{len}个。",
    "{len_type} values are required, but {len_value} was given.": "要写{len_type}个，写了{len_value}个。",
    "{len_type} values are required, but {len_value} were given.": "要写{len_type}个，写了{len_value}个。",
    "{value!r} is not {choice}.": "“{value}”不可用，可用：{choice}。",
    "{value!r} is not one of {choices}.": "“{value}”不可用，可用：{choices}。",
    "Choose from:\n\t{choices}": "可用：{choices}",
    "Choice({choices})": "可用：{choices}",
    "{value!r} is not a valid {number_type}.": "“{value}”不是数字。",
    "{value} is not in the range {range}.": "{value}不在范围之内：{range}。",
    "{value!r} is not a valid boolean. Recognized values: {states}": "“{value}”不可用，可用：{states}",
    "{value!r} is not a valid UUID.": "“{value}”不是UUID。",
    "{value!r} does not match the format {format}.": "“{value}”的写法不对，应为{format}。",
    "{value!r} does not match the formats {formats}.": "“{value}”的写法不对，应为{formats}。",
    "{name} {filename!r} does not exist.": "找不到{name}“{filename}”。",
    "{name} {filename!r} is a file.": "“{filename}”是文件，不是文件夹。",
    "{name} {filename!r} is a directory.": "“{filename}”是文件夹，不是文件。",
    "{name} {filename!r} is not readable.": "{name}“{filename}”没有读取权限。",
    "{name} {filename!r} is not writable.": "{name}“{filename}”没有写入权限。",
    "{name} {filename!r} is not executable.": "{name}“{filename}”不能运行。",
    "Could not open file {filename!r}: {message}": "打不开文件“{filename}”：{message}",
    "unknown error": "原因不明",
    "Value must be an iterable.": "内容应为一列。",
    "Invalid start character for option ({option})": "选项的开头不对（{option}）",
    # help
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Positional arguments": "参数",
    "Show this message and exit.": "显示这份说明。",
    "Show the version and exit.": "显示版本号。",
    "%(prog)s, version %(version)s": "%(prog)s %(version)s",
    "default: {default}": "不写时为{default}",
    "env var: {var}": "环境变量：{var}",
    "(dynamic)": "（自动）",
    "required": "必写",
    "deprecated": "已停用",
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}": (
        "命令“{name}”已停用。{extra_message}"
    ),
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}": (
        "“{name}”已停用。{extra_message}"
    ),
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    # asking
    "Aborted!": "已取消。",
    "Do you want to continue?": "要继续吗？",
    "Confirm the action without prompting.": "不再询问，直接执行。",
    "Press any key to continue...": "按任意键继续……",
    "Repeat for confirmation": "请再输入一次",
    "Error: The two entered values do not match.": "错误：两次输入的不一样。",
    "Error: invalid input": "错误：输入不对",
}


def translate(message: str) -> str:
    """The Chinese for one of Click's messages; the message itself when it is not known."""
    return MESSAGES.get(message, message)


def _plural(one: str, many: str, count: int) -> str:
    return translate(one if count == 1 else many)


def cells(text: str) -> int:
    """Columns a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


#: Marks that may not begin a line.
_NO_START = "，。、；：？！）】》”’…—"


def wrapped(text: str, width: int) -> Iterator[str]:
    """A paragraph cut into lines of at most `width` columns: Latin runs stay whole, 汉字 break anywhere."""
    line, used = "", 0
    for run in _runs(text):
        size = cells(run)
        if line and used + size > width and run not in _NO_START:
            yield line.rstrip()
            line, used = "", 0
            run = run.lstrip()
            size = cells(run)
        line += run
        used += size
    if line.strip():
        yield line.rstrip()


def _runs(text: str) -> Iterator[str]:
    held = ""
    for char in text:
        if char == " " or cells(char) == 2 or char in _NO_START:
            if held:
                yield held
            held = ""
            yield char
        else:
            held += char
    if held:
        yield held


class ZhFormatter(click.HelpFormatter):
    """Help text in columns that line up when they hold 汉字."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        args = args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 ……")
        self.write(f"{'':>{self.current_indent}}{prefix or translate('Usage:')}{prog} {args}\n")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = [" ".join(p.split()) for p in text.split("\n\n")]
        lines = ["\n".join(indent + line for line in wrapped(p, self._room())) for p in paragraphs if p]
        self.write("\n\n".join(lines) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        first = min(max((cells(row[0]) for row in rows), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, told in rows:
            lines = list(wrapped(" ".join(told.split()), max(self._room() - first, 20))) or [""]
            if cells(term) > first - col_spacing:
                self.write(f"{indent}{term}\n")
            else:
                self.write(f"{indent}{term}{' ' * (first - cells(term))}{lines.pop(0)}".rstrip() + "\n")
            for line in lines:
                self.write(f"{indent}{' ' * first}{line}\n")

    def _room(self) -> int:
        return max(self.width - self.current_indent, 30)


class ZhGroup(click.Group):
    """A group that, for an unknown command, says which one was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word, known = args[0], self.list_commands(ctx)
        if word not in known and self.get_command(ctx, word) is None and not word.startswith("-"):
            raise click.UsageError(f"没有“{word}”这个命令。{_guess(word, known)}", ctx)
        return super().resolve_command(ctx, args)


def _guess(word: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"是不是“{near[0]}”？" if near else "用 --help 查看全部命令。"


def told(error: click.ClickException) -> list[str]:
    """A wrong command line as Chinese lines: what is wrong, then how it is used."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and error.ctx is not None:
        return [error.ctx.get_help()]
    if isinstance(error, click.NoSuchOption):
        message = f"没有“{error.option_name}”这个选项。"
        if error.possibilities:
            message += _guess(error.option_name, error.possibilities)
    else:
        message = error.format_message()
    message = _QUOTED.sub(r"“\1”", message).replace("”, “", "”、“").replace("。 ", "。").replace(" “", "“")
    if message[-1:] == ".":
        message = message[:-1] + "。"
    lines = [f"错误：{' '.join(message.split())}"]
    context = getattr(error, "ctx", None)
    if context is not None:
        lines.append(context.get_usage())
    lines.append(f"用法说明：{context.command_path if context else 'inspect-tui'} --help")
    return lines


_QUOTED = re.compile(r"'([^'\n]*)'")


def _echo(
    message: object = None,
    file: IO[str] | None = None,
    nl: bool = True,
    err: bool = False,
    color: bool | None = None,
) -> None:
    """Click's own `echo` for words that are clean: whatever a file holds, a terminal never obeys it.

    Every command prints through here, so that none has to remember. Bytes are what a command made itself.
    """
    if isinstance(message, str) and not message.isprintable():
        from inspect_tui.store.clean import clean_text

        # A CSV keeps the mark it begins with and the ends of its lines.
        mark = "\ufeff" if message.startswith("\ufeff") else ""
        message = mark + "\r\n".join(clean_text(line) for line in message.split("\r\n"))
    click.utils.echo(message, file=file, nl=nl, err=err, color=color)


def install() -> None:
    """Put the Chinese in; called once when the command line is built."""
    for module in (
        click.core,
        click.decorators,
        click.exceptions,
        click.formatting,
        click.parser,
        click.termui,
        click.types,
    ):
        if hasattr(module, "_"):
            module._ = translate  # type: ignore[attr-defined]
        if hasattr(module, "ngettext"):
            module.ngettext = _plural  # type: ignore[attr-defined]
    click.echo = _echo
    click.Context.formatter_class = ZhFormatter
