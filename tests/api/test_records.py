"""Facts that come over the network: tried first, booked whole or not at all, and always in the sender's own name."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.served import Served

ORDER = {
    "kind": "sales.order-placed",
    "date": "2025-07-01",
    "customer": "northwind",
    "order": "1001",
    "line": "industrial",
    "hashrate": "500 TH/s",
    "amount": "$12,500.00",
}
SOLD = {
    "kind": "treasury.bitcoin-sold",
    "date": "2025-07-02",
    "wallet": "vault",
    "bank": "main",
    "sats": "1.5 BTC",
    "proceeds": "$150,000.00",
}
FACTS, IMPORT = "/api/v1/journal/facts", "/api/v1/journal/import"


@pytest.fixture(scope="module")
def carla(served: Served) -> httpx.Client:
    """A controller, who may record any kind."""
    return served.person("carla", ["controller"])


@pytest.fixture(scope="module")
def sam(served: Served) -> httpx.Client:
    """Somebody of sales."""
    return served.person("sam", ["sales"])


def _csv(*keys: str, **more: str) -> bytes:
    columns = ["key", *(name for name in ORDER if name != "kind"), *more]
    lines = [f"# kind: {ORDER['kind']}", ",".join(columns)]
    for key in keys:
        row = {"key": key, **ORDER, **more}
        lines.append(",".join(f'"{row[name]}"' for name in columns))
    return ("\n".join(lines) + "\n").encode()


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_a_trial_says_what_it_would_post_and_changes_nothing(served: Served, carla: httpx.Client) -> None:
    """Postings of each commodity sum to zero, the lots that would be used are named, and the journal stays as it is."""
    before = served.company.journal.head()
    told = carla.post(FACTS, json={"facts": [{**SOLD, "key": "s-try"}], "dry_run": True}).json()
    assert (told["dry"], told["new"], told["known"]) == (True, 1, 0)
    sums: dict[str, float] = {}
    for leg in told["facts"][0]["postings"]:
        unit = leg["figure"]["unit"]
        sums[unit] = sums.get(unit, 0) + float(leg["figure"]["value"])
    assert sums == {"BTC": 0, "USD": 0}
    taken = [move for move in told["facts"][0]["moves"] if move["account"] == "assets:bitcoin:free:vault"]
    assert sum(float(move["units"]["value"]) for move in taken) == -1.5
    assert all(move["href"].startswith("/trace/lot?") for move in taken)
    assert served.company.journal.head() == before


def test_a_fact_is_recorded_once_in_the_senders_name_and_leaves_an_audit_fact(
    served: Served, carla: httpx.Client
) -> None:
    """Sent twice, it is known the second time; another content under its key is refused; who sent it is its actor."""
    body = {"facts": [{**ORDER, "key": "o-1"}], "source": "order 1001.pdf", "sha256": "ab" * 32}
    assert carla.post(FACTS, json=body).json()["new"] == 1
    assert carla.post(FACTS, json=body).json()["known"] == 1
    stored = served.company.journal.fact("o-1")
    assert stored is not None
    assert stored.fact.actor == "carla"
    assert stored.fact.evidence is not None
    assert (stored.fact.evidence.source, stored.fact.evidence.sha256) == ("order 1001.pdf", "ab" * 32)
    other = carla.post(FACTS, json={"facts": [{**ORDER, "key": "o-1", "customer": "southwind"}]})
    assert (other.status_code, other.json()["field"]) == (409, "facts[0].key")
    acted = [item.fact.data for item in served.company.journal.facts("people.acted") if item.fact.actor == "carla"]
    assert [getattr(data, "subject", "") for data in acted if getattr(data, "action", "") == "journal.recorded"] == [
        "o-1"
    ]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**ORDER, "key": "x-1", "actor": "somebody"}, "facts[0].actor"),
        ({**ORDER, "key": "x-2", "hashrate": "many"}, "facts[0].hashrate"),
        ({**ORDER, "key": "x-3", "colour": "red"}, "facts[0].colour"),
        ({**ORDER, "key": "x-4", "amount": 12.5}, "facts[0].amount"),
        ({**SOLD, "key": "x-5", "sats": "1,000,000 BTC"}, "facts[0].sats"),
        ({"kind": "journal.reversed", "key": "x-6", "date": "2025-07-01", "of": "o-1", "reason": "r"}, "facts[0].kind"),
        ({"kind": "people.acted", "key": "x-7", "date": "2025-07-01", "action": "a", "subject": "s", "outcome": "done",
          "via": "session", "request": "r"}, "facts[0].kind"),
        ({"kind": "journal.period-reopened", "key": "x-8", "date": "2025-07-01", "period": "2025Q2", "reason": "r",
          "approved_by": "me"}, "facts[0].kind"),
        ({"kind": "nothing.known", "key": "x-9", "date": "2025-07-01"}, "facts[0]"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field(
    served: Served, carla: httpx.Client, row: dict[str, Any], field: str
) -> None:
    """An actor of another name, a wrong unit, a float, more than there is, a kind that only a second person makes."""
    before = served.company.journal.head()
    good = {**ORDER, "key": f"good-{row['key']}"}
    reply = carla.post(FACTS, json={"facts": [row, good]})
    assert reply.status_code in (400, 409)
    assert reply.json().get("field", "") == field
    assert reply.json()["remedy"]
    assert served.company.journal.head() == before


def test_a_room_takes_its_own_right(served: Served, sam: httpx.Client) -> None:
    """Sales records orders and no sale of bitcoin, whether typed, tried or imported; a viewer records nothing."""
    assert sam.post(FACTS, json={"facts": [{**ORDER, "key": "o-sam"}]}).status_code == 200
    assert sam.post(FACTS, json={"facts": [{**SOLD, "key": "s-sam"}], "dry_run": True}).status_code == 403
    files = [
        ("files", (f"{number}.jsonl", json.dumps({**row, "key": f"mix-{number}"}).encode() + b"\n"))
        for number, row in enumerate((ORDER, SOLD))
    ]
    assert sam.post(IMPORT, files=files).status_code == 403
    assert served.company.journal.fact("mix-0") is None
    viewer = served.person("vic", ["viewer"])
    assert viewer.post(FACTS, json={"facts": [{**ORDER, "key": "o-vic"}]}).status_code == 403
    assert "may not record" in viewer.get("/journal/new").text
    assert viewer.get("/journal/new?kind=sales.order-placed").status_code == 403
    assert [room["room"] for room in sam.get("/api/v1/journal/new").json()["rooms"]] == ["sales"]


def test_an_import_is_all_or_nothing_and_names_the_place(served: Served, carla: httpx.Client) -> None:
    """An error names file and line and nothing is booked; corrected, all is; sent again, all is known."""
    before = served.company.journal.head()
    files = [("files", ("one.csv", _csv("i-1", "i-2"))), ("files", ("two.csv", _csv("i-3") + b'"i-4","no day"\n'))]
    refused = carla.post(IMPORT, files=files)
    assert refused.status_code == 400
    assert "two.csv, line 4" in refused.json()["detail"]
    named = carla.post(IMPORT, files=[("files", ("named.csv", _csv("i-5", actor="sam")))])
    assert (named.status_code, named.json()["field"]) == (400, "actor")
    assert served.company.journal.head() == before
    files[1] = ("files", ("two.csv", _csv("i-3")))
    tried = carla.post(f"{IMPORT}?dry_run=true", files=files).json()
    assert [(row["file"], row["line"], row["new"]) for row in tried["facts"]] == [
        ("one.csv", 3, True),
        ("one.csv", 4, True),
        ("two.csv", 3, True),
    ]
    assert served.company.journal.head() == before
    assert carla.post(IMPORT, files=files).json()["new"] == 3
    assert carla.post(IMPORT, files=files).json()["known"] == 3


def test_what_a_colleague_imported_is_known_and_stays_the_colleagues(
    served: Served, carla: httpx.Client, sam: httpx.Client
) -> None:
    """The same file from another person changes nothing, and does not become that person's word."""
    files = [("files", ("shared.csv", _csv("c-1")))]
    assert carla.post(IMPORT, files=files).json()["new"] == 1
    assert sam.post(IMPORT, files=files).json()["known"] == 1
    stored = served.company.journal.fact("c-1")
    assert stored is not None
    assert stored.fact.actor == "carla"


def test_the_form_tries_says_what_is_wrong_beside_the_field_and_records(served: Served, carla: httpx.Client) -> None:
    """The journey of one fact through the page, with a document whose SHA-256 becomes evidence."""
    form = {"kind": SOLD["kind"], "key": "p-1", "date": SOLD["date"], "step": "preview"}
    typed = {f"f.{name}": value for name, value in SOLD.items() if name not in ("kind", "date")}
    wrong = carla.post("/journal/new", data={**form, **typed, "f.sats": "lots"})
    assert wrong.status_code == 400
    assert re.search(r'id="f-f.sats"[^>]*aria-invalid="true"', wrong.text)
    document = b"a broker's note"
    tried = carla.post("/journal/new", data={**form, **typed}, files={"document": ("note.pdf", document)})
    assert tried.status_code == 200
    assert "assets:bitcoin:free:vault" in tried.text
    assert served.company.journal.fact("p-1") is None
    recorded = carla.post(
        "/journal/new",
        data={**form, **typed, "step": "record", "sha256": _field(tried.text, "sha256"), "source": "note.pdf"},
    )
    assert (recorded.status_code, recorded.headers["location"]) == (303, "/journal/fact?key=p-1&done=recorded")
    stored = served.company.journal.fact("p-1")
    assert stored is not None
    assert stored.fact.evidence is not None
    assert stored.fact.evidence.sha256 == sha256(document).hexdigest()


def test_a_list_of_rows_is_typed_row_by_row(carla: httpx.Client) -> None:
    """A manual entry has its legs in rows of fields; one that does not balance is refused."""
    legs = {"f.legs.0.account": "expenses:operating:ga:fees", "f.legs.0.amount": "10.00 USD", "f.purpose": "bank fee"}
    form = {"kind": "books.entry", "key": "e-1", "date": "2025-07-03", "step": "preview", **legs}
    lone = carla.post(
        "/journal/new", data={**form, "f.legs.3.account": "assets:cash:main", "f.legs.3.amount": "-9 USD"}
    )
    assert lone.status_code == 400
    whole = carla.post(
        "/journal/new", data={**form, "f.legs.3.account": "assets:cash:main", "f.legs.3.amount": "-10 USD"}
    )
    assert whole.status_code == 200, whole.text
    assert "10.00" in whole.text


def test_uploads_are_kept_for_whoever_sent_them_alone(served: Served, carla: httpx.Client, sam: httpx.Client) -> None:
    """The page tries files and imports the very same ones when told; another person cannot import them."""
    tried = carla.post("/journal/import", files=[("files", ("three.csv", _csv("u-1", "u-2")))])
    assert tried.status_code == 200
    upload = _field(tried.text, "upload")
    assert sam.post("/journal/import", data={"upload": upload, "step": "record"}).status_code == 400
    assert served.company.journal.fact("u-1") is None
    done = carla.post("/journal/import", data={"upload": upload, "step": "record"})
    assert (done.status_code, done.headers["location"]) == (303, "/journal?done=recorded")
    assert served.company.journal.fact("u-2") is not None
    assert carla.post("/journal/import", data={"upload": upload, "step": "record"}).status_code == 400


def test_pasted_text_and_hostile_names_are_shown_and_not_obeyed(carla: httpx.Client) -> None:
    """What is pasted is read as a file; markup in names and values comes out as text."""
    pasted = _csv("v-1", note="<script>alert(1)</script>").decode()
    assert carla.post("/journal/import", data={"pasted": pasted, "form": "csv"}).status_code == 200
    name = "../<img src=x onerror=alert(1)>.csv"
    reply = carla.post("/journal/import", files=[("files", (name, b"nonsense"))])
    assert reply.status_code == 400
    assert "<img src=x" not in reply.text
    assert "../" not in reply.text.partition("<main")[2].partition("</main>")[0]
