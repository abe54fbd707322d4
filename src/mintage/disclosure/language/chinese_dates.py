"""Dates and periods as Chinese writes them: 2025 年第二季, 8 月 13 日, 上半年, 上一季."""

import re
from decimal import Decimal

import msgspec

from mintage.disclosure.language.han import fold, han_pattern
from mintage.disclosure.language.numerals import read_numeral


class Mention(msgspec.Struct, frozen=True):
    """A period said at `[start, end)`, by its face: what is not said is None.

    `relative` is "prev", "this", "next" or "ago" (the same period a year before) with `kind` telling of what.
    """

    start: int
    end: int
    text: str
    kind: str
    year: int | None = None
    quarter: int | None = None
    half: int | None = None
    month: int | None = None
    day: int | None = None
    relative: str | None = None

    @property
    def key(self) -> tuple[int | str | None, ...]:
        """What must be the same in both languages, the year aside."""
        return (self.kind, self.quarter, self.half, self.month, self.day, self.relative)

    def same_as(self, other: "Mention") -> bool:
        """Say whether both name the same period; a year that only one of them says does not part them."""
        if self.kind == other.kind == "year" and self.relative is None and other.relative is None:
            return self.year == other.year
        years = self.year is None or other.year is None or self.year == other.year
        return self.key == other.key and years


_N = r"[一二三四五六七八九十]"
_YEAR = r"(?:(?P<year>(?:19|20)\d{2}|[一二][零〇九][零〇一二三四五六七八九]{2})\s*年\s*的?)"
_MONTH = rf"(?<!\d)(?P<month>1[0-2]|0?[1-9]|十[一二]?|{_N})\s*月"
_DAY = rf"(?P<day>[12]\d|3[01]|0?[1-9]|[二三]?十?{_N})"
_READINGS = (
    ("date", rf"{_YEAR}?{_MONTH}(?:份)?\s*{_DAY}\s*[日號](?!元|圓|本)"),
    ("date", r"(?<!\d)(?P<year>20\d{2})[-/.](?P<month>1[0-2]|0?[1-9])[-/.](?P<day>[12]\d|3[01]|0?[1-9])(?!\d)"),
    ("quarter", rf"{_YEAR}?第\s*(?P<quarter>[1-4一二三四])\s*(?:個)?\s*(?:財|會計)?季(?:度|報)?(?!節)"),
    ("quarter", r"第\s*(?P<quarter>[1-4一二三四])(?=\s*[、和及與]\s*第?[1-4一二三四]\s*季)"),
    ("quarter", rf"{_YEAR}(?P<quarter>[1-4一二三四])\s*季度?"),
    ("quarter", r"(?<!\d)(?P<quarter>[1-4一二三四])季度"),
    ("quarter", r"(?P<year>20\d{2})\s?年?\s?Q(?P<quarter>[1-4])"),
    ("quarter", r"(?<![A-Za-z])Q(?P<quarter>[1-4])(?:\s?(?P<year>20\d{2})(?!\d))?"),
    ("half", rf"{_YEAR}?(?P<half>[上下])半年"),
    ("month", rf"{_YEAR}?{_MONTH}(?!球|亮|台|薪)(?:份)?"),
    ("prev", r"上一?個?(?:財政|會計)?季(?!節)度?|前一?個?季(?!節)度?|上季"),
    ("this", r"本季度?|這一?個?季度?|該季度?|當季"),
    ("next", r"下一?個?季(?!節)度?|下季"),
    ("year", rf"(?<!\d){_YEAR}(?:度)?"),
)  # fmt: skip
_COMPILED = tuple((kind, han_pattern(pattern)) for kind, pattern in _READINGS)


def chinese_mentions(text: str) -> list[Mention]:
    """Return the periods said in Chinese `text`, left to right, without overlaps."""
    folded = fold(text)
    found: list[Mention] = []
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(folded):
            if any(match.start() < m.end and m.start < match.end() for m in found):
                continue
            found.append(_mention(kind, match, text))
    return sorted(found, key=lambda m: m.start)


def _mention(kind: str, match: re.Match[str], text: str) -> Mention:
    groups = match.groupdict()
    start, end = match.span()
    if kind in ("prev", "this", "next"):
        return Mention(start, end, text[start:end], "quarter", relative=kind)
    half = groups.get("half")
    return Mention(
        start,
        end,
        text[start:end],
        kind,
        year=_number(groups.get("year")),
        quarter=_number(groups.get("quarter")),
        half=None if half is None else 1 if half == "上" else 2,
        month=_number(groups.get("month")),
        day=_number(groups.get("day")),
    )


def _number(written: str | None) -> int | None:
    if written is None:
        return None
    value: Decimal = read_numeral(written)
    return int(value)
