"""`inspect-tui merge` and `undo-merge`: files of several inspectors become one truthful round."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import (
    clean,
    identity_of,
    json_option,
    print_json,
    round_id_of,
    round_option,
    space_of,
    warn,
    workspace_option,
)

if TYPE_CHECKING:
    from inspect_tui.exchange.folded import Conflict
    from inspect_tui.exchange.ring import Ring
    from inspect_tui.exchange.scans import FileScan, Scan
    from inspect_tui.model.round import Round


@click.command(name="merge", options_metavar="[选项]", short_help="合并几份检查记录")
@click.argument("files", metavar="文件……", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="文件.json", type=click.Path(path_type=Path), help="合并结果写到哪里。"
)
@click.option("--preview", is_flag=True, help="只看每份文件带来什么，不写任何文件。")
@click.option("--take", "taking", is_flag=True, help="收进工作文件夹的这一轮，不另写文件。")
@click.option("--round", "round_id", metavar="轮次", help="和 --take 一起用：收进哪一轮；不写为最新一轮。")
@click.option("--yes", is_flag=True, help="签名不符、该有签名却没有的也收，不再询问。")
@workspace_option
@json_option
def merge(
    files: tuple[Path, ...],
    output: Path | None,
    preview: bool,
    taking: bool,
    round_id: str | None,
    yes: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """合并检查记录、交卷文件、压缩包或整个文件夹。

    先逐份核对：谁的、哪一轮、带来多少新内容、和别人一致还是不同、哪些不能用、为什么、签名符不符。
    加密的交卷用这台电脑的钥匙自动打开；用口令加密的会问口令。
    合并多少次、按什么顺序，结果都一个字节不差。每份都能用返回0；有一份没有能用的记录返回1，不写文件。
    """
    if sum((output is not None, preview, taking)) != 1:
        raise click.UsageError("请在 -o 文件、--preview、--take 里选一个")
    progress = _Line() if sys.stderr.isatty() else None
    if taking:
        found, messages = _take(list(files), round_id, workspace, progress, yes)
        target = None
    else:
        from inspect_tui.exchange.merging import merge as merge_files

        done = merge_files(
            list(files),
            output,
            counts=preview,
            progress=progress,
            ring=_ring(workspace, list(files)),
            agreed=lambda found: yes or _agreed(found),
        )
        found, target, messages = done.scan, done.path, []
        if output is not None and found.ok and target is None:
            messages = [_NOT_AGREED]
    if progress is not None:
        progress.clear()
    if as_json:
        print_json(told(found, target))
    else:
        _tell(found, target)
    warn(messages)
    if found.ok and _NOT_AGREED in messages:
        raise click.exceptions.Exit(1)
    if not found.ok:
        if not taking and not preview:
            warn(["有文件没有能用的记录，没有写合并结果。请去掉或换好这些文件再合并。"])
        raise click.exceptions.Exit(1)


_NOT_AGREED = "有文件的签名要先核对（见上），一份都没有收。请向本人核对；确实要收请加 --yes。"


def _ring(workspace: str | None, files: list[Path]) -> Ring:
    """The keys at hand, and the passphrase of whatever is encrypted by one."""
    from inspect_tui.cli.common import folder_of
    from inspect_tui.exchange.ring import ring_of
    from inspect_tui.store.keyring import KEYS_NAME

    root = folder_of(workspace)
    ring = ring_of(root if (root / KEYS_NAME).is_file() else None, _passphrases(files))
    warn(ring.messages)
    return ring


def _passphrases(files: list[Path]) -> list[str]:
    """Ask for the passphrase of every file that opens by one, unless it is given, or nobody can be asked."""
    import os

    from inspect_tui.exchange.age_file import CannotOpen, is_age, wants_passphrase
    from inspect_tui.exchange.ring import VARIABLE
    from inspect_tui.store import files as files_now

    if os.environ.get(VARIABLE) or not (sys.stdin and sys.stdin.isatty()):
        return []
    given = []
    for path in files:
        try:
            with files_now.fs.open_read(path) as file:
                head = file.read(65536)
            if is_age(head) and wants_passphrase(head):
                asked = f"{clean(path.name)} 用口令加密，请输入口令"
                given.append(
                    str(click.prompt(asked, hide_input=True, err=True, default="", show_default=False))
                )
        except (OSError, CannotOpen):
            # What is wrong with a file is told with all the others.
            continue
    return [text for text in given if text]


def _agreed(found: Scan) -> bool:
    """Ask once more where a signature does not fit; without anybody to ask, the answer is no."""
    for file in found.doubtful:
        click.echo(clean(f"{file.path}：{file.signature.words}。"), err=True)
    if not (sys.stdin and sys.stdin.isatty()):
        return False
    return click.confirm("签名要先核对。仍然收下这些文件吗", err=True)


def _take(
    files: list[Path], round_id: str | None, workspace: str | None, progress: _Line | None, yes: bool
) -> tuple[Scan, list[str]]:
    from inspect_tui.exchange import received
    from inspect_tui.exchange.evidence_brought import missing
    from inspect_tui.exchange.evidence_brought import told as told_evidence
    from inspect_tui.store.workspace import local_clock

    space = space_of(workspace)
    wanted = round_id_of(space, round_id)
    who = identity_of(space, None)
    found = received.scan_for(space, wanted, files, progress=progress, passphrases=_passphrases(files))
    if not found.ok:
        return found, ["有文件没有能用的记录，一份都没有收。请去掉或换好这些文件再合并。"]
    if found.doubtful and not yes and not _agreed(found):
        return found, [_NOT_AGREED]
    round_dir = space.round_dir(wanted)
    lacking = missing(round_dir, found.sources)
    entries = received.take(space, wanted, found, "、".join(who.people), local_clock(), progress=progress)
    said = [f"已收下：{entry.name}（编号{entry.sha256[:12]}）" for entry in entries]
    evidence = told_evidence(lacking, missing(round_dir, found.sources))
    return found, [*(said or ["没有新内容，已是最新。"]), *evidence]


class _Line:
    """Progress as one line on stderr."""

    def __call__(self, done: int, total: int, name: str) -> None:
        if total > 1 and name:
            print(f"\r\x1b[K正在读第{done + 1}份，共{total}份", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


# -------------------------------------------------------------------- undoing


@click.command(name="undo-merge", options_metavar="[选项]", short_help="把收下的一份文件退出本轮")
@click.argument("file", metavar="编号或文件名", required=False)
@round_option
@click.option("--yes", is_flag=True, help="有裁定以这份文件为依据时也退出。")
@click.option("--list", "listing", is_flag=True, help="只列出收过和退出过的文件。")
@workspace_option
@json_option
def undo_merge(
    file: str | None,
    round_id: str | None,
    yes: bool,
    listing: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """把收下的一份文件退出本轮；文件和台账都保留，以后可以再收。

    有组长的裁定以这份文件为依据时先列出来，加 --yes 才退出。
    """
    import msgspec

    from inspect_tui.exchange import received
    from inspect_tui.store.workspace import local_clock

    if (file is None) != listing:
        raise click.UsageError("请写编号或文件名，或用 --list 列出台账")
    space = space_of(workspace)
    wanted = round_id_of(space, round_id)
    if file is None:
        entries = received.journal(space, wanted)
        if as_json:
            print_json({"files": [msgspec.to_builtins(entry) for entry in entries]})
            return
        for entry in entries:
            state = f"，{entry.withdrawn_at[:16]}由{entry.withdrawn_by}退出" if entry.withdrawn_at else ""
            click.echo(
                f"{entry.sha256[:12]}  {entry.name}  {entry.taken_at[:16]}由{entry.taken_by}收下，"
                f"新内容{entry.counts.get('new', 0)}条{_signed(entry.signature)}{state}"
            )
        if not entries:
            click.echo("本轮还没有收过文件。")
        return
    entry = received.find(space, wanted, file)
    resting = received.resting_on(space, wanted, entry.sha256)
    done = yes or not resting
    if done:
        who = identity_of(space, None)
        received.undo(space, wanted, entry.sha256, "、".join(who.people), local_clock())
    if as_json:
        shown = {"sha256": entry.sha256, "name": entry.name, "undone": done}
        print_json(shown | {"resting": [msgspec.to_builtins(r) for r in resting]})
    else:
        for r in resting:
            where = f"{'、'.join(r.by)}在{r.at[:16]}的裁定以它为依据：{r.record} {r.field}（{r.reason}）"
            click.echo(clean(where))
        click.echo(
            f"已退出：{entry.name}。文件和台账仍保留。"
            if done
            else f"有{len(resting)}处裁定以“{entry.name}”为依据，没有退出。确实要退出请加 --yes。"
        )
    if not done:
        raise click.exceptions.Exit(1)


# -------------------------------------------------------------------- telling


def told(found: Scan, target: Path | None) -> dict[str, Any]:
    """A scan as the documented JSON object."""
    import msgspec

    files = []
    for file in found.files:
        plain = msgspec.to_builtins(file)
        files.append(plain | {"up_to_date": file.up_to_date})
    conflicts = [_conflict(conflict) for conflict in found.conflicts()]
    total = len(found.union.changes)
    return {
        "files": files,
        "conflicts": conflicts,
        "skipped": found.skipped,
        "output": str(target) if target else "",
        "changes": total,
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    import msgspec

    from inspect_tui.model.change import parse_key

    address = parse_key(conflict.record)
    where = {"unit": address.unit, "checklist": address.checklist, "item": address.item} if address else {}
    return {
        "record": conflict.record,
        "field": conflict.field,
        **where,
        "sides": [msgspec.to_builtins(side) for side in conflict.sides],
    }


def _tell(found: Scan, target: Path | None) -> None:
    for file in found.files:
        for line in _lines(file):
            click.echo(clean(line))
    for line in found.skipped:
        click.echo(clean(f"略过：{line}"))
    conflicts = found.conflicts()
    if conflicts:
        click.echo(f"有{len(conflicts)}处意见不同，合并后由组长裁定：")
        for conflict in conflicts[:20]:
            for line in _place(conflict, found.round):
                click.echo(clean("  " + line))
        if len(conflicts) > 20:
            click.echo(f"  另有{len(conflicts) - 20}处。")
    if target is not None:
        click.echo(f"已合并为{target}，共{len(found.union.changes)}条改动。")


def _lines(file: FileScan) -> list[str]:
    if not file.usable:
        lines = [f"{file.path}：不能合并。{file.reason}。"]
    else:
        who = "、".join(file.inspectors) or file.writer
        lines = [f"{file.path}：{who}，{file.title}" + ("（演练）" if file.practice else "")]
        if file.up_to_date:
            lines.append("  已是最新，没有新内容。")
        else:
            said = f"  新内容{file.new}条，已有{file.known}条"
            said += f"；与别人一致{file.agreeing}条，不同{file.differing}条" if file.beside else ""
            said += f"；需重看{file.stale}条" if file.stale else ""
            lines.append(said + "。")
        if file.counts is not None:
            lines.append(f"  {file.counts.text()}。短码{file.code}")
        opened = "，加密的，已打开" if file.encrypted else ""
        lines.append(f"  {file.signature.words}{opened}。")
        lines += [f"  注意：{warning}。" for warning in file.warnings]
    lines += [f"  不收：{rejected.where}：{rejected.reason}" for rejected in file.rejected]
    if file.rejected_more:
        lines.append(f"  另有{file.rejected_more}条不收。")
    return lines


def _signed(words: str) -> str:
    return f"，{words}" if words else ""


def _place(conflict: Conflict, round_: Round | None) -> list[str]:
    """Where hands differ, and for what is no item of a checklist what each of them says."""
    from inspect_tui.model.change import parse_key
    from inspect_tui.rules.matter import field_words, record_words, value_words

    address = parse_key(conflict.record)
    if address is None or round_ is None:
        return [conflict.record]
    about, field = record_words(round_, conflict.record), conflict.field
    if address.kind == "answer":
        names = "、".join(dict.fromkeys("、".join(side.by) for side in conflict.sides))
        return [f"{about}（{names}）"]
    sides = [
        f"  {'、'.join(side.by)}：{value_words(conflict.record, field, side.value)}"
        for side in conflict.sides
    ]
    return [f"{about}（{field_words(conflict.record, field)}）", *sides]
