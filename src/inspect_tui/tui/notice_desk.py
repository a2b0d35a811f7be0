"""The 通报 being worked on: what is wanted, the text made of it, the records behind it. It holds no widget.

Texts are made anew whenever records change; outlines, the costly part, are kept as long as only the lead's
own settlings about texts do.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inspect_tui.exchange.refusal import ExportRefused, refuse_secret
from inspect_tui.exchange.source import roster_people
from inspect_tui.model.change import parse_key
from inspect_tui.model.roster import Unit
from inspect_tui.model.terms import NamingLevel
from inspect_tui.model.view import Finding
from inspect_tui.report.channels import CHANNELS, Channel
from inspect_tui.report.document import NoticeKind, Scope, Sentence
from inspect_tui.report.notice import Notice, NoticeRefused
from inspect_tui.report.outline import Outline, under
from inspect_tui.report.ranking import ranking_of
from inspect_tui.report.settled import Issued, Settled, excluded_words, read_settled
from inspect_tui.report.telling import Held, Wanted, issued_elsewhere, outline_of, scope_of, tell
from inspect_tui.rules.ledger import LedgerRow
from inspect_tui.rules.problems import problem_id
from inspect_tui.tui.desk import Desk
from inspect_tui.tui.ledger_book import LedgerBook

_SETTLINGS = "notice/"


class NoticeDesk:
    """One text under work. `refused` says why there is none, `notes` what could not be read for it."""

    def __init__(self, desk: Desk, unit: str | None) -> None:
        self.desk = desk
        self.wanted = Wanted(unit=unit or "")
        self.channel = self.channels()[0]
        self.notice: Notice | None = None
        self.refused = ""
        self.notes: list[str] = []
        self.copied = 0
        self._people: tuple[str, ...] | None = None
        self._outlines: dict[tuple[str, Scope], Outline] = {}
        self._findings: dict[str, Finding] = {}
        self._others: list[Issued] | None = None
        self.stale = False
        #: What was settled from the pages of this text, for taking it back from any of them.
        self.made: list[list[tuple[str, str]]] = []

    # ---------------------------------------------------------------- what there is to choose from

    def channels(self) -> list[Channel]:
        """The channels a text can be cut for; the first is what the rules say."""
        usual = self.desk.round.rules.message_bytes
        first = Channel(id="rules", name="通用", bytes=usual, about="按本轮规则")
        known = next((c for c in CHANNELS if c.bytes == usual), None)
        return [known or first, *(c for c in CHANNELS if c is not known)]

    @property
    def scope(self) -> Scope:
        """What the text is about."""
        return scope_of(self.desk.round, self.wanted.unit)

    @property
    def scope_name(self) -> str:
        return self.scope.name or "全轮"

    def organisations(self) -> list[tuple[Unit, int]]:
        """Organisations with several inspected units under them, with how many."""
        own = {unit.id for unit in self.desk.units()}
        found = []
        for unit in self.desk.round.units:
            count = len(under(self.desk.round, unit.id))
            if count and (count > 1 or unit.id not in own):
                found.append((unit, count))
        return found

    def ranking_refused(self) -> str:
        """Why no ranking can be made of the scope; blank when it can."""
        try:
            ranking_of(self.outline)
        except NoticeRefused as refused:
            return str(refused)
        return ""

    # ---------------------------------------------------------------- making

    @property
    def held(self) -> Held:
        if self._people is None:
            session = self.desk.session
            self._people = roster_people(session.space.round_dir(self.desk.round.id))
        return Held(round=self.desk.round, state=self.desk.state, people=self._people)

    @property
    def outline(self) -> Outline:
        """What there is to tell of the scope. Raises ExportRefused."""
        refuse_secret(self.desk.round)
        key = (self.desk.round.id, self.scope)
        if key not in self._outlines:
            self._outlines[key] = outline_of(self.held, self.scope)
        return self._outlines[key]

    def start(self) -> None:
        """Make the first text: of the lowest level there can be."""
        self.refused = self.ask(self.wanted)

    def ask(self, wanted: Wanted) -> str:
        """Make another text; what stands stays, and the reason is given, where it cannot be made."""
        wanted = msgspec.structs.replace(wanted, max_bytes=self.channel.bytes)
        others: list[Issued] = []
        if wanted.kind is NoticeKind.BULLETIN and not wanted.issue:
            others = self._issued_elsewhere()
        try:
            made = tell(
                [self.held],
                wanted,
                self.desk.session.date(),
                templates=self.desk.session.space.root,
                others=others,
                kept=self._outlines,
            )
        except (NoticeRefused, ExportRefused) as refused:
            return refused_words(refused)
        except KeyError:
            return "本轮没有这个单位。"
        except ValueError:
            return "每段的字节数太小，放不下一句话。"
        if self.notice is None or made.parts != self.notice.parts:
            self.copied = 0
        self.wanted, self.notice, self.refused, self.stale = wanted, made, "", False
        return ""

    def ask_lowest(self, wanted: Wanted) -> str:
        """Make a text of the lowest level that is allowed for it."""
        refused = ""
        for level in (None, NamingLevel.SECRETARY):
            said = self.ask(msgspec.structs.replace(wanted, level=level))
            if not said:
                return ""
            refused = refused or said
        return refused

    def again(self) -> None:
        """Make the same text from the records as they now are."""
        said = self.ask(self.wanted)
        if said:
            self.notice, self.refused, self.stale = None, said, False

    def _issued_elsewhere(self) -> list[Issued]:
        if self._others is None:
            rounds = self.desk.session.space.rounds_dir
            self._others, messages = issued_elsewhere(rounds, [self.desk.round.id])
            self.notes += messages
        return self._others

    def heard(self, touched: Iterable[str]) -> None:
        """Records changed: the text is no longer of them."""
        self.stale = True
        if any(not record.startswith(_SETTLINGS) for record in touched):
            self._outlines.clear()
            self._findings.clear()

    # ---------------------------------------------------------------- what stands behind it

    @property
    def settled(self) -> Settled:
        """What the lead settled about such texts."""
        return read_settled(self.desk.state, self.wanted.kind, self.scope)

    def sentence(self, id_: str) -> Sentence | None:
        """A sentence of the text."""
        if self.notice is None:
            return None
        return next((s for s in self.notice.document.sentences() if s.id == id_), None)

    def finding(self, key: str) -> Finding | None:
        """A finding that the text may rest on."""
        if not self._findings:
            self._findings = {
                f.key: f
                for d in self.outline.units
                for held in (d.problems, d.good, d.suggestions, d.contested, d.referred, d.red_lined)
                for f in held
            }
        return self._findings.get(key)

    def problem(self, record: str) -> LedgerRow | None:
        """The problem of the ledger that a record is about."""
        address = parse_key(record)
        if address is None or address.kind not in ("finding", "rect"):
            return None
        round_ = self.desk.round
        id_ = address.label if address.kind == "rect" else problem_id(round_, record)
        return self.desk.kept(LedgerBook).row(address.unit, id_)

    def words_of(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """What records and left-out sentences say, by their keys."""
        kept = excluded_words(self.desk.state, self.wanted.kind, self.scope)
        told: dict[str, list[str]] = {}
        for key in keys:
            address = parse_key(key)
            if address is None:
                told[key] = [kept[key]] if key in kept else []
                continue
            unit = self.desk.round.unit(address.unit)
            name = f"{unit.name}：" if unit is not None else ""
            finding = self.finding(key)
            row = self.problem(key) if finding is None else None
            if finding is not None or row is not None:
                text = finding.text if finding is not None else row.text if row is not None else ""
                told[key] = [f"{name}{text}"]
        return told

    def told_in_text(self, sentence: Sentence) -> list[str]:
        """The findings a sentence tells, by their keys; none for a sentence of figures or of demands."""
        if sentence.role not in ("问题", "好的做法", "意见建议", "曝光"):
            return []
        return [key for key in sentence.records if self.finding(key) is not None]


def refused_words(refused: Exception) -> str:
    """Why a text cannot be made; where opinions wait for the lead, also by which key they are settled."""
    said = str(refused)
    if isinstance(refused, NoticeRefused) and refused.undecided:
        return f"{said.removesuffix('。')}（主页按 F8 裁定）。"
    return said
