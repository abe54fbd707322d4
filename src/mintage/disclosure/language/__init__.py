"""The two languages of one text, compared: numbers, units, periods, directions, terms, omissions.

compare(document, reporting) -> tuple[LanguageNote, ...]
"""

from mintage.disclosure.language.compare import compare
from mintage.disclosure.language.notes import LanguageNote

__all__ = ["LanguageNote", "compare"]
