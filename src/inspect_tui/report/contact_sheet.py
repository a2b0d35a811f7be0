"""Contact sheet (佐证图册): a round's evidence on paper, pictures two in a row, everything else in a list.

What leaves is the picture and the words under it: what cameras wrote into the files stays in the workspace.
Names obey the same three levels as every other text.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from inspect_tui.exchange.evidence_packed import home_of
from inspect_tui.exchange.refusal import refuse_secret
from inspect_tui.model.change import parse_key
from inspect_tui.model.evidence import Piece
from inspect_tui.model.round import Round
from inspect_tui.model.terms import EvidenceKind, NamingLevel
from inspect_tui.report.names import (
    SOME_UNIT,
    SOMEONE,
    Redactor,
    all_unit_names,
    people_of,
    surname_only,
    unit_words,
)
from inspect_tui.report.papers.documents import Doc, Para, Pictures, Shot, Table
from inspect_tui.report.telling import Held
from inspect_tui.rules.applicability import inspected_units
from inspect_tui.rules.evidence import Evidence, evidence_of_unit
from inspect_tui.rules.fold import State
from inspect_tui.rules.matter import item_of
from inspect_tui.store.evidence import read_file
from inspect_tui.store.limits import size_text
from inspect_tui.store.stripping import Picture, stripped

#: Pictures of one sheet together; beyond, a word processor of an old laptop gives up.
MOST_BYTES = 150 * 1024 * 1024
#: Characters of an item or finding that stand in for a caption.
_SHORT = 24


class ContactSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet as a document, with what its maker should know: how many pictures, what could not be shown."""

    doc: Doc
    pictures: int
    listed: int
    warnings: tuple[str, ...] = ()


class _Teller:
    """Tells each piece in the words of one naming level."""

    def __init__(self, held: Held, level: NamingLevel) -> None:
        self.round, self.state, self.level = held.round, held.state, level
        people = people_of(held.round, held.state) | {n for n in held.people if len(n) >= 2}
        told: dict[str, str] | str = SOMEONE
        if level is NamingLevel.SECRETARY:
            told = {name: surname_only(name) for name in people}
        keep = all_unit_names(held.round) - people
        self._people = Redactor(people if level is not NamingLevel.INTERNAL else (), told, keep)
        self._units = Redactor(unit_words(held.round) if level is NamingLevel.GROUP else (), SOME_UNIT, ())

    def clear(self, text: str) -> str:
        return self._people(self._units(text).text).text.replace(f"{SOMEONE}同志", SOMEONE)

    def unit(self, unit_id: str) -> str:
        if self.level is NamingLevel.GROUP:
            return SOME_UNIT
        unit = self.round.unit(unit_id)
        return unit.name if unit is not None else unit_id

    def name(self, piece: Piece) -> str:
        """The name a file had; for everybody's eyes only what kind of file it was."""
        return self.clear(piece.name) if self.level is NamingLevel.INTERNAL else f".{piece.ext}"

    def caption(self, found: Evidence) -> str:
        piece = found.piece
        said = self.clear(piece.caption or piece.reference or self._about(found.record))
        source = self.clear(piece.source)
        return f"{said}（{source}）" if source else said

    def _about(self, record: str) -> str:
        """What a picture without a caption is about: the finding, the item or the earlier problem."""
        said = about(self.state, self.round, record)
        return said[: _SHORT - 1] + "…" if len(said) > _SHORT else said

    def where(self, found: Evidence) -> str:
        address = parse_key(found.record)
        assert address is not None
        item = address.item or str(self.state.value(found.record, "item", ""))
        day = found.piece.taken or found.at[:10]
        return "　".join(part for part in (self.unit(address.unit), item, day) if part)


def about(state: State, round_: Round, record: str) -> str:
    """What a record is about, in the words of the round: the item's text, the finding's, the problem's."""
    address = parse_key(record)
    if address is None:
        return ""
    if address.kind == "rect":
        carried = next((c for c in round_.carried if (c.unit, c.id) == (address.unit, address.label)), None)
        return f"复查：{carried.text}" if carried is not None else "整改情况"
    if address.kind == "finding" and (text := state.value(record, "text")):
        return str(text)
    item = item_of(round_, record)
    return item.text if item is not None else ""


def contact_sheet(
    held: Held, round_dir: Path, level: NamingLevel, day: str, units: tuple[str, ...] = ()
) -> ContactSheet:
    """The sheet of a round, or of some of its units. `day` is the date as it is printed.

    Raises ExportRefused for a round marked 秘密 or above.
    """
    refuse_secret(held.round)
    teller = _Teller(held, level)
    shots: list[Shot] = []
    rows: list[tuple[str, ...]] = []
    total = missing = large = strange = 0
    for unit in inspected_units(held.round):
        if units and unit.id not in units:
            continue
        for found in evidence_of_unit(held.state, unit.id):
            piece, why = found.piece, ""
            if piece.kind is not EvidenceKind.REFERENCE:
                data = _data(round_dir, piece)
                picture = stripped(data) if data is not None and piece.ext in ("jpg", "jpeg", "png") else None
                if picture is not None and total + len(picture.data) <= MOST_BYTES:
                    total += len(picture.data)
                    shots.append(_shot(teller, found, picture))
                    continue
                missing += data is None
                large += picture is not None
                strange += data is not None and picture is None
                why = "文件未到" if data is None else "图片过多，未印" if picture is not None else "见原文件"
            rows.append((*_row(teller, found), why))
    warnings = []
    if missing:
        warnings.append(f"{missing}件佐证的文件不在或已被改动，只列了名目。")
    if strange:
        warnings.append(f"{strange}件不是JPG或PNG图片，不印在图册里，只列了名目。")
    if large:
        warnings.append(f"图片合计超过{size_text(MOST_BYTES)}，{large}张没有印，请按单位分开做。")
    if level is not NamingLevel.INTERNAL and shots:
        warnings.append("照片里的人脸、姓名、门牌程序看不出来，发出前请逐张看一遍。")
    doc = Doc(
        title=f"{held.round.title}佐证图册",
        body=tuple(_body(teller, shots, rows)),
        signature=(held.round.issuer,) if held.round.issuer else (),
        date=day,
        secrecy="内部资料" if level is NamingLevel.INTERNAL else "",
    )
    return ContactSheet(doc=doc, pictures=len(shots), listed=len(rows), warnings=tuple(warnings))


def _data(round_dir: Path, piece: Piece) -> bytes | None:
    home = home_of(round_dir, piece)
    return read_file(home, piece) if home is not None else None


def _shot(teller: _Teller, found: Evidence, picture: Picture) -> Shot:
    return Shot(
        data=picture.data,
        ext=picture.ext,
        width=picture.width,
        height=picture.height,
        turns=picture.turns,
        lines=tuple(text for text in (teller.caption(found), teller.where(found)) if text),
    )


def _row(teller: _Teller, found: Evidence) -> tuple[str, ...]:
    piece = found.piece
    name = "" if piece.kind is EvidenceKind.REFERENCE else teller.name(piece)
    return teller.where(found), piece.kind.label, teller.caption(found), name


def _body(teller: _Teller, shots: list[Shot], rows: list[tuple[str, ...]]) -> list[Para | Pictures | Table]:
    body: list[Para | Pictures | Table] = []
    if not shots and not rows:
        return [Para(text="没有佐证。")]
    if shots:
        body.append(Para(text=f"照片和扫描件{len(shots)}张。"))
        body.append(Pictures(shots=tuple(shots)))
    if rows:
        heads = ("单位、检查内容和日期", "种类", "说明或出处", "原文件", "备注")
        body.append(
            Table(
                heads=heads,
                rows=tuple(rows),
                widths=(3.2, 1.2, 3.6, 2.4, 1.6),
                aligns="lcllc",
                caption="没有印出的佐证" if shots else "佐证清单",
            )
        )
    return body
