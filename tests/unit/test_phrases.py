"""Phrases: what is learned and offered, what is forgotten, and a file that others may have touched."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from inspect_tui.cli import main as cli
from inspect_tui.model.phrase import Phrase, PhraseKind
from inspect_tui.report.privacy import PrivacyKind, kinds_in
from inspect_tui.store import phrases as module
from inspect_tui.store.errors import StoreError
from inspect_tui.store.phrases import LONGEST_LEARNED, Phrases, phrase_id
from inspect_tui.store.workspace import Workspace

NOTE, BAD = PhraseKind.NOTE, PhraseKind.DEFICIENCY


@pytest.fixture
def book(tmp_path: Path) -> Phrases:
    return Phrases(tmp_path / "phrases-x.json")


def learn(book: Phrases, *texts: str, item: str = "A-01", kind: PhraseKind = BAD) -> None:
    for text in texts:
        book.learn("c", item, kind, text, day="2026-11-20")


def offered(book: Phrases, item: str = "A-01", kind: PhraseKind = BAD) -> list[str]:
    return book.offered("c", item, kind)


def again(book: Phrases) -> Phrases:
    assert book.save() == ""
    return Phrases(book.path)


def test_offered_from_the_second_time_on_most_used_first(book: Phrases) -> None:
    learn(book, "甲")
    assert offered(book) == []
    learn(book, "甲", "乙", "乙", "乙", "丙")
    assert offered(book) == ["乙", "甲"]
    assert offered(book, kind=NOTE) == [] and offered(book, "A-02") == []
    assert book.offered("另一份", "A-01", BAD) == []
    assert [(p.text, p.count, p.last) for p in again(book).all()] == [
        ("乙", 3, "2026-11-20"), ("甲", 2, "2026-11-20"), ("丙", 1, "2026-11-20"),
    ]  # fmt: skip


def test_words_put_right_are_not_counted_for_the_old_ones(book: Phrases) -> None:
    learn(book, "错字", "错字")
    book.learn("c", "A-01", BAD, "改对了", instead="错字")
    assert {p.text: p.count for p in book.all()} == {"错字": 1, "改对了": 1}
    book.learn("c", "A-01", BAD, "改对了", instead="改对了")
    assert {p.text: p.count for p in book.all()}["改对了"] == 1
    book.learn("c", "A-01", BAD, "", instead="错字")
    assert [p.text for p in book.all()] == ["改对了"]


def test_added_pinned_and_deleted_by_hand(book: Phrases) -> None:
    learn(book, "甲", "甲", "甲")
    made = book.add("c", "A-01", BAD, " 自己加的\n一条 ")
    assert made is not None and made.text == "自己加的 一条"
    assert offered(book) == ["甲", "自己加的 一条"]
    book.pin(made, True)
    assert offered(book)[0] == "自己加的 一条"
    book.remove(book.all()[1])
    learn(book, "甲", "甲")
    assert offered(book) == ["自己加的 一条"], "what was deleted is not learned again"
    assert "甲" not in again(book).path.read_text(encoding="utf-8"), "nor is its text kept"
    book.add("c", "A-01", BAD, "甲")
    assert "甲" in offered(book), "but it may be added again by hand"


def test_rewording_keeps_the_count_and_forgets_the_old_words(book: Phrases) -> None:
    learn(book, "甲", "甲", "甲")
    book.reword(book.all()[0], "甲更好")
    learn(book, "甲", "甲")
    assert [(p.text, p.count) for p in book.all()] == [("甲更好", 3)]


def test_long_words_are_about_one_case_and_not_learned(book: Phrases) -> None:
    learn(book, "长" * (LONGEST_LEARNED + 1), "长" * (LONGEST_LEARNED + 1), "\u202e\x1b[31m")
    assert [p.text for p in book.all()] == ["[31m"], "cleaned at the door"


def test_what_was_edited_in_the_file_meanwhile_is_kept(book: Phrases) -> None:
    learn(book, "甲", "甲")
    book.save()
    told = json.loads(book.path.read_text(encoding="utf-8"))
    told["phrases"].append(
        {"checklist": "c", "item": "A-01", "kind": "note", "text": "手写的", "added": True}
    )
    book.path.write_text("\ufeff" + json.dumps(told, ensure_ascii=False, indent=4), encoding="utf-8")
    learn(book, "甲")
    held = {p.text: p.count for p in again(book).all()}
    assert held == {"甲": 3, "手写的": 0}
    assert offered(book, kind=NOTE) == ["手写的"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"phrases": 1e999}'])
def test_a_damaged_file_is_said_and_kept_aside(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "phrases-x.json"
    path.write_bytes(data)
    book = Phrases(path)
    assert "damaged-1" in book.take_message() and book.take_message() == ""
    assert (tmp_path / "phrases-x.json.damaged-1").read_bytes() == data
    learn(book, "甲", "甲")
    assert offered(again(book)) == ["甲"]


def test_one_bad_row_does_not_cost_the_others(tmp_path: Path) -> None:
    path = tmp_path / "phrases-x.json"
    good = {"checklist": "c", "item": "A-01", "kind": "deficiency", "text": "好", "count": 2}
    bad = [good | {"kind": "rumour"}, good | {"count": -1}, good | {"text": ""}, {"text": "x"}, 7]
    path.write_text(json.dumps({"phrases": [good, *bad], "forgotten": "?"}), encoding="utf-8")
    book = Phrases(path)
    assert offered(book) == ["好"] and "5条" in book.take_message()
    assert path.exists() and (tmp_path / "phrases-x.json.damaged-1").exists()


def test_a_folder_that_cannot_be_written_only_says_so(book: Phrases, monkeypatch: pytest.MonkeyPatch) -> None:
    learn(book, "甲", "甲")

    def refuse(*_: Any, **__: Any) -> None:
        raise StoreError("磁盘是只读的。") from OSError(errno.EROFS, "")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_durable", refuse)
        assert "没有存下" in book.save()
    assert offered(book) == ["甲"] and book.dirty
    assert offered(again(book)) == ["甲"]


def test_the_least_used_go_when_there_are_too_many(book: Phrases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 40)
    learn(book, "常用", "常用", "常用")
    for n in range(100):
        learn(book, f"只用一次{n}")
    assert len(book.all()) <= 40 and offered(book) == ["常用"]


def test_what_must_not_be_kept_is_known() -> None:
    assert kinds_in("电话13812345678", []) == [PrivacyKind.PHONE]
    assert kinds_in("章海峰没有签字", ["章海峰"]) == [PrivacyKind.NAME]
    assert kinds_in("扣发奖金300元和3号井", []) == [PrivacyKind.MONEY, PrivacyKind.WELL]
    assert kinds_in("公开栏没有更换", ["章海峰"]) == []


# -------------------------------------------------------------------- commands


def run(capsysbinary: Any, *args: str) -> tuple[int, str, str]:
    code = cli.run(args)
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def test_list_add_and_remove(capsysbinary: Any, tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    space.rounds_dir.mkdir()
    at = ("--workspace", str(tmp_path))
    add = ("phrases", "add", "--checklist", "c", "--item", "A-01", *at)
    code, out, _ = run(capsysbinary, *add, "[/]没有更换", "--json")
    made = json.loads(out)["added"]
    assert code == 0 and made["text"] == "[/]没有更换" and made["offered"] and made["kind"] == "deficiency"
    code, out, _ = run(capsysbinary, *add, "--kind", "note", "见照片")
    assert code == 0 and "见照片" in out
    code, out, _ = run(capsysbinary, "phrases", "list", *at, "--json")
    assert [p["text"] for p in json.loads(out)["phrases"]] == ["[/]没有更换", "见照片"]
    assert [phrase_id(p) for p in Phrases.of(space).all()] == [p["id"] for p in json.loads(out)["phrases"]]
    code, out, _ = run(capsysbinary, "phrases", "remove", made["id"], *at)
    assert code == 0 and "已删除" in out
    code, out, _ = run(capsysbinary, "phrases", "list", "--item", "A-01", *at)
    assert "见照片" in out and "没有更换" not in out
    for wrong in (["电话13812345678"], ["  "], ["长" * 400]):
        assert run(capsysbinary, *add, *wrong)[0] == 1
    assert run(capsysbinary, "phrases", "add", "x", "--checklist", "c", "--item", "../x", *at)[0] == 1
    assert run(capsysbinary, "phrases", "remove", "00000000", *at)[0] == 1
    assert run(capsysbinary, *add, "x", "--kind", "rumour")[0] == 2


def test_a_phrase_is_itself() -> None:
    one = Phrase(checklist="c", item="A-01", kind=BAD, text="x")
    other = Phrase(checklist="c", item="A-01", kind=NOTE, text="x")
    assert phrase_id(one) != phrase_id(other)
