"""`inspect-tui report`: every format, what belongs together, what is refused, the same words as `notice`."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from inspect_tui.cli import main as cli
from inspect_tui.demo import CURRENT


@pytest.fixture(scope="module")
def demo(tmp_path_factory, demo_at):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSPECT_TUI_HOME", str(tmp_path_factory.mktemp("home")))
    yield demo_at(tmp_path_factory.mktemp("d") / "demo").root
    patch.undo()


@pytest.fixture
def call(capfd):
    def run(*args):
        code = cli.run([str(a) for a in args])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def text_of(path: Path) -> str:
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        return data.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "\n".join(
            re.sub(r"<[^>]+>", "", package.read(name).decode("utf-8", "replace"))
            for name in package.namelist()
        )


def test_every_format(demo, call, tmp_path) -> None:
    file = demo / "rounds" / CURRENT
    for to, more, words in (
        ("docx", (), "同一检查项在各单位的情况"),
        ("html", (), "同一检查项在各单位的情况"),
        ("md", (), "同一检查项在各单位的情况"),
        ("xlsx", (), "得分汇总表"),
        ("csv", (), "党小组"),
        ("xlsx", ("--findings",), "各单位的问题"),
        ("csv", ("--findings",), "存在问题"),
    ):
        path = tmp_path / f"{len(more)}.{to}"
        code, out, err = call("report", file, "--to", to, "-o", path, *more, "--date", "2026-11-20")
        assert (code, out) == (0, ""), err
        assert str(path) in err and words in text_of(path)
    assert "名次" not in text_of(tmp_path / "0.csv")


def test_on_screen_and_as_json(demo, call) -> None:
    file = demo / "rounds" / CURRENT
    code, out, _ = call("report", file)
    assert code == 0 and "六、检查人员判断的一致性" in out and "####" in out
    code, out, _ = call("report", file, "--json", "--date", "2026-11-20")
    data = json.loads(out)
    assert code == 0 and data["parts"][0]["key"] == "units"
    code, out, _ = call("report", file, "--scope", "东沟一支部", "--json")
    assert json.loads(out)["scope"] == "东沟一支部"


def test_a_formal_notice_says_what_notice_says(demo, call, tmp_path) -> None:
    file = demo / "rounds" / CURRENT
    for kind, level in (("situation", "group"), ("praise", "secretary"), ("bulletin", "group")):
        asked = ("--kind", kind, "--level", level, "--date", "2026-11-20")
        _, out, _ = call("notice", file, *asked, "--json", "--preset", "whole")
        sentences = json.loads(out)["sentences"]
        for to in ("html", "md", "docx"):
            path = tmp_path / f"{kind}.{to}"
            code, _, err = call("report", file, "--to", to, "-o", path, *asked)
            assert code == 0, err
            held = re.sub(r"\\(.)", r"\1", text_of(path)) if to == "md" else text_of(path)
            for sentence in sentences:
                if sentence["role"] not in ("标题", "落款"):
                    assert sentence["text"] in held, (to, sentence)


def test_the_red_head(demo, call, tmp_path) -> None:
    path = tmp_path / "a.docx"
    more = ("--letterhead", "清源采油厂党委文件", "--number", "清党〔2026〕3号", "--sealed")
    code, *_ = call(
        "report", demo / "rounds" / CURRENT, "--to", "docx", "-o", path, "--kind", "situation", *more
    )
    assert code == 0 and "清源采油厂党委文件" in text_of(path) and "清党〔2026〕3号" in text_of(path)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--to", "docx"), "-o"),
        (("-o", "x"), "--to"),
        (("--kind", "situation"), "--to"),
        (("--to", "docx", "-o", "x", "--json"), "--json"),
        (("--to", "xlsx", "-o", "x", "--kind", "praise"), "得分汇总表"),
        (("--to", "docx", "-o", "x", "--kind", "praise", "--findings"), "--findings"),
        (("--to", "docx", "-o", "x", "--level", "group"), "--kind"),
        (("--to", "xlsx", "-o", "x", "--letterhead", "某厂"), "正式通报"),
        (("--to", "md", "-o", "x", "--kind", "praise", "--finding", "k"), "exposure"),
        (("--unit", "a", "--scope", "b"), "只能选一个"),
        (("--to", "pdf", "-o", "x"), "--to"),
    ],
)
def test_wrong_usage_is_said(demo, call, args, words) -> None:
    code, out, err = call("report", demo / "rounds" / CURRENT, *args)
    assert (code, out) == (2, "") and words in err
    assert not Path("x").exists()


def test_faults_end_in_one(demo, call, tmp_path) -> None:
    path = tmp_path / "a.docx"
    assert call("report", tmp_path / "nothing.json", "--to", "docx", "-o", path)[0] == 1
    code, _, err = call("report", demo / "rounds" / CURRENT, "--to", "docx", "-o", path, "--unit", "没有的")
    assert code == 1 and "没有这个单位" in err
    path = tmp_path / "a.xlsx"
    # Some of the round is under two opinions: no ranking.
    code, _, err = call("report", demo / "rounds" / CURRENT, "--to", "xlsx", "-o", path, "--kind", "ranking")
    assert code == 1 and "裁定" in err and not path.exists()


def test_a_secret_round_leaves_nothing(demo, call, tmp_path) -> None:
    root = shutil.copytree(demo, tmp_path / "demo")
    file = root / "rounds" / CURRENT / "round.json"
    raw = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps(raw | {"secrecy": "secret"}, ensure_ascii=False), encoding="utf-8")
    for more in ((), ("--findings",), ("--kind", "situation")):
        path = tmp_path / "a.docx"
        code, out, err = call("report", file.parent, "--to", "docx", "-o", path, *more)
        assert (code, out) == (1, "") and "机要渠道" in err and not path.exists()
    code, out, err = call("report", file.parent)
    assert (code, out) == (1, "") and "机要渠道" in err
