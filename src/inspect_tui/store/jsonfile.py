"""JSON files as people hand them over: any encoding, any mistake, and always a place to point at.

A strict and fast read first; only when something is wrong, or a fault needs a line and column, does the
slower scanner run. Numbers, depth, size and duplicate keys are checked here because every common decoder
lets some of them through silently.
"""

from __future__ import annotations

import json
import math
import stat
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.rules.issue import MAX_DEPTH, Steps
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.errors import Shut
from inspect_tui.store.limits import OTHER_BYTES

if TYPE_CHECKING:
    from inspect_tui.store.jsonscan import Problem

MEGABYTE = 1024 * 1024
LIMIT = OTHER_BYTES
#: Most values a file may hold; far above any real checklist or round, far below what would fill memory.
MAX_VALUES = 2_000_000
#: Most faults listed for one file; one more line says how many others there are.
MAX_FAULTS = 500

#: A path with more steps than any real file has is shown with its middle left out.
_LONG_PATH = 16
_BLANKS = " \t\r\n\u00a0\u3000"
_ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8（带BOM）",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB18030（GBK）",
}

_SYNTAX = {
    "J07": ("JSON写法有误", "请核对此处的引号、逗号、冒号和括号；文字里的引号请用“”"),
    "J08": ("文件不完整，内容到这里中断", "请重新取得完整的文件，或补全结尾"),
    "J09": ("结尾之后还有多余内容", "请删去最外层括号之后的内容"),
    "J10": ("字段重复出现", "请只保留一个"),
    "J11": ("不是有效数字", "请写成普通数字"),
    "J12": (f"嵌套超过{MAX_DEPTH}层", "请核对括号是否成对"),
    "J13": ("数字过大或位数过多", "请核对这个数字"),
    "J14": ("文字里有控制字符", "请删去这个字符"),
    "J16": ("最后一项之后多了逗号", "请删去这个逗号"),
    "J17": ("用了全角标点或空格", "请改成半角的逗号、冒号或空格"),
    "J18": ("文字没有用半角双引号括起", '请改成半角双引号（"）'),
    "J19": ("JSON里不能写注释", "请删去注释"),
    "J20": ("两项之间缺逗号", "请在此处之前补上半角逗号"),
    "J21": ("写法不对", "请改用小写"),
    "J22": ("数字写法有误", "请写成1、0.5这样的数字"),
    "J23": ("文字里的反斜杠写法有误", "反斜杠请写成两个"),
    "J24": ("文字缺右引号，或中间换了行", "请补上引号；换行请写成\\n"),
}


class Parsed:
    """A JSON text read in: its value, and where each part of it stands.

    `faults` are mistakes that still left a readable value, so that the caller can judge the content too
    and report everything in one go. `warnings` tell, for one, which encoding was guessed.
    """

    def __init__(self, name: str, text: str, encoding: str, value: Any) -> None:
        self.name = name
        self.text = text
        self.encoding = encoding
        self.warnings: list[Fault] = []
        self.faults: list[Fault] = []
        self.value = value

    def places(self, wanted: Sequence[tuple[Steps, bool]]) -> list[tuple[int, int]]:
        """Line and column of many values (False) or keys (True) with one reading of the text.

        A path that is not there gives the place of the nearest container that is.
        """
        from inspect_tui.store.jsonscan import scan

        targets = {(steps[:cut], False) for steps, _ in wanted for cut in range(len(steps) + 1)}
        found = scan(self.text, targets | {(steps, True) for steps, key in wanted if key}).places
        offsets = []
        for steps, key in wanted:
            offset = found.get((steps, key))
            while offset is None:
                offset = found.get((steps, False))
                if offset is None and not steps:
                    offset = 0
                steps = steps[:-1]
            offsets.append(offset)
        return lines_and_columns(self.text, offsets)

    def locate(self, steps: Steps, *, key: bool = False) -> tuple[int, int]:
        """Line and column of one value, or of its key."""
        return self.places([(steps, key)])[0]


def read_json(
    source: Path | bytes, *, name: str = "", limit: int = LIMIT, expect: type | None = None
) -> Parsed:
    """Read JSON or raise InputFaults with everything that is wrong with it as JSON.

    `expect` is the type the outermost value must have, such as dict.
    """
    parsed = parse_json(source, name=name, limit=limit, expect=expect)
    if parsed.faults:
        raise InputFaults(parsed.faults)
    return parsed


def parse_json(
    source: Path | bytes, *, name: str = "", limit: int = LIMIT, expect: type | None = None
) -> Parsed:
    """Read JSON as far as possible; raises InputFaults only when there is no value to go on with.

    Mistakes that leave the rest readable are in `faults` of the result, and the file must not be used.
    """
    if isinstance(source, Path):
        name = name or source.name
        data = _bytes_of(source, name, limit)
    else:
        data = source
    if len(data) > limit:
        raise _refusal(
            "J02",
            name,
            f"文件超过{limit // MEGABYTE} MB",
            "请核对是不是选错了文件",
            value=f"{len(data) / MEGABYTE:.1f} MB",
        )
    text, encoding = _text_of(data, name)
    if sum(map(text.count, "[{,，")) > MAX_VALUES:
        raise _refusal("J25", name, "内容项数过多", "请核对是不是选错了文件")
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_refuse)
        sound = _sound(value)
    except (ValueError, RecursionError):
        sound = False
    if not sound and not text.lstrip(_BLANKS).startswith(("{", "[", "//", "/*")):
        raise _refusal(
            "J27", name, "这不是JSON文件", "请核对是不是选错了文件", value=shown(text.lstrip(_BLANKS)[:20])
        )
    if sound:
        parsed = Parsed(name, text, encoding, value)
    else:
        # The scanner is needed for faulty files only, and costs every start of the program its patterns.
        from inspect_tui.store.jsonscan import scan

        found = scan(text)
        parsed = Parsed(name, text, encoding, found.value)
        parsed.faults = _syntax_faults(name, text, found.problems)
        if not found.complete:
            raise InputFaults(parsed.faults)
    if expect is not None and not isinstance(parsed.value, expect):
        line, column = parsed.locate(())
        told = Fault(
            code="J15",
            file=name,
            line=line,
            column=column,
            path="$",
            message="最外层应是花括号{}",
            remedy="请核对是不是选错了文件",
        )
        raise InputFaults([*parsed.faults, told])
    if encoding not in ("utf-8", "utf-8-sig"):
        parsed.warnings.append(
            Fault(
                code="J06",
                file=name,
                warning=True,
                message=f"文件不是UTF-8编码，已按{_ENCODING_NAMES[encoding]}读取",
                remedy="请核对文字是否正常，最好另存为UTF-8",
            )
        )
    return parsed


def path_text(steps: Steps) -> str:
    """A path as people and tools write it: $.sections[0].items[2].points."""
    parts = ["$"]
    if len(steps) > _LONG_PATH:
        return f"{path_text(steps[:8])}…{path_text(steps[-4:])[1:]}"
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif step.isascii() and step.replace("_", "a").replace("-", "a").isalnum():
            parts.append(f".{step}" if len(step) <= 40 else f".{step[:40]}…")
        else:
            parts.append(f"[{json.dumps(shown(step, 40), ensure_ascii=False)}]")
    return "".join(parts)


def shown(value: Any, limit: int = 60) -> str:
    """A value as a fault shows it: one clean line, not too long."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    else:
        try:
            text = json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError):
            text = "？"
    text = clean_text(text[: limit * 2], newlines=False)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def lines_and_columns(text: str, offsets: Sequence[int]) -> list[tuple[int, int]]:
    """Line and column, both from 1, of each offset; one pass over the text however many there are."""
    known: dict[int, tuple[int, int]] = {}
    line, at = 1, 0
    for offset in sorted(set(offsets)):
        line += text.count("\n", at, offset)
        at = offset
        known[offset] = (line, offset - text.rfind("\n", 0, offset))
    return [known[offset] for offset in offsets]


def cut_short(faults: list[Fault], name: str, total: int = 0) -> list[Fault]:
    """At most MAX_FAULTS faults, with a last line that says how many more of `total` there are."""
    total = max(total, len(faults))
    if total <= MAX_FAULTS:
        return faults
    rest = total - MAX_FAULTS
    told = Fault(
        code="J26", file=name, message=f"还有{rest}处问题未列出", remedy="请先改正以上各处，再检查一次"
    )
    return [*faults[:MAX_FAULTS], told]


# -------------------------------------------------------------------- bytes and text


def _bytes_of(path: Path, name: str, limit: int) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _refusal("J01", name, "这是文件夹，不是文件", "请选择一个JSON文件")
        if not stat.S_ISREG(status.st_mode):
            raise _refusal("J01", name, "这不是普通文件", "请选择一个JSON文件")
        with files.fs.open_read(path) as handle:
            return handle.read(limit + 1)
    except FileNotFoundError:
        raise _refusal("J01", name, "找不到文件", "请核对文件名和文件夹") from None
    except Shut as shut:
        raise _refusal("J01", name, str(shut), "请先用口令打开工作文件夹") from None
    except PermissionError:
        raise _refusal(
            "J01", name, "没有读取权限，或文件正被其他程序占用", "请关闭占用它的程序后再试"
        ) from None
    except (OSError, ValueError):
        raise _refusal("J01", name, "文件读不出来", "请核对磁盘或U盘是否正常") from None


def _text_of(data: bytes, name: str) -> tuple[str, str]:
    if not data:
        raise _refusal("J03", name, "文件是空的（0字节）", "文件可能已损坏，请重新取得")
    if not data.strip(b"\0"):
        raise _refusal("J04", name, "文件内容全是空字节", "文件可能因断电等原因损坏，请重新取得")
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _undecodable(data, name, error.start, encoding) from None
    head = data[:64]
    if b"\0" in head and len(data) % 2 == 0:
        guess = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
        try:
            return data.decode(guess), guess
        except UnicodeDecodeError:
            pass
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        good = data[: error.start]
        # Many well-formed characters before the first bad byte: damaged or cut UTF-8, not another encoding.
        if len(good.decode("utf-8")) <= len(good) - 8 or error.reason == "unexpected end of data":
            raise _undecodable(data, name, error.start, "utf-8") from None
    try:
        return data.decode("gb18030"), "gb18030"
    except UnicodeDecodeError as error:
        raise _undecodable(data, name, error.start, "gb18030") from None


def _undecodable(data: bytes, name: str, start: int, encoding: str) -> InputFaults:
    before = data[:start].decode(encoding, errors="replace")
    line, column = lines_and_columns(before, [len(before)])[0]
    fault = Fault(
        code="J05",
        file=name,
        line=line,
        column=column,
        message="文字编码有损坏，从这里起读不出来",
        value=data[start : start + 4].hex(" "),
        remedy="请重新取得文件，或另存为UTF-8",
    )
    return InputFaults([fault])


def _refusal(code: str, name: str, message: str, remedy: str, value: str = "") -> InputFaults:
    return InputFaults([Fault(code=code, file=name, message=message, remedy=remedy, value=value)])


# -------------------------------------------------------------------- the fast read


class _Unsound(ValueError):
    pass


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Unsound
    return value


def _refuse(_: str) -> Any:
    raise _Unsound


def _sound(value: Any) -> bool:
    """Whether a value is shallow enough and its numbers fit; looked at layer by layer, never recursively."""
    layer = [value]
    for depth in range(MAX_DEPTH + 1):
        inner: list[Any] = []
        for part in layer:
            if depth == MAX_DEPTH and isinstance(part, dict | list):
                return False
            if isinstance(part, dict):
                inner.extend(part.values())
            elif isinstance(part, list):
                inner.extend(part)
            elif isinstance(part, float):
                if not math.isfinite(part):
                    return False
            elif isinstance(part, int) and abs(part) >= 2**63:
                return False
        if not inner:
            break
        layer = inner
    return True


def _syntax_faults(name: str, text: str, problems: list[Problem]) -> list[Fault]:
    faults = []
    listed = problems[:MAX_FAULTS]
    for problem, (line, column) in zip(
        listed, lines_and_columns(text, [p.offset for p in listed]), strict=True
    ):
        message, remedy = _SYNTAX[problem.code]
        value = shown(problem.detail, 30)
        if problem.code == "J08":
            remedy = f"{remedy}（还缺 {problem.detail[:20]}）" if problem.detail else remedy
            value = ""
        elif problem.code == "J21":
            remedy, value = f"请写成 {problem.detail}", ""
        elif problem.code == "J17" and problem.detail.isspace():
            value = unicodedata.name(problem.detail, "")
        faults.append(
            Fault(
                code=problem.code,
                file=name,
                line=line,
                column=column,
                path=path_text(problem.steps),
                message=message,
                value=value,
                remedy=remedy,
            )
        )
    return cut_short(faults, name, len(problems))
