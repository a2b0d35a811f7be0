"""Places of a round, only where somebody asked for them: shared places, who was left out, 进步榜, formula."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.report.notice import NoticeRefused
from inspect_tui.report.outline import Outline
from inspect_tui.report.ranking import (
    FORMULA_TIES,
    KindProgress,
    KindRanking,
    grave_of,
    progress_of,
    ranking_of,
    why_left_out,
)
from inspect_tui.report.zh_numbers import score_text, share_text
from inspect_tui.rules.result import formula_text
from inspect_tui.tui.actions import RANKING, bindings_for
from inspect_tui.tui.notice_desk import NoticeDesk, refused_words
from inspect_tui.tui.screens.figures_page import FiguresPage, Told, grid
from inspect_tui.tui.text import fit

#: From this width on, progress stands beside the places instead of below them.
BESIDE = 100


class RankScreen(FiguresPage, inherit_bindings=False):
    """The ranking of the open round, kind of unit by kind of unit."""

    place = RANKING
    title_word = "排名"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(RANKING)]

    def told(self, width: int) -> list[Told]:
        lines: list[Told] = []
        before = self.all.before()
        try:
            outline = NoticeDesk(self.desk, None).outline
            ranking = ranking_of(outline)
            progress = {held.kind: held for held in progress_of(outline, before.scores)}
        except (NoticeRefused, ExportRefused) as refused:
            return [Told(refused_words(refused), "warn")]
        for held in ranking.lists:
            gained = progress[held.kind]
            if width >= BESIDE:
                left, right = width // 2 - 2, width - width // 2
                lines += _beside(_places(held, left), _progress(gained, before.title, right), left + 2, right)
            else:
                lines += [*_places(held, width), Told(""), *_progress(gained, before.title, width)]
            lines.append(Told(""))
            lines += _left_out(outline, held, gained)
        lines.append(Told(FORMULA_TIES, "dim"))
        return [*lines, Told(formula_text(self.desk.round), "dim")]

    def action_why(self) -> None:
        """How the score of the unit under the cursor came about."""
        if self.text.key:
            self.app.open_derivation(self.text.key)


def _places(held: KindRanking, width: int) -> list[Told]:
    rows = [
        [
            p.digest.unit.name,
            f"第{p.place}名" + ("并列" if p.tied else ""),
            score_text(p.digest.score),
            str(grave_of(p.digest)),
            share_text(p.digest.coverage),
        ]
        for p in held.places
    ]
    heads = ["单位", "名次", "得分", "严重", "覆盖"]
    table = grid(heads, rows, width, [p.digest.unit.id for p in held.places])
    return [Told(f"{held.kind.label}得分排名", "strong", whole=True), *table]


def _progress(gained: KindProgress, earlier: str, width: int) -> list[Told]:
    title = Told(f"进步榜（比{earlier}）" if earlier else "进步榜", "strong", whole=True)
    if not gained.places:
        said = "没有比上期提高的单位。" if earlier else "没有可以比的上一轮。"
        return [title, Told(said, "dim", whole=True)]
    rows = [
        [
            g.name,
            f"第{g.place}名" + ("并列" if g.tied else ""),
            f"+{g.change}",
            score_text(g.before),
            score_text(g.score),
        ]
        for g in gained.places
    ]
    return [
        title,
        *grid(["单位", "名次", "提高", "上期", "本期"], rows, width, [g.unit for g in gained.places]),
    ]


def _beside(left: list[Told], right: list[Told], width: int, room: int) -> list[Told]:
    """Two blocks of whole lines side by side."""
    blank = Told("", whole=True)
    lines = []
    for n in range(max(len(left), len(right))):
        a, b = (block[n] if n < len(block) else blank for block in (left, right))
        other = Told(fit(b.text, room), b.ink, key=b.key)
        lines.append(Told(fit(a.text, width), a.ink, whole=True, key=a.key, beside=other))
    return lines


def _left_out(outline: Outline, held: KindRanking, gained: KindProgress) -> list[Told]:
    lines = [
        Told(f"不参加排名：{digest.unit.name}，{why_left_out(outline, digest)}", "dim", key=digest.unit.id)
        for digest in held.left_out
    ]
    ids = {p.digest.unit.name: p.digest.unit.id for p in held.places}
    lines += [
        Told(f"不在进步榜上：{name}，{why}", "dim", key=ids.get(name, "")) for name, why in gained.left_out
    ]
    return [*lines, Told("")] if lines else []
