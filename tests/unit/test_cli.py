"""The command line: its contract, its Chinese, its exit codes, what it imports."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from telling_work import make_round, make_space, record, work, write_lines

from inspect_tui.cli import main as cli
from inspect_tui.cli import zh
from inspect_tui.model.person import Identity
from inspect_tui.model.terms import Secrecy

UNITS = ["DG01", "DG02", "DG03"]


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    space = make_space(tmp_path / "w")
    monkeypatch.chdir(space.root)
    return space


@pytest.fixture
def call(capsysbinary):
    """Run a command line in this process; returns (exit code, stdout, stderr)."""

    def run(*args: object) -> tuple[int, str, str]:
        code = cli.run([str(a) for a in args])
        out, err = capsysbinary.readouterr()
        return code, out.decode("utf-8"), err.decode("utf-8")

    return run


@pytest.fixture
def worked(space, tmp_path):
    """A round with one file of records; returns (space, round, findings path)."""
    round_ = make_round(space)
    session = work(space, round_)
    lines = [
        {"unit": "DG01", "visit": {"date": "2026-11-17", "counterpart": "戚建林"}},
        {"unit": "DG01", "item": "GW-01", "verdict": "pass", "good_practices": [{"text": "清单上墙"}]},
        {"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"index": 0}]},
    ]
    record(session, tmp_path / "l", lines)
    session.close()
    return space, round_, space.findings_path(round_.id, session.writer)


# -------------------------------------------------------------------- wrong command lines


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["notic"], "没有“notic”这个命令。是不是“notice”？"),
        (["xyzzy"], "没有“xyzzy”这个命令。"),
        (["round", "pak"], "是不是“pack”？"),
        (["notice", "--lvel", "x"], "没有“--lvel”这个选项。是不是“--level”？"),
        (["notice"], "缺少参数“FILE...”。"),
        (["notice", "f", "--level", "all"], "“all”不可用，可用：“internal”、“secretary”、“group”。"),
        (["score", "f", "g"], "多出了参数"),
        (["notice", "f", "--max-bytes", "x"], "“x”不是数字"),
        (["notice", "f", "--max-bytes", "10"], "每段至少300字节"),
        (["notice", "f", "--kind", "blame"], "“blame”不可用"),
        (["notice", "f", "--date", "20261120"], "请写成2026-11-20"),
        (["notice", "f", "--unit", "DG01", "--level", "group"], "群内版不点单位"),
        (["summary", "f", "--json", "--csv"], "只能选一个"),
        (["record", "f", "--as", "甲"], "缺少选项“--round”。"),
        (["round", "new", "--title", "x", "--kind", "y"], "“y”不可用"),
        (["round"], "命令：\n"),
        (["--unit"], "后面要写内容"),
    ],
)
def test_wrong_usage_is_told_in_chinese_and_returns_2(space, call, args, said):
    code, out, err = call(*args)
    assert code == 2 and out == ""
    assert said in err and ("用法：inspect-tui" in err or "用法说明：inspect-tui" in err)
    assert_chinese(err, allow=args)


def assert_chinese(text: str, allow: list[str]) -> None:
    """No English sentence: nothing Click says by itself slipped through."""
    for word in ("Usage", "Error", "Options", "Commands", "Show this", "Missing", "Invalid", "such", "Try "):
        assert word not in text, text


def test_every_help_is_chinese(call):
    commands = [[name] for name in cli.COMMANDS]
    commands += [["round", name] for name in ("new", "list", "show", "amend", "pack", "take")]
    for command in [[], *commands]:
        code, out, err = call(*command, "--help")
        assert code == 0 and err == ""
        assert out.startswith("用法：inspect-tui") and "选项：" in out and "显示这份说明。" in out
        assert_chinese(out, [])
        assert max(zh.cells(line) for line in out.split("\n")) <= 82


def test_every_command_of_the_table_can_be_imported_and_is_listed(call):
    context = click.Context(cli.main)
    _, out, _ = call("--help")
    for name, (_, _, told) in cli.COMMANDS.items():
        command = cli.main.get_command(context, name)
        assert isinstance(command, click.Command) and told
        assert f"  {name} " in out


def test_every_message_of_click_has_a_chinese_twin():
    """Fails first when a new Click says something new."""
    root = Path(click.__file__).parent
    known = {"d", "Windows error: {error}", "Unknown standard stream '{name}'", "Unknown color {colour!r}"}
    silent = {"_termui_impl.py", "_winconsole.py", "shell_completion.py"}
    missing = []
    for path in sorted(root.glob("*.py")):
        if path.name in silent:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                texts = [
                    a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
                ]
                missing += [t for t in texts if t not in zh.MESSAGES and t not in known]
    # Mistakes of whoever writes a command, never of whoever runs one.
    ours = (
        "No options defined",
        "Could not determine name",
        "Arguments take exactly",
        "Boolean option",
        "Name '",
    )
    assert [t for t in missing if not t.startswith(ours)] == []


def test_the_chinese_of_a_message_takes_the_same_fields():
    import string

    for english, chinese in zh.MESSAGES.items():
        fields = {name for _, name, _, _ in string.Formatter().parse(english) if name}
        used = {name for _, name, _, _ in string.Formatter().parse(chinese) if name}
        assert used <= fields, english


# -------------------------------------------------------------------- the round


def test_a_round_from_the_command_line(space, call):
    code, out, err = call(
        "round", "new", "--title", "2026年第四季度回头看", "--from", "2026-11-16", "--to",
        "2026-11-20", "--checklist", "lzrh-dxz", "--team", "第1检查组", "--team", "第2检查组",
        "--lead", "第1检查组=检查员乙",
        "--member", "第1检查组=检查员甲、检查员丙", "--assign", "第1检查组=DG01,东沟第2党小组",
        "--assign", "第2检查组=XP01", "--issuer", "清源采油厂党委",
        "--demand", "请于11月27日前整改", "--json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert data["id"] == "2026Q4-lookback" and data["period"]["label"] == "2026年第四季度"
    assert [(u["unit"], u["team"]) for u in data["units"]] == [("DG01", "A1"), ("DG02", "A1"), ("XP01", "A2")]
    assert data["teams"][0]["members"] == ["检查员甲", "检查员丙"]
    code, out, _ = call("round", "list")
    assert (code, out) == (0, "2026Q4-lookback  2026年第四季度回头看\n")
    code, out, _ = call("round", "show", "2026Q4-lookback")
    assert code == 0 and "DG01  东沟第1党小组  0/34" in out and "检查员乙、检查员甲、检查员丙" in out
    code, out, _ = call("round", "amend", "2026Q4-lookback", "--title", "改过的")
    assert code == 0 and "第2版" in out
    code, out, _ = call("round", "pack", "2026Q4-lookback", "--team", "A2", "--json")
    path = Path(json.loads(out)["path"])
    assert code == 0 and path.is_file()
    laptop = space.root.parent / "laptop"
    code, out, _ = call("round", "take", path, "--workspace", laptop, "--json")
    assert code == 0 and json.loads(out)["status"] == "new"
    code, out, _ = call("--workspace", laptop, "round", "show", "--json")
    assert code == 0 and json.loads(out)["pack_version"] == 2


def test_all_units_under_one(space, call):
    code, out, _ = call(
        "round", "new", "--title", "x年度", "--checklist", "lzrh-dxz", "--under", "东沟一支部", "--json"
    )
    assert code == 0 and [u["unit"] for u in json.loads(out)["units"]] == ["DG01", "DG02", "DG03", "DG04"]


def test_faults_of_a_plan_are_all_listed_and_return_1(space, call):
    code, out, err = call("round", "new", "--title", "x", "--checklist", "lzrh", "--unit", "DG1")
    assert (code, out) == (1, "")
    assert "没有这份检查清单" in err and "名册里没有这个单位" in err and "共" in err


def test_a_folder_that_is_no_workspace(tmp_path, call, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call("round", "list")
    assert code == 1 and "还不是工作文件夹" in err
    code, _, _ = call("init", tmp_path / "新 文件夹")
    assert code == 0 and (tmp_path / "新 文件夹" / "roster.json").is_file()
    assert call("round", "list", "--workspace", tmp_path / "新 文件夹")[0] == 0


# -------------------------------------------------------------------- record, hand-in, telling


def test_record_hand_in_and_tell(space, call, tmp_path):
    round_ = make_round(space)
    lines = [{"unit": "DG01", "item": "GW-01", "verdict": "pass"}]
    lines += [{"unit": "DG01", "item": "GW-02", "verdict": "fail", "deductions": [{"label": "未按月修订"}]}]
    path = write_lines(tmp_path / "l.jsonl", lines)
    code, out, err = call("record", path, "--round", round_.id, "--as", "检查员丙", "--json")
    assert (code, err) == (0, "")
    recorded = json.loads(out)
    assert (recorded["lines"], recorded["changes"], recorded["units"]) == (2, 2, ["DG01"])
    code, out, _ = call("hand-in", "--as", "检查员丙", "--json", "-o", tmp_path / "卷.zip")
    receipt = json.loads(out)
    assert code == 0 and receipt["counts"]["answers"] == 2 and receipt["writer"] == recorded["writer"]
    for source in (
        tmp_path / "卷.zip",
        space.round_dir(round_.id),
        space.findings_path(round_.id, recorded["writer"]),
    ):
        code, out, _ = call("score", source, "--json")
        units = {u["unit"]: u for u in json.loads(out)["units"]}
        assert code == 0 and set(units) == set(UNITS)
        assert (units["DG01"]["raw"], units["DG01"]["applicable"], units["DG01"]["score"]) == (6.5, 8, 81.3)


def test_a_fault_in_a_line_writes_nothing(space, call, tmp_path):
    round_ = make_round(space)
    good = {"unit": "DG01", "item": "GW-01", "verdict": "pass"}
    path = write_lines(tmp_path / "l.jsonl", [good, {"unit": "DG01", "item": "GW-99", "verdict": "pass"}])
    code, out, err = call("record", path, "--round", round_.id, "--as", "甲甲")
    assert (code, out) == (1, "")
    assert "l.jsonl：第2行" in err and "GW-99" in err
    code, out, _ = call("score", space.round_dir(round_.id), "--json")
    assert all(u["raw"] == 0 for u in json.loads(out)["units"])


def test_handing_in_what_is_not_there(space, call):
    make_round(space)
    code, _, err = call("hand-in")
    assert code == 1 and "还不知道是谁在用这台电脑" in err
    code, _, err = call("hand-in", "--as", "某人")
    assert code == 1 and "没有这个人的检查记录" in err
    assert not list(space.rounds_dir.glob("*/*.lock")), "nothing was begun"


def test_the_identity_of_the_workspace_is_used(worked, call):
    space, round_, path = worked
    space.save_identity(Identity(name="检查员甲", team="A1", writers={round_.id: path.stem}))
    code, out, _ = call("hand-in")
    assert code == 0 and "短码：" in out and "交卷-第1检查组-检查员甲-" in out


def test_notice_json_is_the_contract(worked, call):
    _, _, path = worked
    code, out, err = call("notice", path, "--json", "--date", "2026-11-20")
    data = json.loads(out)
    assert code == 0 and err == ""
    assert set(data) >= {"parts", "warnings"}
    (part,) = data["parts"]
    assert set(part) >= {"text", "bytes", "records"}
    assert part["bytes"] == len(part["text"].encode()) <= 1900
    assert part["records"] == [
        "visit/DG01",
        "finding/DG01/~000000000000",
        "finding/DG01/lzrh-dxz/GW-02/未按月修订",
    ]
    assert part["text"].endswith("2026年11月20日") and data["level"] == "group"


def test_notice_as_text_and_to_a_file(worked, call, tmp_path):
    _, _, path = worked
    code, out, err = call("notice", path, "--unit", "东沟第1党小组", "--date", "2026-11-20")
    assert code == 0 and out.startswith("【东沟第1党小组2026年第四季度回头看情况】")
    assert "提醒：" in err
    code, again, err = call(
        "notice", path, "--unit", "DG01", "--date", "2026-11-20", "-o", tmp_path / "t" / "n.txt"
    )
    assert code == 0 and again == "" and "已写入" in err
    assert (tmp_path / "t" / "n.txt").read_text(encoding="utf-8") == out
    code, out, _ = call("notice", path, "--max-bytes", "400", "--json")
    assert code == 0 and len(json.loads(out)["parts"]) > 1


def test_notice_copies_the_part_asked_for(worked, call, monkeypatch):
    from inspect_tui.tui import clipboard

    copied = []

    def copy(text, **_):
        copied.append(text)
        return clipboard.CopyResult(clipboard.CopyKind.SURE, "已复制")

    monkeypatch.setattr(clipboard, "copy", copy)
    _, _, path = worked
    code, out, err = call("notice", path, "--max-bytes", "400", "--copy", "--part", "2", "--json")
    parts = json.loads(out)["parts"]
    assert code == 0 and copied == [parts[1]["text"]] and f"共{len(parts)}段，这是第2段" in err
    assert call("notice", path, "--copy", "--part", "9")[0] == 2


def test_summary_in_every_dress(worked, call, tmp_path):
    _, _, path = worked
    code, out, _ = call("summary", path)
    assert code == 0 and "近3个月缺1个月未修订" in out and "\x1b[" not in out
    code, out, _ = call("summary", path, "--json")
    data = json.loads(out)
    assert (
        code == 0
        and data["totals"]["problems"] == 1
        and data["units"][0]["good_practices"][0]["text"] == "清单上墙"
    )
    code, out, _ = call("summary", path, "--csv")
    assert code == 0 and out.startswith("\ufeff单位编号,单位") and out.count("\r\n") == 4
    code, out, _ = call("summary", path, "--unit", "DG02", "-o", tmp_path / "s.txt")
    assert code == 0 and out == "" and "东沟第2党小组" in (tmp_path / "s.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["summary", "notice", "score"])
def test_what_cannot_be_read(space, call, tmp_path, command):
    code, out, err = call(command, tmp_path / "没有.json")
    assert (code, out) == (1, "") and "找不到文件" in err
    (tmp_path / "坏.json").write_text("{", encoding="utf-8")
    code, out, err = call(command, tmp_path / "坏.json")
    assert (code, out) == (1, "") and "坏.json" in err
    code, out, err = call(command, tmp_path)
    assert (code, out) == (1, "") and "不是一轮检查" in err
    make_round(space)
    code, out, err = call(command, space.round_dir("2026Q4-lookback"), "--unit", "DG9")
    assert (code, out) == (1, "") and "本轮没有这个单位" in err


@pytest.mark.parametrize("command", ["summary", "notice", "score"])
def test_a_secret_round_refuses(space, call, command):
    round_ = make_round(space, secrecy=Secrecy.SECRET)
    code, out, err = call(command, space.round_dir(round_.id))
    assert (code, out) == (1, "") and "机要渠道" in err
    assert call("round", "pack")[0] == 1


def test_unforeseen_failures_are_one_chinese_line(space, call, monkeypatch):
    from inspect_tui.exchange import source

    def broken(path):
        raise ZeroDivisionError("secret note text")

    monkeypatch.setattr(source, "read_source", broken)
    code, out, err = call("score", "x")
    assert (code, out) == (1, "")
    assert (
        err.startswith("程序出错：ZeroDivisionError")
        and "secret note text" not in err
        and "Traceback" not in err
    )


def test_a_read_only_folder_is_said(worked, call, tmp_path):
    _, _, path = worked
    target = tmp_path / "file"
    target.write_text("x", encoding="utf-8")
    code, _, err = call("notice", path, "-o", target / "n.txt")
    assert code == 1 and err.strip().count("\n") <= 2 and "Traceback" not in err


def test_doctor(worked, call, monkeypatch):
    space, _, _ = worked
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    code, out, err = call("doctor", "--workspace", space.root)
    assert code == 0 and err == "" and "剩余空间" in out and "没有记录文件被占用" in out
    code, out, _ = call("doctor", "--workspace", space.root / "none", "--json")
    data = json.loads(out)
    assert code == 1 and not data["ok"] and any("找不到" in row["text"] for row in data["checks"])


def test_doctor_names_a_file_in_use(worked, call, monkeypatch):
    space, round_, _ = worked
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    session = work(space, round_)
    try:
        _, out, _ = call("doctor", "--workspace", space.root)
        assert "占用：" in out and session.writer in out
    finally:
        session.close()


def test_doctor_tells_a_broken_round(space, call):
    round_ = make_round(space)
    (space.round_dir(round_.id) / "round.json").write_text("{", encoding="utf-8")
    code, out, _ = call("doctor")
    assert code == 1 and "轮次文件" in out
    code, out, err = call("round", "list")
    assert code == 0 and "读不出来" in out and "round.json" in err


# -------------------------------------------------------------------- opening the screens


def test_a_bare_call_opens_the_screens_and_a_file_name_its_pack(space, call, monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr("inspect_tui.cli.open_app.start", lambda *args: opened.append(args) or 0)
    assert call()[0] == 0
    assert call("--workspace", space.root, "--unit", "DG01")[0] == 0
    round_ = make_round(space)
    path = json.loads(call("round", "pack", round_.id, "--json")[1])["path"]
    assert call(path)[0] == 0
    assert opened == [(None, None, None), (str(space.root), None, "DG01"), (None, Path(path), None)]
    code, _, err = call("没有.json")
    assert code == 1 and "找不到文件" in err


def test_without_a_terminal_the_screens_say_so(space, call):
    code, out, err = call()
    assert (code, out) == (1, "") and "这里不是终端" in err


def test_version(call):
    code, out, _ = call("--version")
    assert code == 0 and out.startswith("inspect-tui ")


# -------------------------------------------------------------------- processes


def run_process(args: list[str], **more):
    env = dict(os.environ) | more.pop("env", {})
    return subprocess.run(
        [sys.executable, "-m", "inspect_tui", *args], capture_output=True, env=env, timeout=60, **more
    )


def test_output_is_utf8_whatever_the_locale(worked, tmp_path):
    _, _, path = worked
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "gbk"}
    done = run_process(["notice", str(path)], env=env)
    assert done.returncode == 0
    assert done.stdout.decode("utf-8").startswith("【2026年第四季度")
    assert "提醒" in done.stderr.decode("utf-8")


def test_exit_codes_of_the_process(worked, tmp_path):
    assert run_process(["notic"]).returncode == 2
    assert run_process(["score", str(tmp_path / "none")]).returncode == 1
    done = run_process(["score", b"\xff\xfe.json".decode("utf-8", "surrogateescape")])
    assert done.returncode == 1 and b"Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error_message(worked):
    _, _, path = worked
    process = subprocess.Popen(
        [sys.executable, "-m", "inspect_tui", "summary", str(path), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(timeout=60)


HEAVY = ("textual", "rich", "tinydb", "docx", "pypinyin", "openpyxl")


@pytest.mark.parametrize(
    ("args", "allowed"),
    [
        (["--help"], ()),
        (["--version"], ()),
        (["notic"], ()),
        (["notice", "{file}"], ()),
        (["notice", "{file}", "--json"], ()),
        (["score", "{file}", "--json"], ()),
        (["summary", "{file}", "--json"], ()),
        (["score", "{file}"], ("rich",)),
        (["summary", "{file}"], ("rich",)),
        (["round", "show"], ()),
        (["hand-in", "--as", "检查员甲"], ("tinydb",)),
        (["doctor"], ()),
    ],
)
def test_commands_import_only_what_they_need(worked, args, allowed):
    space, _, path = worked
    args = [a.format(file=path) for a in args]
    code = (
        "import sys; from inspect_tui.cli.main import run; run(sys.argv[1:]);"
        "print('|'.join(sorted({m.partition('.')[0] for m in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, cwd=space.root, timeout=60, check=True
    )
    loaded = set(done.stderr.decode("utf-8").strip().split("\n")[-1].split("|"))
    assert "click" in loaded, "the list is real"
    assert not {m for m in HEAVY if m in loaded} - set(allowed)
    if args == ["--help"]:
        assert "msgspec" not in loaded, "help costs no more than Click"
