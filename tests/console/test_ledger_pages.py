"""Pages of books, treasury, factory, sales, journal and trace: readable without scripts, exact, safe with any text."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mintage.api.app import PREFIX
from mintage.desk.figure import trace_fact
from mintage.journal.fact import Evidence, Fact
from mintage.sales.facts import OrderPlaced
from mintage.units import day_end_instant, parse_date
from tests.served import Served

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"
PAGES = (
    "/books?period=2025Q2",
    "/books/statements/income?period=2025Q2",
    "/books/statements/balance?period=2025-05",
    "/books/statements/cash-flow?period=2025Q2",
    "/books/statements/cash-flow-direct?period=2025Q2",
    "/books/statements/cash-flow-indirect?period=2025Q2",
    "/books/statements/bridge?period=2025Q2",
    "/books/kpis?period=2025Q2",
    "/books/rollforward?period=2025Q2",
    "/books/checks?period=2025Q2",
    "/treasury?on=2025-06-30",
    "/treasury/loans?on=2025-06-30",
    "/treasury/lots?on=2025-06-30",
    "/treasury/wallets",
    "/factory?period=2025Q2",
    "/factory/builds",
    "/factory/sortings",
    "/sales?period=2025Q2",
    "/journal",
    "/journal/postings?account=assets:cash:*&commodity=USD",
    "/journal/accounts?day=2025-06-30",
    "/trace/kpi/mining.cash_cost_per_btc?period=2025Q2",
)


@pytest.fixture(scope="module")
def served(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copyfile(example_db, folder / "company.db")
    found = Served(folder, folder / "company.db")
    day = parse_date("2025-08-09")
    data = OrderPlaced(customer="acme", order="o-1", line="home", hashrate=1_000, amount=100)
    evidence = Evidence(source=f"mail {HOSTILE}", note=HOSTILE)
    fact = Fact(key=f"key {HOSTILE}", at=day_end_instant(day), date=day, actor=HOSTILE, evidence=evidence, data=data)
    found.company.journal.append([fact])
    yield found
    found.close()


@pytest.fixture(scope="module")
def ann(served: Served) -> httpx.Client:
    return served.person("ann", ["controller"])


@pytest.fixture(scope="module")
def vera(served: Served) -> httpx.Client:
    return served.person("vera", ["viewer"])


def links(page: str, path: str) -> list[str]:
    """Addresses on a page that begin with a path."""
    found = [html.unescape(href) for href in re.findall(r'href="([^"]+)"', page)]
    return [href for href in found if href.startswith(path)]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_and_its_twin_are_there_for_a_viewer_in_both_languages(vera: httpx.Client, path: str) -> None:
    """The page answers in English and Chinese, and names its JSON twin, which answers too."""
    for language, word in (("en", 'lang="en"'), ("zh-Hant", 'lang="zh-Hant"')):
        reply = vera.get(path, headers={"accept-language": language})
        assert reply.status_code == 200
        assert f"<html {word}" in reply.text
    twin = links(reply.text, PREFIX)[0]
    answer = vera.get(twin)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


def test_a_printed_number_is_walked_down_to_its_evidence_by_links_alone(vera: httpx.Client) -> None:
    """Statement, cell, account's postings, fact: each figure is a link, and the amounts agree."""
    statement = vera.get("/books/statements/income?period=2025Q2&exact=yes").text
    cells = [href for href in links(statement, "/books/cell?") if "row=cost_of_revenue.mining.power" in href]
    cell = vera.get(next(href for href in cells if "period=2025Q2" in href)).text
    amount = "−7,312,021.18"
    assert amount in statement
    assert amount in cell
    register = vera.get(links(cell, "/journal/postings?")[0]).text
    fact = vera.get(links(register, "/journal/fact?")[0]).text
    assert "SHA-256" in fact
    assert "mining.power-billed" in fact


def test_amounts_are_told_in_thousands_or_to_the_cent(vera: httpx.Client) -> None:
    """The exact amount stands at the rounded one, and on its own page where it is asked for."""
    rounded = vera.get("/books/statements/income?period=2025Q2").text
    assert "100,247" in rounded
    assert 'title="100,247,247.40 USD"' in rounded or re.search(r'title="100,247,\d{3}\.\d\d USD"', rounded)
    assert re.search(r">100,247,\d{3}\.\d\d<", vera.get("/books/statements/income?period=2025Q2&exact=yes").text)


def test_any_text_of_a_fact_is_shown_as_text(vera: httpx.Client) -> None:
    """Markup, quotes and template signs in key, actor and evidence stay what they are on every page."""
    for path in ("/journal", trace_fact(f"key {HOSTILE}"), "/journal?q=%3Cscript", "/sales?period=2025Q3"):
        page = vera.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "49" not in re.findall(r"mail [^<]*", page.text)
    whole = vera.get(trace_fact(f"key {HOSTILE}")).text
    assert whole.count(html.escape(HOSTILE, quote=False).split("\"'")[0]) >= 3


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/books?period=never", 400),
        ("/books/statements/wealth", 422),
        ("/books/cell?statement=income&row=nothing&period=2025Q2", 400),
        ("/journal/fact?key=nothing", 404),
        ("/journal?start=yesterday", 400),
        ("/journal/postings?account=%5Bx%5D", 400),
        ("/journal?after=x", 400),
        ("/treasury?on=2025-02-30", 422),
        ("/treasury/lots?commodity=GOLD", 400),
        ("/treasury/loans?price=0", 400),
        ("/treasury/loans?price=much", 400),
        ("/trace/kpi/nothing", 404),
        ("/trace/lot?lot=nothing", 404),
    ],
)
def test_what_is_asked_for_wrongly_is_answered_clearly(vera: httpx.Client, path: str, status: int) -> None:
    """As a page and as problem details, never as a fault of ours."""
    page, answer = vera.get(path), vera.get(PREFIX + path)
    assert (page.status_code, answer.status_code) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_close_is_asked_for_by_a_form_and_waits_for_a_second_person(served: Served, ann: httpx.Client) -> None:
    """The form leads to the approvals; the period stays open; a viewer sees neither form nor button."""
    page = ann.get("/books/close?period=2025-07").text
    assert "books.depreciation" in page
    form = {"period": "2025-07", "reason": "July is complete", "csrf": ann.headers["x-csrf-token"]}
    reply = ann.post("/books/close", data=form)
    assert (reply.status_code, reply.headers["location"]) == (303, "/approvals?done=asked")
    assert ann.post("/books/close", data=form).status_code == 400  # the same waits already
    home = ann.get("/books?period=2025-07").text
    assert "July is complete" in home
    assert links(home, "/approvals/pr-")
    assert served.company.journal.closed_periods() == ["2025Q1", "2025Q2"]


def test_a_viewer_is_shown_no_act_and_refused_it(vera: httpx.Client) -> None:
    """Reading takes no right to act: buttons are not there, and the request is refused."""
    page = vera.get("/books?period=2025Q2").text
    assert "/books/reopen" not in page
    assert "/books/close" not in page
    form = {"period": "2025Q2", "reason": "x", "csrf": vera.headers["x-csrf-token"]}
    for path in ("/books/close", "/books/reopen", "/books/checks", "/treasury/wallets"):
        assert vera.post(path, data=form).status_code == 403


def test_a_long_search_leads_on_by_cursor(vera: httpx.Client) -> None:
    """The next page begins where the last one ended, and the first is one click away."""
    first = vera.get("/journal?kind=mining.earned").text
    after = next(href for href in links(first, "/journal?") if "after=" in href)
    second = vera.get(after).text
    assert not set(links(first, "/journal/fact?")) & set(links(second, "/journal/fact?"))
    assert "/journal?kind=mining.earned" in links(second, "/journal?")
