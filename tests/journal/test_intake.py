"""Reading fact files: what a file says arrives exactly, its order does not matter, and no bytes break the reader."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mintage.books.facts import ExpensePaid, ManualEntry
from mintage.house import memory_journal, rulebook
from mintage.journal.fact import Fact
from mintage.journal.intake import find_files, import_files, read_file
from mintage.market.facts import PriceObserved
from mintage.units import day_end_instant, parse_instant
from mintage.units.errors import DuplicateKey, InputError, PeriodClosed

rulebook()  # declares every kind of fact
GOOD = {
    "csv": "# kind: books.expense-paid\nkey,date,function,expense,bank,amount\n"
    'a,2025-05-01,ga,rent,dbs,"1,250.00 USD"\nb,2025-05-02,rd,"tape-out",dbs,300 USD\n',
    "toml": '[defaults]\nkind = "books.expense-paid"\nfunction = "ga"\nbank = "dbs"\n\n'
    '[[fact]]\nkey = "a"\ndate = 2025-05-01\nexpense = "rent"\namount = "1,250.00 USD"\n\n'
    '[[fact]]\nkey = "b"\ndate = 2025-05-02\nfunction = "rd"\nexpense = "tape-out"\namount = "300 USD"\n',
    "jsonl": "".join(
        json.dumps({"kind": "books.expense-paid", "function": f, "bank": "dbs", "expense": e, "amount": m, **head})
        + "\n"
        for f, e, m, head in (
            ("ga", "rent", "1,250.00 USD", {"key": "a", "date": "2025-05-01"}),
            ("rd", "tape-out", "300 USD", {"key": "b", "date": "2025-05-02"}),
        )
    ),
}
LINES = {"csv": [3, 4], "toml": [6, 12], "jsonl": [1, 2]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for files that hypothesis writes over and over."""
    return tmp_path_factory.mktemp("facts")


def read(path: Path, content: str | bytes) -> list[Fact]:
    """The facts of a file with this content."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [placed.fact for placed in read_file(path, "tester")]


def attempt(path: Path, content: bytes) -> list[Fact] | InputError:
    """The facts of a file with this content, or how it was refused."""
    try:
        return read(path, content)
    except InputError as error:
        return error


@pytest.mark.parametrize("suffix", GOOD)
def test_a_file_arrives_exactly_with_its_evidence(tmp_path: Path, suffix: str) -> None:
    """Fields are whole cents, the day's end is the instant, and the evidence is file, hash and line."""
    path = tmp_path / f"facts.{suffix}"
    one, two = read(path, GOOD[suffix])
    assert one.data == ExpensePaid(function="ga", expense="rent", bank="dbs", amount=125_000)
    assert two.data == ExpensePaid(function="rd", expense="tape-out", bank="dbs", amount=30_000)
    assert (one.key, one.date, one.actor, one.grade) == ("a", date(2025, 5, 1), "tester", "recorded")
    assert one.at == day_end_instant(date(2025, 5, 1))
    assert one.evidence is not None
    assert two.evidence is not None
    assert one.evidence.sha256 == two.evidence.sha256
    assert [one.evidence.source, two.evidence.source] == [str(path)] * 2
    assert [one.evidence.row, two.evidence.row] == LINES[suffix]


def test_the_envelope_may_say_more(tmp_path: Path) -> None:
    """Instant, actor, grade, source and note go into the envelope; a source may also be a field of the fact."""
    row = {
        "kind": "market.price-observed",
        "key": "p",
        "date": "2025-05-01",
        "at": "2025-05-01T08:00:00+08:00",
        "actor": "feed",
        "grade": "derived",
        "source": "coindesk",
        "note": "close of the day",
        "day": "2025-05-01",
        "hour": 24,
        "price": "96,500.25",
    }
    (item,) = read(tmp_path / "p.jsonl", json.dumps(row))
    assert item.data == PriceObserved(day=date(2025, 5, 1), source="coindesk", hour=24, price=Decimal("96500.25"))
    assert (item.at, item.actor, item.grade) == (parse_instant("2025-05-01T00:00:00Z"), "feed", "derived")
    assert item.evidence is not None
    assert (item.evidence.source, item.evidence.note) == ("coindesk", "close of the day")


def test_numbers_of_a_csv_cell_are_read_as_the_field_wants(tmp_path: Path) -> None:
    """A CSV holds only text: whole numbers, dates and prices are read out of it."""
    text = "kind,key,date,day,source,hour,price\nmarket.price-observed,p,2025-05-01,2025-05-01,x,24,96500.25\n"
    (item,) = read(tmp_path / "p.csv", text)
    assert item.data == PriceObserved(day=date(2025, 5, 1), source="x", hour=24, price=Decimal("96500.25"))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends_byte_order_marks_and_comments_do_not_matter(tmp_path: Path, ending: str) -> None:
    """Files of every system say the same, and lines are counted as an editor counts them."""
    text = GOOD["csv"].replace("b,2025", "# half-way\n\nb,2025").replace("\n", ending)
    facts = read(tmp_path / "facts.csv", b"\xef\xbb\xbf" + text.encode())
    assert [item.evidence.row for item in facts if item.evidence] == [3, 6]
    assert [item.key for item in facts] == ["a", "b"]


def test_a_cell_may_hold_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    """What CSV can quote is read as it was meant, and later lines keep their number."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    note = 'he said "yes",\nthen left'
    writer.writerow(["kind", "key", "date", "of", "reason"])
    writer.writerow(["journal.reversed", "r1", "2025-05-01", "x", note])
    writer.writerow(["journal.reversed", "r2", "2025-05-01", "y", "plain"])
    one, two = read(tmp_path / "facts.csv", stream.getvalue())
    assert getattr(one.data, "reason", None) == note
    assert two.evidence is not None
    assert two.evidence.row == 4


def test_lists_of_tables_are_read_in_toml_and_jsonl(tmp_path: Path) -> None:
    """A fact with legs or bins takes a list of tables, with amounts as text."""
    row = {
        "kind": "books.entry",
        "key": "m",
        "date": "2025-05-01",
        "purpose": "test",
        "legs": [{"account": "income:fx", "amount": "-1 USD"}, {"account": "assets:cash:dbs", "amount": "1 USD"}],
    }
    (item,) = read(tmp_path / "m.jsonl", json.dumps(row))
    assert isinstance(item.data, ManualEntry)
    assert [leg.amount for leg in item.data.legs] == ["-1 USD", "1 USD"]


def test_facts_of_many_files_are_booked_in_order_of_time(tmp_path: Path) -> None:
    """A sale in one file may use bitcoin bought in another, whichever is named first."""
    head = "key,date,wallet,bank,sats,"
    sale, purchase = tmp_path / "a.csv", tmp_path / "b.csv"
    sale.write_text(f"# kind: treasury.bitcoin-sold\n{head}proceeds\ns,2025-05-02,hot,dbs,1 BTC,100 USD\n")
    purchase.write_text(f"# kind: treasury.bitcoin-bought\n{head}cost\nb,2025-05-01,hot,dbs,1 BTC,90 USD\n")
    for paths in ([sale, purchase], [purchase, sale], [tmp_path]):
        journal = memory_journal()
        import_files(journal, paths, "tester")
        assert [stored.fact.key for stored in journal.facts()] == ["b", "s"]


def test_the_ledgers_refusal_is_placed_in_the_file(tmp_path: Path) -> None:
    """An error that only the ledger can see still names the file and line of its fact."""
    path = tmp_path / "facts.csv"
    path.write_text(
        "kind,key,date,period,function,expense,bank,amount\n"
        "journal.period-locked,lock,2025-05-01,2025Q1,,,,\n"
        "books.expense-paid,late,2025-05-02,,ga,rent,dbs,5 USD\n"
        "books.expense-paid,later,2025-03-31,,ga,rent,dbs,5 USD\n"
    )
    journal = memory_journal()
    import_files(journal, [path], "tester")  # the expense of March comes before the lock
    path.write_text("kind,key,date,function,expense,bank,amount\nbooks.expense-paid,x,2025-03-31,ga,rent,dbs,5 USD\n")
    with pytest.raises(PeriodClosed) as caught:
        import_files(journal, [path], "tester")
    assert (caught.value.file, caught.value.line, caught.value.field, caught.value.fact) == (str(path), 2, "date", "x")


def test_a_folder_gives_its_fact_files_in_order_of_names(tmp_path: Path) -> None:
    """Subfolders are searched, other files are passed over."""
    (tmp_path / "b").mkdir()
    for name in ("b/2.csv", "a.jsonl", "c.toml", "notes.md"):
        (tmp_path / name).write_text(GOOD.get(name.rpartition(".")[2], "notes"))
    assert [path.name for path in find_files([tmp_path])] == ["a.jsonl", "2.csv", "c.toml"]


def test_a_long_import_tells_how_far_it_is(tmp_path: Path) -> None:
    """Whoever waits hears of facts read, then of facts booked out of all, never going back."""
    rows = [f"k{number},2025-05-01,ga,rent,dbs,1 USD\n" for number in range(5000)]
    (tmp_path / "many.csv").write_text(GOOD["csv"].partition("a,")[0] + "".join(rows))
    told: list[tuple[int, int | None]] = []
    import_files(memory_journal(), [tmp_path], "tester", lambda done, total: told.append((done, total)))
    assert told == [(2000, None), (4000, None), (0, 5000), (2000, 5000), (4000, 5000)]


def test_of_two_facts_with_one_key_the_second_is_the_culprit(tmp_path: Path) -> None:
    """The error stands at the line that claims a key which an earlier line holds."""
    path = tmp_path / "facts.csv"
    path.write_text(GOOD["csv"] + "c,2025-05-03,ga,rent,dbs,1 USD\na,2025-05-04,ga,rent,dbs,2 USD\n")
    with pytest.raises(DuplicateKey) as caught:
        import_files(memory_journal(), [path], "tester")
    assert (caught.value.line, caught.value.field, caught.value.fact) == (6, "key", "a")


@pytest.mark.parametrize("suffix", GOOD)
def test_a_file_cut_anywhere_is_refused_or_gives_facts_that_were_there(folder: Path, suffix: str) -> None:
    """Whatever is left of a truncated file never gives another fact than the whole file does."""
    whole, path = GOOD[suffix], folder / f"cut.{suffix}"
    known = {(item.key, item.data) for item in read(path, whole)}
    refusals = 0
    for length in range(len(whole)):
        found = attempt(path, whole[:length].encode())
        if isinstance(found, InputError):
            assert found.file == str(path)
            assert found.remedy
            refusals += 1
        else:
            assert {(item.key, item.data) for item in found} <= known
    assert refusals > len(whole) * 0.9


WORDS = st.sampled_from(
    [
        "kind",
        "key",
        "date",
        "amount",
        "legs",
        "fact",
        "defaults",
        "books.expense-paid",
        "books.entry",
        "2025-05-01",
        "a",
        "5 USD",
        "-5 USD",
        "5.001 USD",
        "1e9",
        "nan",
        "rent",
        "ga",
        "dbs",
        "",
        "\x00",
        "\u2028",
        "９",
        "[[",
        "{",
        '"',
        "\n",
        "[[fact]]\n",
        ",",
        "=",
        ":",
        "#",
    ]
)
SCRAPS = st.lists(st.one_of(WORDS, st.text(max_size=5)))


@pytest.mark.parametrize("suffix", GOOD)
@given(content=st.one_of(st.binary(max_size=200), SCRAPS.map("".join).map(str.encode)))
@example(content=b"[[fact]]\nkind = " + b"1" * 5000)
@example(content=b"a = " + b"[" * 5000)
@example(content=b"[" * 5000)
@example(content=b"fact = [1]\n")
@example(content=b"defaults = 1\n")
@example(content=b'{"kind": {"a": 1}, "key": [], "date": true}\n')
@example(content=b'{"kind": "books.entry", "key": "k", "date": "2025-05-01", "purpose": "p", "legs": [1]}\n')
@example(content=b'{"kind": "books.entry", "key": "k", "date": "2025-05-01", "purpose": "p", "legs": 5}\n')
@example(content=b'{"kind": "market.price-observed", "key": "k", "date": "2025-05-01", "day": 5, "hour": "x"}\n')
@example(content=b"kind,key,date\nbooks.entry," + b"k" * 200_000 + b",2025-05-01\n")
def test_no_bytes_break_the_reader(folder: Path, suffix: str, content: bytes) -> None:
    """Any bytes at all give facts or an InputError that names the file; never another error."""
    path = folder / f"any.{suffix}"
    found = attempt(path, content)
    if isinstance(found, InputError):
        assert found.file == str(path)
        assert str(found).startswith(str(path))
