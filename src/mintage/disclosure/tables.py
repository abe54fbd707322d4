"""Tables of monthly updates: rows of a label and one figure per period, with columns of changes."""

from mintage.disclosure.document import Document
from mintage.disclosure.figures import Figure


def read_tables(document: Document, reporting: str) -> dict[int, list[Figure]]:
    """Return the figures of the paragraphs that are table rows, by index of the paragraph."""
    return {}
