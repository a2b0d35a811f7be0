"""What can be done on every page: back, help, quit."""

from __future__ import annotations

from inspect_tui.tui.actions.action import Action
from inspect_tui.tui.actions.places import ASKED, BELOW_HOME, HELP, SCREENS

EVERYWHERE: tuple[Action, ...] = (
    Action("leave_help", ("f1",), "返回", "回到上一屏", (HELP,), run="back"),
    Action("back", ("escape",), "返回", "回到上一屏", BELOW_HOME, 20),
    Action(
        "help",
        ("f1", "question_mark"),
        "帮助",
        "看本屏所有按键",
        tuple(s for s in SCREENS if s not in (HELP, *ASKED)),
        19,
    ),
    Action("help", ("f1",), "帮助", "看本屏所有按键", ASKED, 19),
    Action("quit", ("ctrl+q",), "退出", "保存并退出", SCREENS, 30, run="app.quit"),
)
