"""Rules on periods: a quarter, month, date or year that the translation changes, drops or moves."""

import calendar

from mintage.disclosure.language.chinese_dates import Mention
from mintage.disclosure.language.han import han_pattern
from mintage.disclosure.language.notes import LanguageNote
from mintage.disclosure.language.passage import Passage, within
from mintage.disclosure.language.sentences import Span

_RELATIVE_ZH = {
    "quarter": han_pattern(r"本季|上一?個?季|前一?個?季|下一?個?季|這[一個]*季|該季|當季|季[末初底]|同期"),
    "year": han_pattern(r"今年|去年|明年|本年|前年|上年|年[末底初]|同期"),
    "month": han_pattern(r"本月|上個?月|下個?月|當月|月[底末初]"),
    "half": han_pattern(r"半年"),
    "date": han_pattern(r"今[天日]|昨[天日]|當[天日]|月[底末]|季[底末]|年[底末]"),
}
_PRINT_DAY_MIN = 28
_ADJACENT = 6


def changed_periods(passage: Passage) -> list[LanguageNote]:
    """A period that one side of a sentence says and the other does not."""
    notes = []
    for bead in passage.beads:
        if passage.untranslated(bead):
            continue
        en = [m for m in within(passage.en_mentions, bead.en) if m.relative != "this"]
        zh = [m for m in within(passage.zh_mentions, bead.zh) if m.relative != "this"]
        en_left, zh_left = _unmatched(en, zh)
        for mention in [m for m in en_left if m.relative is None]:
            other = next((z for z in zh_left if z.kind == mention.kind and z.relative is None), None)
            if other is not None:
                zh_left.remove(other)
                why = f"the English says {mention.text.strip(' .')}, the Chinese {other.text.strip()}"
                notes.append(passage.note("period", _trimmed(mention), other, printed_period(mention), why))
            elif not _said_elsewhere(mention, passage.zh_mentions) and not _relative_said(mention, passage.zh_of(bead)):
                why = "the period is not in the Chinese"
                notes.append(passage.note("period", _trimmed(mention), "", printed_period(mention), why))
        relative_en = any(m.relative for m in within(passage.en_mentions, bead.en))
        added = [m for m in zh_left if m.relative is None and not _said_elsewhere(m, passage.en_mentions)]
        notes.extend(
            passage.note("period", "", mention, None, "the period is not in the English")
            for mention in added
            if not relative_en
        )
    return notes


def _bare(mention: Mention) -> str:
    return mention.text.strip(" .,")


def _trimmed(mention: Mention) -> Span:
    return Span(mention.start, mention.start + len(mention.text.rstrip(" .,")))


def _unmatched(en: list[Mention], zh: list[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Return what is left after pairing equal periods, then relative ones with whatever quarter remains."""
    zh_left = list(zh)
    en_left = []
    for mention in en:
        same = next((z for z in zh_left if _equal(mention, z)), None)
        if same is None:
            en_left.append(mention)
        else:
            zh_left.remove(same)
    for mention in [m for m in en_left if m.relative]:
        quarter = next((z for z in zh_left if z.kind == "quarter"), None)
        if quarter is not None:
            en_left.remove(mention)
            zh_left.remove(quarter)
    for mention in [z for z in zh_left if z.relative]:
        quarter = next((e for e in en_left if e.kind == "quarter"), None)
        if quarter is not None:
            en_left.remove(quarter)
            zh_left.remove(mention)
    return en_left, zh_left


def _equal(one: Mention, two: Mention) -> bool:
    if one.same_as(two):
        return True
    kinds = {one.kind, two.kind}
    if kinds == {"date", "month"} and one.month == two.month:
        return max(one.day or 0, two.day or 0) >= _PRINT_DAY_MIN
    if kinds == {"quarter", "date"}:
        # 30 June closes the second quarter.
        month, quarter = one.month or two.month or 0, one.quarter or two.quarter or 0
        return month == 3 * quarter and max(one.day or 0, two.day or 0) == calendar.monthrange(2023, month)[1]
    return False


def _said_elsewhere(mention: Mention, others: tuple[Mention, ...]) -> bool:
    if mention.kind == "year":
        return any(mention.year == other.year for other in others)
    return any(_equal(mention, other) for other in others)


def _relative_said(mention: Mention, zh: str) -> bool:
    return _RELATIVE_ZH[mention.kind].search(zh) is not None


def printed_period(mention: Mention) -> str:
    """Write a period as Traditional Chinese prints it: 2025 年第二季, 6 月 30 日."""
    year = f"{mention.year} 年" if mention.year else ""
    if mention.kind == "quarter":
        return f"{year}第{'一二三四'[(mention.quarter or 1) - 1]}季"
    if mention.kind == "half":
        return f"{year}{'上下'[(mention.half or 1) - 1]}半年"
    if mention.kind == "year":
        return year
    day = f" {mention.day} 日" if mention.day else ""
    return f"{year}{' ' if year else ''}{mention.month} 月{day}"


def moved_periods(passage: Passage) -> list[LanguageNote]:
    """A month said of the end of a movement that the translation says of its start."""
    notes = []
    pairs = [p for p in passage.matching.pairs if p.same]
    for mention in passage.en_mentions:
        ends = [p for p in pairs if 0 <= mention.start - p.en.end <= _ADJACENT]
        moved = next((z for z in passage.zh_mentions if mention.same_as(z) and _opens_start(passage, z)), None)
        if not ends or moved is None or mention.kind not in {"month", "date", "quarter"}:
            continue
        last = ends[0]
        starts = [p for p in pairs if p.en.end < last.en.start and p.en.base == last.en.base]
        start = starts[-1] if starts else None
        if start is None or not moved.end <= start.zh.start < last.zh.start:
            continue
        if passage.bead_at_en(start.en.start) != passage.bead_at_en(mention.start):
            continue
        if [m for m in within(passage.zh_mentions, passage.bead_at_zh(moved.start).zh) if m.same_as(mention)] != [
            moved
        ]:
            continue
        why = f"{_bare(mention)} belongs to {last.en.text.strip()}; the Chinese says it of {start.zh.text.strip()}"
        target = Span(moved.start, start.zh.end)
        notes.append(
            passage.note("period", _trimmed(mention), target, f"{printed_period(mention)}的 {last.zh.text}", why)
        )
    return notes


def _opens_start(passage: Passage, mention: Mention) -> bool:
    return passage.folded[max(0, mention.start - 3) : mention.start].strip()[-1:] in {"从", "由", "自"}


PERIOD_RULES = (changed_periods, moved_periods)
