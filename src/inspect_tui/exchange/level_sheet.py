"""Last year's grades, from a small sheet, from a plain JSON object, or from what `grade --json` wrote."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from inspect_tui.exchange.plain_sheet import read_sheet, sheet_fault
from inspect_tui.model.fault import Fault, InputFaults
from inspect_tui.model.roster import Unit
from inspect_tui.model.scheme import Scheme
from inspect_tui.rules.issue import did_you_mean
from inspect_tui.store.clean import clean_text

CODE = "E02"
_COLUMNS = {
    "id": ("单位编号", "编号", "短代码", "unit"),
    "name": ("单位", "单位名称", "党支部", "支部", "支部名称", "名称"),
    "level": ("等级", "上年等级", "定级", "级别", "level"),
}


def read_levels(path: Path, scheme: Scheme, units: Iterable[Unit]) -> tuple[dict[str, str], list[str]]:
    """Level ids by unit, and sentences about units that are not inspected now.

    Raises InputFaults with every row that names no level of the scheme, or names one unit twice.
    """
    held = list(units)
    pairs = _json_pairs(path) if path.suffix.lower() == ".json" else _sheet_pairs(path)
    name = clean_text(path.name, newlines=False)
    levels = {
        word: level.id for level in scheme.levels for word in (level.id, level.name, level.short) if word
    }
    found: dict[str, str] = {}
    faults: list[Fault] = []
    strangers: list[str] = []
    for place, who, word in pairs:
        if word in ("", "无", "-", "未定级"):
            continue
        unit = _unit(held, who)
        if unit is None:
            strangers.append(f"{name}：{place} 这次没有这个单位“{who}”，没有计入。")
            continue
        if word not in levels:
            known = [level.name for level in scheme.levels]
            remedy = did_you_mean(word, levels, f"可用：{'、'.join(known)}")
            faults.append(sheet_fault(CODE, name, place, "没有这个等级", remedy, word))
        elif unit.id in found:
            faults.append(sheet_fault(CODE, name, place, "这个单位写了两次", "请只留一行", who))
        else:
            found[unit.id] = levels[word]
    if faults:
        raise InputFaults(faults)
    return found, strangers


def _unit(units: list[Unit], word: str) -> Unit | None:
    exact = [u for u in units if word in (u.id, u.code)]
    named = exact or [u for u in units if word in (u.name, u.full_name)]
    return named[0] if len(named) == 1 else None


def _sheet_pairs(path: Path) -> list[tuple[str, str, str]]:
    sheet = read_sheet(path, _COLUMNS, (("id", "name"), ("level",)), CODE)
    return [
        (row.place("level"), row.text("id") or row.text("name"), row.text("level"))
        for row in sheet.rows
        if row.text("id") or row.text("name")
    ]


def _json_pairs(path: Path) -> list[tuple[str, str, str]]:
    from inspect_tui.store.clean import clean_json
    from inspect_tui.store.jsonfile import read_json

    value = clean_json(read_json(path).value)
    if isinstance(value, dict) and isinstance(value.get("units"), list):
        return [
            (f"$.units[{place}]", str(row.get("unit", "")), _level_of(row))
            for place, row in enumerate(value["units"])
            if isinstance(row, dict)
        ]
    if isinstance(value, dict) and all(isinstance(word, str) for word in value.values()):
        return [(f"$.{unit}", unit, word) for unit, word in value.items()]
    name = clean_text(path.name, newlines=False)
    remedy = '请写成{"单位编号": "等级"}，或用 grade --json 的输出'
    raise InputFaults([sheet_fault(CODE, name, "", "里面没有各单位的等级", remedy)])


def _level_of(row: dict[str, Any]) -> str:
    level = row.get("level")
    return level if isinstance(level, str) else ""
