"""A session at work on a medium that really fails; run as a process of its own by `test_real_media`.

`python mediadriver.py KIND FOLDER` prints one JSON object: what was saved, what was told, what is read
afterwards. Kinds: `limit` (the system takes no larger files), `full` and `turned` (FOLDER gets a small tmpfs
that runs full or is read-only), `denied` (a folder that somebody else may not write).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sweeppaths import CHECKLIST, ROUND, Place, base, clock, notes, space_of

from inspect_tui.model.change import answer_key
from inspect_tui.rules import actions
from inspect_tui.store.errors import StoreError
from inspect_tui.store.files import write_durable
from inspect_tui.store.session import ReadOnlySession, Session


def opened(place: Place) -> Session:
    identity = space_of(place).identity()
    assert identity is not None
    return Session.open(space_of(place), ROUND.id, identity, clock)


def write(session: Session, text: str) -> None:
    key = answer_key("u1", CHECKLIST.id, "GW-01")
    session.commit([actions.set_field(session.state, key, "note", text)], "说明")


def until_refused(session: Session, most: int = 400) -> tuple[list[str], str]:
    """Write and wait until the disk refuses; what was said to be saved, and what was told then."""
    saved: list[str] = []
    for number in range(most):
        text = f"第{number}次看记录，" + "与现场不一致" * (60 if number < most - 1 else 2000)
        write(session, text)
        try:
            session.flush()
        except StoreError as error:
            return saved, str(error)
        saved.append(text)
    return saved, ""


def limit(place: Place) -> dict[str, Any]:
    import resource

    base(place)
    session = opened(place)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    saved, told = until_refused(session, most=60)
    refused = export(place, b"x" * 70_000)
    kept = sorted(saved) == sorted(notes(place))
    pending = session.pending
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    session.flush()
    session.close()
    return {
        "saved": len(saved), "told": [told, refused], "kept": kept, "waited": pending,
        "after": len(notes(place)),
    }  # fmt: skip


def export(place: Place, data: bytes) -> str:
    """What an export says; empty when it was written."""
    try:
        write_durable(space_of(place).exports_dir / "台账.csv", data)
    except StoreError as error:
        return str(error)
    return ""


def mounted(place: Place, size: str) -> None:
    place.top.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place.top)], check=True)
    for folder in (place.root, place.home):
        folder.mkdir()


def full(place: Place) -> dict[str, Any]:
    mounted(place, "512k")
    base(place)
    ballast = place.top / "ballast"
    ballast.write_bytes(bytes(200_000))
    session = opened(place)
    saved, told = until_refused(session)
    refused = export(place, b"x" * 70_000)
    kept = sorted(saved) == sorted(notes(place))
    waited = session.pending
    ballast.unlink()
    session.flush()
    session.close()
    litter = [p.name for p in place.top.rglob("*.tmp")]
    return {
        "saved": len(saved), "told": [told, refused], "kept": kept, "waited": waited,
        "after": len(notes(place)), "litter": litter,
    }  # fmt: skip


def turned(place: Place) -> dict[str, Any]:
    """The medium is mounted read-only, as after a fault or by the switch on a card."""
    mounted(place, "1m")
    base(place)
    session = opened(place)
    write(session, "先前写的")
    session.close()
    subprocess.run(["mount", "-o", "remount,ro", str(place.top)], check=True)
    return looked_at(place)


def looked_at(place: Place) -> dict[str, Any]:
    """What somebody is told who opens the round where nothing can be written."""
    session = opened(place)
    refused = ""
    try:
        write(session, "不该写上的")
    except ReadOnlySession as error:
        refused = str(error)
    told = [session.read_only, refused, export(place, b"x")]
    session.close()
    return {"told": told, "kept": notes(place) == {"先前写的"}}


def denied(place: Place) -> dict[str, Any]:
    """The round lies on a share where this user may only read."""
    # A command run earlier in the parent makes its files private; a share is not.
    os.umask(0o022)
    for folder in (place.root, place.home):
        folder.mkdir(parents=True)
    base(place)
    session = opened(place)
    write(session, "先前写的")
    session.close()
    for path in [place.root, *place.root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.getuid() == 0:
        for path in [place.home, *place.home.rglob("*")]:
            os.chown(path, 65534, 65534)
        os.setuid(65534)
    return looked_at(place)


if __name__ == "__main__":
    where = Place(Path(sys.argv[2]))
    os.environ["INSPECT_TUI_HOME"] = str(where.home)
    print(json.dumps(globals()[sys.argv[1]](where), ensure_ascii=False))
