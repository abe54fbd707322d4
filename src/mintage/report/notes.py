"""Notes under a table: why a figure is unknown, or who published it; each said once."""

from __future__ import annotations

from string import ascii_lowercase

from mintage.books.figures import Source
from mintage.report.html import Html, el
from mintage.report.words import Words


class Notes:
    """The notes of one table.

    Args:
        words: the language.
        id_: of the table, so that links stay within it.
    """

    def __init__(self, words: Words, id_: str) -> None:
        self.words, self.id = words, id_
        self._texts: list[str] = []

    def mark(self, note: str) -> Html:
        """A letter that leads to the note."""
        if note not in self._texts:
            self._texts.append(note)
        number = self._texts.index(note)
        return el("sup", el("a", _letters(number), href=f"#{self.id}-{number}"))

    def unknown(self, reason: str) -> Html:
        """The word "unknown" with its reason."""
        return el("span", self.words("unknown"), self.mark(self.words.reason(reason)), class_="unknown")

    def origin(self, source: Source, document: str) -> Html:
        """A mark for a figure that does not come from the books; nothing for one that does."""
        if source != "reported":
            return Html("")
        words = self.words
        return self.mark(words("reported", document=document) if document else words("computed_from_reported"))

    def html(self, *others: str) -> Html:
        """The list of notes, with others before it that bear no letter."""
        items = [el("li", other) for other in others if other]
        items += [
            el("li", el("b", _letters(number)), " ", text, id=f"{self.id}-{number}")
            for number, text in enumerate(self._texts)
        ]
        return el("ul", *items, class_="notes") if items else Html("")


def _letters(number: int) -> str:
    """Letters for a number: a to z, then aa, ab, ..."""
    first, last = divmod(number, 26)
    return (ascii_lowercase[first - 1] if first else "") + ascii_lowercase[last]
