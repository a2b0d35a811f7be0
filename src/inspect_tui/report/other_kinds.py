"""表扬通报, 曝光台 and 排名通报: the kinds of text that tell a part of a round for a purpose of its own."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_tui.model.change import visit_key
from inspect_tui.report.compiling import Writer
from inspect_tui.report.document import Document, Group
from inspect_tui.report.outline import Outline, Point
from inspect_tui.report.ranking import FORMULA_TIES, Ranking, ranking_of
from inspect_tui.report.refusing import NoticeRefused
from inspect_tui.report.writing import plain_lines
from inspect_tui.report.zh_numbers import score_text, share_text
from inspect_tui.rules.result import formula_text


class PraiseWriter(Writer):
    """事迹、决定、号召: good practice by unit and nothing else."""

    tells_unreached = False

    def document(self) -> Document:
        if not self.clearer.names_good:
            raise NoticeRefused("表扬通报要写明单位，不能选“不写单位”。")
        if not any(o.good for o in self.outlines):
            raise NoticeRefused("没有记录好的做法，写不出表扬通报。")
        opening = self.opening()
        self.per_round("good", "好的做法标题", lambda o, n: self.good(o))
        keys = [key for o in self.outlines for p in o.good for key in p.records]
        self.section("next", "下步标题", [self.say("号召", self.about(), "希望和要求", records=keys)])
        return self.finished(opening)


class ExposureWriter(Writer):
    """曝光台: exactly the problems that were picked and approved, by unit, never by person."""

    tells_unreached = False

    def document(self) -> Document:
        wanted = list(dict.fromkeys(self.ask.exposed))
        outline = self.last
        if not wanted:
            raise NoticeRefused("曝光台只写逐条选定的问题，请用 --finding 写明是哪几条。")
        if not self.ask.approved_by.strip():
            raise NoticeRefused("曝光台要写明由谁审定，请用 --approved-by 写明。")
        held = {f.key: (p, f) for p in outline.problems for f in p.findings}
        unknown = [key for key in wanted if key not in held]
        if unknown:
            why = "、".join(f"“{key[:60]}”{_why_not(outline, key)}" for key in unknown)
            raise NoticeRefused(f"不能曝光：{why}。")
        lines = []
        for number, key in enumerate(wanted, 1):
            point, finding = held[key]
            unit = next(u for u in point.units if u.id == finding.unit)
            alone = Point(
                heading=point.heading,
                text=finding.text,
                units=(unit,),
                records=(key,),
                findings=(finding,),
                peers=point.peers,
                checklist=point.checklist,
                item=point.item,
                key=key,
            )
            place = f"曝光问题第{number}条"
            values = self.point(outline, alone, place, named=True)
            lines.append((alone, self.of_point("曝光", outline, alone, values, place, named=True)))
        opening = self.opening(问题数=len(lines))
        self.section("exposed", "曝光标题", [said for _, said in lines])
        self.demands([point for point, _ in lines])
        return self.finished(opening)


def _why_not(outline: Outline, key: str) -> str:
    for digest in outline.units:
        for found, why in (
            (digest.contested, "还有两种意见"),
            (digest.referred, "已经移交"),
            (digest.red_lined, "属于红线，按规定移交"),
        ):
            if any(f.key == key for f in found):
                return why
    return "不在这次的问题里"


class RankingWriter(Writer):
    """排名通报: only when asked for, behind its guards, with the formula underneath."""

    def document(self) -> Document:
        if len(self.outlines) > 1:
            raise NoticeRefused("排名只能对一轮检查做。")
        if self.ask.name_units.value == "none":
            raise NoticeRefused("排名通报要写明单位，不能选“不写单位”。")
        ranking = ranking_of(self.last)
        opening = self.opening()
        winners = self.ask.name_units.value != "all"
        groups = [
            Group(
                key=held.kind.value,
                title=self.title_of("排名分类标题", {"类别": held.noun}),
                number=n + 1,
                lines=plain_lines(self._list(ranking, n, winners)),
            )
            for n, held in enumerate(ranking.lists)
        ]
        if len(groups) == 1:
            self.plain_section("ranking", "排名标题", groups[0].lines)
        else:
            self.section("ranking", "排名标题", (), groups)
        keys = [visit_key(p.digest.unit.id) for held in ranking.lists for p in held.places]
        formula = [
            self.say("算法", {"公式": text}, "算法", key=str(n), records=keys)
            for n, text in enumerate((formula_text(self.round), FORMULA_TIES))
        ]
        self.section("formula", "算法标题", formula)
        return self.finished(opening)

    def _list(self, ranking: Ranking, place: int, winners: bool) -> Sequence:  # type: ignore[type-arg]
        held = ranking.lists[place]
        shown = held.winners() if winners else held.places
        all_keys = [visit_key(p.digest.unit.id) for p in held.places]
        out = [visit_key(d.unit.id) for d in held.left_out]
        said = [
            self.say(
                "排名说明",
                {
                    "类别": held.noun,
                    "参加数": len(held.places),
                    "未参加数": len(held.left_out),
                    "公布": "前三名" if winners else "全部",
                    "覆盖线": share_text(self.round.rules.rank_coverage),
                },
                "排名说明",
                key=held.kind.value,
                records=[*all_keys, *out],
            )
        ]
        for p in shown:
            values = {
                "名次": p.place,
                "单位": p.digest.unit.name,
                "得分": score_text(p.digest.score),
                "并列": p.tied,
            }
            key = p.digest.unit.id
            said.append(self.say("名次", values, "名次", key=key, records=[visit_key(key)]))
        rest = len(held.places) - len(shown)
        if rest:
            values = {"单位数": rest, "单位类别": held.noun}
            said.append(self.say("其余", values, "名次", key=held.kind.value, records=all_keys[len(shown) :]))
        return said
