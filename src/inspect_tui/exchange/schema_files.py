"""The schema files beside the shipped checklists; `python -m inspect_tui.exchange.schema_files` writes them.

They are kept as files so that an editor finds them without running the program.
"""

from __future__ import annotations

import sys
from pathlib import Path

from inspect_tui.exchange.schema import BY_HAND, schema_bytes


def schema_file(name: str) -> str:
    """What the schema file of a format is called."""
    return f"{name}.schema.json"


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of each file that people write into a folder; returns the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in BY_HAND:
        path = folder / schema_file(name)
        path.write_bytes(schema_bytes(name))
        written.append(path)
    return written


if __name__ == "__main__":
    from inspect_tui.store.shipped import shipped_dir

    for written_file in write_schemas(Path(sys.argv[1]) if len(sys.argv) > 1 else shipped_dir() / "schema"):
        print(written_file.name)
