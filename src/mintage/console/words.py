"""The words of pages in the reader's language: messages, figures, times, and what services say."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

from mintage.console.catalogues import translations
from mintage.console.formats import Formats, hash_short, iso
from mintage.console.told import told_in_chinese

Language = Literal["en", "zh-Hant"]
LANGUAGES: dict[Language, str] = {"en": "English", "zh-Hant": "繁體中文"}
"""Languages by their BCP 47 tag, as each calls itself."""
NOW_US = 5_000_000
"""Microseconds that nobody notices."""
_LOCALES: dict[Language, str] = {"en": "en", "zh-Hant": "zh_Hant"}


class Words(Formats):
    """The words of one language.

    Args:
        language: BCP 47 tag.
    """

    def __init__(self, language: Language) -> None:
        super().__init__(_LOCALES[language])
        self.language = language

    def gettext(self, message: str, **values: Any) -> str:
        """A message in this language, with `%(name)s` filled in; a percent sign is written twice."""
        return self._form(message) % values

    def ngettext(self, one: str, many: str, n: int, **values: Any) -> str:
        """A message that depends on a number, which is `%(num)s` in it."""
        values.setdefault("num", self.number(n))
        form = self._form(one) if self.chinese else (one if n == 1 else many)
        return form % values

    def ago(self, instant_us: int | None, now_us: int) -> str:
        """How long ago an instant was; what is a few seconds away is now."""
        if instant_us is not None and abs(instant_us - now_us) < NOW_US:
            return self.gettext("just now")
        return super().ago(instant_us, now_us)

    def told(self, text: str) -> str:
        """A sentence of a service in this language."""
        return told_in_chinese(text) if self.chinese and text else text

    def either(self, en: str, zh: str) -> str:
        """What a data table has in both languages."""
        return zh if self.chinese and zh else en

    def headline(self, en: str, zh: str) -> str:
        """What a site tells in both languages; what its machines say within it is told in Chinese as well."""
        return "：".join(self.told(part) for part in zh.split("：")) if self.chinese and zh else en

    def functions(self) -> dict[str, Callable[..., Any]]:
        """What templates call, by the names under which they call it."""
        return {
            "_": self.gettext,
            "gettext": self.gettext,
            "ngettext": self.ngettext,
            "told": self.told,
            "either": self.either,
            "headline": self.headline,
            "enumerated": self.enumerated,
            "number": self.number,
            "percent": self.percent,
            "money": self.money,
            "unit": self.unit,
            "figure_text": self.figure,
            "date": self.date,
            "instant": self.instant,
            "clock": self.clock,
            "ago": self.ago,
            "span": self.span,
            "period": self.period,
            "iso": iso,
            "hash_short": hash_short,
        }

    def _form(self, message: str) -> str:
        if not self.chinese:
            return message
        found = translations().get(message)
        return found[0] if found else message


@cache
def words_of(language: Language) -> Words:
    """The words of a language."""
    return Words(language)


def language_of(chosen: str | None, accepted: str = "") -> Language:
    """The language to use: the one that was chosen, else the best that the browser asks for, else English.

    Args:
        chosen: the reader's cookie.
        accepted: the `Accept-Language` header.
    """
    for language in LANGUAGES:
        if chosen == language:
            return language
    best: tuple[float, Language] = (0.0, "en")
    for part in accepted[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        spoken = _spoken(tag.strip().lower())
        if spoken is not None and (quality := _quality(weight)) > best[0]:
            best = (quality, spoken)
    return best[1]


def _spoken(tag: str) -> Language | None:
    if tag == "zh" or tag.startswith("zh-"):
        return "zh-Hant"
    return "en" if tag == "en" or tag.startswith("en-") else None


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
