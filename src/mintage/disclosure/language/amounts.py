"""Amounts that both languages state, in one form: value in base units, printed step, unit, place."""

import re
from decimal import Decimal

import msgspec

from mintage.disclosure.language.chinese_dates import Mention
from mintage.disclosure.language.han import fold, han_pattern
from mintage.disclosure.language.numerals import Numeral, find_numerals
from mintage.disclosure.language.units import Unit, tables, unit, unit_before, unit_behind


class Amount(msgspec.Struct, frozen=True):
    """A number with its unit at `[start, end)` of a paragraph.

    `face` is the number as it is said and `step` one of its last printed place, both in `unit` (None where no
    unit is said). `per` is what a price is counted per. `wrong` says why the unit's rendering is wrong.
    `strict` amounts must have a counterpart; others (a "one", a number word without a noun) may.
    """

    start: int
    end: int
    text: str
    face: Decimal
    step: Decimal
    unit: Unit | None = None
    per: tuple[str, ...] = ()
    wrong: str | None = None
    classifier: str = ""
    vague: bool = False
    strict: bool = True

    @property
    def value(self) -> Decimal:
        """The number in base units."""
        return self.face * self.scale

    @property
    def tolerance(self) -> Decimal:
        """Half a step of the last printed place, in base units."""
        return self.step * self.scale / 2

    @property
    def scale(self) -> Decimal:
        """The worth of one of the unit in base units."""
        return self.unit.scale if self.unit else Decimal(1)

    @property
    def base(self) -> str:
        """The base unit, "" where no unit is said."""
        return self.unit.base if self.unit else ""


_CURRENCY_CODE = r"(?:US|USD|NT|HK|S|RMB|CNY|TWD|EUR)\$?\d"
IDENTIFIER = re.compile(rf"(?<![A-Za-z])(?!{_CURRENCY_CODE})[A-Za-z]+[-_]?\d[\w-]*|\d+-[A-Z]+\b", re.ASCII)
_MARK = re.compile(r"\[\d\]|\(\d\)")
_COUNTED = han_pattern(
    r"\s?(?:大|項|種|個(?!位數)|次|款|條|座|處|件|場|批|筆|倍|代|期|輪|份|點|階段|方面|"
    + "|".join(row.zh for row in tables().classifier)
    + r")(?:[只]?)"
)
_MORE = han_pattern(r"\s?[多餘](?=[個枚台股家年天週美元月季])")
_SHARED = re.compile(r"\s?(?:[至到和与及、~,-]|或者?|以及)\s?(?:[约近为达]?\s?)")
_EACH_SECOND = re.compile(r"每秒\s?$")


def chinese_amounts(text: str, dates: list[Mention]) -> list[Amount]:
    """Return the amounts in Chinese `text`; what belongs to `dates`, names and ordinals is left out."""
    folded = fold(text)
    taken = [(d.start, d.end) for d in dates]
    taken += [m.span() for pattern in (IDENTIFIER, _MARK) for m in pattern.finditer(folded)]
    amounts: list[Amount] = []
    for numeral in find_numerals(text):
        if any(a < numeral.end and numeral.start < b for a, b in taken):
            continue
        if folded[max(0, numeral.start - 1) : numeral.start] == "第":
            continue
        amounts.append(_amount(text, folded, numeral))
    return _with_shared_units(folded, amounts)


def _amount(text: str, folded: str, numeral: Numeral) -> Amount:
    start, end, face, step = numeral.start, numeral.end, numeral.value, numeral.step
    if numeral.share and (unit_behind(folded, end) is None):
        step = step or Decimal("0.01")
        return Amount(start, end, text[start:end], face * 100, step * 100, unit=unit("%"))
    more = _MORE.match(folded, end)
    behind = unit_behind(folded, more.end() if more else end)
    before = unit_before(folded, start)
    row: Unit | None = None
    wrong, classifier = None, ""
    if before is not None and (behind is None or behind.unit.base != before[0].base):
        row, start = before
    elif behind is not None:
        row, end, wrong = behind.unit, behind.end, behind.wrong
        half = folded[end : end + 1] == "半"
        face, end = (face + Decimal("0.5"), end + 1) if half else (face, end)
        second = _EACH_SECOND.search(folded, 0, start) if row.base == "H/s" else None
        start = second.start() if second else start
    else:
        counted = _COUNTED.match(folded, end)
        if counted:
            classifier, end = counted[0].strip(), counted.end()
    counted_enough = face >= (2 if row else 4)
    strict = not numeral.vague and (not numeral.words or (counted_enough and bool(row or classifier)))
    return Amount(
        start=start,
        end=end,
        text=text[start:end],
        face=face,
        step=step,
        unit=row,
        wrong=wrong,
        classifier=classifier,
        vague=numeral.vague,
        strict=strict,
    )


def _with_shared_units(folded: str, amounts: list[Amount]) -> list[Amount]:
    """Give 1.25 億 in "1.25 億至 1.45 億美元" the unit that is said once, behind the last number."""
    shared = list(amounts)
    for i in range(len(shared) - 2, -1, -1):
        here, following = shared[i], shared[i + 1]
        if here.unit is None and not here.classifier and following.unit and not following.vague:
            between = folded[here.end : following.start]
            if _SHARED.fullmatch(between):
                shared[i] = msgspec.structs.replace(here, unit=following.unit)
    return shared
