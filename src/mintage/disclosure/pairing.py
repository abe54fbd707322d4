"""A text and its translation, given apart, put together as documents have them: each paragraph with its own."""

import re

from mintage.disclosure.document import is_chinese
from mintage.units.errors import InputError

_GAP = re.compile(r"\n[ \t]*\n\s*")


def interleave(english: str, chinese: str) -> str:
    """Return one text in which each paragraph of the translation follows the paragraph that it translates.

    Paragraphs are set apart by blank lines, or are single lines; both texts have the same number of them.

    Raises:
        InputError: the two have different numbers of paragraphs, or one of them is in the other's language.
    """
    _insist_on_languages(english, chinese)
    for split in (_blocks, _lines):
        en, zh = split(english), split(chinese)
        if len(en) == len(zh):
            return "\n\n".join(f"{one}\n\n{_fitted(one, other)}" for one, other in zip(en, zh, strict=True)) + "\n"
    raise InputError(
        f"has {len(_blocks(chinese))} paragraphs, and the English {len(_blocks(english))}.",
        field="translation",
        remedy="Give one Chinese paragraph for each English one, or put them under each other in one text.",
    )


def _blocks(text: str) -> list[str]:
    return [block.strip() for block in _GAP.split(text.replace("\r\n", "\n")) if block.strip()]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _fitted(english: str, chinese: str) -> str:
    """A translation with as many lines as what it translates, or with one: Chinese needs no space between lines."""
    lines = _lines(chinese)
    return "\n".join(lines) if len(lines) == len(_lines(english)) else "".join(lines)


def _insist_on_languages(english: str, chinese: str) -> None:
    if any(is_chinese(line) for line in _lines(english)):
        raise InputError(
            "has Chinese paragraphs already, and a translation is given too.",
            field="text",
            remedy="Give the translation once: under each paragraph, or apart.",
        )
    for number, block in enumerate(_blocks(chinese), start=1):
        if not is_chinese(block.replace("\n", "")):
            raise InputError(
                f"is not Chinese in paragraph {number}.", field="translation", remedy="Give the Chinese text alone."
            )
