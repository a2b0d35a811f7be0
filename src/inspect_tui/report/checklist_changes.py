"""What a new version of a checklist changed, as lines to read: the same on screen and at the command line."""

from __future__ import annotations

from inspect_tui.rules.checklist_diff import Difference, ItemChange


def lines_of(found: Difference) -> list[str]:
    """A difference as lines to read."""
    lines = []
    if found.head:
        lines += ["清单本身", *(f"  {part}" for part in found.head)]
    titles = {
        "added": "新增",
        "removed": "取消",
        "reworded": "改写（查过的需重看）",
        "repointed": "改分",
        "moved": "移动",
        "other": "其他改动",
    }
    for name, title in titles.items():
        changes: tuple[ItemChange, ...] = getattr(found, name)
        if changes:
            lines.append(f"{title}{len(changes)}条")
            for change in changes:
                lines += _lines(name, change)
    return lines or ["两版内容相同。"]


def _lines(name: str, change: ItemChange) -> list[str]:
    head = f"  {change.id} {change.text}"
    if name in ("added", "removed"):
        return [f"{head}（{change.section}，{change.now['points']}分）"]
    if name == "reworded":
        told = [f"  {change.id}"]
        for key, word in (("text", "内容"), ("rubric", "评分")):
            if change.was[key] != change.now[key]:
                told += [
                    f"    {word}原为：{inset(change.was[key])}",
                    f"    {word}现为：{inset(change.now[key])}",
                ]
        return told
    if name == "moved":
        was, now = change.was, change.now
        told = [f"编号{was['id']}改为{now['id']}"] if change.old_id else []
        if was["section"] != now["section"]:
            told.append(f"从“{was['section']}”移到“{now['section']}”")
        elif not change.old_id:
            told.append(f"在“{now['section']}”里由第{was['place']}条移到第{now['place']}条")
        return [f"{head}：{'，'.join(told)}"]
    if name == "other":
        return [f"{head}：{'、'.join(change.parts)}变了"]
    return [f"{head}：{'；'.join(change.parts)}"]


def inset(text: str) -> str:
    """A text of several lines under the name it stands behind."""
    return text.replace("\n", "\n        ") or "（空）"
