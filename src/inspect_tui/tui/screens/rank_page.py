"""Places of a round, only where somebody asked for them: shared places, who was left out, 进步榜, formula."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.report.notice import NoticeRefused
from inspect_tui.report.ranking import FORMULA_TIES, progress_of, ranking_of, why_left_out
from inspect_tui.report.zh_numbers import score_text
from inspect_tui.rules.result import formula_text
from inspect_tui.tui.actions import RANKING, bindings_for
from inspect_tui.tui.notice_desk import NoticeDesk
from inspect_tui.tui.screens.figures_page import FiguresPage, Told


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
            return [Told(str(refused), "warn")]
        for held in ranking.lists:
            lines += [Told(f"{held.kind.label}得分排名", "strong")]
            for p in held.places:
                tied = "（并列）" if p.tied else ""
                lines.append(
                    Told(f"第{p.place}名{tied}  {p.digest.unit.name}  {score_text(p.digest.score)}分")
                )
            lines += [
                Told(f"不参加排名：{digest.unit.name}，{why_left_out(outline, digest)}", "dim")
                for digest in held.left_out
            ]
            gained = progress[held.kind]
            lines += [Told(""), Told(f"进步榜（比{before.title}）" if before.title else "进步榜", "strong")]
            for g in gained.places:
                tied = "（并列）" if g.tied else ""
                moved = f"{score_text(g.before)}到{score_text(g.score)}"
                lines.append(Told(f"第{g.place}名{tied}  {g.name}  +{g.change}分（{moved}）"))
            lines += [Told(f"不在榜上：{name}，{why}", "dim") for name, why in gained.left_out]
            lines.append(Told(""))
        lines.append(Told(FORMULA_TIES, "dim"))
        return [*lines, Told(formula_text(self.desk.round), "dim")]
