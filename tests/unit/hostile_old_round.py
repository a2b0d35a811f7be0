"""An earlier round with its problems, their rectification, a card and pairs; and the round made after it."""

from __future__ import annotations

from hostile_commands import OLD, Space, record


def _round(space: Space, season: str, title: str, days: tuple[str, str], *more: str) -> None:
    """A round of the three units with every field of it filled."""
    say, units = space.say, [word for unit in ("G1", "G2", "G3") for word in ("--unit", unit)]
    fields = {
        "--title": season + say(title),
        "--label": season,
        "--start": days[0],
        "--end": days[1],
        "--checklist": "small",
        "--team": say("team"),
        "--lead": space.lead,
        "--member": say("inspector"),
        "--issuer": say("issuer"),
        "--basis": say("round.basis"),
        "--demand": say("demand"),
    }
    space.do("round", "new", *units, *(word for pair in fields.items() for word in pair), *more)


def hold_rounds(space: Space) -> None:
    say = space.say
    _round(space, "2026年第三季度", "old.title", ("2026-08-17", "2026-08-21"))
    assert (space.root / "rounds" / OLD).is_dir()
    record(
        space,
        OLD,
        [
            {
                "unit": unit,
                "visit": {
                    "date": "2026-08-18",
                    "counterpart": say("counterpart"),
                    "present": [say("present")],
                },
            }
            for unit in ("G1", "G2")
        ]
        + [
            {
                "unit": "G1",
                "item": "GW-01",
                "verdict": "fail",
                "deductions": [{"index": 0, "count": 2}],
                "note": say("old.note"),
            },
            {"unit": "G2", "item": "TS-02", "verdict": "fail", "findings": [{"text": say("old.finding")}]},
            {
                "unit": "G2",
                "item": "TS-01",
                "verdict": "pass",
                "award": space.say("award.label"),
                "good_practices": [{"text": say("old.good")}],
            },
        ],
    )
    rows = space.asked("ledger", space.root / "rounds" / OLD)["rows"]
    for row in rows:
        space.do(
            "rectify",
            row["number"],
            "start",
            "--measure",
            say("measure"),
            "--owner",
            say("owner"),
            "--due",
            "2026-09-10",
            "--on",
            "2026-08-25",
            "--as",
            say("inspector"),
            "--round",
            OLD,
        )
    number = rows[0]["number"]
    space.do(
        "rectify",
        "set",
        number,
        "--round",
        OLD,
        "--as",
        say("inspector"),
        *(
            f"{name}={say('duty.' + name)}"
            for name in ("owner_unit", "leader", "supervisor", "task", "team", "progress")
        ),
    )
    good = space.asked("practice", "good", "--round", OLD)["good_practices"][0]["finding"]
    space.ids["card"] = space.asked(
        "practice",
        "promote",
        good,
        "--title",
        say("card.title"),
        "--what",
        say("card.what"),
        "--effect",
        say("card.effect"),
        "--how",
        say("card.how"),
        "--round",
        OLD,
        "--as",
        space.lead,
    )["id"]
    space.do(
        "pair",
        "add",
        "G1",
        "--helper",
        "G2",
        "--from",
        "2026-08-20",
        "--until",
        "2026-12-31",
        "--score",
        "90",
        "--problem",
        number,
        "--goal",
        say("pair.goal"),
        "--round",
        OLD,
        "--as",
        space.lead,
    )
    space.do(
        "pair",
        "add",
        "G2",
        "--department",
        say("department"),
        "--until",
        "2026-12-31",
        "--goal",
        say("goal2"),
        "--from",
        "2026-08-20",
        "--round",
        OLD,
        "--as",
        space.lead,
    )
    _round(space, "2026年第四季度", "title", ("2026-11-16", "2026-11-20"), "--as", space.lead)
    assert space.round_dir.is_dir()
