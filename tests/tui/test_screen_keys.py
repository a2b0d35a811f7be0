"""My signature, handing in encrypted, and opening it: codes compared, passphrases asked, doubts said."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest
from fixture import NARROW, NOW, ROUND, WIDE, make_app, open_desk, running, some_work, told
from helpers import assert_sound, check_golden, screen_text
from lead_work import handed_in, lead_space, put, until, work_of_b
from lead_work import quiet_home as quiet_home
from pages import name, type_text

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from sign_work import light_age

from inspect_tui.exchange.handin_reading import read_hand_in
from inspect_tui.exchange.received import journal
from inspect_tui.exchange.recipients import round_mark
from inspect_tui.model.signing import KnownKey, PublicKey
from inspect_tui.store import files, keyring
from inspect_tui.store.keyring import OwnKey, key_line, known_keys, new_key, save_known, spoken
from inspect_tui.store.workspace import Workspace

PASSPHRASE = "3914-0072-5581-2260-7413-0958"
#: Keys made for this test alone, so that the pictures are always the same.
MINE = PublicKey(
    sign="vla6RU2zPSNO8flrJxYotpWk8c4xfcuT3eVJAUnQgb8",
    age="age1qrnm9e8cfvw5uvqy3wk095yqpnpplgwllh8a3frslakcj4a2vyws2hsnle",
)
THEIRS = PublicKey(
    sign="m_bH7ADua7CxBb0-kNBvHnCaucOvC8Z-05bHj6pQ2cA",
    age="age1ee745mj55m9e2577ayjmrv5smj6qkhh9tm9uutp8jyzmn87gupks7fmwzg",
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "data"))


def fixed(person: str, _: str) -> OwnKey:
    """The key a test makes: the same every time."""
    key = OwnKey(
        name=person,
        sign="R2QnT4QbK3c7fCl5p2VYcQgIPMc6z6-HAiQYxwzrDig",
        age="AGE-SECRET-KEY-14H09JEJ8SMN9K3948SCVU2GM4YPS727ESRS33TE9KSHHF7JAV4FQCSQUMN",
        public=MINE,
    )
    path = keyring._own_path(person)
    files.private_folder(path.parent)
    files.write_durable(path, msgspec.json.encode(key))
    return key


def lead_key(space: Workspace, *, checked: bool) -> None:
    """What a pack of the lead's left here: whom hand-ins go to."""
    round_ = space.round(ROUND).round
    assert round_ is not None
    key = KnownKey(
        name="组长丁", sign=THEIRS.sign, age=THEIRS.age, checked=checked, rounds=(round_mark(round_),)
    )
    save_known(space.root, [key])


async def test_my_key_is_made_and_colleagues_are_known_once_codes_were_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("inspect_tui.tui.screens.keys_page.new_key", fixed)
    monkeypatch.setattr("inspect_tui.tui.screens.keys_page.local_clock", lambda: NOW)
    space = lead_space(Path())
    some = open_desk(space)
    some_work(some)
    some.session.close()
    lead_key(space, checked=False)
    app = make_app(space)
    async with running(app, NARROW, notifications=True) as pilot:
        await pilot.press("3")
        assert "加密交给    组长丁（未核对）" in screen_text(app)
        assert spoken(THEIRS) in screen_text(app) and "电子签名    未签名" in screen_text(app)
        await pilot.press("3")
        await pilot.pause()
        check_golden("keys-none-80x24", screen_text(app), update_goldens)
        await pilot.press("1")
        assert "钥匙做好了" in told(app) and spoken(MINE) in screen_text(app)
        await pilot.press("1")
        assert "不用再做" in told(app)
        await pilot.press("3")
        await pilot.pause()
        await type_text(pilot, f"我的公钥\n{key_line(new_key('检查员丙', '').public)[:-3]}")
        assert "没有抄全" in told(app)
        await pilot.press("down", "4")
        await pilot.pause()
        assert spoken(THEIRS) in screen_text(app) and "完全一致吗" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert not known_keys(space.root)[0].checked, "a stray Enter compares nothing"
        await pilot.press("4", "1")
        await pilot.pause()
        [key] = known_keys(space.root)
        assert key.checked and key.added_by == "检查员甲" and key.rounds
        app.clear_notifications()
        await pilot.pause(0.5)
        assert_sound(app)
        check_golden("keys-80x24", screen_text(app), update_goldens)
        await pilot.resize_terminal(*WIDE)
        await pilot.pause()
        assert_sound(app)
        check_golden("keys-120x40", screen_text(app), update_goldens)
        await pilot.press("2")
        assert (space.exports_dir / "公钥-检查员甲.txt").read_text(encoding="utf-8").strip() == key_line(MINE)
        await pilot.press("escape")
        await pilot.pause()
        assert "组长丁（已核对）" in screen_text(app) and "电子签名    检查员甲" in screen_text(app)
        await pilot.press("2", "3", "1")
        await pilot.pause()
        assert app.screen.receipt.signed == "检查员甲" and not app.screen.receipt.encrypted


async def test_a_passphrase_is_warned_about_before_and_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspect_tui.tui.screens.handin.new_passphrase", lambda: PASSPHRASE)
    monkeypatch.setattr("inspect_tui.exchange.age_file.encrypt_with", light_age)
    space = lead_space(tmp_path)
    desk = open_desk(space)
    some_work(desk)
    desk.session.close()
    app = make_app(space)
    async with running(app) as pilot:
        await pilot.press("3", "2", "1")
        await pilot.pause()
        assert "发包里没有组长的公钥" in screen_text(app)
        await pilot.press("2")
        await pilot.pause()
        assert "谁也打不开" in screen_text(app).replace("\n  ", "")
        await pilot.press("1", "enter")
        await pilot.pause()
        assert_sound(app)
        assert PASSPHRASE in screen_text(app)
        path = app.screen.receipt.path
        assert path.suffix == ".age" and "检查员" not in path.name
        monkeypatch.setenv("INSPECT_TUI_AGE_PASSPHRASE", PASSPHRASE)
        assert read_hand_in(path).manifest.name == "检查员甲"


async def test_what_is_locked_asks_and_what_is_doubted_asks_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_goldens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    space = lead_space(Path())
    plain = handed_in(tmp_path, "检查员乙", "T1", work_of_b)
    locked = tmp_path / "交卷-7F3K9QXM-20261120.age"
    locked.write_bytes(light_age(plain.read_bytes(), PASSPHRASE))
    put(space, locked)
    # 检查员乙 has a key that is known here, and yet this one is not signed.
    key = new_key("检查员乙", "").public
    save_known(space.root, [KnownKey(name="检查员乙", sign=key.sign, age=key.age, checked=True)])
    app = make_app(space)
    async with running(app, notifications=True) as pilot:
        await pilot.press("f8")
        await until(pilot, lambda: app.screen.found is not None)
        await pilot.press("enter")
        await until(pilot, lambda: name(app) == "SecretPrompt")
        await pilot.press(*"1111222233334444", "backspace")
        check_golden("secret-80x24", screen_text(app), update_goldens)
        assert "1111" not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: name(app) == "MergeLookScreen" and not app.screen.busy)
        assert "口令不对" in screen_text(app) and app.screen.verdict(app.screen.files[0])[0] == "要口令"
        await pilot.press("1")
        assert not journal(space, ROUND)
        await pilot.press("2")
        await pilot.pause()
        await pilot.press(*"３９１４", *PASSPHRASE[4:].replace("-", ""), "enter")
        await until(pilot, lambda: name(app) == "MergeLookScreen" and not app.screen.busy)
        assert app.screen.verdict(app.screen.files[0])[0] == "有问题"
        text = screen_text(app).replace("\n             ", "")
        assert "未签名（检查员乙登记过签名，这份却没有）；加密的，已打开" in text
        await pilot.press("1")
        await pilot.pause()
        assert "仍然全部收下吗" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert not journal(space, ROUND), "the safe answer is no"
        await pilot.press("1", "1")
        await until(pilot, lambda: bool(app.screen.summary))
        [entry] = journal(space, ROUND)
        assert entry.signature.startswith("未签名（检查员乙登记过签名")
        assert_sound(app)
