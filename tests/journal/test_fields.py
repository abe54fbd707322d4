"""Every kind of fact can be written in every form of file, and no value of any field breaks the reader."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.house import rulebook
from mintage.journal.fact import Fact, decode_fact, encode_fact, fact_class, fact_kinds
from mintage.journal.intake import read_file
from mintage.journal.reference import FieldReference, describe_kind
from mintage.units.errors import InputError

rulebook()  # declares every kind of fact
KINDS = sorted(fact_kinds())
BY_UNIT: dict[str, Any] = {
    "USD": "1,234.50 USD",
    "BTC": "0.5 BTC",
    "TH/s": "1.5 PH/s",
    "kWh": "2 MWh",
    "count": 3,
    "hour UTC": 24,
    "decimal": "0.25",
    "name": "a-1",
    "degrees": "-12.5",
    "text": "2025Q2",
    "date": "2025-05-01",
    "period": "2025Q2",
    "compact bits": "1d00ffff",
    "list of text": ["a", "b"],
    "list of Leg": [{"account": "income:fx", "amount": "1 USD"}],
    "list of ChipBin": [{"chip": "a1-b1", "chips": 4}],
}
BY_FIELD: dict[str, Any] = {
    "books.opening-bitcoin.account": "assets:bitcoin:free:cold",
    "books.opening-goods.account": "assets:inventory:wafers:taipei",
    "books.opening-goods.commodity": "WAFER.a1",
    "books.opening-memo.account": "memo:energy:x",
}
BAD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.lists(st.one_of(st.integers(), st.text(max_size=3), st.dictionaries(st.text(max_size=3), st.text(max_size=3)))),
    st.sampled_from(
        ["-5 USD", "1e3 USD", "5 USD", "1 BTC", "6.4 EH/s", "0.0001 Wh", "١٢", "2025-05-32", "2025Q5", "A B"]
    ),
)


def good(kind: str, field: FieldReference) -> Any:
    """A value that the field takes."""
    special = BY_FIELD.get(f"{kind}.{field.name}")
    return special or BY_UNIT.get(field.unit) or field.unit.partition(" | ")[0]


def row_of(kind: str) -> dict[str, Any]:
    """A whole fact as JSON writes it, with every field that there is."""
    fields = {field.name: good(kind, field) for field in describe_kind(fact_class(kind)).fields}
    return {"kind": kind, "key": "k", "date": "2025-05-01", **fields}


def toml_of(row: dict[str, Any]) -> str:
    """The same in TOML."""

    def value(item: Any) -> str:
        if isinstance(item, list):
            return f"[{', '.join(value(part) for part in item)}]"
        if isinstance(item, dict):
            return f"{{{', '.join(f'{name} = {value(part)}' for name, part in item.items())}}}"
        return json.dumps(item)

    return "[[fact]]\n" + "".join(f"{name} = {value(item)}\n" for name, item in row.items())


def csv_of(row: dict[str, Any]) -> str:
    """The same in CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([list(row), list(row.values())])
    return stream.getvalue()


def read_one(path: Path, text: str) -> Fact:
    """The only fact of a file."""
    path.write_text(text)
    (placed,) = read_file(path, "tester")
    return placed.fact


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_the_same_fact_in_every_form(tmp_path: Path, kind: str) -> None:
    """JSONL and TOML give one content, CSV too where no field is a list, and it comes back from storage unchanged."""
    row = row_of(kind)
    from_json = read_one(tmp_path / "a.jsonl", json.dumps(row))
    assert read_one(tmp_path / "a.toml", toml_of(row)).data == from_json.data
    assert decode_fact(encode_fact(from_json)) == from_json
    flat = {name: value for name, value in row.items() if not isinstance(value, list)}
    if row.keys() - flat.keys() <= {"lots"}:  # which may be left out
        without_lists = read_one(tmp_path / "b.jsonl", json.dumps(flat))
        assert read_one(tmp_path / "a.csv", csv_of(flat)).data == without_lists.data


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that hypothesis writes over and over."""
    return tmp_path_factory.mktemp("fields") / "a.jsonl"


@settings(max_examples=400)
@given(kind=st.sampled_from(KINDS), data=st.data())
def test_one_strange_value_is_read_exactly_or_refused_by_name(path: Path, kind: str, data: st.DataObject) -> None:
    """Any JSON value in any field of any kind: what is read can be stored, what is not is refused at that field."""
    fields = describe_kind(fact_class(kind)).fields
    field = data.draw(st.sampled_from(fields), label="field")
    row = row_of(kind) | {field.name: data.draw(BAD, label="value")}
    refusal: InputError | None = None
    try:
        item = read_one(path, json.dumps(row))
    except InputError as error:
        refusal = error
    if refusal is None:
        assert decode_fact(encode_fact(item)) == item
    else:
        assert (refusal.file, refusal.line) == (str(path), 1)
        assert (refusal.field or "").partition("[")[0].partition(".")[0] == field.name
        assert refusal.remedy
