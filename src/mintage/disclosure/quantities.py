"""Quantities in text: a number with its currency, scale, unit, qualifier and printed precision."""

import functools
import re
from decimal import Decimal

import msgspec

from mintage.disclosure.interval import Interval
from mintage.disclosure.lexicon import Unit, lexicon
from mintage.disclosure.numbers import Number, find_numbers
from mintage.disclosure.quantity import INFINITY, Quantity, printed_precision
from mintage.disclosure.ranges import join_ranges

__all__ = ["Quantity", "blank", "find_quantities"]

HIDDEN = "\x1f"
_CLOSING = re.compile(r"[\w%¢]{0,3}\)|\s?%\)")
_MINUS_BEFORE = re.compile(r"(?:^|[(|\t\n]|(?:^|[^\w%\s])\s+|[a-z:] )$")
_BULLET = re.compile(r"(?:^|\n)\s*[-–] +$")
_NOUN_AFTER = re.compile(r"[\s-]+(?:[a-z][a-z-]+\s+){0,3}?(?P<noun>[a-z][a-z-]*[a-z]s)\b")
_NOT_A_NOUN = re.compile(
    r"(?:is|was|has|does|this|its|us|as|thus|plus|versus|vs|less|across|various|previous|perhaps|always)"
)
_SCALE = re.compile(r"[\s-]*(?P<word>hundred|thousand|million|billion|trillion)s?\b", re.IGNORECASE)
_LETTER = re.compile(r"(?P<letter>mm|mn|bn|[kKmMbB])(?![\w/]|\s?²)")
_LETTER_APART = re.compile(r" (?P<letter>[MB])(?![\w/&.-])")
_RECORD = re.compile(r"\b(?:record|all-time high)(?:[ -]\w+){0,3}?[\s-]*$", re.IGNORECASE)


class _Reader:
    """Reads the quantity around one number of a text."""

    def __init__(self, text: str, number: Number, previous_end: int) -> None:
        self.text = text
        self.number = number
        self.start = number.start
        self.end = number.end
        self.floor = previous_end
        self.currency: str | None = None
        self.unit = Unit("", "count", Decimal(1))
        self.negative = False
        self.truncated = False
        self.notes: list[str] = []

    def read(self) -> Quantity:
        self._currency_before()
        self._sign()
        self._scale()
        cut = lexicon().inaudible.match(self.text, self.end)
        if cut:
            self.truncated, self.end = True, cut.end()
            self.notes.append("the recording lost words right after this number")
        self._currency_after()
        if self.currency is None:
            self._unit()
        else:
            self._price()
        return self._quantity()

    def _left(self, width: int = 60) -> str:
        return self.text[max(self.floor, self.start - width) : self.start]

    def _currency_before(self) -> None:
        left = self._left(6)
        for code, pattern in lexicon().currency:
            match = pattern.search(left)
            if match:
                self.currency = code
                if match[0].endswith("(") and not self._bracketed():
                    continue
                self.start -= len(left) - match.start()
                return

    def _bracketed(self) -> bool:
        """Read the brackets that accountants put around a negative number, up to the closing one."""
        if self.number.in_words or _CLOSING.match(self.text, self.end) is None:
            return False
        self.negative = True
        if self.text.startswith(")", self.end):
            self.end += 1
        return True

    def _sign(self) -> None:
        """Read a minus sign or brackets."""
        before = (
            self.text[: self.start].rstrip(" ")
            if self.start and self.text[self.start - 1] == " "
            else self.text[: self.start]
        )
        if before.endswith("("):
            self._bracketed()
        elif _BULLET.search(self.text[: self.start]):
            return
        elif before.endswith(("-", "−", "–")) and _MINUS_BEFORE.search(before[:-1]):
            self.negative = True
            self.start = len(before) - 1

    def _scale(self) -> None:
        match = _SCALE.match(self.text, self.end)
        while match:
            self.number = self.number.scaled(lexicon().scale[match["word"].lower()], match.end())
            self.end = match.end()
            match = _SCALE.match(self.text, self.end)
        letter = _LETTER.match(self.text, self.end)
        if letter is None and self.currency is not None:
            letter = _LETTER_APART.match(self.text, self.end)
        if letter and self.end == self.number.end and not self.number.in_words:
            self.number = self.number.scaled(lexicon().scale_letter[letter["letter"]], letter.end())
            self.end = letter.end()

    def _currency_after(self) -> None:
        if self.currency is not None:
            return
        for code, pattern in lexicon().currency_after:
            match = pattern.match(self.text, self.end)
            if match:
                self.currency, self.end = code, match.end()
                return

    def _price(self) -> None:
        """Read what the money is paid for."""
        code = self.currency or ""
        factor = Decimal(1)
        if code == "USDc":
            code, factor = "USD", Decimal("0.01")
            self.number = self.number.scaled(factor, self.number.end)
        self.unit = Unit(code, "money" if code == "USD" else f"money {code}", Decimal(1))
        for per, pattern, damaged in lexicon().per:
            match = pattern.match(self.text, self.end)
            if match:
                self.end = match.end()
                self.unit = Unit(f"{code}/{per.id}", per.kind if code == "USD" else f"{per.kind} {code}", per.factor)
                if damaged:
                    self.notes.append(f"read as a price per {per.id}: 'per' was lost")
                return

    def _unit(self) -> None:
        for unit, pattern, damaged in lexicon().units:
            match = pattern.match(self.text, self.end)
            if match:
                self.unit, self.end = unit, match.end()
                if damaged:
                    self.notes.append(f"'{match[0].strip()}' read as {unit.id}: speech recognition")
                return
        noun = _NOUN_AFTER.match(self.text, self.end)
        if noun and _NOT_A_NOUN.fullmatch(noun["noun"]) is None and (self.number.in_words or self.number.value < 100):
            self.unit, self.end = Unit(noun["noun"], "things", Decimal(1)), noun.end()

    def _quantity(self) -> Quantity:
        number = self.number
        value = -number.value if self.negative else number.value
        qualifier, where, end = self._qualifier()
        low, high, core, loose = printed_precision(number, qualifier, truncated=self.truncated)
        if self.negative:
            low, high = -high, -low
            core, loose = -core, -loose
        factor = self.unit.factor
        return Quantity(
            start=self.start,
            end=max(end, self.end),
            value=value,
            unit=self.unit.id,
            kind=self.unit.kind,
            low=low,
            high=high,
            core=core.scaled(factor),
            loose=loose.scaled(factor),
            factor=factor,
            step=number.step,
            qualifier="truncated" if self.truncated else qualifier,
            qualifier_start=where,
            note="; ".join(self.notes),
            in_words=number.in_words,
            truncated=self.truncated,
        )

    def _qualifier(self) -> tuple[str | None, int | None, int]:
        left = self._left()
        best: tuple[int, str] | None = None
        for qualifier in lexicon().qualifiers:
            match = qualifier.before.search(left)
            if match and (best is None or match.start() < best[0]):
                best = (match.start(), qualifier.bound)
        if best is not None:
            return best[1], self.start - len(left) + best[0], self.end
        for qualifier in lexicon().qualifiers:
            after = qualifier.after.match(self.text, self.end) if qualifier.after else None
            if after:
                return qualifier.bound, None, after.end()
        record = _RECORD.search(left)
        if record:
            return "record", self.start - len(left) + record.start(), self.end
        return None, None, self.end


def _hide(text: str, spans: list[tuple[int, int]]) -> str:
    """Blank out spans, names and idioms, so that no number is read from them; offsets stay."""
    hidden = list(spans) + [match.span() for match in lexicon().hidden.finditer(blank(text, spans))]
    return blank(text, hidden)


def blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Put `HIDDEN` in the place of the characters of `spans`; all offsets stay."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = HIDDEN * (end - start)
    return "".join(characters)


def find_quantities(text: str, hidden_spans: list[tuple[int, int]]) -> list[Quantity]:
    """Find every quantity in `text` outside `hidden_spans` (its periods), in order."""
    return [msgspec.structs.replace(quantity) for quantity in _found(text, tuple(hidden_spans))]


@functools.lru_cache(maxsize=1024)
def _found(text: str, hidden_spans: tuple[tuple[int, int], ...]) -> tuple[Quantity, ...]:
    """Find them once for all who ask; they are copied before anyone changes them."""
    blanked = _hide(text, list(hidden_spans))
    found, taken = _vague_quantities(blanked)
    blanked = blank(blanked, taken)
    previous_end = 0
    for number in find_numbers(blanked):
        if number.start < previous_end:
            continue
        quantity = _Reader(blanked, number, previous_end).read()
        found.append(quantity)
        previous_end = max(previous_end, quantity.end)
    found.sort(key=lambda quantity: quantity.start)
    join_ranges(blanked, found)
    return tuple(quantity for quantity in found if not (quantity.in_words and quantity.kind == "count"))


def _vague_quantities(text: str) -> tuple[list[Quantity], list[tuple[int, int]]]:
    """Find the words of the lexicon that hide a number, and the ordinals that count something."""
    found: list[Quantity] = []
    for vague in lexicon().vague:
        for match in vague.pattern.finditer(text):
            unit = lexicon().unit(vague.unit) or Unit(vague.unit, "count", Decimal(1))
            end = match.end()
            if not vague.unit:
                unit, end = _unit_at(text, end)
            over = re.compile(r"(?:more than|over)\s+$", re.IGNORECASE).search(text[: match.start()])
            core = Interval.of(vague.low, vague.high * 2 if over else vague.high)
            found.append(
                Quantity(match.start(), end, vague.value, unit.id, unit.kind, vague.low,
                         INFINITY if over else vague.high, core, core,
                         qualifier="over" if over else "vague" if vague.low != vague.high else None,
                         qualifier_start=over.start() if over else None, in_words=True)
            )  # fmt: skip
    for match in lexicon().ordinal.finditer(text):
        value = Decimal(lexicon().ordinal_words[match["word"].lower()])
        core = Interval.point(value)
        found.append(
            Quantity(match.start(), match.end(), value, match["noun"].lower(), "ordinal", value, value, core, core,
                     in_words=True)
        )  # fmt: skip
    return found, [(quantity.start, quantity.end) for quantity in found]


def _unit_at(text: str, offset: int) -> tuple[Unit, int]:
    for unit, pattern, _ in lexicon().units:
        match = pattern.match(text, offset)
        if match:
            return unit, match.end()
    return Unit("", "count", Decimal(1)), offset
