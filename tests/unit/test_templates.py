"""Templates: only what is harmless is understood, every mistake is told, a broken file never stops a text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notice_work import TODAY, held, told, worked

from inspect_tui.report.phrase_book import SLOTS
from inspect_tui.report.phrase_reading import MAX_BYTES, read_template, trials
from inspect_tui.report.phrases import FILTERS, LONGEST, TooMuch, decode, speak
from inspect_tui.report.telling import Wanted, tell
from inspect_tui.report.wordings import FILES, READ, SHIPPED, shipped, wordings
from sweeps import times

ROOT = Path(__file__).resolve().parents[2]


def read(body: str, name: str = "问题"):
    return read_template(f"{{% block {name} %}}{body}{{% endblock %}}".encode(), "t.txt")


def said(body: str, name: str = "问题", **values) -> str:
    return speak(read(body, name).phrases[name], values)


def codes(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    return [f.code for f in read_template(data, "t.txt").faults]


# -------------------------------------------------------------------- what is understood


def test_values_tests_loops_and_filters():
    assert said("{{ 类别 }}：{{ 内容 }}", 类别="岗位责任", 内容="缺1项") == "岗位责任：缺1项"
    body = "{% if 单位数 > 1 %}多{% elif 点名 and not 单个 %}一{% else %}无{% endif %}{{ 内容 }}"
    assert said(body, 单位数=2, 内容="") == "多"
    assert said(body, 单位数=1, 点名=True, 内容="") == "一"
    assert said(body, 单位数=1, 内容="") == "无"
    body = "{% for 名 in 单位列表 %}[{{ 名 }}]{% else %}没有{% endfor %}{{ 单位列表|个数 }}{{ 内容 }}"
    assert said(body, 单位列表=["甲", "乙"], 内容="") == "[甲][乙]2"
    assert said(body, 单位列表=[], 内容="") == "没有0"
    assert (
        said(
            "{{ 单位列表|前几个(2)|顿号 }}等{{ 单位数|序数 }}个{{ 内容 }}", 单位列表=list("甲乙丙"), 单位数=3
        )
        == "甲、乙等三个"
    )
    assert (
        said("{{ 单位|默认('某单位') }}{{ 单位列表|连接('和') }}{{ 内容 }}", 单位="", 单位列表=["甲", "乙"])
        == "某单位甲和乙"
    )


def test_lines_of_a_template_are_joined_and_values_are_not_touched():
    assert said("\n  {{ 类别 }}\n  ：{{ 内容 }}。\n", 类别="一 二", 内容="甲\n乙") == "一 二：甲\n乙。"


def test_what_stands_in_a_value_is_never_read_as_a_template():
    assert said("{{ 内容 }}", 内容="{{ 类别 }}{% if 1 %}") == "{{ 类别 }}{% if 1 %}"


@pytest.mark.parametrize(
    "body",
    [
        "{{ 内容.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ 内容() }}",
        "{{ 单位.upper() }}",
        "{{ 'a' * 200000000 }}",
        "{{ 1 + 1 }}",
        "{{ 2 ** 99999999 }}",
        "{{ 内容 ~ 内容 }}",
        "{{ 单位列表[0] }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ range(9) }}",
        "{{ 内容 if 点名 else 单位 }}",
        "{{ 内容 is defined }}",
        "{{ 999999999999999 }}",
        "{% set x = 1 %}",
        "{% include 'a' %}",
        "{% import 'a' as b %}",
        "{% macro m() %}{% endmacro %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with a = 1 %}{% endwith %}",
        "{% for a, b in 单位列表 %}{% endfor %}",
        "{% for a in 单位列表 if a %}{% endfor %}",
        "{% for a in 单位列表 recursive %}{% endfor %}",
        "{% raw %}{{ x }}{% endraw %}{{ self }}",
    ],
)
def test_everything_else_is_refused(body):
    found = read(body + "{{ 内容 }}")
    assert not found.usable, body
    assert all(f.line == 1 and f.remedy for f in found.faults)


# -------------------------------------------------------------------- every mistake at once


def test_all_mistakes_are_told_with_line_code_and_remedy():
    text = """{# 说明 #}
{% block 标题 %}{{ 标提 }}{% endblock %}
多余的字
{% block 问题 %}{{ 内容|大写 }}{% endblock %}
{% block 问体 %}x{% endblock %}
{% block 下步 %}{{ 检查() }}{% endblock %}
{% block 号召 %}{% if 演练 %}没有结束{% endblock %}
{% block 落款 %}一{% endblock %}
{% block 落款 %}二{% endblock %}
{% block 好的做法 %}没有写内容{% endblock %}
{% set x = 1 %}
{% block 曝光 %}没有完
"""
    found = read_template(text.encode(), "t.txt").faults
    assert [(f.line, f.code) for f in found] == [
        (2, "T04"),
        (3, "T05"),
        (4, "T07"),
        (5, "T03"),
        (6, "T06"),
        (7, "T02"),
        (9, "T08"),
        (10, "T10"),
        (11, "T06"),
        (12, "T02"),
    ]
    assert all(f.message and f.remedy for f in found)
    assert "可以用：标题、检查、检查组" in found[0].remedy
    assert "是不是“共性问题标题”" in read("x", "共性问题标体").faults[0].remedy
    assert [f.code for f in found if f.warning] == ["T05"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\x00", "T01"),
        (b"x" * (MAX_BYTES + 1), "T01"),
        (b"", "T05"),
        ("{% block 落款 %}\u202e{% endblock %}".encode(), "T12"),
        (("{% block 落款 %}" + "{{ (" * 3000 + "{% endblock %}").encode(), "T02"),
        (("{% block 落款 %}{{ " + "9" * 5000 + " }}{% endblock %}").encode(), "T02"),
        (
            ("{% block 落款 %}" + "{% if 演练 %}" * 200 + "{% endif %}" * 200 + "{% endblock %}").encode(),
            "T06",
        ),
    ],
)
def test_a_hopeless_file_is_told_too(data, code):
    assert code in codes(data)


def test_a_burst_of_output_is_stopped():
    # Nested loops over a given list: each is harmless, together they are not.
    body = "{% for a in 单位列表 %}" * 6 + "长" * 50 + "{% endfor %}" * 6 + "{{ 内容 }}"
    phrase = read(body).phrases["问题"]
    with pytest.raises(TooMuch):
        speak(phrase, {"单位列表": ["甲"] * 40, "内容": ""})
    joined = "{{ 单位列表|连接(内容)|顿号 }}"
    with pytest.raises(TooMuch):
        speak(read(joined).phrases["问题"], {"单位列表": ["甲"] * 100, "内容": "长" * (LONGEST // 50)})


pieces = st.sampled_from(
    [
        *("{{ 内容 }}", "{{", "}}", "{%", "%}", "{#", "#}", " if 点名 ", " endif ", " endfor ", "|顿号"),
        *(" for a in 单位列表 ", "{% block 问题 %}", "{% endblock %}", "内容", "'", '"', "(", ")"),
        *("\n", "字", "*", "__class__", ".", "1"),
    ]
)


@settings(max_examples=times(400), deadline=None)
@given(st.lists(pieces, max_size=25).map("".join))
def test_no_file_breaks_the_reader_and_what_it_takes_can_be_said(text):
    found = read_template(text.encode(), "t.txt")
    for fault in found.faults:
        assert fault.text() and re.fullmatch(r"T\d\d", fault.code)
    if found.usable:
        for name, phrase in found.phrases.items():
            assert isinstance(speak(phrase, SLOTS[name].values), str)


# -------------------------------------------------------------------- the shipped ones


def test_the_shipped_templates_are_sound_and_read_as_kept():
    kept = decode(READ.read_bytes())
    for name in FILES:
        path = SHIPPED / f"{name}.txt"
        if not path.is_file():
            assert name not in kept
            continue
        found = read_template(path.read_bytes(), path.name)
        assert found.faults == (), path.name
        assert kept[name] == found.phrases, "run python -m inspect_tui.report.wordings"


def test_every_phrase_is_worded_and_shows_what_it_must():
    common = shipped()["common"]
    assert set(common) == set(SLOTS)
    for name, slot in SLOTS.items():
        for values in trials(slot):
            assert speak(common[name], values).strip() or name in ("公文标题",), name


def test_the_documents_list_every_block_value_and_filter():
    doc = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    for name, slot in SLOTS.items():
        row = next((line for line in doc.split("\n") if line.startswith(f"| `{name}` |")), "")
        assert row, name
        assert [v for v in slot.values if f"`{v}`" not in row] == [], name
    assert [f for f in FILTERS if f"`{f}`" not in doc] == []


def test_every_template_code_is_written_down():
    used = set()
    for path in (ROOT / "src" / "inspect_tui").rglob("*.py"):
        used |= set(re.findall(r'"(T\d\d)"', path.read_text(encoding="utf-8")))
    doc = (ROOT / "docs" / "file-formats.md").read_text(encoding="utf-8")
    assert used and [code for code in sorted(used) if f"| {code} |" not in doc] == []


# -------------------------------------------------------------------- the user's own


def space(folder: Path, **files: str) -> Path:
    (folder / "templates").mkdir()
    for name, text in files.items():
        (folder / "templates" / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def notice(folder: Path, **wanted):
    return tell([held(worked())], Wanted(**wanted), TODAY, templates=folder)


def test_a_users_block_takes_the_place_of_the_shipped_one(tmp_path):
    folder = space(
        tmp_path,
        common="{% block 落款 %}（{{ 检查组 }}）{% endblock %}{% block 标题 %}【通用】{% endblock %}",
        situation="{% block 标题 %}【{{ 标题 }}自定】{% endblock %}",
    )
    made = notice(folder)
    assert made.head == "【2026年第四季度回头看自定】"
    assert "（东沟作业区党总支检查组）" in made.text
    assert made.text.count("个性问题") == 1, "the rest is as shipped"


def test_a_copied_common_template_does_not_flatten_the_other_kinds(tmp_path):
    text = (
        (SHIPPED / "common.txt")
        .read_text(encoding="utf-8")
        .replace("情况通报{% endif %}】", "通报{% endif %}】")
    )
    folder = space(tmp_path, common=text)
    assert notice(folder).head == "【2026年第四季度回头看通报】"
    from inspect_tui.report.document import NoticeKind

    assert notice(folder, kind=NoticeKind.PRAISE).head == "【2026年第四季度回头看表扬通报】"


def test_a_broken_template_falls_back_and_says_so(tmp_path):
    folder = space(
        tmp_path, common="{% block 落款 %}一{% endblock %}\n{% block 标题 %}{{ 1 + 1 }}{% endblock %}"
    )
    made = notice(folder)
    assert made.text == told(worked()).text
    assert any("common.txt有问题（第2行" in w and "已改用程序自带的" in w for w in made.warnings)


def test_a_template_that_drops_the_content_is_not_used(tmp_path):
    folder = space(tmp_path, common="{% block 问题 %}有问题。{% endblock %}")
    assert notice(folder).text == told(worked()).text


def test_a_template_cannot_bring_names_into_the_group(tmp_path):
    folder = space(tmp_path, common="{% block 下步 %}由章海峰督办。{% endblock %}")
    made = notice(folder)
    assert "章海峰" not in made.text and "由某同志督办" in made.text


def test_wordings_without_a_workspace_are_the_shipped_ones():
    assert wordings("situation").warnings == ()
    assert wordings("situation").say("没有这一句", {}) == ""
