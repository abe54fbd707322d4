"""The English side: quantities and periods of the tie-out's reader, in the form that both languages share."""

import re
from collections.abc import Sequence
from decimal import Decimal

from mintage.disclosure.language.amounts import Amount
from mintage.disclosure.language.chinese_dates import Mention
from mintage.disclosure.language.units import unit
from mintage.disclosure.quantities import find_quantities
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.when import When

_RELATIVE = (
    ("prev", re.compile(r"\b(?:previous|prior|preceding|last)\b", re.IGNORECASE)),
    ("next", re.compile(r"\b(?:next|coming|upcoming|following)\b", re.IGNORECASE)),
)
_ID = re.compile(r"(?P<year>\d{4})(?:Q(?P<quarter>\d)|H(?P<half>\d)|-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?")
_LIKE = re.compile(r"(?:the )?(?:same|corresponding|comparable|prior|year[- ]ago)\b", re.IGNORECASE)
_YEAR_SAID = re.compile(r"20\d\d|['’]\d\d|\d[QH][ '’]?\d\d")
_SCALES = (
    (Decimal(10**8), Decimal(10**8), Decimal("0.0001"), "億"),
    (Decimal(10**4), Decimal(10**5), Decimal(1), "萬"),
)
_VAGUE = {Decimal(2 * scale): name for scale, name in ((10, "數十"), (100, "數百"), (1000, "數千"), (10_000, "數萬"))}
_SOFT_KINDS = frozenset({"ordinal"})
_SOFT_WORDS_BELOW = 2


def english_amounts(text: str, periods: Sequence[When]) -> list[Amount]:
    """Return the amounts of English `text`; its periods are left out."""
    hidden = [(when.start, when.end) for when in periods]
    return [_amount(text, quantity) for quantity in find_quantities(text, hidden)]


def _unit_parts(id_: str) -> tuple[str, tuple[str, ...]]:
    money, bar, per = id_.partition("/")
    if not bar or not re.fullmatch(r"[A-Z]{3}", money):
        return id_, ()
    return money, ("PH/s", "day") if per == "PH/s/day" else ("TH/s", "day") if per == "TH/s/day" else (per,)


def _amount(text: str, quantity: Quantity) -> Amount:
    id_, per = _unit_parts(quantity.unit)
    vague = quantity.qualifier == "vague"
    soft = quantity.kind in _SOFT_KINDS or (quantity.in_words and (quantity.value < _SOFT_WORDS_BELOW or id_ == "%"))
    return Amount(
        start=quantity.start,
        end=quantity.end,
        text=text[quantity.start : quantity.end],
        face=abs(quantity.value),
        step=quantity.low if vague else quantity.step,
        unit=unit(id_) if id_ and quantity.kind not in {"things", "ordinal"} else None,
        per=per,
        vague=vague,
        strict=not (soft or vague),
    )


def english_mentions(text: str, periods: Sequence[When]) -> list[Mention]:
    """Return the periods of English `text` by their face, left to right."""
    mentions = (_mention(text, when) for when in periods)
    return [mention for mention in mentions if mention is not None]


def _mention(text: str, when: When) -> Mention | None:
    words = text[when.start : when.end]
    if not when.explicit:
        if "quarter" not in words.lower() or "year" in words.lower():
            return None
        relative = next((name for name, pattern in _RELATIVE if pattern.search(words)), "this")
        return Mention(when.start, when.end, words, "quarter", relative=relative)
    match = _ID.fullmatch(when.period)
    if match is None:
        return None
    parts = {key: int(value) if value else None for key, value in match.groupdict().items()}
    year = parts["year"] if _YEAR_SAID.search(words) else None
    if year is not None and _LIKE.match(words):
        return Mention(when.start, when.end, words, "year", year)
    finest = next((name for name in ("quarter", "half", "day", "month") if parts[name]), "year")
    kind = "date" if finest == "day" else finest
    return Mention(
        when.start, when.end, words, kind, year, parts["quarter"], parts["half"], parts["month"], parts["day"]
    )


def printed(amount: Amount) -> str:
    """Write an amount as a Traditional Chinese text would print it: 1.002 億美元, 8.15 EH/s, 13,000 台."""
    number = _VAGUE.get(amount.step, "數") if amount.vague else _chinese_number(amount.face, amount.step)
    if amount.unit is None:
        return number
    tight = amount.unit.print in {"%", "倍"}
    joined = "" if tight or number.endswith(("萬", "億")) else " "
    latin = amount.unit.print[0].isascii() and not tight
    return f"{number}{' ' if latin else joined}{amount.unit.print}"


def _chinese_number(face: Decimal, step: Decimal) -> str:
    for scale, least, grain, name in _SCALES:
        if face >= least and (face / scale) % grain == 0:
            return f"{(face / scale).normalize():,f} {name}"
    decimals = max(0, -int(step.normalize().as_tuple().exponent)) if step else 0
    return f"{face:,.{decimals}f}"
