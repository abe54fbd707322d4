"""Quantities in text: a number with its currency, scale, unit, qualifier and printed precision."""

import itertools
import re
from decimal import Decimal
from fractions import Fraction

import msgspec

from mintage.disclosure.interval import Interval
from mintage.disclosure.lexicon import Unit, lexicon
from mintage.disclosure.numbers import Number, find_numbers

HIDDEN = "\x1f"
INFINITY = Decimal("Infinity")
_SIGN_BEFORE = re.compile(r"(?:(?<=\s)|(?<=^)|(?<=[(|\t]))[-−–]\s?$|\($")
_NOUN_AFTER = re.compile(r"[\s-]+(?:[a-z][a-z-]+\s+){0,3}?(?P<noun>[a-z][a-z-]*[a-z]s)\b")
_NOT_A_NOUN = re.compile(
    r"(?:is|was|has|does|this|its|us|as|thus|plus|versus|vs|less|across|various|previous|perhaps|always)"
)
_SCALE = re.compile(r"[\s-]*(?P<word>hundred|thousand|million|billion|trillion)s?\b", re.IGNORECASE)
_LETTER = re.compile(r"(?P<letter>mm|mn|bn|[kKmMbB])(?![\w/]|\s?²)")
_RECORD = re.compile(r"\b(?:record|all-time high)(?:[ -]\w+){0,3}?[\s-]*$", re.IGNORECASE)


class Quantity(msgspec.Struct):
    """One amount as printed.

    `value`, `low`, `high` are in `unit`; `low`..`high` is what the print can stand for (infinite where the
    qualifier opens it). `core` is the bounded interval in base units with which one can calculate, `loose`
    a wider one that an "approximately" may still mean. `note` says what was read out of damaged speech.
    """

    start: int
    end: int
    value: Decimal
    unit: str
    kind: str
    low: Decimal
    high: Decimal
    core: Interval
    loose: Interval
    factor: Decimal = Decimal(1)
    step: Decimal = Decimal(1)
    qualifier: str | None = None
    qualifier_start: int | None = None
    note: str = ""
    in_words: bool = False
    truncated: bool = False
    range_end: bool = False


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

    def read(self) -> Quantity | None:
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
        if self.number.in_words and self.unit.kind == "count" and not self.unit.id:
            return None
        return self._quantity()

    def _left(self, width: int = 60) -> str:
        return self.text[max(self.floor, self.start - width) : self.start]

    def _currency_before(self) -> None:
        left = self._left(6)
        for code, pattern in lexicon().currency:
            match = pattern.search(left)
            if match:
                self.currency = code
                self.start -= len(left) - match.start()
                return

    def _sign(self) -> None:
        match = _SIGN_BEFORE.search(self._left(4))
        if match is None:
            return
        if match[0] == "(":
            closing = re.compile(r"\s?[%)]|[\w%¢]{0,3}\)").match(self.text, self.end)
            inside = self.text[self.end : self.end + 4]
            self.negative = closing is not None and ")" in inside and self.number.in_words is False
            return
        self.negative = True
        self.start -= len(match[0])

    def _scale(self) -> None:
        match = _SCALE.match(self.text, self.end)
        while match:
            self.number = self.number.scaled(lexicon().scale[match["word"].lower()], match.end())
            self.end = match.end()
            match = _SCALE.match(self.text, self.end)
        letter = _LETTER.match(self.text, self.end)
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
        low, high, core, loose = _precision(number, qualifier, truncated=self.truncated)
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


def _precision(
    number: Number, qualifier: str | None, *, truncated: bool
) -> tuple[Decimal, Decimal, Interval, Interval]:
    """Return low, high, the interval to calculate with, and the loose one; for the number without its sign."""
    value, half = number.value, number.step / 2
    lex = lexicon()
    rounded = max(half, min(number.round_step / 2, abs(value) * lex.round_share))
    if truncated:
        core = Interval.of(value, value + max(number.round_step, number.step) - number.step / 100)
        return value, value + number.round_step, core, core
    if qualifier == "over":
        core = Interval.of(value, value + number.round_step)
        return value, INFINITY, core, core
    if qualifier == "under":
        core = Interval.of(value - number.round_step, value)
        return -INFINITY, value, core, core
    if qualifier == "nearly":
        core = Interval.of(value - rounded, value)
        return value - rounded, value, core, core
    if qualifier == "approximately":
        wide = max(rounded, abs(value) * lex.loose_share)
        return value - wide, value + wide, _around(value, rounded), _around(value, wide)
    core = _around(value, half)
    return value - half, value + half, core, core


def _around(value: Decimal, half: Decimal) -> Interval:
    return Interval.of(Fraction(value) - Fraction(half), Fraction(value) + Fraction(half))


def hide(text: str, spans: list[tuple[int, int]]) -> str:
    """Blank out spans, names and idioms, so that no number is read from them; offsets stay."""
    hidden = list(spans) + [match.span() for match in lexicon().hidden.finditer(_blank(text, spans))]
    return _blank(text, hidden)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    characters = list(text)
    for start, end in spans:
        characters[start:end] = HIDDEN * (end - start)
    return "".join(characters)


def find_quantities(text: str, hidden_spans: list[tuple[int, int]]) -> list[Quantity]:
    """Find every quantity in `text` outside `hidden_spans` (its periods), in order."""
    blanked = hide(text, hidden_spans)
    found, taken = _vague_quantities(blanked)
    blanked = _blank(blanked, taken)
    previous_end = 0
    for number in find_numbers(blanked):
        if number.start < previous_end:
            continue
        quantity = _Reader(blanked, number, previous_end).read()
        if quantity is not None:
            found.append(quantity)
            previous_end = max(previous_end, quantity.end)
    found.sort(key=lambda quantity: quantity.start)
    _share_range_units(blanked, found)
    return [quantity for quantity in found if not (quantity.in_words and quantity.kind == "count")]


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
            core = Interval.of(vague.low, vague.high)
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


_RANGE_JOIN = re.compile(r"\s*(?:to|[-–—]|,|or)\s*(?:like |about |around |maybe )?", re.IGNORECASE)
_RANGE_AND = re.compile(r"\s*and\s*", re.IGNORECASE)
_RANGE_LEAD = re.compile(
    r"\b(?:range of|between|range from|ranging from)\s*(?:like |about |approximately )?$", re.IGNORECASE
)
_RISE = re.compile(
    r"\b(?:r[io]s\w+|increas\w+|gr[eo]w\w*|up|expand\w*|improv\w*|declin\w*|decreas\w*|down|f[ae]ll\w*|dropp?\w*|"
    r"narrow\w*|went|moved|jump\w*|surg\w*|climb\w*|reduc\w*|cut)\b[^.;]*\bfrom\b[^.;]*$",
    re.IGNORECASE,
)


def _share_range_units(text: str, found: list[Quantity]) -> None:
    """Mark the two ends of each range and give the first end the scale and unit of the second."""
    for first, second in itertools.pairwise(found):
        between = text[first.end : second.qualifier_start or second.start]
        lead = _RANGE_LEAD.search(text[max(0, first.start - 40) : first.start]) is not None
        joined = _RANGE_JOIN.fullmatch(between) or (lead and _RANGE_AND.fullmatch(between))
        comma = between.strip() in {",", "or"}
        bare = first.kind == "count" or (first.unit == second.unit and not comma)
        if not joined or not (bare or (comma and first.in_words and second.in_words)) or first.value >= second.value:
            continue
        if not lead and _RISE.search(text[max(0, first.start - 80) : first.start]):
            continue
        if between.strip() in {",", "or"} and second.kind != "time":
            continue
        _make_range(first, second)


def _make_range(first: Quantity, second: Quantity) -> None:
    same_unit = first.unit == second.unit
    scale = Decimal(1)
    if first.value * 100 < second.value or not same_unit:
        # "$125-145 million": the first end borrows the scale that is printed once.
        while first.value * scale * 10 <= second.value and second.step >= scale * 10:
            scale *= 10
    low, high = first.value * scale, second.value
    core = Interval.of(low, high).scaled(second.factor)
    for end, value in ((first, low), (second, high)):
        end.value, end.unit, end.kind, end.factor = value, second.unit, second.kind, second.factor
        end.low, end.high, end.core, end.loose = low, high, core, core
        end.qualifier, end.range_end = "range", True
