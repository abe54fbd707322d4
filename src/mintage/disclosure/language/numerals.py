"""Numbers as Chinese writes them: 1.002億, 7,200 萬, 三億二千萬, 百分之四十, 兩成半, 數百.

Text is folded first (see `han.fold`), so both scripts and both widths read alike.
"""

import re
from decimal import Decimal

import msgspec

from mintage.disclosure.language.han import fold

_DIGITS = {char: i for i, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8, "兆": 10**12}
_TENS = {"廿": 20, "卅": 30}

_D = "".join(_DIGITS)
_S = "".join(_SMALL)
_L = "".join(_LARGE)
_ARABIC = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
# A prefix of a unit is not a scale: 千瓦 is a kilowatt, 兆瓦 and 百萬瓦 a megawatt, 兆赫 a megahertz.
_PREFIX = r"(?!(?:千|兆|百万|百)(?:瓦|赫|哈|杂凑|焦|字|位|米|克|分))"
_SCALE = rf"(?:\s?{_PREFIX}(?:[{_S}]?[{_L}]{{1,2}}|[{_S}](?![{_D}])))"
_MIXED = rf"(?:{_ARABIC})(?:{_SCALE}(?:零?(?:{_ARABIC}){_SCALE})*)?"
_WORDS = rf"{_PREFIX}[{_D}{_S}廿卅](?:[{_D}{_S}{_L}廿卅]*)(?:点[{_D}]+[{_S}]?[{_L}]*)?"
_PLAIN = rf"{_MIXED}|{_WORDS}"
_VAGUE = rf"[数几](?P<scale>[{_S}][{_L}]*|[{_L}]+)|(?P<teens>[{_S}])[几余来多](?=[{_L}]?[^{_D}])"
_NUMERAL = re.compile(
    rf"{_VAGUE}|(?P<share>百|千|万)分之(?P<part>{_PLAIN})"
    rf"|(?P<below>{_PLAIN})分之(?P<above>{_PLAIN})"
    rf"|(?P<tenths>[{_D}]|\d)成(?P<more>[{_D}半])?(?![为本立功熟员果就长])"
    rf"|(?P<plain>{_PLAIN})"
)
_PIECE = re.compile(rf"({_ARABIC})(\s?[{_S}]?[{_L}]{{0,2}})")


class Numeral(msgspec.Struct, frozen=True):
    """A number found in Chinese text.

    `step` is the value of one unit in the last place that is written: 7,200 萬 has a step of 10,000.
    `vague` stands for 數百 or 十幾: `value` is then the scale, 100 or 10.
    `share` says that the number is a fraction by its form (百分之, 成, 分之), so that 四成 is 0.4.
    """

    start: int
    end: int
    value: Decimal
    step: Decimal
    words: bool = False
    share: bool = False
    vague: bool = False


def find_numerals(text: str) -> list[Numeral]:
    """Return every number in `text`, left to right; 三四 ("three or four") is left out."""
    folded = fold(text)
    found = (_numeral(match) for match in _NUMERAL.finditer(folded))
    return [numeral for numeral in found if numeral is not None]


def read_numeral(text: str) -> Decimal:
    """Return the number that `text` is, in either script and any form.

    Raises:
        ValueError: `text` is not one number.
    """
    found = find_numerals(text)
    if len(found) != 1 or found[0].vague or (found[0].start, found[0].end) != (0, len(text)):
        raise ValueError(f"'{text}' is not one Chinese number.")
    return found[0].value


def _numeral(match: re.Match[str]) -> Numeral | None:
    start, end = match.span()
    if match["scale"] or match["teens"]:
        scale = Decimal(_factor(match["scale"] or match["teens"]))
        return Numeral(start, end, scale, scale, words=True, vague=True)
    if match["share"]:
        part = _plain(match["part"])
        scale = Decimal({"百": 100, "千": 1000, "万": 10_000}[match["share"]])
        return part and Numeral(start, end, part[0] / scale, part[1] / scale, share=True)
    if match["below"]:
        below, above = _plain(match["below"]), _plain(match["above"])
        if below is None or above is None or not below[0]:
            return None
        return Numeral(start, end, above[0] / below[0], Decimal(0), share=True)
    if match["tenths"]:
        more = match["more"]
        hundredths = 0 if not more else 5 if more == "半" else _DIGITS[more]
        value = Decimal(_digit(match["tenths"]) * 10 + hundredths) / 100
        return Numeral(start, end, value, Decimal("0.01") if more else Decimal("0.1"), share=True)
    plain = _plain(match["plain"])
    words = not match["plain"][0].isdigit()
    return plain and Numeral(start, end, plain[0], plain[1], words=words)


def _digit(char: str) -> int:
    return _DIGITS[char] if char in _DIGITS else int(char)


def _plain(written: str) -> tuple[Decimal, Decimal] | None:
    """Return value and step of a number without 分之 or 成; None where it is vague."""
    return _mixed(written) if written[0].isdigit() else _in_words(written)


def _mixed(written: str) -> tuple[Decimal, Decimal]:
    """Read Arabic digits with Chinese scales: 1.002億, 3億2,000萬, 5千萬."""
    value, step = Decimal(0), Decimal(1)
    for digits, scale in _PIECE.findall(written):
        number = Decimal(digits.replace(",", ""))
        exponent = number.as_tuple().exponent
        factor = _factor(scale.strip())
        step = Decimal(1).scaleb(int(exponent)) * factor
        value += number * factor
    return value, step


def _factor(scale: str) -> int:
    factor = 1
    for char in scale:
        factor *= _SMALL.get(char) or _LARGE[char]
    return factor


def _in_words(written: str) -> tuple[Decimal, Decimal] | None:
    """Read a number in characters, with 點 and a scale behind it if there is one."""
    whole, point, rest = written.partition("点")
    if not point:
        read = _integer(whole)
        return read and (Decimal(read[0]), Decimal(read[1]))
    decimals = "".join(str(_DIGITS[char]) for char in rest if char in _DIGITS)
    factor = _factor("".join(char for char in rest if char not in _DIGITS))
    integer = _integer(whole)
    if integer is None:
        return None
    value = Decimal(f"{integer[0]}.{decimals}") * factor
    return value, Decimal(1).scaleb(-len(decimals)) * factor


def _integer(written: str) -> tuple[int, int] | None:
    """Return value and step of an integer in characters; None for 三四, which means "three or four"."""
    if all(char in _DIGITS for char in written):
        if len(written) == 2 and _DIGITS[written[1]] == _DIGITS[written[0]] + 1 and written[0] not in "零〇":
            return None
        return int("".join(str(_DIGITS[char]) for char in written)), 1
    total = section = digit = 0
    unit = 1
    pending = False
    for char in written:
        if char in _DIGITS:
            digit, pending = _DIGITS[char], True
            if digit == 0:
                unit, pending = 1, False
        elif char in _TENS:
            section, unit, pending = section + _TENS[char], 1, False
        elif char in _SMALL:
            section += (digit if pending else 1) * _SMALL[char]
            digit, unit, pending = 0, _SMALL[char], False
        else:
            total = _raised(total, section + digit, _LARGE[char])
            section, digit, unit, pending = 0, 0, _LARGE[char], False
    if pending:
        # 三萬五 is 35,000: a last digit without a scale counts the next lower place.
        place = unit // 10 if unit >= 100 else 1
        return total + section + digit * place, place
    return total + section + digit, _factor(written[len(written.rstrip(_L)) :])


def _raised(total: int, section: int, scale: int) -> int:
    """Multiply by a large scale: what is smaller than the scale so far goes up with it (萬億, 三萬億)."""
    higher, lower = (total - total % scale, total % scale) if total else (0, 0)
    return higher + ((lower + section) or 1) * scale
