"""The words table: poles that turn a meaning round, what growth is measured against, where a movement starts."""

import re
from functools import cache

import msgspec

from mintage.disclosure.language.han import han_pattern, load_table


class Words(msgspec.Struct, frozen=True):
    """Words of one meaning in both languages; `print` is how Traditional Chinese says it."""

    print: str
    en: tuple[str, ...]
    zh: tuple[str, ...]

    @property
    def english(self) -> re.Pattern[str]:
        """Find any of the English words."""
        return _english("|".join(self.en))

    @property
    def chinese(self) -> re.Pattern[str]:
        """Find any of the Chinese words in folded text."""
        return han_pattern("|".join(self.zh))


class Basis(Words, frozen=True, kw_only=True):
    """What a growth rate is measured against: the year, quarter or month before."""

    id: str


class Axis(msgspec.Struct, frozen=True):
    """Two opposite meanings. `beside` axes look only at the words that touch a figure."""

    id: str
    name: str
    poles: dict[str, Words]
    beside: bool = False


class _Start(msgspec.Struct, frozen=True):
    en: str
    zh: str


class WordTables(msgspec.Struct, frozen=True):
    """All of `language_words.toml`."""

    axis: tuple[Axis, ...]
    basis: tuple[Basis, ...]
    start: _Start
    anchors: dict[str, str]


@cache
def word_tables() -> WordTables:
    """Return the words table."""
    return msgspec.convert(load_table("language_words.toml"), WordTables)


@cache
def _english(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?<=\W)|^)(?:{pattern})", re.IGNORECASE)
