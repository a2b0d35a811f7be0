"""Identity: 我是谁 — asked once per workspace, changed from the home menu.

What is asked is only what signs the records: the name, the team, whether one leads it, and who else works
at the same laptop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec
from textual import events
from textual.binding import BindingType

from inspect_tui.model.person import Identity
from inspect_tui.model.round import Team
from inspect_tui.model.terms import Role
from inspect_tui.store.errors import StoreError
from inspect_tui.tui.actions import IDENTITY, bindings_for
from inspect_tui.tui.screens.page import Field, FormScreen, ask
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import Entry, MenuScreen

_OWN, _NONE = "own", "none"
_KEYS_HINT = "交卷签名，看得出被人改过；登记同事的公钥。不做也一切照常。"


class IdentityScreen(FormScreen[Identity], inherit_bindings=False):
    """Asks who works here; dismisses with an Identity, or None when left."""

    place = IDENTITY
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(IDENTITY)]

    def __init__(self, held: Identity | None = None, *, team: str = "") -> None:
        super().__init__()
        self._held = held
        self.identity = held or Identity(name="", team=team)
        self._asked = held is not None

    def page_title(self) -> str:
        return "我是谁"

    def page_about(self) -> str:
        return "每条记录都会署名；只问一次，以后在主页菜单里改"

    def page_who(self) -> str:
        return ""

    @property
    def teams(self) -> Sequence[Team]:
        """The teams of the newest round, to choose from."""
        entries = self.app.space.rounds()
        newest = next((e.round for e in entries if e.round is not None and e.round.teams), None)
        return newest.teams if newest is not None else ()

    def fields(self) -> Sequence[Field]:
        me = self.identity
        return [
            Field("name", "姓名", me.name, "写真实姓名，交卷和汇总时靠它区分各人的记录。", missing=True),
            Field("team", "检查组", self._team_name(), "主页会把本组要查的单位排在前面。"),
            Field("role", "身份", me.role.label, "组长可以合并各人的记录、裁定两种意见。"),
            Field(
                "second",
                "同机第二人",
                me.second or "没有",
                "两人合用一台电脑检查时填写，每条记录由两人共同署名。",
            ),
            *([Field("keys", "我的签名", self._key(), _KEYS_HINT)] if self._held is not None else []),
            Field("done", "完成", "", "按回车开始工作。", done=True),
        ]

    def _key(self) -> str:
        from inspect_tui.store.keyring import own_key, spoken

        try:
            key = own_key(self.identity.name)
        except StoreError:
            return "钥匙读不出来"
        return spoken(key.public) if key is not None else "没有"

    def _team_name(self) -> str:
        known = next((t.name for t in self.teams if t.id == self.identity.team), None)
        return known or self.identity.team

    def note(self) -> list[Part]:
        return [] if self.identity.name else [(" 先填写姓名，再按回车完成。", "warn")]

    def ready(self) -> None:
        super().ready()
        if not self.identity.name:
            self.edit("name")

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        # A key may have been made meanwhile.
        if self._held is not None and self.is_mounted:
            self.refill()

    def edit(self, field_id: str) -> None:
        match field_id:
            case "name":
                ask(self, "姓名", self.identity.name, self._named, required=True)
            case "team":
                self._ask_team()
            case "role":
                self._ask_role()
            case "second":
                self._ask_second()
            case "keys":
                from inspect_tui.tui.screens.keys_page import KeysScreen

                self.app.push_screen(KeysScreen())
            case "done":
                self._done()

    def _set(self, at: str, **values: object) -> None:
        self.identity = msgspec.structs.replace(self.identity, **values)
        self.refill(at)

    def _named(self, name: str) -> None:
        self._set("team", name=name)
        if self._asked:
            return
        self._asked = True
        mine = next((t for t in self.teams if name == t.lead or name in t.members), None)
        if mine is not None:
            role = Role.LEAD if name == mine.lead else Role.INSPECTOR
            self._set("done", team=mine.id, role=role)
        else:
            self._ask_team()

    def _ask_team(self) -> None:
        entries = [
            Entry(f"team/{t.id}", t.name, f"组长{t.lead}，{len(t.units)}个单位" if t.lead else "")
            for t in self.teams
        ]
        if not entries:
            ask(self, "检查组名称（没有可以空着）", self.identity.team, self._teamed)
            return
        entries += [Entry(_OWN, "自己填写"), Entry(_NONE, "不属于任何组")]
        self.app.push_screen(MenuScreen("我在哪个检查组", entries), self._team_picked)

    def _team_picked(self, picked: str | None) -> None:
        if picked == _OWN:
            ask(self, "检查组名称", self.identity.team, self._teamed)
        elif picked == _NONE:
            self._teamed("")
        elif picked is not None:
            self._teamed(picked.removeprefix("team/"))

    def _teamed(self, team: str) -> None:
        self._set("role", team=team)
        if self._held is None:
            self._ask_role()

    def _ask_role(self) -> None:
        entries = [Entry(Role.INSPECTOR.value, Role.INSPECTOR.label), Entry(Role.LEAD.value, Role.LEAD.label)]
        self.app.push_screen(MenuScreen("身份", entries), self._role_picked)

    def _role_picked(self, picked: str | None) -> None:
        if picked is not None:
            self._set("done", role=Role(picked))

    def _ask_second(self) -> None:
        if not self.identity.second:
            ask(self, "同机第二人的姓名（没有就空着）", "", self._seconded)
            return
        entries = [Entry(_OWN, "改姓名", self.identity.second), Entry(_NONE, "没有第二人")]
        self.app.push_screen(MenuScreen("同机第二人", entries), self._second_picked)

    def _second_picked(self, picked: str | None) -> None:
        if picked == _OWN:
            ask(self, "同机第二人的姓名", self.identity.second, self._seconded)
        elif picked == _NONE:
            self._seconded("")

    def _seconded(self, name: str) -> None:
        if name and name == self.identity.name:
            self.app.say("同机第二人和自己同名，请核对。", "warning")
            return
        self._set("done", second=name)

    def _done(self) -> None:
        if not self.identity.name:
            self.edit("name")
            return
        told = self.identity
        if self._held is not None and told.name != self._held.name:
            # Another person begins a file of their own; a file never changes hands.
            told = msgspec.structs.replace(told, writers={})
        self.dismiss(told)

    def action_back(self) -> None:
        """Leave without saying who one is."""
        self.dismiss(None)
