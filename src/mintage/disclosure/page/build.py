"""The page put together: summary, contradictions first, then the text with both languages side by side."""

from html import escape
from pathlib import Path
from string import Template

from mintage.disclosure.document import Paragraph
from mintage.disclosure.language import LanguageNote
from mintage.disclosure.page.labels import Numbered, numbered, resource
from mintage.disclosure.page.marks import figure_marks, marked, note_marks
from mintage.disclosure.page.parts import checks, language_section, summary_table, verdict_cards
from mintage.disclosure.report import Report
from mintage.units.errors import InputError


def write_page(report: Report, path: Path) -> None:
    """Write the report as one HTML file.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        path.write_text(render_page(report), encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}.",
            file=str(path),
            remedy="Name a file in a folder that you may write.",
        ) from error


def render_page(report: Report) -> str:
    """Return the page as HTML: no script, no outside resource, all text of the report escaped."""
    page = numbered(report)
    lists = [verdict_cards(page, "contradicts"), verdict_cards(page, "ambiguous")]
    if any(paragraph.zh for paragraph in report.document.paragraphs):
        lists.append(language_section(page))
    return Template(resource("page.html")).substitute(
        title=escape(Path(report.document.name).name),
        css=resource("page.css"),
        facts=_facts(page),
        summary=summary_table(page),
        lists="\n".join(lists),
        paragraphs=_paragraphs(page),
    )


def _facts(page: Numbered) -> str:
    parts = (
        ("Period", "期間", page.report.period),
        ("Figures", "數字", str(len(page.figures))),
        ("Paragraphs", "段落", str(len(page.report.document.paragraphs))),
    )
    return " · ".join(f'{en} <span lang="zh-Hant">{zh}</span> <b>{escape(value)}</b>' for en, zh, value in parts)


def _paragraphs(page: Numbered) -> str:
    html = []
    speaker = ""
    paragraphs = page.report.document.paragraphs
    for index, paragraph in enumerate(paragraphs):
        if paragraph.speaker and paragraph.speaker != speaker:
            html.append(f'<h3 class="who">{escape(paragraph.speaker)}</h3>')
            speaker = paragraph.speaker
        notes = page.notes_of(index)
        html.append(_paragraph(page, index, paragraph, notes))
    return "\n".join(html)


def _paragraph(page: Numbered, index: int, paragraph: Paragraph, notes: list[tuple[int, LanguageNote]]) -> str:
    english = [*figure_marks(page, index), *note_marks(paragraph.en, notes, english=True)]
    html = f'<p class="en" lang="en">{_line(paragraph.line)}{marked(paragraph.en, english)}</p>'
    if paragraph.zh is not None:
        chinese = marked(paragraph.zh, note_marks(paragraph.zh, notes, english=False))
        html += f'<p class="zhtext" lang="zh-Hant">{_line(paragraph.zh_line or paragraph.line)}{chinese}</p>'
    columns = "one" if paragraph.zh is None else "two"
    return f'<article class="para {columns}" id="p{paragraph.line}">{html}{checks(page, index, notes)}</article>'


def _line(number: int) -> str:
    return f'<span class="ln">{number}</span>'
