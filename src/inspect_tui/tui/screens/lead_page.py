"""Lead page: what the pages share on which a team lead works on a whole round after the merge."""

from __future__ import annotations

from inspect_tui.model.change import Edit
from inspect_tui.rules.reviewing import is_lead
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.screens.visit_page import VisitPage

#: A unit and this laptop's last action there, once a change was made.
Made = tuple[str, str]


class LeadPage(VisitPage, inherit_bindings=False):
    """Rows above, the row under the cursor in full below; what is done here is the lead's own change.

    Submitted visits are open to it, because settling and reviewing are no inspection. Undo takes back what
    was done on this page, step by step, and nothing that was done elsewhere since.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "")
        self._made: list[list[Made]] = []
        self._settling = False

    def refill(self) -> None:
        # Of many changes made in one step only the last is shown: each reading costs as much as all.
        if not self._settling:
            super().refill()

    def page_about(self) -> str:
        more = self.page_more()
        return f"{self.desk.round.title}  {more}" if more else self.desk.round.title

    @property
    def leads(self) -> bool:
        """Whether who works here leads in this round."""
        return is_lead(self.desk.round, self.desk.session.identity)

    def writable(self) -> bool:
        """Whether the lead's word can be written now; tells the user when not, before they type."""
        if self.desk.session.read_only:
            self.app.say(f"现在只能看：{self.desk.session.read_only}", "warning")
        elif not self.leads:
            self.app.say("这一步由组长来做。您是组长的话，请在主页菜单“换人”里改成组长。", "warning")
        else:
            return True
        return False

    def settle(self, edits: dict[str, list[Edit]], what: str) -> bool:
        """Make one change per unit, undone together; tells the user when it cannot be made."""
        done: list[Made] = []
        self._settling = True
        try:
            for unit, unit_edits in edits.items():
                if unit_edits:
                    self.desk.commit_lead(unit_edits, what)
                    done.append((unit, self.desk.session.last_action(unit)))
        except ReadOnlySession as held:
            self.app.say(f"现在只能看：{held}", "warning")
        finally:
            self._settling = False
        if done:
            self._made.append(done)
            self.refill()
        return bool(done)

    def action_undo(self) -> None:
        """Take back the last step made on this page."""
        if not self._made:
            self.app.say("没有可撤销的操作。")
            return
        step = self._made[-1]
        if any(self.desk.session.last_action(unit) != change for unit, change in step):
            self.app.say("这之后在该单位又做过别的操作，请到检查页里撤销。", "warning")
            return
        names = []
        for unit, _ in step:
            try:
                names.append(self.desk.undo_lead(unit))
            except ReadOnlySession as held:
                self.app.say(f"现在只能看：{held}", "warning")
                return
        self._made.pop()
        said = next((name for name in names if name), "")
        more = f"（{len(step)}个单位）" if len(step) > 1 else ""
        self.app.say(f"已撤销：{said}{more}")
        self.undone(step)

    def undone(self, step: list[Made]) -> None:
        """Called after a step was taken back."""
