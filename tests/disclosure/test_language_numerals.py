"""The reader of Chinese numbers reads back what an independent writer writes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.disclosure.language.numerals import find_numerals, read_numeral

CHARACTERS = "零一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
WHOLE = st.integers(min_value=1, max_value=9_999_999_999_999)
STYLES = st.sampled_from(["traditional", "simplified"])


def section(number: int) -> str:
    """Write 1 to 9999 in characters: 1005 is 一千零五."""
    written, zero = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit == 0:
            zero = bool(written)
            continue
        written += ("零" if zero else "") + CHARACTERS[digit] + name
        zero = False
    return written


def in_words(number: int) -> str:
    """Write an integer in characters: 10,500 is 一萬零五百."""
    written = ""
    for scale, name in ((10**12, "兆"), (10**8, "億"), (10**4, "萬"), (1, "")):
        part = number // scale % 10_000
        if part == 0:
            continue
        gap = written and (part < 1000 or number // (scale * 10_000) % 10 == 0 or not written.endswith(prior(name)))
        written += ("零" if gap else "") + section(part) + name
    return written


def prior(name: str) -> str:
    """Return the scale above a scale."""
    return {"億": "兆", "萬": "億", "": "萬"}.get(name, "-")


def scripted(text: str, style: str) -> str:
    """Write in one of the two scripts."""
    return text if style == "traditional" else text.translate(str.maketrans("萬億點兩", "万亿点两"))


@given(WHOLE, STYLES)
def test_an_integer_in_characters_reads_back(number: int, style: str) -> None:
    """Any integer written in characters, in either script, is read exactly."""
    assert read_numeral(scripted(in_words(number), style)) == number


@given(st.integers(1, 99_999), st.integers(0, 9999), st.sampled_from([1, 2, 3, 4]), STYLES)
def test_a_decimal_in_characters_reads_back_with_its_precision(
    whole: int, fraction: int, places: int, style: str
) -> None:
    """三點五億 is read exactly, and its step is the last digit's worth."""
    digits = f"{fraction % 10**places:0{places}d}"
    written = f"{in_words(whole)}點{''.join(CHARACTERS[int(d)] for d in digits)}"
    for scale, name in ((1, ""), (10**4, "萬"), (10**8, "億")):
        (numeral,) = find_numerals(scripted(written + name, style))
        assert numeral.value == Decimal(f"{whole}.{digits}") * scale
        assert numeral.step == Decimal(1).scaleb(-places) * scale


@given(
    st.decimals(min_value="0.0001", max_value=99_999, places=4, allow_nan=False),
    st.integers(0, 4),
    st.sampled_from(
        [("", 1), ("千", 10**3), ("萬", 10**4), ("百萬", 10**6), ("千萬", 10**7), ("億", 10**8), ("萬億", 10**12)]
    ),
    st.sampled_from(["", " "]),
    st.sampled_from(["plain", "grouped", "full width"]),
)
def test_digits_with_a_scale_read_back_with_their_precision(
    value: Decimal, places: int, scale: tuple[str, int], space: str, style: str
) -> None:
    """1.002億, 7,200 萬 and full-width ones are read exactly, and the step is that of the last digit printed."""
    name, factor = scale
    rounded = round(value, places)
    digits = f"{rounded:,f}" if style != "plain" else f"{rounded:f}"
    written = digits.translate(FULL_WIDTH) if style == "full width" else digits
    (numeral,) = find_numerals(f"{written}{space if name else ''}{name}")
    assert numeral.value == rounded * factor
    assert numeral.step == Decimal(1).scaleb(-places) * factor


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_two_scales_add(high: int, low: int) -> None:
    """3億2,000萬 is the sum of its parts, to the last part's precision."""
    (numeral,) = find_numerals(f"{high}億{low:,}萬")
    assert numeral.value == high * 10**8 + low * 10**4
    assert numeral.step == 10**4


@given(st.integers(0, 999))
def test_per_cent_in_words_reads_back(tenths: int) -> None:
    """百分之三點五 is 0.035."""
    whole, tenth = divmod(tenths, 10)
    written = f"百分之{in_words(whole) or '零'}點{CHARACTERS[tenth]}"
    assert read_numeral(written) == Decimal(tenths) / 1000


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("三萬五", 35_000),
        ("一億二", 120_000_000),
        ("一百二", 120),
        ("十五", 15),
        ("廿五", 25),
        ("兩千八百萬", 28_000_000),
        ("二〇二五", 2025),
        ("壹仟貳佰", 1200),
        ("四成", Decimal("0.4")),
        ("兩成半", Decimal("0.25")),
        ("百分之百", 1),
        ("５千萬", 50_000_000),
    ],
)
def test_forms_of_everyday_writing(written: str, value: Decimal | int) -> None:
    """Short forms, formal characters and shares are read as people mean them."""
    assert read_numeral(written) == value


@pytest.mark.parametrize(("written", "scale"), [("數百台", 100), ("幾千萬元", 10_000_000), ("十多年", 10)])
def test_vague_numbers_keep_their_scale(written: str, scale: int) -> None:
    """數百 is some hundreds, not one hundred."""
    (numeral,) = find_numerals(written)
    assert numeral.vague
    assert numeral.value == scale


@pytest.mark.parametrize("written", ["30 兆瓦", "30 百萬瓦", "30 千瓦"])
def test_a_unit_prefix_is_no_scale(written: str) -> None:
    """兆 of 兆瓦 belongs to the watt."""
    (numeral,) = find_numerals(written)
    assert numeral.value == 30


@pytest.mark.parametrize("written", ["", "三四", "數百", "現金", "1.5 億和 2 億"])
def test_what_is_not_one_number_is_refused(written: str) -> None:
    """A reader of one number says so when there is none, a vague one, or two."""
    with pytest.raises(ValueError, match="not one Chinese number"):
        read_numeral(written)
