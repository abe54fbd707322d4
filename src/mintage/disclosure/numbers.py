"""Numbers in text, in digits and in words, with the step of their last printed digit."""

import functools
import re
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from mintage.disclosure.lexicon import lexicon

_DIGITS = re.compile(
    r"(?:(?<![\w.,\x1f])|(?<=\b(?:RMB|CNY|USD|HKD|CAD|AUD|SGD|EUR|GBP|JPY)))"
    r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\d)|(?<![\w.])\.\d+"
)


class Number(msgspec.Struct, frozen=True):
    """A number at `[start, end)`: its `value`, and the value of one `step` of its last printed digit.

    `round_step` is the step of the last digit that is not zero: 10,000 has a step of 1 and a round step of 10,000.
    """

    start: int
    end: int
    value: Decimal
    step: Decimal
    round_step: Decimal
    in_words: bool = False

    def scaled(self, factor: Decimal, end: int) -> "Number":
        """Return the number times a scale word ("million") that ends at `end`."""
        return Number(self.start, end, self.value * factor, self.step * factor, self.round_step * factor, self.in_words)


def find_numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of `text` in order; names and periods are expected to be blanked out."""
    found = [*_in_digits(text), *_in_words(text)]
    yield from sorted(found, key=lambda number: number.start)


def _in_digits(text: str) -> Iterator[Number]:
    for match in _DIGITS.finditer(text):
        value = Decimal(match[0].replace(",", ""))
        yield Number(match.start(), match.end(), value, *_steps(value))


def _steps(value: Decimal) -> tuple[Decimal, Decimal]:
    parts = value.as_tuple()
    exponent = int(parts.exponent)
    digits = "".join(map(str, parts.digits))
    zeros = len(digits) - len(digits.rstrip("0")) if digits.strip("0") else 0
    round_exponent = exponent + zeros if exponent + zeros > 0 or exponent == 0 else exponent
    return Decimal(1).scaleb(exponent), Decimal(1).scaleb(round_exponent)


@functools.cache
def _word_pattern() -> re.Pattern[str]:
    words = sorted(lexicon().number_words, key=len, reverse=True)
    one = "|".join(words)
    big = "hundred|thousand|million|billion"
    return re.compile(rf"\b(?:{one})(?:(?:[ -]|\s+and\s+)(?:{one}|{big})\b)*(?![\w-]*-hash)\b", re.IGNORECASE)


def _in_words(text: str) -> Iterator[Number]:
    for match in _word_pattern().finditer(text):
        value = _value_of_words(match[0].lower())
        if value is not None:
            yield Number(match.start(), match.end(), value, *_steps(value), in_words=True)


def _value_of_words(text: str) -> Decimal | None:
    """Return what number words say, or None where they are a list of numbers ("one two three")."""
    table, scales = lexicon().number_words, lexicon().scale
    total = group = 0
    last: int | None = None
    for word in re.split(r"[\s-]+", text):
        if word == "and":
            continue
        if word in scales:
            factor = int(scales[word])
            if factor == 100:
                group = max(group, 1) * 100
            else:
                total, group = total + max(group, 1) * factor, 0
            last = None
            continue
        value = table[word]
        if last is not None and not (last >= 20 and last % 10 == 0 and value < 10):
            return None
        group, last = group + value, value
    return Decimal(total + group)
