"""The form on paper: boxes to tick, deductions with their points, room to write, the old problems first."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_tui.exchange.form_content import FormContent, OldProblem
from inspect_tui.exchange.form_layout import (
    METHODS,
    OUTCOMES,
    choice_words,
    rule_lines,
    verdict_words,
)
from inspect_tui.exchange.ledger_columns import short_date
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.checklist import Checklist, Item
from inspect_tui.model.terms import Severity
from inspect_tui.report.papers import docx_paper as paper
from inspect_tui.report.papers.docx_paper import Page, Paper, cell, cell_of, field, para, row, runs, table
from inspect_tui.report.papers.sheets import one_line
from inspect_tui.rules.scoring import points_text

BOX = "□"
_MARGINS = (964, 794, 1077, 794)
_FOOT = 510
_SMALL = "TableSmall"
_BLANK = "＿" * 2
SIGNS = ("被检单位负责人", "检查组长", "检查人员", "日期")
#: Blank rows for what belongs to no item.
_FREE_ROWS = 5
_ITEM_WIDTHS = (7, 37, 5, 17, 30, 34)
_OLD_WIDTHS = (15, 34, 11, 20, 20, 30)


def form_docx(content: FormContent) -> bytes:
    """A unit's form as an A4 document that lies across; equal content gives equal bytes.

    Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(content.round)
    title = f"{content.round.title}检查表"
    out = Paper(f"{title} {content.unit.name}")
    practice = "（演练）" if content.round.practice else ""
    out.add(para("FormTitle", runs(one_line(title) + practice)), _header(content), para("Thin", ""))
    if content.old:
        out.add(_caption("一、上轮问题（每条都要复查）"), _old(content.old), para("Thin", ""))
    out.add(_caption(f"{'二' if content.old else '一'}、检查内容"), *_items(content), para("Thin", ""))
    out.add(_caption("红线、否决项和另外的情况"), _rest(content), para("Thin", ""))
    out.add(*_signs())
    out.section(_page(content))
    return out.to_bytes()


def _page(content: FormContent) -> Page:
    right = f'<w:tabs><w:tab w:val="right" w:pos="{_room()}"/></w:tabs>'
    unit = one_line(f"{content.unit.name}　第{content.round.pack_version}版")
    count = f"{runs('第')}{field('PAGE')}{runs('页　共')}{field('NUMPAGES')}{runs('页')}"
    return Page(
        size=(paper.A4[1], paper.A4[0]),
        margins=_MARGINS,
        footer=para("Foot", f"{runs(unit)}<w:r><w:tab/></w:r>{count}", right),
        footer_distance=_FOOT,
        grid=False,
    )


def _room() -> int:
    return paper.A4[1] - _MARGINS[1] - _MARGINS[3]


def _caption(text: str) -> str:
    return para("FormHead", runs(text), '<w:keepNext/><w:jc w:val="left"/>')


def _lines(texts: Sequence[str], width: int, *, align: str = "", span: int = 1) -> str:
    """A cell of several short paragraphs."""
    jc = f'<w:jc w:val="{align}"/>' if align else ""
    told = "".join(para(_SMALL, runs(text), jc) for text in texts) or para(_SMALL, "")
    return cell_of(told, width, span=span)


def _heads(words: Sequence[str], widths: Sequence[int]) -> str:
    return row([cell(h, w, style="TableHead") for h, w in zip(words, widths, strict=True)], head=True)


def _header(content: FormContent) -> str:
    widths = paper.columns_in(_room(), (10, 30, 10, 20, 10, 20))
    place = f"{content.place}/" if content.place else ""
    kind = f"［{content.profile.label}］" if content.unit.kind.value == "party_group" else ""
    cells = (
        (("单位", f"{place}{content.unit.name}{kind}"), ("检查日期", ""), ("检查人员", "")),
        (("进点情况", f"{BOX}已进点　{BOX}未能进点，原因："), ("迎检人", ""), ("在场人员", "")),
    )
    rows = [
        row(
            [
                part
                for place, (name, text) in enumerate(line)
                for part in (
                    cell(name, widths[2 * place], style="TableHead"),
                    cell(one_line(text), widths[2 * place + 1]),
                )
            ],
            height=440,
        )
        for line in cells
    ]
    return table(widths, rows)


def _old(problems: Sequence[OldProblem]) -> str:
    widths = paper.columns_in(_room(), _OLD_WIDTHS)
    rows = [_heads(("编号", "上轮问题", "当时情况", "复查结论", "检查方式", "依据；还剩什么"), widths)]
    for old in problems:
        carried = old.carried
        measure = [f"整改措施：{one_line(carried.duty.measure)}"] if carried.duty.measure else []
        was = [carried.severity.label, carried.state.label, short_date(carried.noted)]
        rows.append(
            row(
                [
                    _lines([carried.number], widths[0]),
                    _lines([one_line(carried.text), *measure], widths[1]),
                    _lines([w for w in was if w], widths[2], align="center"),
                    _lines(_in_twos([f"{BOX}{word}" for word in OUTCOMES]), widths[3]),
                    _lines(_in_twos([f"{BOX}{word}" for word in METHODS]), widths[4]),
                    _lines([""], widths[5]),
                ]
            )
        )
    return table(widths, rows)


def _in_twos(words: Sequence[str]) -> list[str]:
    return ["　".join(words[n : n + 2]) for n in range(0, len(words), 2)]


def _items(content: FormContent) -> list[str]:
    widths = paper.columns_in(_room(), _ITEM_WIDTHS)
    heads = ("编号", "检查内容和评分", "分值", "结论", "扣分情形（打勾，写次数）", "问题、说明、好的做法")
    rows = [_heads(heads, widths)]
    section, checklist = None, None
    for held, part, item in content.items:
        if held is not checklist and len({c.id for c, _, _ in content.items}) > 1:
            rows.append(_band(held.title, widths, "center"))
        if part is not section:
            rows.append(_band(part.name, widths, "left"))
        section, checklist = part, held
        rows.append(_item(held, item, widths))
    return [table(widths, rows)]


def _band(text: str, widths: Sequence[int], align: str) -> str:
    told = para("TableHead", runs(one_line(text)), f'<w:keepNext/><w:jc w:val="{align}"/>')
    return row([cell_of(told, sum(widths), span=len(widths))])


def _item(checklist: Checklist, item: Item, widths: Sequence[int]) -> str:
    rules = [line for line in rule_lines(checklist, item) if not line.startswith(("扣分项：", "给分："))]
    if item.awards:
        words = [f"{BOX}{choice}" for choice in choice_words(item)]
        verdicts = [*words, *(f"{BOX}{w}" for w, said in verdict_words(item).items() if not said.award)]
        choices: list[str] = []
    else:
        verdicts = [f"{BOX}{word}" for word in verdict_words(item)]
        choices = [
            f"{BOX}{choice}{f' {_BLANK}{d.unit}' if d.counted else ''}"
            for choice, d in zip(choice_words(item), item.deductions, strict=True)
        ]
    grades = " ".join(f"{BOX}{s.label}" for s in Severity if s is not Severity.VETO)
    written = f"程度：{grades}　{BOX}当场已改"
    return row(
        [
            _lines([item.id], widths[0], align="center"),
            _lines([one_line(item.text), *map(one_line, rules)], widths[1]),
            _lines([points_text(item.points)], widths[2], align="center"),
            _lines(verdicts if item.awards else _in_twos(verdicts), widths[3]),
            _lines(choices, widths[4]),
            _lines(["", "", written], widths[5]),
        ]
    )


def _rest(content: FormContent) -> str:
    widths = paper.columns_in(_room(), (34, 66))
    rows = [_heads(("有没有", "事实或内容"), widths)]
    for _, trigger in content.triggers:
        told = f"{BOX}{one_line(trigger.text)}（{trigger.effect.label}）"
        rows.append(row([_lines([told], widths[0]), _lines([""], widths[1])], height=400))
    kinds = f"{BOX}问题　{BOX}好的做法　{BOX}建议"
    rows += [
        row([_lines([kinds], widths[0]), _lines([""], widths[1])], height=560) for _ in range(_FREE_ROWS)
    ]
    return table(widths, rows)


def _signs() -> list[str]:
    told = "　　".join(f"{sign}：{'_' * 14}" for sign in SIGNS)
    objection = para("FormText", runs(f"被检单位有没有异议：{BOX}没有　{BOX}有：{'_' * 60}"), "<w:keepNext/>")
    return [objection, para("FormText", runs(told), '<w:spacing w:before="160"/>')]
