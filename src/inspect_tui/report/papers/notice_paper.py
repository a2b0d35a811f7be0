"""A compiled notice as a formal paper: the same sentences in the same order, only laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inspect_tui.exchange.refusal import ExportRefused
from inspect_tui.report.document import Document, Line, NoticeKind
from inspect_tui.report.papers.documents import Attachment, Block, Bulletin, Doc, Imprint, Para


def notice_doc(
    document: Document,
    *,
    tables: Mapping[str, Sequence[Block]] | None = None,
    letterhead: str = "",
    number: str = "",
    sealed: bool = False,
    imprint: Imprint | None = None,
    sent_to: str = "",
    copies: str = "",
) -> Doc:
    """The paper of a notice; `tables` holds what stands on the pages of its attachments, by their names.

    An attachment without anything in `tables` is only named under the text, as the notice does. A bulletin
    wears its own dress, with who gets it (`sent_to`) and in how many `copies` at its foot. Raises
    ExportRefused for a notice marked 秘密 or above.
    """
    if document.secrecy.refuses_export:
        raise ExportRefused(
            f"本轮检查密级为“{document.secrecy.label}”，不生成公文。请按保密规定通过机要渠道办理。"
        )
    tables = tables or {}
    names = (*document.attachments, *(name for name in tables if name not in document.attachments))
    bulletin = None
    if document.kind is NoticeKind.BULLETIN:
        bulletin = Bulletin(
            name=document.kind.label,
            issue=f"第{document.issue}期" if document.issue else "",
            editor=document.issuer or document.signature.text,
            sent_to=sent_to,
            copies=copies,
        )
    return Doc(
        title=document.title,
        recipients=document.recipients.rstrip("：:"),
        body=_body(document),
        signature=(document.signature.text,) if document.signature.text else (),
        date=document.date,
        sealed=sealed,
        attachments=tuple(Attachment(title=name, body=tuple(tables.get(name, ()))) for name in names),
        letterhead=letterhead,
        number=number,
        note=f"封存码 {document.seal}" if document.seal else "",
        bulletin=bulletin,
        imprint=imprint,
    )


def _body(document: Document) -> tuple[Block, ...]:
    told: list[Block] = []
    if document.opening.sentences:
        told.append(_para(document.opening))
    for section in document.sections:
        if section.title:
            told.append(Para(text=section.mark + section.title, level=1))
        told += map(_para, section.lines)
        for group in section.groups:
            told.append(Para(text=group.mark + group.title, level=2))
            told += map(_para, group.lines)
    return tuple(told)


def _para(line: Line) -> Para:
    return Para(text=line.mark + line.text)
