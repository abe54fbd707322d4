"""The real call, where it is at hand: known losses are found, and nothing else is noted."""

from collections import Counter
from pathlib import Path

import pytest

from mintage.disclosure.document import read_document
from mintage.disclosure.language import LanguageNote, compare

CALL = Path(__file__).parents[3] / "shared" / "seed" / "call-2025Q2-en-zh.txt"
pytestmark = pytest.mark.skipif(not CALL.exists(), reason="../shared is not beside this checkout")


@pytest.fixture(scope="module")
def notes() -> tuple[LanguageNote, ...]:
    """The notes on the call."""
    return compare(read_document(CALL), "2025Q2")


def test_every_hash_rate_of_the_call_has_its_unit_noted(notes: tuple[LanguageNote, ...]) -> None:
    """The translation says no hash rate in its unit: each gets a note with the right one."""
    suggested = {(n.line, n.suggest) for n in notes if n.kind == "unit"}
    assert {
        (28, "640 萬 TH/s"), (28, "每 TH/s 11.10 美元"),
        (30, "8.15 EH/s"), (30, "6.57 EH/s"), (52, "每 TH/s 11.10 美元"),
        (54, "6.6 EH/s"), (54, "8.15 EH/s"), (54, "3.66 EH/s"), (78, "6.4 EH/s"), (82, "每 TH/s 10.50 美元"),
        (82, "每 TH/s 11.10 美元"), (98, "3.67 EH/s"),
    } <= suggested  # fmt: skip


def test_what_would_embarrass_the_company_is_found(notes: tuple[LanguageNote, ...]) -> None:
    """Executions, a tax stage, ships and a finance company are all noted."""
    found = {(n.line, n.suggest) for n in notes}
    assert {
        (26, "全網算力"), (38, "測試"), (38, "浸沒式冷卻"), (106, "關稅"), (118, "關稅"), (158, "比特幣儲備公司"),
        (198, "已執行"), (202, "按市價發行(ATM)計畫"), (204, "礦機機隊"), (56, "美國存託股份(ADS)"), (94, "訂單"),
    } <= found  # fmt: skip


def test_the_translation_of_numbers_is_not_blamed(notes: tuple[LanguageNote, ...]) -> None:
    """The machine kept every number, direction and sentence; the one note on a number is on whom it belongs to."""
    assert [n.line for n in notes if n.kind == "number"] == [202]
    assert [n for n in notes if n.kind == "missing"] == []
    assert [n.line for n in notes if n.kind == "period"] == [26]
    assert Counter(n.kind for n in notes)["term"] < 110
