"""The checklists, rules, sample roster, grade schemes and contests that come with the program."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_dir() -> Path:
    """Folder of the shipped files: inside the wheel, or the repository's own in an editable install.

    Raises FileNotFoundError when the installation is incomplete.
    """
    inside = _PACKAGE / "data" / "checklists"
    if inside.is_dir():
        return inside
    beside = _PACKAGE.parent.parent / "checklists"
    if beside.is_dir():
        return beside
    raise FileNotFoundError("程序自带的检查清单不见了，请重新安装")


def shipped_files() -> list[Path]:
    """Every shipped checklist, the rules and the sample roster, in a fixed order."""
    return sorted(shipped_dir().glob("*.json"))


def shipped_schemas() -> list[Path]:
    """The JSON Schema of every file that people write, for their editors, in a fixed order."""
    return sorted((shipped_dir() / "schema").glob("*.schema.json"))


def shipped_schemes() -> list[Path]:
    """Every shipped scheme of grades, in a fixed order."""
    return sorted((shipped_dir() / "schemes").glob("*.json"))


def shipped_distributions() -> list[Path]:
    """Every shipped example of a rule of 二次分配, in a fixed order."""
    return sorted((shipped_dir() / "distribution").glob("*.json"))


def shipped_flows() -> list[Path]:
    """Every shipped list of basic flows, in a fixed order."""
    return sorted((shipped_dir() / "flows").glob("*.json"))


def shipped_contests() -> list[Path]:
    """Every shipped contest, in a fixed order."""
    return sorted((shipped_dir() / "contests").glob("*.json"))
