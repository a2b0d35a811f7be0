"""Files filled in with an office program: wording, headings, checklists, forms, tallies, tables."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import mutating as m
from hostile_commands import NEW
from hostile_round import Round, inside
from hostile_signs import faults_well, strings_well
from hostile_sweep import FILE, Door, Kind

from inspect_tui.exchange.appraisal_sheet import enter_sheet
from inspect_tui.exchange.checklist_sheet import import_bytes
from inspect_tui.exchange.distribution_sheet import read_distribution_sheet
from inspect_tui.exchange.duties_sheet import read_duties_sheet
from inspect_tui.exchange.form_reading import read_form
from inspect_tui.exchange.form_taking import weigh_form
from inspect_tui.exchange.ledger_sheet import read_ledger
from inspect_tui.exchange.level_sheet import read_levels
from inspect_tui.exchange.points_sheet import read_points_sheet
from inspect_tui.exchange.sheet_headings import load_mapping
from inspect_tui.report.papers.ledger_sheet import ledger_xlsx
from inspect_tui.report.phrase_reading import read_template
from inspect_tui.report.wordings import shipped_text
from inspect_tui.store.loading import load_appraisal, load_distribution, load_scheme

RUBRICS = (
    "党支部考核细则,,,\n检查项目,检查内容,分值,评分标准\n组织建设（10分）,按时换届,5,缺1次扣1分，扣完为止\n"
    ",资料齐全,5,每处扣0.5分，最多扣2分\n制度（10分）,有制度,10,没有不得分\n合计,,20,\n"
)
LEVELS = "编号,单位,等级\nG1,甲组,a\nG2,乙组,b\nG9,别处,a\n"
LEVELS_JSON = '{"units": [{"unit": "G1", "level": "a"}, {"unit": "G2", "level": "b"}]}'


def sheets(r: Round, used: dict[str, Any]) -> list[Kind]:
    """The kinds, each at the reader of such a sheet."""
    ledger = ledger_xlsx(r.rows, r.round)
    scheme = load_scheme(r.files["scheme"])[0]
    rule = load_distribution(r.files["distribution"])[0]
    appraisal = load_appraisal(r.files["appraisal"])[0]
    return [
        inside(
            "template",
            r.root / "templates" / "common.txt",
            shipped_text("common").encode(),
            template_well,
            ways=(_template,),
            commands=(("notice", "check", FILE), ("notice", r.folder)),
        ),
        inside("mapping", r.box / "map.json", used["mapping"], lambda p: strings_well(load_mapping(p))),
        _sheet(
            r,
            "book",
            "xlsx",
            r.files["book"].read_bytes(),
            book_well,
            commands=(
                ("checklist", "import", FILE, "--preview"),
                ("checklist", "import", FILE, "--preview", "--json"),
            ),
        ),
        _sheet(
            r,
            "rules",
            "csv",
            RUBRICS.encode(),
            book_well,
            commands=(("checklist", "import", FILE, "--preview"),),
            weight=2,
        ),
        _sheet(
            r,
            "form",
            "xlsx",
            r.files["form"].read_bytes(),
            lambda p: _weigh(r, p),
            commands=(
                ("form", "import", FILE, "--round", NEW, "--as", r.space.say("inspector"), "--preview"),
            ),
        ),
        _sheet(
            r,
            "ledger",
            "xlsx",
            ledger,
            lambda p: faults_well(read_ledger(p.read_bytes(), p.name, r.rows).faults),
        ),
        _sheet(
            r,
            "tallies",
            "xlsx",
            r.files["tallies"].read_bytes(),
            lambda p: enter_sheet(appraisal, p),
            commands=(("appraise", "enter", r.files["appraisal"], FILE, "-o", r.box / "none" / "x.json"),),
        ),
        _sheet(
            r,
            "points",
            "csv",
            r.files["points"].read_bytes(),
            lambda p: strings_well(read_points_sheet(p, 5)),
            commands=(("points", "import", FILE, "--unit", "G1", "--month", "2026-11", "--preview"),),
            weight=3,
        ),
        _sheet(
            r,
            "duties",
            "csv",
            r.files["duties"].read_bytes(),
            lambda p: strings_well(read_duties_sheet(p, ["甲"] * 9)),
            commands=(("duties", "import", FILE, "--unit", "G1", "--month", "2026-11", "--preview"),),
            weight=3,
        ),
        _sheet(
            r,
            "pay",
            "csv",
            r.files["pay"].read_bytes(),
            lambda p: strings_well(read_distribution_sheet(p, rule)),
            commands=(("recount", "sheet", FILE, "--rule", "d"),),
            weight=3,
        ),
        _sheet(
            r,
            "levels",
            "csv",
            LEVELS.encode(),
            lambda p: strings_well(read_levels(p, scheme, r.round.units)),
            weight=2,
        ),
        inside(
            "levels.json",
            r.box / "levels.json",
            LEVELS_JSON.encode(),
            lambda p: strings_well(read_levels(p, scheme, r.round.units)),
        ),
    ]


def _sheet(
    r: Round, name: str, suffix: str, data: bytes, *doors: Door, commands: Any = (), weight: int = 1
) -> Kind:
    way = m.rebooked if suffix == "xlsx" else m.as_csv
    return Kind(
        f"{name}.{suffix}", r.box / f"x-{name}.{suffix}", data, (way,), doors, commands, weight=weight
    )


def _weigh(r: Round, path: Path) -> None:
    preview = weigh_form(r.session, read_form(path.read_bytes(), path.name, r.round), path.name)
    faults_well(preview.faults)


def book_well(path: Path) -> None:
    found = import_bytes(path.read_bytes(), path.name, checklist_id="abc")
    faults_well(found.faults)
    strings_well(msgspec.structs.asdict(found))


def template_well(path: Path) -> None:
    faults_well(read_template(path.read_bytes(), path.name).faults)


def _template(data: bytes, dice: random.Random) -> bytes:
    text = data.decode()
    at = dice.randrange(len(text))
    odd = dice.choice(
        (
            "{{ '甲' * 99999999 }}",
            "{% for x in range(10**9) %}a{% endfor %}",
            "{{ x.__class__ }}",
            "{{ self }}",
            "{{",
            "{% include '/etc/passwd' %}",
            "{{ x|attr('y') }}",
            "{% if x %}" * 300,
            "{{ ((((((1)))))) }}",
            "== 甲 ==\n",
            "{% endfor %}",
            "{#",
            "\x1b[2J",
            "{{ 名称 }}",
            "{% set x = 1 %}",
            "{{ -" * 500,
            "{{ [" * 200,
            "{{ not " * 300,
        )
    )
    return (text[:at] + odd + text[at + dice.choice((0, 0, 5)) :]).encode()
