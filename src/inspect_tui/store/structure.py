"""Raw JSON judged against a record type: every missing, unknown and mistyped field, not only the first.

One walk serves every file format, because it reads the types themselves.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any

import msgspec.inspect as types

from inspect_tui.model.terms import Term
from inspect_tui.rules.issue import MAX_ISSUES, UNREADABLE, Issue, Steps, did_you_mean, nearest, plain_decimal
from inspect_tui.store.fieldwords import field_word

#: The major version of every format this program reads, and the newest minor it knows.
MAJOR, MINOR = 1, 0

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})", re.ASCII)
_KINDS = {
    dict: "花括号{}括起的一组字段",
    list: "方括号[]括起的列表",
    str: "文字",
    bool: "true或false",
    int: "数字",
    float: "数字",
    type(None): "null",
}


@functools.cache
def record_type(kind: type) -> types.StructType:
    """The fields and types of a record type."""
    found = types.type_info(kind)
    if not isinstance(found, types.StructType):
        raise TypeError(kind)
    return found


def check_structure(value: Any, kind: type, format_: str, steps: Steps = ()) -> list[Issue]:
    """Everything in a value that keeps it from being read as this record type.

    A file of another format, or of a newer major version, is told as that one thing only. Without a format
    the value is part of a file and is judged by its fields alone.
    """
    if format_ and isinstance(value, dict):
        told = list(check_format(value, format_, steps))
        if told:
            return told
    return list(itertools.islice(_walk(value, record_type(kind), steps, False), MAX_ISSUES))


def check_format(value: dict[str, Any], format_: str, steps: Steps = ()) -> Iterator[Issue]:
    """Whether a file is of this format, in a version this program can read."""
    # A findings file says what it is in its first table.
    found = _FINDINGS if "_meta" in value and "format" not in value else value.get("format")
    if isinstance(found, str) and found != format_:
        yield Issue(
            code="S06",
            steps=(*steps, "format") if "format" in value else (*steps, "_meta"),
            message=f"这不是{format_word(format_)}文件",
            value=found,
            allowed=(format_,),
            remedy=f"这是{format_word(found)}文件，请换一个文件"
            if found in _FORMATS
            else "请核对是不是选错了文件",
        )
        return
    version = value.get("version")
    if isinstance(version, str) and (major := _major(version)) is not None and major > MAJOR:
        yield Issue(
            code="S08",
            steps=(*steps, "version"),
            message=f"文件由更新版本的程序写成，本程序只能读{MAJOR}.x版",
            value=version,
            remedy="请升级本程序后再打开",
        )


_FINDINGS = "inspect-tui/findings"
_FORMATS = {
    "inspect-tui/checklist": "检查清单",
    "inspect-tui/roster": "组织名册",
    "inspect-tui/rules": "规则",
    "inspect-tui/scheme": "定级办法",
    "inspect-tui/contest": "评比办法",
    "inspect-tui/appraisal": "民主测评",
    "inspect-tui/distribution": "二次分配细则",
    "inspect-tui/flows": "基本流程目录",
    "inspect-tui/round": "检查轮次",
    "inspect-tui/pack": "发包文件",
    _FINDINGS: "检查记录",
}


def format_word(format_: str) -> str:
    """What people call a format."""
    return _FORMATS.get(format_, "本程序的")


def _major(version: str) -> int | None:
    match = _VERSION.fullmatch(version)
    return int(match[1]) if match else None


def _is_newer_minor(value: dict[str, Any]) -> bool:
    version = value.get("version")
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    return match is not None and int(match[1]) == MAJOR and int(match[2]) > MINOR


def _walk(value: Any, kind: types.Type, steps: Steps, lenient: bool) -> Iterator[Issue]:
    if value is UNREADABLE:
        return
    match kind:
        case types.StructType():
            yield from _walk_record(value, kind, steps, lenient)
        case types.VarTupleType() | types.ListType():
            if not isinstance(value, list):
                yield _mistyped(value, "方括号[]括起的列表", steps)
                return
            for place, part in enumerate(value):
                yield from _walk(part, kind.item_type, (*steps, place), lenient)
        case types.DictType():
            if not isinstance(value, dict):
                yield _mistyped(value, "花括号{}括起的一组字段", steps)
                return
            for key, part in value.items():
                yield from _walk(part, kind.value_type, (*steps, key), lenient)
        case types.UnionType():
            if value is None and any(isinstance(t, types.NoneType) for t in kind.types):
                return
            inner = next(t for t in kind.types if not isinstance(t, types.NoneType))
            yield from _walk(value, inner, steps, lenient)
        case types.EnumType():
            yield from _walk_enum(value, kind.cls, steps)
        case types.DecimalType():
            if plain_decimal(value) is None:
                if isinstance(value, str | int | float) and not isinstance(value, bool):
                    yield Issue(
                        code="S05",
                        steps=steps,
                        message=f"{_named(steps)}不是可用的数字",
                        value=value,
                        remedy="请写成1、0.5这样的数字，整数不超过9位，小数不超过6位",
                    )
                else:
                    yield _mistyped(value, "数字", steps)
        case types.IntType():
            if isinstance(value, bool) or not isinstance(value, int):
                yield _mistyped(value, "整数", steps)
        case types.BoolType():
            if not isinstance(value, bool):
                yield _mistyped(value, "true或false", steps)
        case types.StrType():
            if not isinstance(value, str):
                yield _mistyped(value, "文字", steps)
        case _:
            return


def _walk_record(value: Any, kind: types.StructType, steps: Steps, lenient: bool) -> Iterator[Issue]:
    if not isinstance(value, dict):
        yield _mistyped(value, "花括号{}括起的一组字段", steps)
        return
    fields = _fields(kind.cls)
    versioned = "format" in fields and "version" in fields
    if versioned:
        lenient = lenient or _is_newer_minor(value)
        yield from _check_version(value, steps)
    missing = [name for name, field in fields.items() if field.required and name not in value]
    for name in value:
        # A checklist frozen into a round keeps the line that its author's editor reads.
        if name in fields or lenient or (name == "$schema" and (versioned or not steps)):
            continue
        guess = nearest(name, [n for n in fields if n not in value])
        if guess in missing:
            missing.remove(guess)
        twin = "" if guess else nearest(name, fields)
        remedy = "请核对字段名，或删去这一项"
        if guess:
            remedy = f"是不是“{guess}”（{field_word(kind.cls, guess)}）？"
        elif twin:
            remedy = f"已经写了“{twin}”（{field_word(kind.cls, twin)}），请删去这一项"
        yield Issue(
            code="S02",
            steps=(*steps, name),
            at_key=True,
            message="不认识的字段",
            value=name,
            meant=guess,
            remedy=remedy,
        )
    for name in missing:
        yield Issue(
            code="S01",
            steps=steps,
            message=f"缺少“{name}”（{field_word(kind.cls, name)}）",
            remedy="请补上这一项",
        )
    for name, part in value.items():
        # Most fields are text and are text: passing them here halves the time of the walk.
        if name in fields and not (type(part) is str and type(fields[name].type) is types.StrType):
            yield from _walk(part, fields[name].type, (*steps, name), lenient)


@functools.cache
def _fields(kind: type) -> dict[str, types.Field]:
    return {field.encode_name: field for field in record_type(kind).fields}


@functools.cache
def _members(kind: type[Term]) -> dict[str, str]:
    return {str(member.value): member.label for member in kind}


def _check_version(value: dict[str, Any], steps: Steps) -> Iterator[Issue]:
    version = value.get("version")
    if not isinstance(version, str):
        return
    major = _major(version)
    if major is None or major < MAJOR:
        yield Issue(
            code="S07",
            steps=(*steps, "version"),
            message="版本号写法不对",
            value=version,
            allowed=(f"{MAJOR}.{MINOR}",),
            remedy=f"请写成“{MAJOR}.{MINOR}”",
        )
    elif major > MAJOR and steps:
        yield Issue(
            code="S08",
            steps=(*steps, "version"),
            message=f"这一部分由更新版本的程序写成，本程序只能读{MAJOR}.x版",
            value=version,
            remedy="请升级本程序后再打开",
        )


def _walk_enum(value: Any, kind: type, steps: Steps) -> Iterator[Issue]:
    if not issubclass(kind, Term):
        return
    members = _members(kind)
    if isinstance(value, str) and value in members:
        return
    if isinstance(value, str):
        by_label = {label: name for name, label in members.items()}
        remedy = (
            f"请写成“{by_label[value]}”"
            if value in by_label
            else did_you_mean(value, members, "请从可用的值里选一个")
        )
        yield Issue(
            code="S04",
            steps=steps,
            message=f"{_named(steps)}不在可用的值之内",
            value=value,
            allowed=tuple(f"{name}（{label}）" for name, label in members.items()),
            remedy=remedy,
        )
    else:
        yield _mistyped(value, "文字", steps)


def _mistyped(value: Any, wanted: str, steps: Steps) -> Issue:
    return Issue(
        code="S03",
        steps=steps,
        message=f"{_named(steps)}应为{wanted}，这里是{_KINDS.get(type(value), '别的内容')}",
        value=value,
        remedy=_type_remedy(value, wanted),
    )


def _type_remedy(value: Any, wanted: str) -> str:
    if wanted == "文字":
        return "请加上半角双引号"
    if isinstance(value, str) and wanted in ("整数", "数字", "true或false"):
        return "请去掉引号，写成数字" if wanted != "true或false" else "请写成不带引号的true或false"
    if wanted == "方括号[]括起的列表":
        return "请用方括号括起，只有一项也要括"
    return f"请改成{wanted}"


def _named(steps: Steps) -> str:
    """The nearest field name of a path, for the message."""
    name = next((step for step in reversed(steps) if isinstance(step, str)), "")
    return f"“{name}”" if name else "最外层"
