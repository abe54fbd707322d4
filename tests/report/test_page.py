"""The page of a small company's quarter: whole, self-contained, exact, in both languages, honest about gaps."""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.books.close import close_period
from mintage.books.kpis import definitions, kpi_table
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.cli.main import main
from mintage.house import memory_journal
from mintage.journal.memory import MemoryJournal
from mintage.report.layout import layout
from mintage.report.page import page
from mintage.report.service import write_report
from mintage.report.words import LANGUAGES, Words, resource
from mintage.units import parse_period
from mintage.units.errors import InputError
from tests.cli.company import RELEASE, facts, write
from tests.report.markup import Node, read

QUARTER = parse_period("2025Q2")
PERIODS = ("2025Q2", "2025Q1", "2025-05", "2025-06-30", "2025", "2024Q4")


def company() -> MemoryJournal:
    journal = memory_journal()
    journal.append(facts())
    return journal


@pytest.fixture(scope="module")
def view() -> View:
    return View(company())


@pytest.fixture(scope="module", params=LANGUAGES)
def tree(view: View, request: pytest.FixtureRequest) -> Node:
    return read(page(view, QUARTER, Words(request.param)))


def table_of(tree: Node, caption: str) -> Node:
    return next(item for item in tree.find("table") if item.find("caption")[0].text.startswith(caption))


def test_the_page_needs_nothing_beside_it(view: View) -> None:
    """No script, no address, nothing to be loaded: links stay in the page."""
    raw = page(view, QUARTER, Words("en"))
    tree = read(raw)
    assert not any(tree.find(name) for name in ("script", "link", "img", "iframe", "object", "embed", "use"))
    assert "://" not in raw
    assert "@import" not in raw
    assert "url(" not in raw
    for node in tree.walk():
        assert not {"src", "srcset", "style", "onload", "onclick"} & node.attributes.keys()
        assert node.attributes.get("href", "#").startswith("#")


def test_ids_are_unique_and_every_link_leads_somewhere(tree: Node) -> None:
    """A note's letter, a fill and an entry of the contents each have exactly one target."""
    ids = [node.attributes["id"] for node in tree.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    assert {node.attributes["href"][1:] for node in tree.find("a")} <= set(ids)


def test_text_from_facts_is_text(tree: Node) -> None:
    """A loan's terms with a script in them stand on the page as they were written."""
    assert any(RELEASE in node.text for node in tree.find("small"))
    assert not tree.find("script")


def test_printed_figures_carry_the_books_exact_values(view: View, tree: Node) -> None:
    """Each figure of the balance sheet and income statement holds the very value of the books."""
    words = Words(tree.find("html")[0].attributes["lang"])
    for statement in (income_statement(view, QUARTER), balance_sheet(view, QUARTER)):
        body = table_of(tree, words.name(statement)).find("tbody")[0]
        shown = [row for row in body.find("tr") if row.find("td")]
        wanted = [row for row in statement.rows if row.kind != "heading"]
        for row, item in zip(shown, wanted, strict=True):
            assert row.find("th")[0].text.startswith(words.name(item))
            assert Decimal(row.find("td")[0].find("data")[0].attributes["value"]) == item.now.value


def test_unknown_is_said_with_its_reason_and_never_zero(view: View) -> None:
    """A figure of the quarter before that nobody reported reads "unknown", and its letter leads to why."""
    tree = read(page(view, QUARTER, Words("en")))
    rows = {row.find("th")[0].text: row for row in table_of(tree, "Income statement").find("tr")}
    assert rows["Total revenue"].find("td")[1].find("data")[0].attributes["value"] == "9900000"
    cell = rows["Gross profit"].find("td")[1]
    assert not cell.find("data")
    assert cell.text.startswith("unknown")
    target = cell.find("a")[0].attributes["href"][1:]
    note = next(node for node in tree.find("li") if node.attributes.get("id") == target)
    assert "the ledger opens with balances of 2025-03-31" in note.text


def test_a_reported_figure_names_its_document(view: View) -> None:
    """A published comparative is marked, and the note under the table says where it is from."""
    tree = read(page(view, QUARTER, Words("en")))
    assert "as published: release <Q1>" in " ".join(node.text for node in tree.find("ul", class_="notes"))


def test_before_the_ledger_everything_is_unknown(view: View) -> None:
    """A quarter that the ledger does not reach has no figure, no bar and no step, only reasons."""
    tree = read(page(view, parse_period("2024Q1"), Words("en")))
    assert not [node for section in tree.find("section") for node in section.find("data")]
    assert not [rect for chart in tree.find("svg", class_="chart") for rect in chart.find("rect")]
    assert "the ledger begins on 2025-03-31" in tree.find("section", id="headline")[0].text


@pytest.mark.parametrize("name", PERIODS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_period_makes_a_page(view: View, name: str, language: str) -> None:
    """Quarters, months, days and years, known or not, give a page in one language with all sections and charts."""
    tree = read(page(view, parse_period(name), Words(language)))
    assert tree.find("html")[0].attributes["lang"] == language
    assert [node.attributes["id"] for node in tree.find("section")] == [
        *("headline", "results", "cash", "position", "bitcoin", "kpis", "about")
    ]
    assert len(tree.find("figure")) == 5
    assert len(tree.find("li")) > len(layout().cards)


def test_every_chart_has_its_figures_in_a_table(tree: Node) -> None:
    """A chart has a name for those who cannot see it; its figures stand in it or in a table of the same section."""
    for section in tree.find("section"):
        for figure in section.find("figure"):
            assert section.find("table"), figure.text
            for chart in figure.find("svg", class_="chart"):
                assert chart.attributes["role"] == "img"
                assert chart.attributes["aria-label"].startswith(figure.find("figcaption")[0].text)


def test_words_exist_in_both_languages_with_the_same_blanks() -> None:
    """No label or unit lacks a language; what is filled in is the same in both."""
    tables = tomllib.loads(resource("words.toml"))
    for table in ("label", "unit"):
        for name, row in tables[table].items():
            assert row.keys() == {"en", "zh"}, name
            blanks = [set(re.findall(r"{(\w+)}", row[column])) for column in ("en", "zh")]
            assert blanks[0] == blanks[1], name
            assert re.search(r"[\u4e00-\u9fff]", row["zh"]) or row["zh"].isascii(), name


def test_every_unit_of_a_kpi_is_said_in_chinese() -> None:
    """A unit with an English word in it has a Chinese one."""
    words = Words("zh-Hant")
    units = {unit for item in definitions().values() for unit in (item.unit, item.shown.unit if item.shown else "")}
    assert not [unit for unit in units if re.search(r"[a-z]{4,}|USD", words.unit(unit))]


def test_reasons_are_told_in_chinese(view: View) -> None:
    """Every reason for which a KPI is unknown, in any kind of period, is translated."""
    words = Words("zh-Hant")
    reasons = {item.reason for name in PERIODS for item in kpi_table(view, parse_period(name)) if item.value is None}
    assert len(reasons) > 5
    assert not [reason for reason in reasons if not re.search(r"[\u4e00-\u9fff]", words.reason(reason))]


def test_an_open_period_says_so_and_a_closed_one_names_its_manifest() -> None:
    """Before the close the page warns; after it the page bears the manifest's hash."""
    journal = company()
    before = read(page(View(journal), QUARTER, Words("en")))
    assert "not closed" in before.find("p", class_="state")[0].text
    closed = close_period(journal, QUARTER, actor="test")
    after = read(page(View(journal), QUARTER, Words("en")))
    assert closed.sha256 in after.find("p", class_="state")[0].text
    assert "unknown" not in table_of(after, "Rollforward of bitcoin owned").text


def test_the_same_ledger_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing but the ledger goes into the page: no clock, no chance."""
    for name in ("a.html", "b.html"):
        write_report(View(company()), QUARTER, tmp_path / "new" / name, "zh-Hant")
    assert (tmp_path / "new/a.html").read_bytes() == (tmp_path / "new/b.html").read_bytes()


def test_what_cannot_be_written_is_bad_input_and_leaves_nothing(view: View, tmp_path: Path) -> None:
    """A folder in the file's place, or a file in the folder's, is named; no half-written file stays."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "taken", tmp_path / "file" / "report.html"):
        with pytest.raises(InputError, match="cannot be written"):
            write_report(view, QUARTER, path)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["file", "taken"]
    with pytest.raises(InputError, match="no report in 'fr'"):
        write_report(view, QUARTER, tmp_path / "r.html", "fr")


def test_the_command_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`mintage report` exits with 0 and says what it wrote; an unknown language or period exits with 2."""
    db, out = write(tmp_path / "books.db"), tmp_path / "report.html"
    words = ["report", "2025Q2", "--out", str(out), "--db", str(db), "--json"]
    with pytest.raises(SystemExit) as stop:
        main([*words, "--lang", "zh-Hant"])
    assert stop.value.code == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["period"], told["lang"], told["bytes"]) == ("2025Q2", "zh-Hant", out.stat().st_size)
    for wrong in ([*words, "--lang", "fr"], [*words[:1], "2025Q9", *words[2:]]):
        with pytest.raises(SystemExit) as stop:
            main(wrong)
        assert stop.value.code == 2
