"""Text that others wrote, for files that people open in terminals, editors and spreadsheets."""

from __future__ import annotations

from unicodedata import category

_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters by which a spreadsheet takes a cell for a formula; also as East Asian keyboards write them."""


def spelt(text: str, keep: str = "\n\t") -> str:
    r"""Text with characters that steer a terminal or turn the direction of writing spelt out, as \x1b.

    Args:
        text: what somebody wrote.
        keep: control characters that stay.
    """
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode()
        if character not in keep and category(character) in _STEERING
        else character
        for character in text
    )


def cell(text: str) -> str:
    """Text as a cell that no spreadsheet obeys: what would be a formula begins with an apostrophe."""
    text = spelt(text)
    return f"'{text}" if text.startswith(FORMULA) else text
