"""No text of anyone's reaches Textual where it would be read as markup.

Textual reads markup out of plain strings: `[/]` in a note crashes a label, `[@click=app.quit]` becomes a live
link. So wherever a widget takes a string, the screens may give only a literal or what `plain` made.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "inspect_tui" / "tui"

WIDGETS = {"Static", "Label", "Button", "Option", "OptionList", "SelectionList", "Checkbox", "RadioButton"}
WIDGETS |= {"Collapsible", "TabPane", "Tab", "Digits", "Link", "Pretty", "Tooltip", "Toast", "Markdown"}
"""Textual's widgets that read markup from their first argument."""

ATTRIBUTES = {"tooltip", "border_title", "border_subtitle", "placeholder"}
"""Attributes and keywords that Textual reads markup from."""

SAFE_CALLS = {"plain", "rich_plain"}
MARKUP = {"from_markup", "from_text", "to_content", "render_markup", "assemble_markup"}
"""Functions that read markup; nothing of ours needs one."""

OWN = {"placeholder": {"TextField", "SearchField", "TextPrompt", "super"}}
"""Our own classes that take a bare string under such a name and make it plain themselves."""


def name_of(node: ast.expr) -> str:
    """The last name of what is called: `Static` of `Static`, `update` of `self.x.update`."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def base_of(node: ast.expr) -> str:
    """What a call belongs to: `super` for `super().__init__`, else its own name."""
    if isinstance(node, ast.Attribute) and node.attr == "__init__":
        return name_of(node.value)
    return name_of(node)


def safe(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or "[" not in node.value
    if isinstance(node, ast.IfExp):
        return safe(node.body) and safe(node.orelse)
    return isinstance(node, ast.Call) and name_of(node.func) in SAFE_CALLS


def imported_from_textual(tree: ast.AST) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual")
        for alias in node.names
    }


def faults(source: str) -> list[str]:
    """What in a module could put somebody's text before Textual as markup."""
    tree = ast.parse(source)
    theirs = imported_from_textual(tree)
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = base_of(node.func)
            bare = node.args[:1] if not (node.args and isinstance(node.args[0], ast.Starred)) else []
            off = any(k.arg == "markup" and getattr(k.value, "value", None) is False for k in node.keywords)
            if called in WIDGETS and called in theirs and not off:
                texts = [*bare, *(k.value for k in node.keywords if k.arg in ("content", "label", "prompt"))]
                found += [(node.lineno, called) for text in texts if not safe(text)]
            # `update` of sets, dicts and hashes takes no literal text either; those here are few and named.
            if called == "update" and isinstance(node.func, ast.Attribute):
                found += [(node.lineno, called) for text in bare if not safe(text)]
            if called in MARKUP:
                found.append((node.lineno, called))
            for keyword in node.keywords:
                own = OWN.get(keyword.arg or "", set())
                if keyword.arg in ATTRIBUTES and called not in own and not safe(keyword.value):
                    found.append((node.lineno, str(keyword.arg)))
                if keyword.arg == "markup" and getattr(keyword.value, "value", None) is not False:
                    found.append((node.lineno, "markup"))
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Attribute) and target.attr in ATTRIBUTES and node.value is not None:
                    found += [(node.lineno, target.attr)] if not safe(node.value) else []
        elif isinstance(node, ast.FunctionDef) and node.name == "render":
            # A widget's `render` may return a bare string, which is read as markup.
            for part in ast.walk(node):
                if isinstance(part, ast.Return) and isinstance(part.value, (ast.JoinedStr, ast.BinOp)):
                    found.append((part.lineno, "render"))
    return [f"{line}: {what}" for line, what in sorted(set(found))]


ALLOWED: dict[str, list[str]] = {
    # A binding's tooltip, out of the action table, whose texts are ours; no tooltip of it is ever shown.
    "actions/__init__.py": ["tooltip"],
}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.name)
def test_text_reaches_widgets_only_as_plain_text(path: Path) -> None:
    allowed = ALLOWED.get(path.relative_to(SOURCE).as_posix(), [])
    found = [
        fault for fault in faults(path.read_text(encoding="utf-8")) if fault.split(": ")[1] not in allowed
    ]
    assert found == [], f"{path.name}: give Textual plain(...) or a literal here"


HEAD = "from textual.widgets import Static, Button, Label\nfrom textual.widgets.option_list import Option\n"


@pytest.mark.parametrize(
    "line",
    [
        "Static(note)",
        "Static(f'说明：{note}')",
        "Static('说明' + note)",
        "Static('[b]粗[/b]')",
        "Static(content=note)",
        "Button(label)",
        "Option(unit.name, id='x')",
        "Label(str(count), id='x')",
        "Static(plain(a) if x else b)",
        "self.head.update(note)",
        "self.head.update(f'{n}项')",
        "self.tooltip = note",
        "row.border_title = unit.name",
        "TextArea(placeholder=hint)",
        "Content.from_markup(note)",
        "self.notify(note, markup=True)",
        "self.notify(note, markup=wish)",
        "def render(self): return f'{self.note}'",
    ],
)
def test_the_lint_finds_what_it_is_for(line: str) -> None:
    assert faults(HEAD + line) != []


@pytest.mark.parametrize(
    "line",
    [
        "Static('说明')",
        "Static()",
        "Static(plain(note), classes='x')",
        "Static(note, markup=False)",
        "Static(plain(a) if x else '')",
        "self.head.update(plain(note))",
        "self.tooltip = plain(note)",
        "self.tooltip = None",
        "self.say(note)",
        "words.Option(note)",
        "TextField(placeholder=hint)",
    ],
)
def test_the_lint_lets_plain_text_pass(line: str) -> None:
    assert faults(HEAD.replace("Option", "Other") + line) == []


def test_only_known_widgets_of_textual_are_used() -> None:
    """A widget new to us may bring English words or read markup: look at it, then add it here."""
    used: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual.widgets"):
                for alias in node.names:
                    used.setdefault(alias.name, set()).add(path.name)
    assert set(used) == {"Static", "TextArea"}, used
