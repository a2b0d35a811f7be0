"""`inspect-tui notice`: texts for chats and secretaries, and `notice check` for their templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import faults, json_option, print_json, today_of, told_source, unit_of, warn
from inspect_tui.cli.leading import as_option, leading
from inspect_tui.cli.output import check_ending, output_option, write_to
from inspect_tui.cli.recording import commit

if TYPE_CHECKING:
    import datetime as dt

    from inspect_tui.report.notice import Notice
    from inspect_tui.report.telling import Held, Wanted

_LEVELS = ("internal", "secretary", "group")
_KINDS = ("situation", "praise", "bulletin", "ranking", "exposure")
_NAMES = ("none", "good_only", "all")
_PRESETS = ("general", "wecom", "dingtalk", "whole")


class NoticeCommand(click.Command):
    """`notice FILE ...`, with `notice check` and `notice templates` beside it."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        other = {"check": check, "templates": templates}.get(args[0] if args else "")
        if other is not None and not Path(args[0]).exists():
            return other.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(
    name="notice",
    cls=NoticeCommand,
    options_metavar="[选项]",
    help="通报文字：纯文字，按字节分段，可直接发到群里。FILE 可以是检查记录文件、交卷压缩包或轮次文件夹；"
    "写几个就是几轮合写。\n\n"
    "级别：internal内部台账（写单位和人）、secretary书记版（写单位，姓名只留姓）、group群内版"
    "（好的做法写单位，问题只写数量）。不写时，一个单位的为书记版，整轮的为群内版。\n\n"
    "另有 inspect-tui notice check 模板（核对模板）和 inspect-tui notice templates（复制模板来改）。",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--level", metavar="级别", type=click.Choice(_LEVELS), help="internal、secretary 或 group。")
@click.option(
    "--kind",
    metavar="种类",
    type=click.Choice(_KINDS),
    default="situation",
    help="situation情况通报、praise表扬通报、bulletin督查简报、ranking排名通报、exposure曝光台。",
)
@click.option(
    "--names",
    metavar="写谁",
    type=click.Choice(_NAMES),
    help="none不写单位、good_only只有好的做法写单位、all都写单位；不写按级别。",
)
@click.option(
    "--max-bytes", metavar="字节", type=int, help="每段最多多少字节，0为不分段；不写按规则（1900）。"
)
@click.option(
    "--preset",
    metavar="渠道",
    type=click.Choice(_PRESETS),
    help="general通用、wecom企业微信markdown、dingtalk钉钉和飞书、whole不分段。",
)
@click.option("--unit", metavar="单位", help="只写一个单位（编号或名称）。")
@click.option("--branch", metavar="支部", help="只写一个支部（编号或名称）下面的单位。")
@click.option("--scope", metavar="组织", help="只写一个总支或别的组织（编号或名称）下面的单位。")
@click.option("--issue", metavar="期号", type=int, help="简报第几期；不写就接着往下编。")
@click.option("--exclude", "excluded", metavar="记录", multiple=True, help="这条问题或做法不写，可写多次。")
@click.option("--finding", "exposed", metavar="记录", multiple=True, help="曝光哪一条问题，可写多次。")
@click.option("--approved-by", metavar="姓名", default="", help="曝光由谁审定。")
@click.option("--date", metavar="日期", help="落款日期，如2026-11-20；不写为今天。")
@click.option("--copy", is_flag=True, help="复制到剪贴板。")
@click.option("--part", metavar="段", type=int, default=1, help="有几段时复制第几段，不写为第1段。")
@click.option("--confirm", metavar="理由", default="", help="文中的号码、金额等可以发出的理由，会记下来。")
@click.option("--record", is_flag=True, help="把不写的、审定的和发出的记进本轮，下次照办。")
@click.option("--reason", metavar="理由", default="", help="不写的理由，和 --exclude、--record 一起用。")
@as_option
@click.option("--each", is_flag=True, help="每个单位各写一份（书记版），写到 -o 的文件夹里。")
@output_option
@json_option
def notice(files: tuple[Path, ...], as_json: bool, **asked: Any) -> None:
    from inspect_tui.report.telling import issued_elsewhere, tell

    _check_usage(asked)
    day = today_of(asked["date"])
    held = [held_of(file) for file in files]
    wanted = wanted_of(held[-1], asked)
    space = space_around(files[-1], held[-1].round.id)
    if asked["each"]:
        _each(held, wanted, day, space, asked["output"], as_json)
        return
    check_ending(asked["output"], "text")
    if asked["record"] or asked["confirm"]:
        _settle(files[-1], held, wanted, asked, day)
        held = [*held[:-1], held_of(files[-1])]
    others: list[Any] = []
    if asked["kind"] == "bulletin" and not asked["issue"] and space is not None:
        others, messages = issued_elsewhere(space / "rounds", [h.round.id for h in held])
        warn(messages)
    made = tell(held, wanted, day, templates=space, others=others)
    if asked["copy"] and not 1 <= asked["part"] <= len(made.parts):
        raise click.BadParameter(f"只有{len(made.parts)}段", param_hint="--part")
    if asked["copy"]:
        _may_send(made)
    if as_json:
        print_json(notice_data(made))
    else:
        warn(f"提醒：{warning}" for warning in made.warnings)
        if asked["output"] is None:
            click.echo("\n\n".join(p.text for p in made.parts))
    if asked["output"] is not None:
        write_to(asked["output"], ("\n\n".join(p.text for p in made.parts) + "\n").encode("utf-8"))
    if asked["copy"]:
        _copy(made, asked["part"])
    if asked["record"] and (asked["copy"] or asked["output"] is not None):
        _record_issue(files[-1], held[-1], made, asked)


def _each(
    held: list[Held], wanted: Wanted, day: dt.date, space: Path | None, folder: Path, as_json: bool
) -> None:
    """Write the private text of each unit into a folder."""
    from inspect_tui.report.telling import private_notices

    if len(held) > 1:
        raise click.UsageError("--each 只能对一轮做。")
    written = []
    for unit, made in private_notices(held[0], wanted, day, templates=space):
        path = folder / made.file_name()
        write_to(path, ("\n\n".join(p.text for p in made.parts) + "\n").encode("utf-8"))
        if not as_json:
            warn(f"提醒：{unit.name}：{warning}" for warning in made.warnings)
        written.append({"unit": unit.id, "path": str(path), "warnings": list(made.warnings)})
    if as_json:
        print_json({"files": written})
    elif not written:
        click.echo("还没有检查过的单位。", err=True)


def _check_usage(asked: dict[str, Any]) -> None:
    from inspect_tui.report.splitting import MIN_BYTES

    limit = asked["max_bytes"]
    if limit is not None and limit != 0 and limit < MIN_BYTES:
        raise click.BadParameter(f"每段至少{MIN_BYTES}字节，0为不分段", param_hint="--max-bytes")
    if limit is not None and asked["preset"]:
        raise click.UsageError("--max-bytes 和 --preset 只能选一个。")
    if asked["issue"] is not None and not 1 <= asked["issue"] <= 9999:
        raise click.BadParameter("请写1到9999", param_hint="--issue")
    if sum(bool(asked[name]) for name in ("unit", "branch", "scope")) > 1:
        raise click.UsageError("--unit、--branch、--scope 只能选一个。")
    if asked["unit"] is not None and asked["level"] == "group":
        raise click.UsageError("群内版不点单位，不能只写一个单位。请改用 --level secretary，或去掉 --unit。")
    if asked["each"]:
        if asked["output"] is None:
            raise click.UsageError("--each 要用 -o 写明放到哪个文件夹。")
        if asked["level"] == "group" or asked["kind"] != "situation" or asked["copy"] or asked["record"]:
            raise click.UsageError("--each 只写各单位自己的情况通报（书记版或内部台账），不复制、不记录。")
    if asked["exposed"] and asked["kind"] != "exposure":
        raise click.UsageError("--finding 只和 --kind exposure 一起用。")
    if asked["record"] and asked["excluded"] and not asked["reason"].strip():
        raise click.UsageError("记下不写的内容要写明理由（--reason）。")


def held_of(file: Path) -> Held:
    """The round and records of a file, told what of them could not be read. Raises ExportRefused."""
    from inspect_tui.report.telling import Held

    source = told_source(file)
    return Held(round=source.round, state=source.state, people=source.people)


def wanted_of(held: Held, asked: dict[str, Any]) -> Wanted:
    """What sort of text the options ask for. Raises InputFaults."""
    from inspect_tui.model.terms import NamingLevel, UnitKind
    from inspect_tui.report.document import NameUnits, NoticeKind
    from inspect_tui.report.telling import Wanted, scope_of

    about = ""
    for option in ("unit", "branch", "scope"):
        if asked[option] is None:
            continue
        unit = unit_of(held.round, asked[option])
        about = unit.id
        if option == "branch" and unit.kind not in (UnitKind.BRANCH, UnitKind.JOINT_BRANCH):
            raise faults("W03", "这不是支部", unit.name, "请写支部的编号或名称，别的组织用 --scope")
        if option == "unit" and not scope_of(held.round, about).single:
            raise faults("W03", "这不是一个受检单位", unit.name, "写它下面的单位请用 --branch 或 --scope")
    limit = asked["max_bytes"]
    if asked["preset"]:
        from inspect_tui.report.channels import channel

        preset = channel(asked["preset"])
        limit = preset.bytes if preset is not None else limit
    return Wanted(
        kind=NoticeKind(asked["kind"]),
        level=NamingLevel(asked["level"]) if asked["level"] else None,
        name_units=NameUnits(asked["names"]) if asked["names"] else None,
        unit=about,
        max_bytes=limit,
        issue=asked["issue"] or 0,
        excluded=asked["excluded"],
        exposed=asked["exposed"],
        approved_by=asked["approved_by"],
    )


def space_around(file: Path, round_id: str) -> Path | None:
    """The workspace a file lies in, for its templates and its other rounds."""
    at = file.absolute()
    for folder in (at, *list(at.parents)[:4]):
        if (folder / "rounds" / round_id / "round.json").is_file():
            return folder
    return None


# -------------------------------------------------------------------- what is kept of it


def _leading_space(file: Path, held: Held) -> str:
    space = space_around(file, held.round.id)
    if space is None:
        raise faults(
            "W01", "这份记录不在工作文件夹里，没有地方可记", file.name, "请对着工作文件夹里的轮次文件夹做"
        )
    return str(space)


def _settle(file: Path, held: list[Held], wanted: Wanted, asked: dict[str, Any], day: Any) -> None:
    """Keep what is left out, and that what was found may be sent, in the round."""
    from inspect_tui.report.settled import confirm, exclude
    from inspect_tui.report.telling import scope_of, tell

    space = _leading_space(file, held[-1])
    scope = scope_of(held[-1].round, wanted.unit)
    hits = tell(held, wanted, day, templates=Path(space)).unconfirmed if asked["confirm"] else []
    if not hits and not (asked["record"] and wanted.excluded):
        return
    with leading(space, held[-1].round.id, asked["name"]) as session:
        edits = [
            edit
            for key in (wanted.excluded if asked["record"] else ())
            for edit in exclude(session.state, wanted.kind, scope, key, asked["reason"])
        ]
        if edits:
            commit(session, edits, "通报里不写")
        if hits:
            ids = [hit.id for hit in hits]
            commit(session, confirm(session.state, wanted.kind, scope, ids, asked["confirm"]), "确认可以发出")


def _record_issue(file: Path, held: Held, made: Notice, asked: dict[str, Any]) -> None:
    from inspect_tui.report.settled import issue

    how = "复制" if asked["copy"] else "写成文件"
    with leading(_leading_space(file, held), held.round.id, asked["name"]) as session:
        edits = issue(session.state, made.document, how, len(made.parts), asked["approved_by"])
        commit(session, edits, f"发出{made.document.kind.label}")


def _may_send(made: Notice) -> None:
    """Refuse to put into the clipboard what has something in it that nobody confirmed."""
    from inspect_tui.model.terms import NamingLevel

    if made.level is NamingLevel.INTERNAL or not made.unconfirmed:
        return
    places = "；".join(hit.words() for hit in made.unconfirmed[:10])
    raise faults("W07", f"没有复制：{places}", "", "请改掉，或用 --confirm 理由 写明可以发出（会记入本轮）")


def _copy(made: Notice, number: int) -> None:
    from inspect_tui.tui.clipboard import copy

    result = copy(made.parts[number - 1].text)
    said = f"（共{len(made.parts)}段，这是第{number}段）" if len(made.parts) > 1 else ""
    click.echo(result.message + said, err=True)


# -------------------------------------------------------------------- JSON


def notice_data(made: Notice) -> dict[str, Any]:
    """A notice as the documented JSON object."""
    document = made.document
    changes = made.changes
    return {
        "parts": [
            {"text": p.text, "bytes": p.bytes, "chars": p.chars, "records": list(p.records)}
            for p in made.parts
        ],
        "warnings": list(made.warnings),
        "level": made.level.value,
        "kind": document.kind.value,
        "name_units": document.name_units.value,
        "title": document.title,
        "issue": document.issue,
        "date": document.day.isoformat(),
        "file_name": made.file_name(),
        "sentences": [
            {
                "id": s.id,
                "role": s.role,
                "text": s.text,
                "records": list(s.records),
                "edited": s.edited,
                "stale": s.stale,
            }
            for s in document.sentences()
        ],
        "privacy": [
            {
                "id": hit.id,
                "kind": hit.kind.value,
                "text": hit.text,
                "part": hit.part,
                "line": hit.line,
                "column": hit.column,
                "records": list(hit.records),
                "confirmed": hit.confirmed,
            }
            for hit in made.privacy
        ],
        "changes": None
        if changes is None
        else {
            "added": [s.id for s in changes.added],
            "changed": [s.id for s in changes.changed],
            "removed": sorted(changes.removed),
        },
    }


# -------------------------------------------------------------------- templates


@click.command(
    name="check", options_metavar="[选项]", help="核对通报模板，一次列出全部问题：行、说明和改法。"
)
@click.argument("files", metavar="模板...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def check(files: tuple[Path, ...], as_json: bool) -> None:
    import msgspec

    from inspect_tui.model.fault import Fault
    from inspect_tui.report.phrase_reading import MAX_BYTES, read_template
    from inspect_tui.store.clean import clean_text
    from inspect_tui.store.errors import reason

    results: list[tuple[str, tuple[Fault, ...]]] = []
    for file in files:
        shown = clean_text(str(file), newlines=False)
        try:
            with file.open("rb") as opened:
                results.append((shown, read_template(opened.read(MAX_BYTES + 1), shown).faults))
        except OSError as error:
            fault = Fault(code="T01", file=shown, message=reason(error), remedy="请核对文件名和文件夹")
            results.append((shown, (fault,)))
    bad = any(not f.warning for _, found in results for f in found)
    if as_json:
        print_json(
            {
                "files": [
                    {
                        "path": name,
                        "ok": all(f.warning for f in found),
                        "faults": [msgspec.structs.asdict(f) for f in found],
                    }
                    for name, found in results
                ]
            }
        )
    else:
        for name, found in results:
            for f in found:
                click.echo(f"{'提醒：' if f.warning else ''}{f.text()}（{f.code}）", err=True)
            count = sum(not f.warning for f in found)
            click.echo(f"{name}：共{count}处问题" if count else f"{name}：没有发现问题", err=bool(count))
    if bad:
        raise click.exceptions.Exit(1)


@click.command(
    name="templates",
    options_metavar="[选项]",
    help="把程序自带的通报模板复制到工作文件夹的 templates 里来改。",
)
@click.option("--workspace", metavar="文件夹", type=click.Path(), help="工作文件夹，不写就是当前文件夹。")
def templates(workspace: str | None) -> None:
    from inspect_tui.cli.common import space_of
    from inspect_tui.report.wordings import FILES, FOLDER, SHIPPED
    from inspect_tui.store.files import write_durable

    folder = space_of(workspace).root / FOLDER
    folder.mkdir(exist_ok=True)
    for name in FILES:
        source, target = SHIPPED / f"{name}.txt", folder / f"{name}.txt"
        if not source.is_file():
            continue
        if target.exists():
            click.echo(f"已有，没有动：{target}")
        else:
            write_durable(target, source.read_bytes())
            click.echo(f"已复制：{target}")
