"""What each room's commands answer about a small company, in tables, in JSON, and in exit codes."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mintage.books.layout import Row
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.cli.main import main
from mintage.cli.options import Options
from mintage.house import open_journal
from mintage.journal.fact import Fact
from mintage.market.prices import value_cents
from mintage.units import parse_period
from tests.cli.company import BUILD, DAYS, FIRST, facts, first_credit, price_on, write

QUARTER = parse_period("2025Q2")
ROOMS = ("silicon", "factory", "sales", "fleet", "mining", "treasury", "capital", "market")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("company") / "books.db")


class Shell:
    """Runs commands on one journal."""

    def __init__(self, db: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.db, self.capsys = db, capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main([*words, "--db", str(self.db)])
        out, err = self.capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, out, err

    def json(self, *words: str) -> Any:
        code, out, err = self.run(*words, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def shell(db: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(db, capsys)


def cents(statement_row: Row) -> int:
    assert statement_row.now.cents is not None
    return statement_row.now.cents


def test_dies_of_a_wafer_lie_between_formula_and_area(shell: Shell) -> None:
    """The count agrees with the formula within a percent, and no yield model promises more than all dies."""
    found = shell.json("silicon", "dies", "4.2", "3.8", "--defects-per-cm2", "0.5")
    assert found["gross_dies"] == pytest.approx(found["gross_dies_formula"], rel=0.01)
    good = {row["model"]: row["good_dies"] for row in found["yields"]}
    assert good["poisson"] < good["negative-binomial"] < good["seeds"] < found["gross_dies"]


@pytest.mark.parametrize("words", [("0", "3"), ("400", "3"), ("0.0001", "0.0001"), ("4", "nan")])
def test_a_die_that_no_wafer_holds_is_refused(shell: Shell, words: tuple[str, str]) -> None:
    """Sizes of nothing, beyond the wafer, or too small to count are bad input, at once."""
    code, out, err = shell.run("silicon", "dies", *words)
    assert (code, out) == (2, "")
    assert err.startswith("mintage: ")


def test_landed_cost_adds_up_row_by_row(shell: Shell) -> None:
    """Chips, materials, conversion, freight and duty sum to the total, and divide by units and TH/s."""
    found = shell.json("factory", "landed-cost", BUILD, "--hashrate", "194 TH/s")
    assert sum(Decimal(row["usd"]) for row in found["rows"]) == Decimal(found["total_usd"]) == Decimal("1486000.00")
    assert (found["usd_per_unit"], found["usd_per_ths"]) == ("1486.00", "7.66")


def test_landed_cost_of_nothing_is_bad_input(shell: Shell) -> None:
    """A key that brought no goods in is named, with what to do."""
    code, _, err = shell.run("factory", "landed-cost", "no-such-build", "--json")
    assert code == 2
    assert "no-such-build" in json.loads(err)["error"]["problem"]


def test_stock_sums_to_the_balance_sheet(shell: Shell, db: Path) -> None:
    """The rows of the stock list add up to the balance sheet's inventories, to the cent."""
    found = shell.json("factory", "stock", "--on", "2025-06-30")
    total = Decimal(found["total_usd"])
    assert sum(Decimal(row["cost_usd"]) for row in found["rows"]) == total
    sheet = balance_sheet(View(open_journal(db)), QUARTER)
    assert int(total * 100) == cents(sheet.row("inventories"))


def test_duty_states_measures_and_refuses_days_it_does_not_know(shell: Shell) -> None:
    """Measures add up to the duty; a day outside the table is bad input, never duty-free."""
    entry = ("factory", "duty", "--origin", "malaysia", "--value", "1,000,000", "--on")
    found = shell.json(*entry, "2025-06-30")
    assert sum(Decimal(row["rate_pct"]) for row in found["measures"]) == Decimal(found["rate_pct"])
    assert Decimal(found["duty_usd"]) == Decimal(found["rate_pct"]) * 10_000
    assert shell.run(*entry, "2025-04-07")[0] == 2


def test_net_realisable_value_finds_what_is_to_be_written_down(shell: Shell) -> None:
    """100 machines of 194 TH/s at 7 USD are worth 135,800 USD against a cost of 148,600."""
    words = ("factory", "nrv", "--price", "7", "--machine", "a15-194=194", "--on", "2025-06-30")
    assert shell.json(*words)["write_down_usd"] == "12800.00"


def test_average_price_is_revenue_over_hash_rate(shell: Shell, db: Path) -> None:
    """The lines sum to the income statement's product revenue; before the ledger the price is unknown, with why."""
    found = shell.json("sales", "asp", "2025Q2")
    assert found["asp_usd_ths"] == "10.82"
    income = income_statement(View(open_journal(db)), QUARTER)
    lines = sum(Decimal(row["revenue_usd"]) for row in found["lines"])
    assert lines * 100 == cents(income.row("revenue.products"))
    before = shell.json("sales", "asp", "2025Q1")
    assert before["asp_usd_ths"] is None
    assert "opens with balances" in before["reason"]


def test_backlog_falls_by_what_was_delivered(shell: Shell) -> None:
    """A tenth of the order is open at the end of the quarter, all of it before the delivery."""
    early = shell.json("sales", "backlog", "--on", "2025-06-09")["customers"]
    late = shell.json("sales", "backlog", "--on", "2025Q2")["customers"]
    assert [row["amount_usd"] for row in (*early, *late)] == ["2100000.00", "210000.00"]
    assert late[0]["hashrate_ths"] == "19400.000"


def test_hash_rate_keeps_unknown_apart_from_zero(shell: Shell) -> None:
    """Before anything was energized or measured the answer is null with a reason, and the sums too."""
    now = shell.json("fleet", "hashrate", "--on", "2025-06-30")
    assert now["sites"][0]["operating_ths"] == now["totals"][-1]["operating_ths"] == "1310000.000"
    then = shell.json("fleet", "hashrate", "--on", "2025-03-31")
    assert then["sites"][0]["installed_ths"] == "1500000.000"
    assert then["sites"][0]["energized_ths"] is then["totals"][-1]["operating_ths"] is None
    assert "alder" in then["totals"][-1]["reason"]
    assert "unknown" in shell.run("fleet", "hashrate", "--on", "2025-03-31")[1]


def test_days_sum_to_mined_bitcoin_and_mining_revenue(shell: Shell, db: Path) -> None:
    """One row a day; their sum is the income statement's mining revenue."""
    found = shell.json("mining", "days", "2025Q2")
    assert len(found["days"]) == DAYS
    assert sum(Decimal(row["earned_btc"]) for row in found["days"]) == Decimal(found["earned_btc"])
    income = income_statement(View(open_journal(db)), QUARTER)
    assert Decimal(found["value_usd"]) * 100 == cents(income.row("revenue.mining"))


def test_cost_of_a_bitcoin_is_unknown_where_a_part_is(shell: Shell) -> None:
    """Cash cost is the sum of its rows; all-in is unknown until depreciation and overhead are known."""
    rows = {row["row"]: row for row in shell.json("mining", "cost", "2025Q2")["rows"]}
    assert Decimal(rows["cash"]["usd"]) == sum(Decimal(rows[name]["usd"]) for name in ("power", "hosting", "site"))
    assert rows["all-in"]["usd_per_btc"] is None
    assert "depreciation" in rows["all-in"]["reason"]


def test_a_credit_with_a_wrong_value_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fair journal passes with 0; one credit off by a cent is named and the exit code is 1."""
    good = Shell(write(tmp_path / "good.db"), capsys)
    assert good.run("mining", "check", "2025Q2")[0] == 0
    bad = msgspec.structs.replace(first_credit(), value=first_credit().value + 1)
    book = facts()
    book.append(Fact(key="off", at=book[-1].at + 1, date=QUARTER.end, actor="test", data=bad))
    open_journal(tmp_path / "bad.db").append(book)
    code, out, _ = Shell(tmp_path / "bad.db", capsys).run("mining", "check", "2025Q2", "--json")
    assert (code, [row["key"] for row in json.loads(out)["problems"]]) == (1, ["off"])


@pytest.mark.parametrize(("fees", "code"), [("0.04", 0), ("0.4", 1)])
def test_fpps_passes_within_the_tolerance_only(shell: Shell, fees: str, code: int) -> None:
    """A day's credit near the expectation passes; one 10 percent short exits with 1."""
    words = ("mining", "fpps", "3.575 BTC", "--hashrate", "6.57 EH/s", "--difficulty", "116,958,512,019,762", "--fees")
    assert shell.run(*words, fees)[0] == code


def test_a_joint_result_is_shared_to_the_cent(shell: Shell) -> None:
    """The parts of an odd amount sum to it; without a contract it is bad input."""
    found = shell.json("mining", "settle", "alder", "hostco", "250,000.01", "--on", "2025-06-30")
    assert Decimal(found["company_usd"]) + Decimal(found["host_usd"]) == Decimal("250000.01")
    assert shell.run("mining", "settle", "alder", "nobody", "1", "--on", "2025-06-30")[0] == 2


def test_holdings_sum_to_what_is_owned(shell: Shell) -> None:
    """States but deposits sum to owned; the value is bitcoin times the given price."""
    found = shell.json("treasury", "holdings", "--on", "2025-06-30", "--price", "100000")
    own = [row for row in found["states"] if row["state"] != "deposits"]
    for name in ("btc", "carrying_usd", "cost_usd", "value_usd"):
        assert sum(Decimal(row[name]) for row in own) == Decimal(found["owned"][name])
    assert found["owned"]["value_usd"] == str(Decimal(value_cents(48_482_000_000, Decimal(100_000))).scaleb(-2))
    assert own[3] == {**own[3], "state": "receivable", "btc": "0.00000000"}


def test_lots_name_where_when_and_at_what_cost(shell: Shell) -> None:
    """The pledged half of the opening lot kept its cost; a limit says how many there are."""
    found = shell.json("treasury", "lots", "--limit", "2")
    assert found["count"] == DAYS + 2
    assert [(lot["kind"], lot["units"], lot["cost_usd"]) for lot in found["lots"]] == [
        ("mined", "100.00000000", "4500000.00")
    ] * 2
    assert {lot["account"] for lot in found["lots"]} == {"assets:bitcoin:free:cold", "assets:bitcoin:pledged:lender"}


def test_a_loan_is_measured_at_the_last_price_or_a_given_one(shell: Shell) -> None:
    """LTV moves with the price, the margin call price does not."""
    seen = shell.json("treasury", "loans", "--on", "2025-06-30")
    assert Decimal(seen["price_usd"]) == price_on(QUARTER.end)
    given = shell.json("treasury", "loans", "--on", "2025-06-30", "--price", "66,666.66")
    assert seen["loans"][0]["margin_call_usd"] == given["loans"][0]["margin_call_usd"] == "66666.67"
    assert given["loans"][0]["top_up_btc"] == "0.00001001"
    assert Decimal(seen["loans"][0]["ltv_pct"]) < 75 <= Decimal(given["loans"][0]["ltv_pct"])


def test_loans_without_any_price_ask_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No price is made up in a journal that observed none."""
    book = [item for item in facts() if not item.kind.startswith("market.") and item.date <= FIRST]
    open_journal(tmp_path / "unpriced.db").append(book)
    code, _, err = Shell(tmp_path / "unpriced.db", capsys).run("treasury", "loans")
    assert code == 2
    assert "--price" in err


def test_shares_count_ads_and_average_them_over_days(shell: Shell) -> None:
    """ADS issued on the 46th of 91 days count for 46 of them."""
    now = shell.json("capital", "shares")
    assert now["ads"] == 309_100_000
    assert now["class_a_shares"] == 15 * now["ads"]
    assert now["preferred"] == {"a1": 1_000}
    assert shell.json("capital", "average", "2025Q2")["ads_average"] == "304600000.00"
    assert shell.json("capital", "average", "2025Q1")["ads_average"] is None


def test_hashprice_from_numbers_and_from_the_journal(shell: Shell) -> None:
    """Both ways give the same for the same inputs; a day that was not observed is unknown."""
    difficulty = shell.json("market", "difficulty", "--on", "2025-06-30")["difficulty"]
    numbers = ("--difficulty", difficulty, "--reward", "3.165", "--price", str(price_on(QUARTER.end)))
    by_hand = shell.json("market", "hashprice", *numbers)
    by_day = shell.json("market", "hashprice", "--on", "2025-06-30", "--fees", "0.04")
    assert by_hand["hashprice_usd_ph_day"] == by_day["hashprice_usd_ph_day"]
    assert shell.json("market", "hashprice", "--on", "2025-07-30")["hashprice_usd_ph_day"] is None
    assert shell.run("market", "hashprice", "--price", "1")[0] == 2


def test_prices_of_a_period_with_a_gap_have_no_mean(shell: Shell) -> None:
    """A full quarter has mean, low and high; half a month beyond what was seen has none."""
    full = shell.json("market", "prices", "2025Q2")
    assert (full["high"]["price_usd"], full["high"]["day"]) == ("105300.00", "2025-06-30")
    gap = shell.json("market", "prices", "2025-07")
    assert gap["mean"]["price_usd"] is None
    assert "31 of 31" in gap["mean"]["reason"]


def test_breakeven_says_when_to_stop_and_when_it_is_paid(shell: Shell) -> None:
    """At the break-even power price a machine never pays back; well below it does."""
    words = ("market", "breakeven", "--hashprice", "55", "--efficiency", "18.5", "--machine", "11", "--power")
    limit = shell.json(*words, "200")
    assert limit["payback_days"] is None
    assert limit["curtail_above_usd_mwh"] == "123.87"
    assert int(shell.json(*words, "46")["payback_days"]) == 318


def test_every_command_of_a_room_has_an_example_and_says_its_json_switch() -> None:
    """Docstrings show how to call a command; each takes the shared options."""
    for room in ROOMS:
        app = import_module(f"mintage.cli.{room}").app
        for name in app:
            command = app[name].default_command
            if command is not None and not name.startswith("-"):
                assert f"Example: mintage {room} {name}" in (command.__doc__ or ""), (room, name)
                assert isinstance(command.__kwdefaults__["options"], Options)


@pytest.mark.parametrize(
    "words",
    [
        ("treasury", "holdings", "--on"),
        ("treasury", "lots", "--on"),
        ("treasury", "loans", "--price", "100000", "--on"),
        ("sales", "backlog", "--on"),
        ("factory", "stock", "--on"),
        ("capital", "shares", "--on"),
        ("fleet", "hashrate", "--on"),
        ("books", "rollforward"),
    ],
)
def test_before_the_ledger_begins_nothing_is_known_and_nothing_is_zero(shell: Shell, words: tuple[str, ...]) -> None:
    """A day before the opening balances is refused with the reason, not answered with zeros."""
    code, out, err = shell.run(*words, "2020-01-01")
    assert (code, out) == (2, "")
    assert "unknown" in err
    assert "the ledger begins on" in err


def test_a_reopening_is_told_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command that writes answers a script with the key of what it wrote."""
    shell = Shell(write(tmp_path / "books.db"), capsys)
    shell.json("books", "close", "2025-04", "--price", "100000", "--source", "index")
    told = shell.json("books", "reopen", "2025-04", "--reason", "late bill", "--approved-by", "J. Doe")
    assert told == {"period": "2025-04", "key": "close:reopen:2025-04", "reason": "late bill", "approved_by": "J. Doe"}


def test_books_that_cannot_be_read_are_a_finding_not_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An account renamed in the file: `check` still prints its table, names the fact, and exits with 1."""
    shell = Shell(write(tmp_path / "books.db"), capsys)
    database = sqlite3.connect(shell.db)
    database.execute("UPDATE accounts SET name = 'assets:nowhere' WHERE name LIKE 'assets:cash:%'")
    database.commit()
    database.close()
    code, out, err = shell.run("check", "2025Q2")
    assert (code, err) == (1, "")
    assert "journal.chain" in out
    assert "assets:nowhere" in out


def test_an_amount_that_sums_could_not_hold_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The limit leaves room for sums: no amount that goes in can make the balances unreadable."""
    shell = Shell(write(tmp_path / "books.db"), capsys)
    row = '{"kind": "books.opening-balance", "key": "big-%d", "date": "2025-03-31", "account": "assets:cash:main", '
    lines = [row % number + '"amount": "%s USD"}' for number in range(3)]
    (tmp_path / "big.jsonl").write_text("\n".join(line % "90071992547409.91" for line in lines) + "\n", "utf-8")
    assert shell.run("facts", "import", str(tmp_path / "big.jsonl"))[0] == 0
    assert shell.run("books", "balances")[0] == 0
    (tmp_path / "more.jsonl").write_text(lines[0] % "90071992547409.92" + "\n", "utf-8")
    code, _, err = shell.run("facts", "import", str(tmp_path / "more.jsonl"))
    assert code == 2
    assert "too large" in err
