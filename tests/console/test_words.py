"""Pages say everything in both languages, with the trade's terms, and write figures and times as each language does."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.console.catalogues import FOLDER, Msgid, catalogue, extract, msgid_of, strings_of
from mintage.console.formats import units
from mintage.console.helpers import ICONS, states
from mintage.console.told import Sentence, sentences, told_in_chinese
from mintage.console.words import language_of, words_of
from mintage.desk.chain_answer import StageState
from mintage.desk.figure import count, measured, unknown, usd
from mintage.desk.jobs import JobState
from mintage.desk.loans import LoanState
from mintage.desk.periods import PeriodState
from mintage.desk.wallets import WalletState
from mintage.disclosure.checks.evidence import Outcome
from mintage.fleet.alerts.rules import Severity
from mintage.fleet.alerts.store import AlertState
from mintage.fleet.control.store import RequestState, TargetState
from mintage.fleet.curtail.states import EventState
from mintage.fleet.readings import State as ReadingState
from mintage.journal.fact import Grade
from mintage.mining.reconcile import Verdict
from mintage.people.proposals import State as ProposalState
from mintage.units.errors import InputError
from tests.docs.pages import ROOT

EN, ZH = words_of("en"), words_of("zh-Hant")
SAID = extract()
FILES = sorted(path.stem for path in FOLDER.glob("*.po"))
_NAMED = re.compile(r"%\((\w+)\)s|%%")
_HOLE = re.compile(r"\{(\w+)\}")
_TERM = re.compile(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
NOT_THE_TERM = {
    "chain": "the menu means the value chain, the glossary the chain of hashes",
    "figure": "any number; the glossary means a number of a text",
    "key": "keys of a keyboard; the glossary means that of a fact",
    "kind": "any sort; the glossary means that of a fact",
    "request": "one to the server; the glossary means one to machines",
    "share": "a part of a whole; the glossary means a pool's share",
    "work": "what people do; the glossary means hashes",
}


def told(group: str) -> dict[Msgid, tuple[str, ...]]:
    """The messages of one catalogue; none where there is no such file yet."""
    if group not in FILES:
        return {}
    return {msgid_of(message): strings_of(message) for message in catalogue(FOLDER / f"{group}.po") if message.id}


@pytest.mark.parametrize("group", sorted({*SAID, *FILES}))
def test_every_message_of_a_group_is_translated_and_nothing_else_is(group: str) -> None:
    """What is missing, empty or said no more is named; `python -m tools.messages` brings the catalogue up to date."""
    said, have = set(SAID.get(group, {})), told(group)
    missing = sorted(map(str, said - {msgid for msgid, strings in have.items() if all(strings)}))
    assert missing == [], f"translate in {group}.po"
    assert sorted(map(str, set(have) - said)) == [], f"{group}.po has messages that no page says"
    fuzzy = [message.id for message in catalogue(FOLDER / f"{group}.po") if message.fuzzy] if group in FILES else []
    assert fuzzy == []


@pytest.mark.parametrize("group", FILES)
def test_a_translation_fills_in_the_same_values_and_every_percent_sign_is_written_twice(group: str) -> None:
    """A message that could not be filled in would break the page in one language alone."""
    for msgid, strings in told(group).items():
        forms = (msgid,) if isinstance(msgid, str) else msgid
        wanted = {name for form in forms for name in _NAMED.findall(form)} - {""}
        for text in (*forms, *filter(None, strings)):
            assert set(_NAMED.findall(text)) - {""} == wanted, text
            assert "%" not in _NAMED.sub("", text), text


def test_the_same_words_are_translated_alike_in_every_group() -> None:
    """A reader who goes from page to page meets one word for one thing."""
    found: dict[Msgid, dict[tuple[str, ...], str]] = {}
    for group in FILES:
        for msgid, strings in told(group).items():
            if all(strings):
                found.setdefault(msgid, {}).setdefault(strings, group)
    assert {msgid: ways for msgid, ways in found.items() if len(ways) > 1} == {}


def every_chinese() -> dict[str, str]:
    """Everything that the console says in Chinese, by its English."""
    found = {str(msgid): "".join(strings) for group in FILES for msgid, strings in told(group).items()}
    found.update({row.en: row.zh for row in sentences()})
    found.update({name: state.zh for name, state in states().items()})
    return found


def test_terahash_per_second_keeps_its_symbol_and_no_character_is_simplified() -> None:
    """TH/s is not 太赫茲, and readers of Traditional Chinese get it."""
    for english, chinese in every_chinese().items():
        assert "太赫" not in chinese or "terahertz" in english, english
        assert [char for char in chinese if _is_simplified(char)] == [], english
        for unit in re.findall(r"\b[TPEG]H/s\b|\bJ/TH\b", english):
            assert unit in chinese, english


def _is_simplified(char: str) -> bool:
    """Whether only the old code page of Simplified Chinese has a character, and that of Traditional Chinese has not."""
    in_simplified, in_traditional = (char.encode(page, "ignore") for page in ("gb2312", "big5"))
    return bool(in_simplified) and not in_traditional and "\u4e00" <= char <= "\u9fff"


def glossary() -> dict[str, str]:
    """The Chinese of each term."""
    rows = _TERM.findall((ROOT / "GLOSSARY.md").read_text("utf-8"))
    return {term.strip(): chinese.strip() for term, chinese in rows if term.strip() not in ("term", "---")}


def test_a_message_that_is_a_term_of_the_glossary_has_the_glossary_s_word() -> None:
    """One word per concept, in Chinese too; a plural counts as the term."""
    terms = glossary()
    assert len(terms) > 100
    wrong = {}
    for group in FILES:
        for msgid, strings in told(group).items():
            plain = str(msgid).lower()
            term = next((one for one in (plain, plain.removesuffix("s"), f"{plain[:-3]}y") if one in terms), None)
            if term and term not in NOT_THE_TERM and strings[0] not in ("", terms[term]):
                wrong[f"{group}: {msgid}"] = (strings[0], terms[term])
    assert wrong == {}


@pytest.mark.parametrize("row", sentences(), ids=lambda row: row.en[:60])
def test_a_sentence_of_a_service_is_told_in_chinese_with_what_fills_it(row: Sentence) -> None:
    """Filled with words of its own, each row is recognized as itself and keeps them all."""
    holes = _HOLE.findall(row.en)
    assert sorted(set(_HOLE.findall(row.zh))) == sorted(set(_HOLE.findall(row.zh)) & set(holes))
    samples = {"day": "2025-06-30", "period": "2025Q2", "count": "1,234"}
    filled = _HOLE.sub(lambda hole: samples.get(hole[1], f"Zq{holes.index(hole[1])}x"), row.en)
    chinese = told_in_chinese(filled)
    assert chinese != filled
    for at, name in enumerate(holes):
        if name in _HOLE.findall(row.zh):
            assert samples.get(name, f"Zq{at}x") in chinese


def test_no_two_sentences_are_the_same() -> None:
    """A second row would never be reached."""
    shapes = [_HOLE.sub("{}", row.en).lower().removesuffix(".") for row in sentences()]
    assert sorted({shape for shape in shapes if shapes.count(shape) > 1}) == []


def test_sentences_within_sentences_and_sentences_in_a_row_are_told() -> None:
    """A reason within a reason is told too; a capital and a stop do not matter; what nobody knows stays as it is."""
    assert told_in_chinese("The ledger begins on 2024-12-31.") == "帳冊自 2024-12-31 起。"
    assert (
        told_in_chinese("2025Q2 cannot be closed: no price of 2025-06-30 was observed")
        == "2025Q2 無法結帳：無 2025-06-30 之價格紀錄"
    )
    assert told_in_chinese("there is no job 'x'. See the list of jobs.") == "沒有作業「x」。請見作業清單。"
    assert told_in_chinese("Nobody has ever said this.") == "Nobody has ever said this."
    assert EN.told("the ledger is empty") == "the ledger is empty"
    assert ZH.told("") == ""


@given(st.text(max_size=300))
def test_whatever_a_service_says_can_be_told(text: str) -> None:
    """Names come from machines, pools and customers: no text breaks a page or takes long."""
    assert isinstance(told_in_chinese(text), str)


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("zh-Hant", "en", "zh-Hant"),
        ("en", "zh-TW", "en"),
        (None, "zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        (None, "fr, en;q=0.5, zh-HK;q=0.7", "zh-Hant"),
        ("<script>", "de", "en"),
        (None, "zh;q=x, en;q=0", "en"),
        (None, "", "en"),
    ],
)
def test_the_language_is_the_reader_s_choice_then_the_browser_s_then_english(
    chosen: str | None, accepted: str, language: str
) -> None:
    """A cookie or a header may hold anything."""
    assert language_of(chosen, accepted) == language


def test_figures_are_told_exactly_with_the_unit_of_the_language() -> None:
    """A true minus, separators, the singular after one, and a dash for what is unknown."""
    assert EN.figure(usd(-123_456_789_01)) == "−123,456,789.01 USD"
    assert ZH.figure(usd(-123_456_789_01)) == "−123,456,789.01 美元"
    assert (EN.figure(count(1, "machines")), EN.figure(count(2, "machines"))) == ("1 machine", "2 machines")
    assert ZH.figure(count(1, "machines")) == "1 台"
    assert EN.figure(measured(12.5, "%", 1)) == "12.5%"
    assert ZH.figure(measured(103.2, "TH/s", 1)) == "103.2 TH/s"
    assert EN.figure(unknown("no price")) == "–"
    assert EN.number(Decimal("-0.004"), 2) == "0.00"
    assert EN.number(Decimal("2.345"), 2, sign=True) == "+2.35"
    assert EN.percent(Decimal("0.1234")) == "12.3%"
    assert (EN.money(123), EN.money(None)) == ("1.23 USD", "–")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8), st.integers(0, 8))
def test_a_number_loses_nothing_but_the_digits_that_are_not_printed(value: Decimal, digits: int) -> None:
    """Read back, it is the value rounded half away from zero."""
    told_back = Decimal(EN.number(value, digits).replace(",", "").replace("−", "-"))
    assert abs(told_back - value) <= Decimal(1).scaleb(-digits) / 2


def test_times_are_told_in_utc_on_the_clock_of_24_hours() -> None:
    """The zone is named; periods and days are told as each language does."""
    at = 1_764_500_000_000_000
    assert EN.instant(at) == "Nov 30, 2025 10:53 UTC"
    assert ZH.instant(at, seconds=True) == "2025年11月30日 10:53:20 UTC"
    assert (EN.ago(at - 180_000_000, at), ZH.ago(at - 180_000_000, at)) == ("3 minutes ago", "3 分鐘前")
    assert (EN.ago(at, at), ZH.ago(at, at)) == ("just now", "剛剛")
    assert [EN.period(name) for name in ("2025", "2025Q2", "2025-06", "2025-06-30")] == [
        "2025",
        "Q2 2025",
        "Jun 2025",
        "Jun 30, 2025",
    ]
    assert [ZH.period(name) for name in ("2025", "2025Q2", "2025-06")] == ["2025年", "2025年第2季", "2025年6月"]
    assert (EN.instant(None), EN.date(None), EN.span(None), EN.clock(None)) == ("–",) * 4
    with pytest.raises(InputError, match="is not a period"):
        EN.period("soon")


def test_every_unit_and_state_has_words_in_chinese() -> None:
    """A table's row without Chinese would show English to readers of Chinese."""
    assert [name for name, unit in units().items() if not unit.zh] == []
    assert [name for name, state in states().items() if not (state.en and state.zh)] == []


STATES = (
    AlertState,
    EventState,
    Grade,
    JobState,
    LoanState,
    Outcome,
    PeriodState,
    ProposalState,
    ReadingState,
    RequestState,
    Severity,
    StageState,
    TargetState,
    Verdict,
    WalletState,
)


@pytest.mark.parametrize("name", sorted({name for kind in STATES for name in get_args(kind)}))
def test_every_state_that_a_room_knows_has_a_badge_with_an_icon_of_the_sprite(name: str) -> None:
    """A new state shows up here, not as a bare English word on a page."""
    state = states()[name]
    assert (state.icon or ICONS[state.tone]) in (ROOT / "web/icons.txt").read_text("utf-8").splitlines()


def test_messages_are_gathered_by_the_folder_or_module_that_says_them() -> None:
    """What all pages share is in one catalogue; what a group says is in its own."""
    assert "Main menu" in SAID["console"]
    assert "Fleet" in SAID["console"]
    assert "just now" in SAID["console"]
    assert set(FILES) >= {"console"}
