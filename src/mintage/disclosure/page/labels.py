"""Words of the page in both languages, and the labels by which figures and notes are called."""

import tomllib
from functools import cache
from html import escape
from importlib.resources import files

import msgspec

from mintage.disclosure.language import LanguageNote
from mintage.disclosure.report import Checked, Report


class Label(msgspec.Struct, frozen=True):
    """A word in English and Traditional Chinese; verdicts and kinds have a letter, verdicts an explanation."""

    en: str
    zh: str
    letter: str = ""
    means: str = ""
    means_zh: str = ""

    @property
    def html(self) -> str:
        """Both languages, the Chinese marked as such."""
        return f'{escape(self.en)} <span lang="zh-Hant">{escape(self.zh)}</span>'


class Labels(msgspec.Struct, frozen=True):
    """All labels: verdicts in the order in which a reader needs them, kinds of notes, what one checks against."""

    verdict: dict[str, Label]
    kind: dict[str, Label]
    against: dict[str, Label]


@cache
def labels() -> Labels:
    """Return the labels of `page_words.toml`."""
    return msgspec.convert(tomllib.loads(resource("page_words.toml")), Labels)


def resource(name: str) -> str:
    """Return a text file of the disclosure room's data."""
    return files("mintage.disclosure").joinpath("data", name).read_text(encoding="utf-8")


class Numbered(msgspec.Struct, frozen=True):
    """A report with its figures and notes numbered in reading order; periods have no number."""

    report: Report
    figures: dict[str, tuple[int, Checked]]
    notes: tuple[tuple[int, LanguageNote], ...]
    checked_with: dict[str, tuple[str, ...]]

    def notes_of(self, index: int) -> list[tuple[int, LanguageNote]]:
        """Return the language notes of a paragraph, by its index in the document."""
        paragraphs = self.report.document.paragraphs
        line = paragraphs[index].line
        ends = paragraphs[index + 1].line if index + 1 < len(paragraphs) else None
        return [
            (number, note) for number, note in self.notes if line <= note.line and (ends is None or note.line < ends)
        ]

    def tag(self, figure_id: str, *, to: str) -> str:
        """Return the label of a figure as a link to its place in the text ("f") or its check ("c")."""
        number, checked = self.figures[figure_id]
        letter = labels().verdict[checked.verdict].letter
        name = labels().verdict[checked.verdict].en
        return f'<a class="tag {checked.verdict}" href="#{to}{number}" title="{escape(name)}">{letter}{number}</a>'


def note_tag(number: int, note: LanguageNote, *, to: str) -> str:
    """Return the label of a language note as a link to the text ("m") or the note ("n")."""
    label = labels().kind[note.kind]
    return f'<a class="tag lang" href="#{to}{number}" title="{escape(label.en)}">{label.letter}{number}</a>'


def numbered(report: Report) -> Numbered:
    """Number figures and notes, and turn "was checked with" round, so that links lead both ways."""
    checked = [one for one in report.figures if one.figure.role != "period"]
    figures = {one.figure.id: (number, one) for number, one in enumerate(checked, start=1)}
    links: dict[str, list[str]] = {id_: [] for id_ in figures}
    for one in checked:
        for finding in one.findings:
            for other in finding.others:
                if other in links and other != one.figure.id:
                    links[one.figure.id].append(other)
                    links[other].append(one.figure.id)
    notes = tuple(enumerate(report.language, start=1))
    ordered = {id_: tuple(sorted(set(others), key=lambda o: figures[o][0])) for id_, others in links.items()}
    return Numbered(report, figures, notes, ordered)
