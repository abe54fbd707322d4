"""Traces: every number reaches its facts and their evidence, in bounded space."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from mintage.books.close import close_period
from mintage.books.kpis import definitions, kpi
from mintage.books.nodes import Node
from mintage.books.trace import trace
from mintage.books.trace_lot import trace_lot
from mintage.books.view import View
from mintage.units import parse_period
from mintage.units.errors import InputError
from tests.books.company import quarter

Q2 = parse_period("2025Q2")


@pytest.fixture(scope="module")
def view() -> View:
    """The company's second quarter, closed."""
    journal = quarter()
    close_period(journal, Q2)
    return View(journal)


def walk(node: Node) -> Iterator[Node]:
    """All nodes of a tree."""
    yield node
    for child in node.children:
        yield from walk(child)


def facts(node: Node) -> set[str]:
    """Keys of the facts in a tree."""
    return {item.label for item in walk(node) if item.kind == "fact"}


def test_every_known_kpi_reaches_a_fact_or_is_zero(view: View) -> None:
    """No number of the books stands without the facts that made it; each fact has evidence or names who vouches."""
    for id_ in definitions():
        value = kpi(view, id_, Q2)
        tree = trace(view, id_, Q2)
        if value.value:
            assert facts(tree), id_
        for node in walk(tree):
            assert node.kind != "fact" or any(child.kind == "evidence" for child in node.children), node.label


def test_bitcoin_mined_reaches_the_row_of_the_pools_statement(view: View) -> None:
    """Id, definition, facts, and the file, row and hash that show the first pool day."""
    tree = trace(view, "bitcoin.mined", Q2)
    assert [child.kind for child in tree.children[:1]] == ["definition"]
    (shown,) = [node for node in walk(tree) if node.label == "pool-day-1"]
    assert shown.value == "0.10000000 BTC"
    evidence = shown.children[-1]
    assert (evidence.label, evidence.note) == ("pool-statement.csv", f"row 7, sha256 {'ab' * 32}")


def test_the_accounts_of_a_stock_add_up_to_it(view: View) -> None:
    """Bitcoin owned is the vault and the lender's receivable."""
    accounts = [node for node in trace(view, "bitcoin.owned", Q2).children if node.kind == "account"]
    assert [(node.label, node.value) for node in accounts] == [
        ("assets:bitcoin:free:vault", "1.80000000 BTC"),
        ("assets:bitcoin-receivable:noncurrent:lender", "1.00000000 BTC"),
    ]


def test_a_ratio_is_traced_through_its_parts(view: View) -> None:
    """ASP leads to the delivery by way of revenue and by way of hash rate."""
    parts = [node for node in trace(view, "asp", Q2).children if node.kind == "kpi"]
    assert [part.label for part in parts] == ["revenue.products 2025Q2", "hashrate.sold 2025Q2"]
    first, second = (facts(part) for part in parts)
    assert first == second
    assert len(first) == 1


def test_cash_paid_is_traced_to_its_payments(view: View) -> None:
    """By the account on the other side, each payment a fact."""
    tree = trace(view, "cash.paid.wafers", Q2)
    (account,) = [node for node in walk(tree) if node.kind == "account"]
    assert (account.label, account.value) == ("assets:prepaid:wafers:fab", "-100,000.00 USD")
    assert len(facts(account)) == 1


def test_a_reported_figure_is_traced_to_its_document(view: View) -> None:
    """What the books do not know leads to the fact that keeps the published figure."""
    tree = trace(view, "revenue.total", parse_period("2025Q1"))
    assert facts(tree) == {"opening-5"}


def test_a_trace_is_bounded_and_says_how_much_it_leaves_out(view: View) -> None:
    """With room for one, the other two pool days are counted."""
    tree = trace(view, "bitcoin.mined", Q2, limit=1)
    assert [node.label for node in tree.children[1:]] == ["pool-day-1", "and 2 more"]


def test_a_mined_lot_leads_back_to_payout_pool_day_and_site(view: View) -> None:
    """Where it is, the payout with its transaction, and the day that the pool credited the site."""
    tree = trace_lot(view, "pool-day-1")
    assert tree.note == "mined 2025-04-10T12:00:00Z, cost 8,000.00 USD"
    assert [(node.kind, node.label) for node in tree.children] == [
        ("account", "assets:bitcoin:free:vault"),
        ("move", "assets:bitcoin:pool:ocean -> assets:bitcoin:free:vault"),
        ("move", "from outside -> assets:bitcoin:pool:ocean"),
    ]
    named = {(node.label, node.value) for node in walk(tree) if node.kind == "term"}
    assert {("txid", "bb"), ("site", "texas"), ("pool", "ocean")} <= named


def test_a_sold_lot_says_so(view: View) -> None:
    """A lot that is gone is at no account, and its last move gave it up."""
    key = next(stored.fact.key for stored in view.journal.facts("sales.payment-received-btc"))
    tree = trace_lot(view, key)
    assert [node.label for node in tree.children][:2] == ["assets:bitcoin:free:desk -> given up"] * 2
    assert [node.note for node in tree.children] == ["sold", "sold", "received"]


def test_no_such_lot_is_an_input_error(view: View) -> None:
    """With a remedy."""
    with pytest.raises(InputError, match="there is no lot 'nothing'"):
        trace_lot(view, "nothing")


def test_a_trace_has_a_json_form(view: View) -> None:
    """Plain dictionaries that come back as the same tree."""
    tree = trace(view, "bitcoin.owned", Q2)
    assert msgspec.convert(msgspec.to_builtins(tree), Node) == tree
