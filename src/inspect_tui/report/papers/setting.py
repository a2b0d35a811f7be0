"""Setting a document in a format by its name, so that command line and screens offer the same ones."""

from __future__ import annotations

from inspect_tui.report.papers.documents import Doc


def set_document(doc: Doc, to: str) -> bytes:
    """The document as .docx, .html or .md. The libraries behind them are heavy, hence imported late."""
    if to == "docx":
        from inspect_tui.report.papers.docx_document import docx_bytes

        return docx_bytes(doc)
    if to == "html":
        from inspect_tui.report.papers.html_document import html_text

        return html_text(doc).encode("utf-8")
    from inspect_tui.report.papers.markdown_document import markdown_text

    return markdown_text(doc).encode("utf-8")
