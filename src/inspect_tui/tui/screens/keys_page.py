"""Keys: 我的签名 — one's own key with the code to read out, and the colleagues whose keys are known here."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import msgspec
from textual.binding import BindingType

from inspect_tui.model.signing import KnownKey
from inspect_tui.store import files
from inspect_tui.store.errors import StoreError
from inspect_tui.store.keyring import (
    OwnKey,
    key_line,
    known_keys,
    new_key,
    own_key,
    read_key_line,
    save_known,
    spoken,
    with_key,
)
from inspect_tui.store.workspace import local_clock
from inspect_tui.tui import skin
from inspect_tui.tui.actions import KEYS, bindings_for
from inspect_tui.tui.clipboard import copy
from inspect_tui.tui.screens.detail_page import DetailPage
from inspect_tui.tui.screens.page import ask
from inspect_tui.tui.screens.setup import why_not
from inspect_tui.tui.text import fit, one_line
from inspect_tui.tui.widgets.inks import Part
from inspect_tui.tui.widgets.menu import ConfirmScreen
from inspect_tui.tui.widgets.page import Line, pair, wrapped


class KeysScreen(DetailPage, inherit_bindings=False):
    """One's own key first, then colleagues; what the one under the cursor is for stands below."""

    place = KEYS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for(KEYS)]

    DEFAULT_CSS = """
    KeysScreen #detail { height: 12; }
    KeysScreen.-short #detail { height: 8; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.own: OwnKey | None = None
        self.known: list[KnownKey] = []
        self.failed = ""

    def page_title(self) -> str:
        return "我的签名"

    def page_about(self) -> str:
        return "交卷签名，看得出被人改过；不做也一切照常"

    def count(self) -> int:
        self._read()
        return 1 + len(self.known)

    @property
    def person(self) -> str:
        """Whose signature it is."""
        identity = self.app.identity
        return identity.name if identity is not None else ""

    def _read(self) -> None:
        self.own, self.known, self.failed = None, [], ""
        try:
            self.own = own_key(self.person) if self.person else None
            self.known = list(known_keys(self.app.space.root))
        except (StoreError, OSError) as error:
            self.failed = f"{why_not(error)}。"

    def _fill(self) -> None:
        self._read()
        self.line_list.set_rows(1 + len(self.known), min(self.line_list.cursor, len(self.known)))
        self.follow()

    # ---------------------------------------------------------------- showing

    @property
    def current(self) -> KnownKey | None:
        """The colleague under the cursor."""
        index = self.line_list.cursor - 1
        return self.known[index] if 0 <= index < len(self.known) else None

    def row(self, index: int, width: int, here: bool) -> list[Part]:
        cursor: Part = (skin.current().glyphs.cursor if here else " ", "accent")
        if index == 0:
            who = f" 我自己  {self.person}"
            code = spoken(self.own.public) if self.own is not None else "还没有钥匙，按 1 做一把"
            return [cursor, (fit(who, 24), "strong"), (fit(code, width - 26), "text" if self.own else "dim")]
        key = self.known[index - 1]
        state, ink = ("已核对", "pass") if key.checked else ("未核对", "warn")
        lead = "收加密的交卷" if key.rounds else ""
        return [
            cursor,
            (fit(f" 同事    {key.name}", 24), "text"),
            (fit(spoken(key.public), 31), "dim"),
            (fit(state, 8), ink),
            (fit(lead, max(0, width - 66)), "dim"),
        ]

    def detail(self, width: int) -> list[Line]:
        lines: list[Line] = []
        if self.failed:
            return [*lines, *wrapped(self.failed, width, "fail")]
        key = self.current
        if key is not None:
            lines += pair("核对码", spoken(key.public), width, ink="strong")
            lines += pair("公钥", key_line(key.public), width)
            added = f"{key.added_at[:10]}，{one_line(key.added_by)}" if key.added_at else "没有记"
            lines += pair("登记", added, width)
            if not key.checked:
                said = "随发包来的，没有核对过。请本人念核对码，一致后按 4 记为已核对。"
                lines += wrapped(said, width, "warn")
            return lines
        if self.own is None:
            lines += wrapped(
                "做了钥匙，以后每次交卷自动签名：组长合并时看得出是谁交的、交卷后有没有被改过。"
                "组长的钥匙还会随发包带出去，组员的交卷只有组长这台电脑打得开。",
                width,
            )
            lost = (
                "钥匙只存在这台电脑上，不进工作文件夹。电脑坏了，加密给它的交卷就打不开；"
                "组长请另设办公室备用公钥。"
            )
            return [*lines, *wrapped(lost, width, "warn")]
        lines += pair("核对码", spoken(self.own.public), width, ink="strong")
        lines += pair("公钥", key_line(self.own.public), width)
        told = "按 2 把公钥复制出来，发给组长和同事；对方登记时，电话或当面念24位核对码，两边一致才算数。"
        return [*lines, *wrapped(told, width, "dim")]

    # ---------------------------------------------------------------- keys

    def action_make(self) -> None:
        """Make one's own key."""
        if not self.person:
            self.app.say("还不知道是谁在用这台电脑，先填姓名。", "warning")
        elif self.own is not None:
            self.app.say("已经有钥匙了，不用再做。")
        else:
            self._do(
                lambda: new_key(self.person, local_clock().isoformat(timespec="seconds")), "钥匙做好了。"
            )

    def action_pass_on(self) -> None:
        """Copy the public key, and keep it as a file to send."""
        if self.own is None:
            self.app.say("还没有钥匙，按 1 做一把。")
            return
        line = key_line(self.own.public)
        path = self.app.space.exports_dir / f"公钥-{_file_name(self.person)}.txt"
        try:
            files.private_folder(path.parent)
            files.write_durable(path, f"{line}\n".encode())
        except (StoreError, OSError) as error:
            self.app.say(f"公钥文件没有写成：{why_not(error)}。", "error")
            return
        result = copy(line, app=self.app, saved_to=str(path))
        self.app.say(f"{result.message}公钥文件：{path.name}")

    def action_trust(self) -> None:
        """Put a colleague's key on the list."""

        def told(text: str) -> None:
            public = read_key_line(_text(text))
            if public is None:
                self.app.say("里面没有公钥，或没有抄全。请照抄对方“我的签名”里的一行。", "warning")
                return

            def named(who: str) -> None:
                held = next((k for k in self.known if k.public == public), None)
                made = KnownKey(
                    name=who[:40], sign=public.sign, age=public.age, rounds=held.rounds if held else ()
                )
                self._compare(made)

            ask(self, "这是谁的公钥", "", named, required=True)

        hint = "粘贴对方发来的一行（inspect-tui-key1:…），或写公钥文件的位置。"
        ask(self, "同事的公钥", "", told, hint=hint, required=True)

    def action_check(self) -> None:
        """Say that the code of the key under the cursor was compared."""
        if self.current is not None:
            self._compare(self.current)

    def _compare(self, key: KnownKey) -> None:
        def answered(same: bool | None) -> None:
            if not same:
                return
            identity = self.app.identity
            made = msgspec.structs.replace(
                key,
                checked=True,
                added_at=local_clock().isoformat(timespec="seconds"),
                added_by=identity.name if identity is not None else "",
            )
            root = self.app.space.root
            self._do(lambda: save_known(root, with_key(known_keys(root), made)), f"已登记{key.name}的公钥。")

        intro = f"请{key.name}本人念出他屏幕上的核对码，逐组对：\n{spoken(key.public)}"
        screen = ConfirmScreen("两边的核对码完全一致吗？", intro=intro, yes="一致，登记", no="不一致，不登记")
        self.app.push_screen(screen, answered)

    def action_forget(self) -> None:
        """Take a colleague's key off the list."""
        key = self.current
        if key is None:
            self.app.say("把光标移到要去掉的同事上。自己的钥匙用命令 key forget --own 去掉。")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                root = self.app.space.root
                self._do(
                    lambda: save_known(root, [k for k in known_keys(root) if k.public != key.public]),
                    f"已去掉{key.name}的公钥。",
                )

        intro = "以后这个人的交卷显示“签名人未登记”；原来加密给这把钥匙的，以后不再加密给它。"
        self.app.push_screen(
            ConfirmScreen(f"去掉{key.name}的公钥？", intro=intro, yes="去掉", no="不去"), answered
        )

    def _do(self, what: object, said: str) -> None:
        try:
            what()  # type: ignore[operator]
        except (StoreError, OSError) as error:
            self.app.say(f"没有成：{why_not(error)}。", "error")
            return
        self.app.say(said)
        self._fill()


def _file_name(text: str) -> str:
    from inspect_tui.exchange.naming import file_part

    return file_part(text)[:40] or "本人"


def _text(given: str) -> str:
    """What was pasted, or what stands in the file it names."""
    if "inspect-tui-key1:" in given:
        return given
    try:
        with Path(given.strip()).expanduser().open("rb") as file:
            return file.read(65536).decode("utf-8", "replace")
    except (OSError, ValueError, RuntimeError):
        return ""
