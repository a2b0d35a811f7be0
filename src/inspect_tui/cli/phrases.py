"""`inspect-tui phrases`: the wordings offered by digit, listed, added and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from inspect_tui.cli.common import json_option, print_json, workspace_option
from inspect_tui.cli.zh import ZhGroup

if TYPE_CHECKING:
    from inspect_tui.model.phrase import Phrase

_KINDS = ("deficiency", "good_practice", "suggestion", "note")


@click.group(
    name="phrases",
    cls=ZhGroup,
    short_help="常用语：列出、新增、删除",
    help="常用语：写问题、好的做法、建议和说明时按数字就能选的说法。只在这台电脑上，不发包、不交卷、不合并。",
)
def phrases() -> None:
    pass


@phrases.command(name="list", short_help="列出常用语", options_metavar="[选项]")
@click.option("--item", metavar="编号", default="", help="只列这个检查项的。")
@workspace_option
@json_option
def list_(item: str, workspace: str | None, as_json: bool) -> None:
    """列出常用语：检查项、种类、写过几次、置顶没有。"""
    book = _book(workspace)
    held = [phrase for phrase in book.all() if not item or phrase.item == item]
    if as_json:
        print_json({"path": str(book.path), "phrases": [_told(phrase) for phrase in held]})
        return
    for phrase in held:
        click.echo(_line(phrase))
    if not held:
        click.echo("还没有常用语。")
    click.echo(f"文件：{book.path}", err=True)


@phrases.command(name="add", short_help="新增一条常用语", options_metavar="[选项]")
@click.argument("text", metavar="文字")
@click.option("--checklist", metavar="清单编号", required=True, help="哪份清单。")
@click.option("--item", metavar="编号", required=True, help="哪个检查项。")
@click.option(
    "--kind",
    metavar="种类",
    type=click.Choice(_KINDS),
    default="deficiency",
    help="deficiency 问题（不写就是）、good_practice 好的做法、suggestion 建议、note 说明。",
)
@workspace_option
@json_option
def add(text: str, checklist: str, item: str, kind: str, workspace: str | None, as_json: bool) -> None:
    """新增一条常用语。里面有号码、金额的不收。"""
    from inspect_tui.cli.common import faults
    from inspect_tui.model.phrase import PhraseKind
    from inspect_tui.report.privacy import kinds_in
    from inspect_tui.rules.issue import good_id
    from inspect_tui.store.phrases import LONGEST

    for name, value in (("清单编号", checklist), ("检查项编号", item)):
        if not good_id(value):
            raise faults("Y01", f"{name}写法不对", value, "请照清单里的编号写")
    if found := kinds_in(text):
        words = "、".join(kind.label for kind in found)
        raise faults("Y02", f"里面有{words}", "", "常用语里不留这些，请改掉再加")
    if len(text) > LONGEST or not text.strip():
        raise faults("Y03", "文字是空的或太长", "", f"请写1到{LONGEST}字")
    book = _book(workspace)
    made = book.add(checklist, item, PhraseKind(kind), text)
    if made is None:
        raise faults("Y03", "文字是空的或太长", "", f"请写1到{LONGEST}字")
    _save(book)
    if as_json:
        print_json({"path": str(book.path), "added": _told(made)})
    else:
        click.echo(f"已新增：{_line(made)}")


@phrases.command(name="remove", short_help="删除常用语", options_metavar="[选项]")
@click.argument("ids", metavar="代号...", nargs=-1, required=True)
@workspace_option
@json_option
def remove(ids: tuple[str, ...], workspace: str | None, as_json: bool) -> None:
    """按 list 列出的代号删除常用语；删去的以后不再自动记。"""
    from inspect_tui.cli.common import faults
    from inspect_tui.store.phrases import phrase_id

    book = _book(workspace)
    held = {phrase_id(phrase): phrase for phrase in book.all()}
    for id_ in ids:
        if id_ not in held:
            raise faults("Y04", "没有这个代号的常用语", id_, "用 phrases list 看代号")
    gone = [held[id_] for id_ in dict.fromkeys(ids)]
    for phrase in gone:
        book.remove(phrase)
    _save(book)
    if as_json:
        print_json({"path": str(book.path), "removed": [_told(phrase) for phrase in gone]})
    else:
        for phrase in gone:
            click.echo(f"已删除：{_line(phrase)}")


def _book(workspace: str | None) -> Any:
    from inspect_tui.cli.common import space_of
    from inspect_tui.store.phrases import Phrases

    book = Phrases.of(space_of(workspace))
    said = book.take_message()
    if said:
        click.echo(said, err=True)
    return book


def _save(book: Any) -> None:
    from inspect_tui.store.errors import StoreError

    said = book.save()
    if said:
        raise StoreError(said)


def _line(phrase: Phrase) -> str:
    from inspect_tui.store.phrases import phrase_id

    used = f"写过{phrase.count}次" if phrase.count else "自己加的"
    pinned = "，置顶" if phrase.pinned else ""
    return f"{phrase_id(phrase)}  {phrase.item} {phrase.kind.label}（{used}{pinned}）：{phrase.text}"


def _told(phrase: Phrase) -> dict[str, Any]:
    from inspect_tui.store.phrases import phrase_id

    return {
        "id": phrase_id(phrase),
        "checklist": phrase.checklist,
        "item": phrase.item,
        "kind": phrase.kind.value,
        "text": phrase.text,
        "count": phrase.count,
        "pinned": phrase.pinned,
        "added": phrase.added,
        "last": phrase.last,
        "offered": phrase.offered,
    }
