"""Source: whatever a user points a report at, read into one state: findings file, hand-in, round folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from inspect_tui.model.change import Change
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.roster import Unit
from inspect_tui.model.round import PACK_FORMAT, Round
from inspect_tui.rules.fold import State
from inspect_tui.store import files
from inspect_tui.store.clean import clean_text
from inspect_tui.store.content import FindingsContent, read_findings
from inspect_tui.store.errors import Shut, StoreError
from inspect_tui.store.limits import OTHER_BYTES
from inspect_tui.store.roundfile import read_packed, round_of
from inspect_tui.store.snapshot import KnownRounds

_WRITER_FILE = r"[0-9a-f]{12}\.json"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The round and state behind a report; `messages` tell what could not be read or is not final.

    `people` are the leaders named in the roster of the workspace it lies in, where there is one.
    """

    round: Round
    raw: dict[str, Any]
    state: State
    messages: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def read_source(path: Path) -> Source:
    """Read a findings file, a hand-in zip, or a round folder with everything in it.

    Raises InputFaults or StoreError when nothing can be told from it.
    """
    source = _read(path)
    return msgspec.structs.replace(source, people=roster_people(path))


class _Leaders(msgspec.Struct, frozen=True):
    leader: str = ""
    responsible_leader: str = ""


class _Names(msgspec.Struct, frozen=True):
    """The names in a roster and nothing else of it, so that its other faults do not hide them."""

    units: tuple[_Leaders, ...] = ()


def roster_people(path: Path) -> tuple[str, ...]:
    """Names of the leaders in the roster of the workspace that a file or folder lies in."""
    for folder in list(path.absolute().parents)[:4]:
        if (folder / "rounds").is_dir() and (folder / "roster.json").is_file():
            units = _leaders(folder)
            names = {clean_text(name) for u in units for name in (u.leader, u.responsible_leader)}
            return tuple(names - {""})
    return ()


def _leaders(folder: Path) -> Iterable[_Leaders | Unit]:
    path = folder / "roster.json"
    try:
        if path.stat().st_size <= OTHER_BYTES:
            return msgspec.json.decode(files.fs.read(path), type=_Names).units
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        pass
    # Another encoding, or a fault in the names themselves: the full reading knows all that can be read.
    from inspect_tui.store.workspace import Workspace

    roster, _ = Workspace(folder).roster()
    return roster.units if roster else ()


def _read(path: Path) -> Source:
    if path.is_dir():
        return _folder(path)
    with_head = _head(path)
    if with_head.startswith((b"PK", files.AGE)):
        from inspect_tui.exchange.handin_reading import read_hand_in

        return _contents([read_hand_in(path).content], [])
    if with_head and sniff_is_pack(path, with_head):
        raise _fault(path, "H21", "这是发包文件，里面没有检查记录", "请给检查记录文件、交卷文件或轮次文件夹")
    content = read_findings(path)
    return _contents([content], [])


def _head(path: Path) -> bytes:
    try:
        with files.fs.open_read(path) as file:
            return file.read(4096)
    except FileNotFoundError:
        raise _fault(path, "H20", "找不到文件", "请核对文件名和文件夹") from None
    except Shut as shut:
        raise _fault(path, "H20", str(shut), "请先用口令打开工作文件夹") from None
    except OSError:
        raise _fault(path, "H20", "文件读不出来", "请核对权限、磁盘或移动盘") from None


def sniff_is_pack(path: Path, head: bytes) -> bool:
    """Whether a file says it is a pack, judged without reading a findings file twice."""
    if head.startswith(b'{"_meta"'):
        return False
    from inspect_tui.store.loading import sniff_format

    return sniff_format(path) == PACK_FORMAT


def _folder(path: Path) -> Source:
    if not (path / "round.json").is_file():
        from inspect_tui.store.workspace import Workspace

        rounds = Workspace(path).rounds() if (path / "rounds").is_dir() else []
        if len(rounds) == 1:
            path = rounds[0].path.parent
        else:
            named = "、".join(f"rounds/{entry.id}" for entry in rounds)
            remedy = f"请指明其中一轮：{named}" if named else "请给轮次文件夹，如rounds/2026Q4-lookback"
            raise _fault(path, "H22", "这个文件夹不是一轮检查", remedy)
    round_, raw, packed = read_packed(path / "round.json")
    known = {packed: raw}
    # The folder may have been copied out of its workspace, so its files are found by their own names.
    files = sorted(p for p in path.glob("*.json") if re.fullmatch(_WRITER_FILE, p.name))
    contents: list[FindingsContent] = []
    messages: list[str] = []
    for file in files:
        try:
            contents.append(read_findings(file, known))
        except StoreError as error:
            messages.append(str(error))
    _add_received(path, known, contents, messages)
    state, told = _fold(contents)
    return Source(round=round_, raw=raw, state=state, messages=(*messages, *told))


def _add_received(
    path: Path, known: KnownRounds, contents: list[FindingsContent], messages: list[str]
) -> None:
    """The files on the list of received ones, without the changes of them that were rejected."""
    from inspect_tui.store.received import active_files, is_as_received

    try:
        received = active_files(path)
    except StoreError as error:
        messages.append(str(error))
        return
    for file, entry in received:
        try:
            if not is_as_received(file, entry):
                messages.append(f"收到的文件“{entry.name}”和收到时不一样了，没有计入。")
                continue
            content = read_findings(file, known)
        except StoreError as error:
            messages.append(str(error))
            continue
        left_out = set(entry.rejected)
        content.changes = [c for number, c in enumerate(content.changes, 1) if number not in left_out]
        contents.append(content)


def _contents(contents: list[FindingsContent], messages: list[str]) -> Source:
    raw = contents[0].round_raw
    round_ = round_of(raw, name=contents[0].path.name)
    state, told = _fold(contents)
    return Source(round=round_, raw=raw, state=state, messages=(*messages, *told))


def _fold(contents: list[FindingsContent]) -> tuple[State, list[str]]:
    state, messages = State(), []
    for content in contents:
        messages += content.recovery.messages
        skipped = sum(not _applied(state, change) for change in content.changes)
        if skipped:
            messages.append(f"{content.path.name}里有{skipped}条记录读不懂，没有计入。")
    return state, messages


def _applied(state: State, change: Change) -> bool:
    try:
        state.apply(change)
    except msgspec.ValidationError:
        return False
    return True


def _fault(path: Path, code: str, message: str, remedy: str) -> InputFaults:
    return InputFaults([Fault(code=code, file=path.name, message=message, remedy=remedy)])
