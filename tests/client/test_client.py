"""The typed client against the served example company: what it returns is what was answered."""

from __future__ import annotations

import ast
import inspect
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

import mintage.client
from mintage.api.app import PREFIX, api_routes
from mintage.api.openapi import described, said
from mintage.client import ApiProblem, Client, structs
from mintage.journal.search import PAGE_MAX
from mintage.people.facts import Acted
from tests.api.world import World
from tools.api_client import FOLDER, generated

SPEC = described(api_routes(), PREFIX)
READS = [info for info in api_routes() if info.method == "GET" and info.answer is not None]
ENCODER = msgspec.json.Encoder(decimal_format="string")
HEARD_S = 20.0


def test_the_committed_client_is_what_the_description_says() -> None:
    """Whoever changes the API makes its client anew."""
    for name, text in generated(SPEC).items():
        assert (FOLDER / name).read_text("utf-8") == text, "run `python -m tools.api_client`"


def test_the_client_knows_nothing_of_the_rest_of_mintage() -> None:
    """It can be copied into another program with httpx and msgspec alone."""
    for path in Path(mintage.client.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert [
                name for name in names if name.startswith("mintage") and not name.startswith("mintage.client")
            ] == []


def test_there_is_a_method_for_each_operation() -> None:
    """By the operation's id."""
    ids = {operation["operationId"] for item in SPEC["paths"].values() for operation in item.values()}
    assert [id_ for id_ in ids if not inspect.isfunction(getattr(Client, id_, None))] == []


@pytest.mark.parametrize("info", READS, ids=[info.endpoint.__name__ for info in READS])
def test_a_read_returns_what_was_answered(world: World, client: Client, info: Any) -> None:
    """Each field of the JSON is a field of the struct, with the same value; exact numbers stay exact."""
    operation = SPEC["paths"][PREFIX + info.path]["get"]
    names = [part.strip("{}") for part in info.path.split("/") if part.startswith("{")]
    method = getattr(client, info.endpoint.__name__)
    with overheard(client) as answered:
        found = method(*(world.place(info.path, name) for name in names), **typed(method, world.query(operation)))
    assert type(found).__module__ == structs.__name__
    assert msgspec.json.decode(ENCODER.encode(found)) == msgspec.json.decode(answered[-1])


@contextmanager
def overheard(client: Client) -> Iterator[list[bytes]]:
    """The answers that a client gets meanwhile, as they are."""
    answered: list[bytes] = []

    def keep(reply: httpx.Response) -> None:
        answered.append(reply.read())

    client._http.event_hooks["response"].append(keep)
    yield answered
    client._http.event_hooks["response"].remove(keep)


def typed(method: Any, query: dict[str, str]) -> dict[str, Any]:
    """A query as a method takes it."""
    hints = inspect.signature(method, eval_str=True).parameters
    found = {name: msgspec.convert([value], list[Any]) for name, value in query.items()}
    taken: dict[str, Any] = {}
    for name, (value,) in found.items():
        annotation = hints[name].annotation
        taken[name] = [value] if "Sequence" in str(annotation) else msgspec.convert(value, annotation, strict=False)
    return taken


def test_files_come_as_they_are(world: World, client: Client) -> None:
    """A download is bytes."""
    export = client.export_file(world.ids["job"])
    assert b"bitcoin.mined" in export
    assert export == client.job_file(world.ids["job"])
    assert client.tie_out_figures(world.ids["tie-out"]).decode("utf-8-sig").count("\n") > 1
    assert set(said().media) - {"live"} <= {name for name in dir(client) if not name.startswith("_")}


def test_all_pages_together_are_the_whole_list(client: Client) -> None:
    """No row is left out or told twice at the seams."""
    week = {"account": "assets:*", "commodity": "BTC", "start": "2025-06-24", "end": "2025-06-30"}
    every = client.journal_postings(**week, limit=PAGE_MAX)
    pages = list(client.journal_postings_pages(**week, limit=max(1, len(every.rows) // 3)))
    assert len(pages) > 2
    assert every.next == ""
    assert [row for page in pages for row in page.rows] == list(every.rows)


def test_a_write_that_is_sent_twice_under_one_key_is_done_once(world: World, client: Client) -> None:
    """The second answer is the first one; another body under the key is refused."""
    body = structs.InviteBody(name="newcomer")
    before = acts(world, "people.invited")
    client.invite(body, idempotency_key="once")
    with pytest.raises(ApiProblem, match="once"):
        client.invite(body, idempotency_key="once")  # what it told is told once
    assert acts(world, "people.invited") == before + 1
    role = structs.GrantBody(role="sales", site="*")
    first = client.change_role("newcomer", role, idempotency_key="role")
    assert client.change_role("newcomer", role, idempotency_key="role") == first
    with pytest.raises(ApiProblem) as refused:
        client.change_role("newcomer", structs.GrantBody(role="treasurer", site="*"), idempotency_key="role")
    assert refused.value.status == 409


def test_an_upload_under_one_key_is_one_upload(client: Client) -> None:
    """Other files, or the same ones in earnest after a trial, are another request."""
    line = b'{"kind": "market.price-observed", "key": "%s", "date": "2026-01-03", "day": "2026-01-03", "hour": 24, '
    line += b'"price": "90000", "source": "index"}\n'
    files = [("prices.jsonl", line % b"p-1")]
    tried = client.import_facts(files=files, dry_run=True, idempotency_key="up")
    for other in ({"files": [("prices.jsonl", line % b"p-2")], "dry_run": True}, {"files": files}):
        with pytest.raises(ApiProblem) as refused:
            client.import_facts(**other, idempotency_key="up")
        assert refused.value.status == 409
    assert client.import_facts(files=files, dry_run=True, idempotency_key="up") == tried
    done = client.import_facts(files=files)
    assert (tried.dry, done.dry, done.new) == (True, False, 1)
    assert client.journal_fact_of(key="p-1").row.key == "p-1"
    with pytest.raises(ApiProblem) as none:
        client.journal_fact_of(key="p-2")
    assert none.value.status == 404


def acts(world: World, action: str) -> int:
    """How many facts say that somebody did something."""
    told = (stored.fact.data for stored in world.served.company.journal.facts(Acted.kind))
    return sum(isinstance(data, Acted) and data.action == action for data in told)


def test_a_refusal_is_a_typed_problem(world: World, client: Client) -> None:
    """It names what is wrong, where, what to do, the missing right, and the request's id."""
    with pytest.raises(ApiProblem) as wrong:
        client.trace_kpi("bitcoin.mind")
    assert (wrong.value.status, wrong.value.told.field) == (404, "id")
    assert "bitcoin.mined" in str(wrong.value)
    assert wrong.value.told.instance.startswith("r-")
    with Client(world.served.base, world.token("vic", "viewer")) as viewer, pytest.raises(ApiProblem) as refused:
        viewer.people()
    assert refused.value.told.right == "people.write"
    with Client(world.served.base) as nobody, pytest.raises(ApiProblem) as unknown:
        nobody.treasury()
    assert unknown.value.status == 401


def test_changes_are_heard_as_they_come(world: World, client: Client) -> None:
    """A fact that is recorded is told to whoever watches the journal."""
    heard: list[dict[str, Any]] = []

    def listen() -> None:
        with closing(client.live(key=["journal:head"])) as changes:
            heard.append(next(changes))

    hub = world.served.company.hub
    watching = hub.watching
    listener = threading.Thread(target=listen)
    listener.start()
    while hub.watching == watching and listener.is_alive():
        listener.join(0.01)
    client.invite(structs.InviteBody(name="heard-of"))
    listener.join(HEARD_S)
    assert heard
    assert heard[0]["changes"]["journal:head"] > 0


class Flaky(BaseHTTPRequestHandler):
    """A server that is busy once, then answers."""

    asked: list[str]

    def do_GET(self) -> None:
        """Refuse the first time."""
        self.asked.append(self.command)
        busy = len(self.asked) == 1
        body = b'{"status":"alive","version":"1"}'
        if busy:
            body = b'{"type":"x","title":"Busy.","status":503,"retry_after_s":0.01}'
        self.send_response(503 if busy else 200)
        self.send_header("Content-Type", "application/problem+json" if busy else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  as http.server calls it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as http.server calls it
        """Say nothing."""


@contextmanager
def flaky() -> Iterator[tuple[str, list[str]]]:
    """Such a server, with what it was asked."""
    asked: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("Once", (Flaky,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_read_is_tried_again_and_a_write_is_not() -> None:
    """Whoever sends a write again says so with its key."""
    with flaky() as (base, asked), Client(base) as client:
        assert client.health().status == "alive"
        assert asked == ["GET", "GET"]
    with flaky() as (base, asked), Client(base) as client:
        with pytest.raises(ApiProblem, match="Busy"):
            client.invite(structs.InviteBody(name="x"))
        assert asked == ["POST"]


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    """After the last try, as the error of the connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with Client(f"http://127.0.0.1:{taken.getsockname()[1]}", tries=1) as client, pytest.raises(httpx.ConnectError):
            client.health()
