"""`doctor` on machines we do not have: what it sees, what it says to do, and what it cannot know."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time

import pytest
from telling_work import make_round, make_space, work

from inspect_tui.cli import doctor_folder, doctor_machine
from inspect_tui.cli import main as cli
from inspect_tui.cli.doctor_machine import Report

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
posix = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


@pytest.fixture
def report():
    return Report()


def rows(report: Report) -> dict[str, tuple[bool | None, str, str]]:
    return {row["name"]: (row["ok"], row["text"], row["remedy"]) for row in report.rows}


@pytest.fixture
def env(monkeypatch):
    """Only what a test says about the machine."""
    for name in (
        "WT_SESSION",
        "TERM",
        "TERM_PROGRAM",
        "COLORTERM",
        "NO_COLOR",
        "TMUX",
        "SSH_CONNECTION",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "XMODIFIERS",
        "GTK_IM_MODULE",
        "QT_IM_MODULE",
        "WAYLAND_DISPLAY",
    ):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


class Tty:
    encoding = "gbk"

    @staticmethod
    def isatty() -> bool:
        return True


def on_windows(env) -> None:
    """A Windows, as far as this module asks."""

    class NameOfOs:
        def __getattr__(self, name):
            return "nt" if name == "name" else getattr(os, name)

    env.setattr(doctor_machine, "os", NameOfOs())
    env.setattr(doctor_folder, "os", NameOfOs())


@pytest.mark.parametrize(
    ("given", "kind", "colours", "told"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "TMUX": "1"}, "在 tmux 里", "全部颜色", ""),
        ({"TERM": "linux"}, "系统控制台", "很少", "在桌面的终端窗口里打开"),
        ({"WT_SESSION": "1"}, "Windows Terminal", "全部颜色", ""),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "xterm", "NO_COLOR", ""),
    ],
)
def test_terminals(env, report, given, kind, colours, told):
    for name, value in given.items():
        env.setenv(name, value)
    env.setattr(sys, "stdin", Tty())
    env.setattr(sys, "stdout", Tty())
    env.setattr("shutil.get_terminal_size", lambda: os.terminal_size((70, 24)))
    env.setattr(doctor_machine, "_wide", lambda: 2)
    doctor_machine.terminal(report)
    found = rows(report)
    assert found["终端大小"][0] is False and "80列24行" in found["终端大小"][2]
    assert kind in found["终端类型"][1] and told in found["终端类型"][2]
    assert colours in found["颜色"][1] and "简洁外观" in found["符号字宽"][1]


def test_an_old_windows_console_is_told(env, report):
    on_windows(env)
    env.setattr(sys, "stdin", Tty())
    env.setattr(sys, "stdout", Tty())
    env.setattr(doctor_machine, "_wide", lambda: None)
    doctor_machine.terminal(report)
    doctor_machine.encodings(report)
    doctor_machine.input_method(report)
    found = rows(report)
    assert "Windows Terminal" in found["终端类型"][2] and "INSPECT_TUI_PLAIN" in found["符号字宽"][2]
    assert found["输出编码"][:2] == (False, "gbk") and "PYTHONUTF8=1" in found["输入编码"][2]
    assert "语言环境" not in found and "系统自带" in found["输入法"][1]


def test_the_input_method_that_the_desktop_names(env, report):
    env.setattr(sys, "platform", "linux")
    env.setenv("XMODIFIERS", "@im=fcitx")
    doctor_machine.input_method(report)
    assert rows(report)["输入法"][:2] == (None, "fcitx")


@pytest.mark.parametrize(
    ("line", "ok", "told"),
    [
        ("检查", True, "2个汉字"),
        ("jiancha", False, "没有收到汉字"),
        ("", False, "没有收到"),
        ("\udce6检", False, "乱码"),
    ],
)
def test_what_arrives_of_a_typed_line(report, line, ok, told):
    doctor_machine.typed(report, lambda _: line)
    assert rows(report)["输入汉字"][0] is ok and told in rows(report)["输入汉字"][1]


def test_fonts_by_the_folders_of_each_system(env, report, tmp_path):
    on_windows(env)
    fonts = tmp_path / "Windows" / "Fonts"
    fonts.mkdir(parents=True)
    for name in ("simsun.ttc", "SIMHEI.TTF", "simfang.ttf", "simkai.ttf"):
        (fonts / name).touch()
    env.setenv("WINDIR", str(tmp_path / "Windows"))
    env.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    doctor_machine.fonts(report)
    ok, told, remedy = rows(report)["公文字体"]
    assert ok is None and told == "有仿宋、宋体、黑体、楷体；没有方正小标宋" and "宋体加粗" in remedy
    own = tmp_path / "Local" / "Microsoft" / "Windows" / "Fonts"
    own.mkdir(parents=True)
    (own / "FZXBSJW.TTF").touch()
    doctor_machine.fonts(report)
    assert rows(report)["公文字体"][0] is True


def test_fonts_by_name_on_linux_and_unknown_where_nothing_can_be_seen(env, report):
    env.setattr(sys, "platform", "linux")
    env.setattr(
        doctor_machine, "_listed_fonts", lambda: "Noto Serif CJK SC\nWenQuanYi\n仿宋_GB2312,FangSong_GB2312\n"
    )
    doctor_machine.fonts(report)
    assert rows(report)["公文字体"][1].startswith("有仿宋、宋体；没有方正小标宋、黑体")
    env.setattr(doctor_machine, "_listed_fonts", lambda: None)
    env.setattr(doctor_machine, "_font_folders", list)
    doctor_machine.fonts(report)
    assert rows(report)["公文字体"][:2] == (None, "看不到这台电脑装了哪些字体")


def test_a_clock_that_was_set_back(report):
    doctor_machine.clock(report, NOW.timestamp() + 86400, NOW)
    assert rows(report)["日期时间"][0] is False and "2026-11-21 09:00" in rows(report)["日期时间"][1]
    doctor_machine.clock(report, NOW.timestamp() - 86400, NOW.astimezone(dt.UTC))
    assert rows(report)["日期时间"][:2] == (None, "2026-11-20 01:00（时区不是北京时间）")


@pytest.mark.parametrize(
    ("seconds", "ok", "told"),
    [(0.001, True, "快"), (0.05, True, "正常"), (0.4, None, "慢（一次约0.4秒）"), (3, None, "很慢")],
)
def test_how_fast_a_file_is_saved_in_words(report, tmp_path, monkeypatch, seconds, ok, told):
    monkeypatch.setattr(doctor_folder, "time_to_save", lambda folder: seconds)
    doctor_folder.folder_state(report, tmp_path)
    assert rows(report)["存盘"][0] is ok and rows(report)["存盘"][1].startswith(told)


def test_saving_is_really_tried_and_nothing_stays(report, tmp_path, monkeypatch):
    assert doctor_folder.time_to_save(tmp_path) >= 0 and list(tmp_path.iterdir()) == []

    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "write", full)
    doctor_folder.folder_state(report, tmp_path)
    assert rows(report)["存盘"][0] is False and list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------- the workspace


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "temp").mkdir()
    space = make_space(tmp_path / "w")
    session = work(space, make_round(space))
    session.close()
    return space


@posix
def test_records_that_others_could_read(space, report, monkeypatch):
    """By the rights of every folder on the way, not of the file alone."""
    for path in (space.root, *space.root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    monkeypatch.setattr(doctor_folder, "_open", lambda folder, bits: True)
    doctor_folder.privacy(report, space.root)
    ok, told, remedy = rows(report)["保密"]
    assert ok is False and "个文件" in told and remedy.endswith("chmod -R go= rounds roster.json")
    (space.root / "rounds").chmod(0o700)
    (space.root / "roster.json").chmod(0o600)
    doctor_folder.privacy(report, space.root)
    assert rows(report)["保密"][0] is True
    monkeypatch.undo()
    (space.root / "rounds").chmod(0o755)
    space.root.chmod(0o700)
    assert list(doctor_folder.readable_by_others(space.root)) == []


def test_on_windows_the_users_own_folder_is_private(env, report, tmp_path):
    on_windows(env)
    env.setenv("HOME", str(tmp_path))
    env.setenv("USERPROFILE", str(tmp_path))
    doctor_folder.privacy(report, tmp_path / "w")
    assert rows(report)["保密"][0] is True
    doctor_folder.privacy(report, tmp_path.parent / "w")
    assert rows(report)["保密"][0] is None and "vault create" in rows(report)["保密"][2]


def test_what_lies_about_is_named(space, report, tmp_path):
    now = time.time()
    folder = next(path for path in space.rounds_dir.iterdir())
    doctor_folder.litter(report, space.root, now)
    assert rows(report)["没写完的文件"][:2] == (True, "没有")
    for name in (
        "0123456789ab.sync-conflict-20261120-090000-ABCDEFG.json",
        "0123456789ab (1).json",
        "0123456789ab - 副本.json",
        "0123456789ab-DESKTOP-1A2B3C.json",
        "0123456789ab(NSConflict-甲-2026).json",
        "round (甲's conflicted copy).json",
    ):
        (folder / name).write_text("{}", encoding="utf-8")
    (folder / "0123456789ab.0a1b2c3d.tmp").write_text("", encoding="utf-8")
    (tmp_path / "temp" / "inspect-tui-abc").mkdir()
    report.rows.clear()
    doctor_folder.litter(report, space.root, now)
    assert set(rows(report)) == {"冲突的副本"}, "what is young may still be in the making"
    assert (
        rows(report)["冲突的副本"][1].startswith("6个，如rounds/")
        and "merge" in rows(report)["冲突的副本"][2]
    )
    doctor_folder.litter(report, space.root, now + 90000)
    assert rows(report)["没写完的文件"][0] is False and rows(report)["没写完的文件"][1].startswith("1个")
    assert "inspect-tui-abc" in rows(report)["临时文件"][1]


def test_the_command_tells_all_of_it(space, capsysbinary, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    code = cli.run(["doctor", "--workspace", str(space.root), "--json"])
    data = json.loads(capsysbinary.readouterr().out)
    names = [row["name"] for row in data["checks"]]
    for wanted in (
        "输出编码",
        "输入法",
        "剪贴板",
        "公文字体",
        "写入权限",
        "剩余空间",
        "存盘",
        "日期时间",
        "保密",
        "占用",
    ):
        assert wanted in names
    assert (code == 0) is data["ok"] is all(row["ok"] is not False for row in data["checks"])
    assert all(row["remedy"] for row in data["checks"] if row["ok"] is False)
