"""What an author finds in the demo: a revised sheet to take in over its old version, and usual wordings."""

from __future__ import annotations

import csv
import io

from inspect_tui.model.phrase import PhraseKind
from inspect_tui.rules.scoring import points_text
from inspect_tui.store.files import private_folder, write_durable
from inspect_tui.store.loading import load_checklist
from inspect_tui.store.phrases import Phrases
from inspect_tui.store.workspace import Workspace

#: The checklist whose monthly sheet lies in the inbox.
_REVISED = "zdc-5"
SHEET = "每周督查考核细则（12月修订）.csv"
_PHRASES = (
    ("QZ-03", PhraseKind.DEFICIENCY, "考勤表与交接班记录对不上，当班有人未签到", 2),
    ("QZ-03", PhraseKind.NOTE, "考勤取自班组平台导出表", 3),
    ("JF-02", PhraseKind.DEFICIENCY, "公示只有总分，没有加分、扣分的事由", 2),
)


def write_authoring(space: Workspace, checklist_id: str, day: str) -> None:
    """Lay a revised sheet into the inbox, and phrases as somebody has them who wrote them before."""
    old, _ = load_checklist(space.checklists_dir / f"{_REVISED}.json")
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow([f"{old.title}考核细则（2026年12月修订）"])
    rows.writerow(["序号", "检查项目", "检查内容", "分值", "评分标准", "扣分", "备注"])
    number = 0
    for place, section in enumerate(old.sections):
        for item in section.items:
            number += 1
            # One item is reworded a little, so that the import has something to ask about.
            text = f"{item.text}，有整改期限" if (place, item) == (0, section.items[0]) else item.text
            rows.writerow([number, section.name, text, points_text(item.points), item.rubric, "", ""])
    inbox = space.root / "收卷"
    private_folder(inbox)
    write_durable(inbox / SHEET, out.getvalue().encode("utf-8-sig"))
    book = Phrases.of(space)
    for item_id, kind, text, times in _PHRASES:
        for _ in range(times):
            book.learn(checklist_id, item_id, kind, text, day=day)
    book.save()
