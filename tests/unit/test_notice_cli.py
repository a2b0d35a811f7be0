"""`inspect-tui notice` on a workspace: kinds, scopes, what it keeps, what it will not copy, its templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspect_tui.cli import main as cli
from inspect_tui.demo import CURRENT
from inspect_tui.report.wordings import SHIPPED
from inspect_tui.tui import clipboard

PAST = "2026Q3-lookback"


@pytest.fixture(scope="module")
def made(tmp_path_factory, demo_at):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield demo_at(tmp_path_factory.mktemp("d") / "demo").root
    patch.undo()


@pytest.fixture
def demo(made, tmp_path, monkeypatch):
    import shutil

    monkeypatch.setenv("INSPECT_TUI_HOME", str(tmp_path / "home"))
    return shutil.copytree(made, tmp_path / "demo")


@pytest.fixture
def call(capfd):
    def run(*args):
        code = cli.run([str(a) for a in args])
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.fixture
def copied(monkeypatch):
    texts: list[str] = []

    def copy(text, **_):
        texts.append(text)
        return clipboard.CopyResult(clipboard.CopyKind.SURE, "已复制")

    monkeypatch.setattr(clipboard, "copy", copy)
    return texts


def data_of(call, *args):
    code, out, err = call(*args, "--json", "--date", "2026-11-20")
    assert code == 0, err
    return json.loads(out)


def lead(demo):
    from inspect_tui.store.workspace import Workspace

    return next(t.lead for t in Workspace(demo).round(CURRENT).round.teams if t.lead)


def test_kinds_presets_scopes_and_names(demo, call):
    file = demo / "rounds" / CURRENT
    for kind in ("situation", "praise", "bulletin"):
        data = data_of(call, "notice", file, "--kind", kind, "--preset", "whole")
        assert len(data["parts"]) == 1 and data["kind"] == kind and data["issue"] == (kind == "bulletin")
    data = data_of(call, "notice", file, "--preset", "wecom")
    assert all(p["bytes"] <= 3900 and p["chars"] == len(p["text"]) for p in data["parts"])
    branch = data_of(call, "notice", file, "--branch", "东沟一支部")
    assert branch["title"] == "关于东沟一支部2026年第四季度回头看情况的通报"
    none = data_of(call, "notice", file, "--names", "none")
    assert none["name_units"] == "none" and "东沟第" not in json.dumps(none["parts"], ensure_ascii=False)
    both = data_of(call, "notice", file, demo / "rounds" / PAST)
    assert "2026年第三季度至第四季度" in both["title"]


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["--max-bytes", "900", "--preset", "wecom"], 2, "只能选一个"),
        (["--unit", "DG01", "--branch", "东沟一支部"], 2, "只能选一个"),
        (["--finding", "x"], 2, "--kind exposure"),
        (["--record", "--exclude", "x"], 2, "--reason"),
        (["--branch", "DG01"], 1, "这不是支部"),
        (["--unit", "东沟一支部"], 1, "不是一个受检单位"),
        (["--kind", "ranking"], 1, "裁定之后才能排名"),
        (["--kind", "exposure"], 1, "--finding"),
        (["--issue", "0"], 2, "1到9999"),
    ],
)
def test_what_is_refused_is_told(demo, call, args, code, told):
    got, out, err = call("notice", demo / "rounds" / CURRENT, *args)
    assert (got, out) == (code, "") and told in err


def test_what_is_left_out_is_kept_only_when_asked(demo, call):
    file = demo / "rounds" / CURRENT
    before = data_of(call, "notice", file)
    key = next(s["records"][0] for s in before["sentences"] if s["role"] == "问题")
    once = data_of(call, "notice", file, "--exclude", key)
    assert key not in {k for s in once["sentences"] if s["role"] == "问题" for k in s["records"]}
    assert [s["text"] for s in once["sentences"]] != [s["text"] for s in before["sentences"]]
    assert data_of(call, "notice", file)["sentences"] == before["sentences"], "nothing was kept"
    kept = data_of(
        call, "notice", file, "--exclude", key, "--record", "--reason", "另行处理", "--as", lead(demo)
    )
    assert data_of(call, "notice", file)["parts"] == kept["parts"]
    code, _, err = call(
        "notice", file, "--exclude", key, "--record", "--reason", "另行处理", "--as", "过路人"
    )
    assert code == 1 and "只有组长" in err


def test_what_was_settled_survives_a_merge_in_any_order(demo, call, tmp_path):
    file = demo / "rounds" / CURRENT
    before = data_of(call, "notice", file)
    key = next(s["records"][0] for s in before["sentences"] if s["role"] == "问题")
    who = ("--record", "--reason", "另行处理", "--as", lead(demo))
    kept = data_of(call, "notice", file, "--exclude", key, *who)
    writers = sorted(file.glob("????????????.json"))
    outs = []
    for order in (writers, writers[::-1]):
        out = tmp_path / f"{len(outs)}.json"
        code, _, err = call("merge", *order, "-o", out)
        assert code == 0, err
        assert call("verify", out)[0] == 0
        outs.append(out.read_bytes())
        merged = data_of(call, "notice", out)
        # Outside the workspace nobody knows the roster, so only the text itself must be the same.
        assert merged["parts"] == kept["parts"] != before["parts"]
    assert outs[0] == outs[1]


def test_what_went_out_is_remembered(demo, call, copied, tmp_path):
    file = demo / "rounds" / CURRENT
    args = ("--kind", "bulletin", "--date", "2026-11-20", "--as", lead(demo))
    code, _, err = call("notice", file, *args, "--copy", "--record")
    assert code == 0 and len(copied) == 1 and "督查简报第1期" in copied[0], err
    data = json.loads(call("notice", file, *args, "--json")[1])
    assert data["issue"] == 1 and data["changes"] == {"added": [], "changed": [], "removed": []}
    later = json.loads(call("notice", file, "--kind", "bulletin", "--date", "2026-11-27", "--json")[1])
    assert later["issue"] == 2
    other = json.loads(
        call("notice", demo / "rounds" / PAST, "--kind", "bulletin", "--date", "2026-11-27", "--json")[1]
    )
    assert other["issue"] == 2, "counted over the rounds of the workspace"
    for written in file.glob("????????????.json"):
        assert call("verify", written)[0] == 0


def test_numbers_are_not_copied_before_somebody_says_why(demo, call, copied, tmp_path):
    file = demo / "rounds" / CURRENT
    lines = tmp_path / "l.jsonl"
    summary = json.loads(call("summary", file, "--json")[1])
    unit = next(u["unit"] for u in summary["units"] if u["answered"] and not u["visit"]["submitted"])
    line = {"unit": unit, "findings": [{"text": "公示栏写着13912345678"}]}
    lines.write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    recorded = call("--workspace", demo, "record", lines, "--round", CURRENT, "--as", lead(demo))
    assert recorded[0] == 0, recorded
    code, _, err = call("notice", file, "--copy")
    assert code == 1 and copied == [] and "有手机号码" in err and "13912345678" not in err
    assert [h["text"] for h in data_of(call, "notice", file)["privacy"]] == ["13912345678"]
    code, _, err = call("notice", file, "--copy", "--confirm", "公开的值班电话", "--as", lead(demo))
    assert code == 0 and len(copied) == 1, err
    assert data_of(call, "notice", file)["privacy"][0]["confirmed"] == "公开的值班电话"


def test_a_file_outside_a_workspace_has_nowhere_to_keep_anything(demo, call, tmp_path):
    import shutil

    source = next((demo / "rounds" / PAST).glob("????????????.json"))
    alone = shutil.copy(source, tmp_path / "alone.json")
    code, _, err = call("notice", alone, "--exclude", "x", "--record", "--reason", "y")
    assert code == 1 and "没有地方可记" in err


def test_each_unit_gets_its_own(demo, call, tmp_path):
    file = demo / "rounds" / CURRENT
    code, out, err = call("notice", file, "--each", "-o", tmp_path / "各单位", "--json")
    files = json.loads(out)["files"]
    told = {u["unit"]: u for u in json.loads(call("summary", file, "--json")[1])["units"]}
    assert code == 0 and [f["unit"] for f in files] == [
        u for u, data in told.items() if data["state"] != "未开始"
    ], err
    for entry in files:
        name = told[entry["unit"]]["name"]
        text = (tmp_path / "各单位").joinpath(Path(entry["path"]).name).read_text(encoding="utf-8")
        assert name in entry["path"] and name in text.split("\n")[0]
        others = {u["name"] for u in told.values()} - {name}
        assert not [other for other in others if other in text], "nobody reads of the others"
    assert len({f["path"] for f in files}) == len(files)
    assert call("notice", file, "--each")[0] == 2
    assert call("notice", file, "--each", "-o", tmp_path / "x", "--level", "group")[0] == 2


def test_templates_are_copied_checked_used(demo, call):
    code, out, _ = call("--workspace", demo, "notice", "templates")
    assert code == 0 and out.count("已复制") == len(list(SHIPPED.glob("*.txt")))
    code, out, _ = call("notice", "templates", "--workspace", demo)
    assert code == 0 and "已复制" not in out and "已有，没有动" in out
    folder = demo / "templates"
    code, out, err = call("notice", "check", *sorted(folder.glob("*.txt")))
    assert code == 0 and err == "" and out.count("没有发现问题") == len(list(folder.glob("*.txt")))
    file = demo / "rounds" / CURRENT
    before = data_of(call, "notice", file)
    common = folder / "common.txt"
    common.write_text(
        common.read_text(encoding="utf-8").replace("{% block 落款 %}", "{% block 落款 %}中共"),
        encoding="utf-8",
    )
    assert "中共清源" in data_of(call, "notice", file)["parts"][-1]["text"]
    common.write_text("{% block 落款 %}{{ 检查组() }}{% endblock %}", encoding="utf-8")
    code, out, err = call("notice", "check", common, folder / "没有.txt")
    assert code == 1 and "（T06）" in err and "第1行" in err and "（T01）" in err
    code, out, _ = call("notice", "check", common, "--json")
    (told,) = json.loads(out)["files"]
    assert code == 1 and not told["ok"] and told["faults"][0]["code"] == "T06"
    broken = data_of(call, "notice", file)
    assert broken["parts"] == before["parts"]
    assert any("已改用程序自带的" in w for w in broken["warnings"])


def test_a_group_file_name_and_json_carry_no_person(demo, call):
    from inspect_tui.exchange.source import read_source
    from inspect_tui.report.names import people_of

    file = demo / "rounds" / CURRENT
    source = read_source(file)
    people = people_of(source.round, source.state) | set(source.people)
    assert len(people) > 5
    for kind in ("situation", "praise", "bulletin"):
        data = data_of(call, "notice", file, "--kind", kind)
        text = json.dumps(data, ensure_ascii=False)
        assert [name for name in people if name in text] == []
        assert len(data["file_name"]) <= 60 and "群内版" in data["file_name"]
