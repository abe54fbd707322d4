"""The books' answers: each figure is that of the books, and leads down to postings that add up to it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from mintage.books.checks import CHECKS as BOOK_CHECKS
from mintage.books.kpis import definitions, kpi
from mintage.books.rollforward import COLUMNS, bitcoin_rollforward, roll_rows
from mintage.desk.books import MAKERS, home, kpis, statement, statement_id
from mintage.desk.books_cell import CellAnswer, cell
from mintage.desk.books_roll import MEASURES, roll_cell, rollforward
from mintage.desk.company import Company
from mintage.desk.figure import Figure
from mintage.desk.ledger_words import check_in_chinese, definition_in_chinese
from mintage.desk.periods import period_list, period_row
from mintage.desk.prepare import prepare
from mintage.desk.register import postings
from mintage.desk.trace import Step, kpi_trace, lot_trace
from mintage.desk.treasury import treasury
from mintage.journal.checks import CHECKS as JOURNAL_CHECKS
from mintage.units import parse_period
from mintage.units.errors import InputError
from tests.desk.example import at_its_desk, encodes

Q2 = parse_period("2025Q2")
PERIODS = tuple(parse_period(name) for name in ("2025Q2", "2025-07", "2025"))


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with at_its_desk(example_db, tmp_path_factory.mktemp("desk")) as found:
        yield found


def asked(figure: Figure) -> dict[str, str]:
    """The query of the address that a figure leads to."""
    return {name: values[0] for name, values in parse_qs(urlsplit(figure.trace).query).items()}


def followed(company: Company, figure: Figure) -> CellAnswer:
    query = asked(figure)
    assert urlsplit(figure.trace).path == "/books/cell"
    return cell(
        company,
        statement_id(query["statement"]),
        query["row"],
        parse_period(query["period"]),
        query.get("account", ""),
    )


@pytest.mark.parametrize("period", PERIODS, ids=str)
@pytest.mark.parametrize("id_", MAKERS)
def test_statements_are_those_of_the_books_and_each_cell_is_made_of_what_it_leads_to(
    company: Company, id_: str, period: object
) -> None:
    """Figures equal the books'; each known one leads to an answer that tells the same figure and adds up to it."""
    told = statement(company, id_, period)  # type: ignore[arg-type]  # from the table of all
    sheet = MAKERS[id_](company.view(), period)  # type: ignore[index, arg-type]  # as above
    assert [row.id for row in told.rows] == [row.id for row in sheet.rows]
    assert encodes(told)
    for row in told.rows:
        assert row.now.value == sheet.row(row.id).now.value
        for figure in (row.now, row.before, row.year_before):
            if figure.value is None:
                assert figure.reason
                assert not figure.trace
                continue
            made = followed(company, figure)
            assert made.figure.value == figure.value
            if made.source == "reported":
                assert made.fact
                assert made.document
            elif made.total is not None and not made.terms:
                assert made.total.value == figure.value
                assert sum((part.figure.value or Decimal(0)) for part in made.parts) == figure.value


@pytest.mark.parametrize("id_", MAKERS)
def test_each_part_of_a_cell_leads_to_postings_or_movements_that_add_up_to_it(company: Company, id_: str) -> None:
    """From the closed quarter's cells down: the register's sums, or the listed movements, are the part."""
    checked = 0
    for row in statement(company, id_, Q2).rows:  # type: ignore[arg-type]  # from the table of all
        if row.now.value is None or row.kind != "line":
            continue
        for part in followed(company, row.now).parts:
            checked += 1
            query = asked(part.figure)
            if "account" in query and "statement" in query:
                made = followed(company, part.figure)
                listed = sum((item.figure.value or Decimal(0)) for item in made.movements)
                assert made.more or part.sign * listed == part.figure.value
                continue
            page = postings(company, query["account"], query["commodity"], query.get("start", ""), query["end"])
            opening = page.opening[0].value if page.opening else Decimal(0)
            closing = page.closing[0].value if page.closing else Decimal(0)
            assert part.sign * ((closing or 0) - (opening or 0)) == part.figure.value
    assert checked > 5


def test_before_the_ledger_a_cell_is_unknown_or_leads_to_the_fact_that_reports_it(company: Company) -> None:
    """A comparative from before the ledger names the fact with its document; what nobody reported says why."""
    told = statement(company, "income", Q2)
    reported = [row for row in told.rows if row.year_before.value is not None]
    assert reported
    made = followed(company, reported[0].year_before)
    assert (made.source, made.period) == ("reported", "2024Q2")
    assert company.view().journal.fact(made.fact) is not None
    unknown = [row for row in told.rows if row.kind != "heading" and row.year_before.value is None]
    assert unknown
    assert all("ledger" in row.year_before.reason for row in unknown)


def test_what_is_no_cell_is_refused_with_a_way_out(company: Company) -> None:
    """A row that is not there, and a statement that is not there."""
    with pytest.raises(InputError, match="no row"):
        cell(company, "income", "nothing", Q2)
    with pytest.raises(InputError, match="no statement"):
        statement_id("income/../balance")


def test_kpis_are_those_of_the_books_with_their_comparatives(company: Company) -> None:
    """Each KPI stands in three columns, with its definition, and leads to its trace."""
    table = kpis(company, Q2)
    assert [row.id for row in table.rows] == list(definitions())
    assert encodes(table)
    for row in table.rows:
        assert row.now.value == kpi(company.view(), row.id, Q2).value
        assert row.before.value == kpi(company.view(), row.id, parse_period("2025Q1")).value
        assert row.now.trace == f"/trace/kpi/{row.id}?period=2025Q2"


def steps(step: Step) -> Iterator[Step]:
    yield step
    for below in step.steps:
        yield from steps(below)


def test_every_kpi_walks_to_its_evidence(company: Company) -> None:
    """The trace of each KPI goes out as JSON; its facts and accounts are links to what is there."""
    facts = 0
    for id_ in definitions():
        told = kpi_trace(company, id_, Q2)
        assert encodes(told)
        assert told.trace.label == f"{id_} 2025Q2"
        for step in steps(told.trace):
            if step.kind == "fact":
                facts += 1
                assert step.href.startswith("/journal/fact?key=")
            if step.kind == "account":
                assert step.href.startswith("/journal/postings?account=")
    assert facts > 500


def test_a_lot_walks_to_the_fact_that_opened_it(company: Company) -> None:
    """Its last step is the fact with its evidence; a lot that is not there is refused."""
    lot = company.view().journal.lot_states("BTC")[0].lot.id
    told = lot_trace(company, lot)
    assert told.trace.kind == "lot"
    assert any(step.kind == "fact" for step in steps(told.trace))
    with pytest.raises(InputError, match="no lot"):
        lot_trace(company, "no-such-lot")


@pytest.mark.parametrize("measure", MEASURES)
def test_each_cell_of_the_rollforward_is_made_of_facts_that_add_up_to_it(company: Company, measure: str) -> None:
    """In every row and column, what is listed sums to the cell, in units, cost and fair value."""
    roll = bitcoin_rollforward(company.view(), Q2)
    for row in roll_rows():
        for name in COLUMNS:
            made = roll_cell(company, row.id, name, measure, Q2)
            scale = 8 if measure == "units" else 2
            expected = Decimal(getattr(roll.row(row.id), measure)[name]).scaleb(-scale)
            assert made.figure.value == expected
            if not made.more:
                assert sum((part.figure.value or Decimal(0)) for part in made.parts) == expected


def test_the_rollforward_tells_gaps_and_restrictions(company: Company) -> None:
    """A covered period has all rows and what lenders hold; one before the ledger says why it has none."""
    told = rollforward(company, Q2)
    assert len(told.rows) == len(roll_rows())
    assert told.restricted
    assert encodes(told)
    before = rollforward(company, parse_period("2023Q2"))
    assert not before.rows
    assert "ledger" in before.gap
    assert before.realised_gains.value is None
    with pytest.raises(InputError, match="ledger"):
        roll_cell(company, "mined", "owned", "units", parse_period("2023Q2"))
    with pytest.raises(InputError, match="no such cell"):
        roll_cell(company, "mined", "owned", "weight", Q2)


def test_periods_say_what_became_of_them(company: Company) -> None:
    """Closed ones name who and with what manifest; open ones are open; there are no periods outside the ledger."""
    found = {row.name: row for row in period_list(company).rows}
    assert (found["2025Q2"].state, found["2025Q2"].by) == ("closed", "controller")
    assert len(found["2025Q2"].manifest) == 64
    assert (found["2025-07"].state, found["2025-07"].over) == ("open", True)
    assert (found["2025Q3"].state, found["2025Q3"].over) == ("open", False)
    assert "2024" not in found or found["2024"].state == "open"
    assert "2025-09" not in found
    assert period_row(company, parse_period("2025Q2")) == found["2025Q2"]


def test_the_first_page_of_the_books_has_the_highlights(company: Company) -> None:
    """Known figures that lead to their traces, for a quarter and for the one that runs."""
    told = home(company, Q2)
    assert all(row.now.value is not None for row in told.highlights)
    assert encodes(home(company, parse_period("2025Q3")))


def test_after_preparing_the_first_pages_compute_nothing_anew(example_db: Path, tmp_path: Path) -> None:
    """What the running quarter's pages ask for is remembered by then."""
    with at_its_desk(example_db, tmp_path) as company:
        prepare(company)
        before = set(company.view().recall.all())
        home(company, company.period())
        kpis(company, company.period().before())
        treasury(company)
        assert set(company.view().recall.all()) == before


def test_every_definition_and_check_is_told_in_chinese() -> None:
    """A KPI or check that is declared anew or otherwise must be told in `desk/data/ledger.toml`."""
    meanings = [(found.__doc__ or "").strip() for table in (BOOK_CHECKS, JOURNAL_CHECKS) for found in table.values()]
    assert [text for text in meanings if check_in_chinese(text) == text] == []
    told = [row.definition for row in definitions().values()]
    assert [text for text in told if definition_in_chinese(text) == text] == []
