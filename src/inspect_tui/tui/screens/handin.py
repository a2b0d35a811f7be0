"""Hand-in: 交卷 — what will go, one key, then the file, the figures and the code to read out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from inspect_tui.exchange.handin import Receipt, hand_in
from inspect_tui.exchange.handin_units import HandInUnits, hand_in_units
from inspect_tui.exchange.recipients import Recipient, recipients_of
from inspect_tui.exchange.refusal import ExportRefused, refuse_secret
from inspect_tui.model.fault import InputFaults
from inspect_tui.model.roster import Unit
from inspect_tui.store.errors import StoreError
from inspect_tui.store.keyring import own_key
from inspect_tui.store.session import ReadOnlySession
from inspect_tui.store.vault import new_passphrase
from inspect_tui.store.vault_ops import kept_encrypted
from inspect_tui.tui.actions import HANDIN, bindings_for, footer_for
from inspect_tui.tui.big_letters import big
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.folder_picking import pick_folder
from inspect_tui.tui.screens.page import PageScreen
from inspect_tui.tui.screens.setup import why_not
from inspect_tui.tui.text import one_line
from inspect_tui.tui.widgets.footer import KeyLine
from inspect_tui.tui.widgets.menu import ConfirmScreen, Entry, MenuScreen
from inspect_tui.tui.widgets.page import Line, LinePane, pair, wrapped

KEY, PASSPHRASE, PLAIN = "key", "passphrase", "plain"
_FORGOTTEN = (
    "口令只显示一次，请抄下来，电话或当面告诉组长，不要和文件一起发。忘了口令，谁也打不开那份文件；"
    "检查记录仍在本机，可以再交一次。"
)


class HandInScreen(PageScreen[None], inherit_bindings=False):
    """Before: what goes and what is still open. After: what went and where it is."""

    place = HANDIN
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(HANDIN)]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.receipt: Receipt | None = None
        self.failed = ""
        self.refused = ""
        self.way = KEY
        self.recipients: tuple[Recipient, ...] = ()
        self.signer = ""
        self.unsure: list[str] = []
        self.units = HandInUnits()

    def page_title(self) -> str:
        return "交卷"

    def page_about(self) -> str:
        practice = "［演练］" if self.desk.round.practice else ""
        return practice + self.desk.round.title

    def body(self) -> Sequence[Widget]:
        return [LinePane(self._lines, id="pane")]

    def ready(self) -> None:
        try:
            refuse_secret(self.desk.round)
        except ExportRefused as refused:
            self.refused = str(refused)
        if not self.refused and self.desk.session.read_only:
            self.refused = f"现在只能看，交不了卷：{self.desk.session.read_only}"
        self._look_at_keys()
        self._look_at_units()
        self.query_one("#pane", LinePane).show()
        self.query_one("#pane", LinePane).focus()

    def _look_at_units(self) -> None:
        """Which units it is about and how they stand."""
        desk = self.desk
        own = desk.session.file.changes() if desk.session.file is not None else ()
        expected = {unit.id for unit in desk.units(mine=True)}
        self.units = hand_in_units(desk.state, desk.round, own, expected)

    def _look_at_keys(self) -> None:
        """Whom it would be encrypted to, and who signs."""
        session = self.desk.session
        self.recipients, self.signer, self.unsure = (), "", []
        try:
            self.recipients, self.unsure = recipients_of(session.space, session.round)
            key = own_key(session.identity.name)
            self.signer = key.name if key is not None else ""
        except (StoreError, OSError) as error:
            self.unsure = [f"{why_not(error)}。"]

    # ---------------------------------------------------------------- showing

    def _lines(self, width: int) -> list[Line]:
        if self.refused:
            return [[], *wrapped(self.refused, width, "fail")]
        if self.receipt is not None:
            return self._went(self.receipt, width)
        return self._will_go(width)

    def _will_go(self, width: int) -> list[Line]:
        desk, units = self.desk, self.units
        unfinished = []
        for unit in units.unfinished:
            progress = desk.progress(unit.id)
            unfinished.append(f"{unit.name}（已查{progress.answered}/{progress.items}）")
        lines: list[Line] = [[]]
        if self.failed:
            lines += [*wrapped(self.failed, width, "fail"), []]
        lines += wrapped("交卷会把本机全部记录存盘，打成一个文件，读回核对，再给出核对码。", width)
        lines += wrapped("交过以后还可以接着改，改完再交一次就行；重复交不会重复计数。", width, "dim")
        lines.append([])
        lines += _counted("已提交", _names(units.submitted), width, "pass")
        if units.not_reached:
            lines += _counted("未能进点", _names(units.not_reached), width)
        if unfinished:
            lines += _counted("还没提交", unfinished, width, "warn")
        if units.untouched:
            lines += _counted("没有开始", _names(units.untouched), width, "warn")
        if units.elsewhere:
            lines += _counted("别人查的", _names(units.elsewhere), width, "dim")
            lines += wrapped("这些记录由他们自己交，不在这份里。", width, "dim")
        lines += pair("署名", "、".join(desk.session.identity.people), width)
        lines += pair("电子签名", self.signer or "未签名", width, ink="pass" if self.signer else "dim")
        lines += self._sealing(width)
        lines.append([])
        if self._kept_in:
            said = "工作文件夹已加密，交卷文件要放到外面，按回车后先选U盘或别的文件夹。"
            lines += [*wrapped(said, width, "warn"), []]
        ask = "按回车交卷。" if units.complete else "还有单位没有提交，也可以先交。按回车交卷。"
        return [*lines, *wrapped(ask, width, "strong")]

    def _sealing(self, width: int) -> list[Line]:
        """Whether and to whom it goes encrypted."""
        lines: list[Line] = []
        if self.way == PASSPHRASE:
            lines += pair("加密", "用随机口令，交卷后显示一次", width, ink="pass")
        elif self.way == PLAIN or not self.recipients:
            said = "未加密" + ("，按你的选择" if self.recipients else "")
            lines += pair("加密", said, width, ink="warn" if self.recipients else "dim")
        else:
            lines += pair("加密交给", "、".join(r.words for r in self.recipients), width, ink="pass")
            for one in self.recipients:
                if one.code and not one.checked:
                    said = f"{one.name}的核对码 {one.code}，还没有和本人核对过（3 我的签名）。"
                    lines += wrapped(said, width, "warn")
        for said in self.unsure:
            lines += wrapped(said, width, "warn")
        return lines

    def _went(self, receipt: Receipt, width: int) -> list[Line]:
        lines: list[Line] = [[]]
        lines += wrapped("已交卷，文件读回核对无误。", width, "pass")
        lines.append([])
        for row in big(receipt.code):
            lines.append([("   ", "text"), (row, "accent")])
        lines.append([])
        lines += wrapped(f"核对码 {receipt.code}：报给组长，合并时对得上就没有漏。", width, "strong")
        lines.append([])
        lines += pair("文件", one_line(receipt.path.name), width, ink="strong")
        lines += pair("所在文件夹", one_line(str(receipt.path.parent)), width)
        lines += pair("内容", receipt.counts.text(), width)
        if receipt.signed:
            lines += pair("电子签名", receipt.signed, width, ink="pass")
        if receipt.sealed_to:
            lines += pair("加密交给", "、".join(r.words for r in receipt.sealed_to), width, ink="pass")
        if receipt.passphrase:
            lines += pair("口令", receipt.passphrase, width, ink="strong")
            lines += wrapped(_FORGOTTEN, width, "warn")
        for message in receipt.messages:
            lines += wrapped(message, width, "warn")
        lines.append([])
        return [*lines, *wrapped("把这个文件用U盘或群发给组长。", width)]

    # ---------------------------------------------------------------- doing

    @property
    def _kept_in(self) -> bool:
        """Whether the workspace is encrypted, so that the file must be put outside for anybody to open it."""
        return kept_encrypted(self.desk.session.space.exports_dir / "x")

    def action_make(self) -> None:
        """Hand in; from an encrypted workspace to a folder outside it."""
        if self.refused or self.receipt is not None:
            return
        if self._kept_in:
            pick_folder(self, "交卷文件放到哪里", self._make)
        else:
            self._make()

    def _make(self, folder: Path | None = None) -> None:
        try:
            self.receipt = hand_in(
                self.desk.session,
                folder,
                plain=self.way == PLAIN,
                passphrase=new_passphrase() if self.way == PASSPHRASE else "",
            )
        except (ExportRefused, InputFaults) as error:
            self.failed = str(error)
        except ReadOnlySession as held:
            self.failed = f"现在只能看，交不了卷：{held}"
        except (StoreError, OSError) as error:
            self.failed = f"没有交成：{why_not(error)}。记录都在，处理后再按一次回车。"
        else:
            self.failed = ""
            self.query_one("#keys", KeyLine).show(
                a for a in footer_for(HANDIN) if a.id not in ("make", "way", "keys")
            )
        self.query_one("#pane", LinePane).show()
        self.app.show_status()

    def action_way(self) -> None:
        """Choose whether and how it is encrypted."""
        if self.refused or self.receipt is not None:
            return
        to = "、".join(r.name for r in self.recipients)
        entries = [
            Entry(KEY, "加密给组长", to or "发包里没有组长的公钥", enabled=bool(to)),
            Entry(PASSPHRASE, "用口令加密", "程序出口令，电话或当面告诉组长"),
            Entry(PLAIN, "不加密", "拿到文件的人都能看"),
        ]

        def picked(way: str | None) -> None:
            if way == PASSPHRASE:
                screen = ConfirmScreen("用口令加密？", intro=_FORGOTTEN, yes="用口令", no="不用")
                self.app.push_screen(screen, lambda yes: self._set_way(PASSPHRASE) if yes else None)
            elif way is not None:
                self._set_way(way)

        self.app.push_screen(MenuScreen("交卷文件加不加密", entries), picked)

    def _set_way(self, way: str) -> None:
        self.way = way
        self.query_one("#pane", LinePane).show()

    def action_keys(self) -> None:
        """One's own signature."""
        from inspect_tui.tui.screens.keys_page import KeysScreen

        self.app.push_screen(KeysScreen())

    def on_screen_resume(self, _: events.ScreenResume) -> None:
        # A key may have been made or compared, a visit submitted meanwhile.
        if self.receipt is None and self.is_mounted:
            self._look_at_keys()
            self._look_at_units()
            self.query_one("#pane", LinePane).show()

    def action_summary(self) -> None:
        """Summary and text of the round."""
        self.app.open_summary()


def _names(units: Sequence[Unit]) -> list[str]:
    return [unit.name for unit in units]


def _counted(label: str, names: Sequence[str], width: int, ink: str = "text") -> list[Line]:
    """How many units stand so, and which."""
    return pair(label, f"{len(names)}个  {'、'.join(names)}", width, ink=ink)
