"""Who may ask: sessions, tokens, forged and replayed requests, limits."""

from __future__ import annotations

import httpx
import pytest

from mintage.api.access import COOKIE, CSRF_HEADER
from mintage.api.shield import BODY_BYTES_MAX, QUERY_BYTES_MAX
from mintage.console.app import console
from mintage.people.facts import Acted
from tests.served import PASSWORD, Served, Server

TOKEN = {"label": "a program", "rights": ["settings.read"], "days": 1}


@pytest.fixture(scope="module")
def admin(served: Served) -> httpx.Client:
    """Somebody who may everything."""
    return served.person("ann", ["administrator"])


def test_nobody_is_told_anything(served: Served) -> None:
    """Without session or token the API answers 401 and pages lead to the door."""
    nobody = served.anybody()
    reply = nobody.get("/api/v1/settings")
    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["www-authenticate"].startswith("Bearer")
    page = nobody.get("/settings?x=1", headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] in ("/sign-in?next=%2Fsettings%3Fx%3D1", "/setup?next=%2Fsettings%3Fx%3D1")


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5_000, "../../etc/passwd", "mtg_not-a-session"])
def test_a_forged_cookie_is_nobody(served: Served, cookie: str) -> None:
    """What was not given out by us opens nothing."""
    nobody = served.anybody()
    nobody.cookies.set(COOKIE, cookie)
    assert nobody.get("/api/v1/settings").status_code == 401


@pytest.mark.parametrize("header", ["Bearer x", "Basic YTpi", "Bearer", "mtg_x", "Bearer mtg_" + "x" * 43])
def test_a_forged_token_is_nobody_even_with_a_session(admin: httpx.Client, header: str) -> None:
    """A request that shows a token is judged by the token alone."""
    assert admin.get("/api/v1/settings", headers={"authorization": header}).status_code == 401


def test_a_session_alone_changes_nothing(admin: httpx.Client) -> None:
    """A browser that was lured into sending the cookie lacks the session's secret."""
    for secret in ("", "wrong", "é"):
        headers = {CSRF_HEADER.encode(): secret.encode("latin-1")}
        reply = admin.post("/api/v1/settings/tokens", json=TOKEN, headers=headers)
        assert reply.status_code == 403, secret


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_another_site_changes_nothing(admin: httpx.Client, headers: dict[str, str]) -> None:
    """Even with the secret, a request that another site's page sent is refused."""
    assert admin.post("/api/v1/settings/tokens", json=TOKEN, headers=headers).status_code == 403


def test_a_token_is_as_narrow_as_it_was_made(served: Served, admin: httpx.Client) -> None:
    """It needs no secret of a session, does what it was made for, and nothing else; revoked it is worth nothing."""
    made = admin.post("/api/v1/settings/tokens", json=TOKEN)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    program = {"authorization": f"Bearer {made.json()['secret']}"}
    nobody = served.anybody()
    assert nobody.get("/api/v1/settings/system", headers=program).status_code == 200
    assert nobody.get("/api/v1/settings/people", headers=program).status_code == 403
    assert nobody.post("/api/v1/settings/tokens", json=TOKEN, headers=program).status_code == 403
    assert admin.post(f"/api/v1/settings/tokens/{made.json()['token']['id']}/revoke").status_code == 200
    assert nobody.get("/api/v1/settings/system", headers=program).status_code == 401


def test_what_is_sent_twice_under_one_key_is_done_once(served: Served, admin: httpx.Client) -> None:
    """A replay is answered as the first time; another body under the key is refused; a secret is not told twice."""
    invited = {"name": "twice", "grants": [{"role": "viewer", "site": "*"}]}
    headers = {"Idempotency-Key": "k-1"}
    assert admin.post("/api/v1/settings/people", json=invited, headers=headers).status_code == 201
    again = admin.post("/api/v1/settings/people", json=invited, headers=headers)
    assert again.status_code == 409
    assert "once" in again.json()["detail"]
    role = {"role": "sales", "site": "*"}
    first = admin.post("/api/v1/settings/people/twice/roles", json=role, headers={"Idempotency-Key": "k-2"})
    second = admin.post("/api/v1/settings/people/twice/roles", json=role, headers={"Idempotency-Key": "k-2"})
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = {"role": "treasurer", "site": "*"}
    third = admin.post("/api/v1/settings/people/twice/roles", json=other, headers={"Idempotency-Key": "k-2"})
    assert third.status_code == 409
    given = [grant.role for grant in served.company.people.person("twice").grants]
    assert sorted(given) == ["sales", "viewer"]


def test_a_refused_write_may_try_again_under_its_key(admin: httpx.Client) -> None:
    """A key is not used up by what changed nothing."""
    headers = {"Idempotency-Key": "k-3"}
    assert (
        admin.post("/api/v1/settings/tokens", json={**TOKEN, "rights": ["no.such"]}, headers=headers).status_code == 400
    )
    assert admin.post("/api/v1/settings/tokens", json=TOKEN, headers=headers).status_code == 201


def test_every_change_leaves_a_fact(served: Served, admin: httpx.Client) -> None:
    """Who, what, to whom, how known, and under which request; never a secret."""
    reply = admin.post("/api/v1/settings/people", json={"name": "on-record"})
    facts = [stored.fact for stored in served.company.journal.facts(Acted.kind)]
    found = [fact for fact in facts if isinstance(fact.data, Acted) and fact.data.subject == "on-record"]
    assert [(fact.actor, fact.data.action, fact.data.via) for fact in found if isinstance(fact.data, Acted)] == [
        ("ann", "people.invited", "session")
    ]
    assert isinstance(found[0].data, Acted)
    assert found[0].data.request == reply.headers["x-request-id"]
    assert reply.json()["href"].partition("code=")[2] not in str(facts)


def test_a_body_or_query_that_is_too_large_is_refused(admin: httpx.Client) -> None:
    """Whether it says its size or not."""
    assert admin.post("/api/v1/settings/tokens", content=b"x" * (BODY_BYTES_MAX + 1)).status_code == 413

    def endless() -> object:
        for _ in range(BODY_BYTES_MAX // (1 << 20) + 2):
            yield b" " * (1 << 20)

    assert admin.post("/api/v1/settings/tokens", content=endless()).status_code == 413  # type: ignore[arg-type]  # httpx takes it
    assert admin.get(f"/api/v1/audit?q={'x' * (QUERY_BYTES_MAX + 1)}").status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"label": 5}', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_not_what_is_expected_is_told_so(admin: httpx.Client, body: bytes) -> None:
    """Never a 500."""
    reply = admin.post("/api/v1/settings/tokens", content=body)
    assert reply.status_code == 400
    assert reply.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/shell.py",
        "/static/..%2f..%2fpyproject.toml",
        "/static//etc/passwd",
        "/static/manifest.json%00.css",
        "/static/" + "a" * 3_000,
    ],
)
def test_static_files_are_those_of_the_build_alone(served: Served, path: str) -> None:
    """No way leads out of the folder."""
    assert served.anybody().get(path).status_code == 404


def test_every_answer_carries_the_headers_that_protect_it(served: Served, admin: httpx.Client) -> None:
    """Pages, data, files and refusals alike."""
    for reply in (
        admin.get("/settings"),
        admin.get("/api/v1/settings"),
        served.anybody().get("/static/nothing"),
        served.anybody().get("/api/v1/settings"),
    ):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["x-request-id"].startswith("r-")


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(served: Served, back: str) -> None:
    """A link to us does not lead to somebody else's page."""
    nobody = served.anybody()
    assert nobody.get("/language", params={"to": "zh-Hant", "back": back}).headers["location"] == "/"
    reply = nobody.post(
        "/sign-in", data={"name": "ann", "password": PASSWORD, "next": back}, headers={"origin": served.base}
    )
    assert reply.headers["location"] == "/"


def test_a_server_that_has_a_name_answers_to_no_other(served: Served) -> None:
    """A page of another name that points to this machine gets nothing from a demonstration."""
    server = Server(console(served.company, hosts=("127.0.0.1",)))
    try:
        assert httpx.get(f"{server.base}/health").status_code == 200
        assert httpx.get(f"{server.base}/health", headers={"host": "evil.example"}).status_code == 400
    finally:
        server.close()


def test_what_has_not_changed_is_not_sent_again(admin: httpx.Client) -> None:
    """Conditional requests with the tag that an answer had."""
    first = admin.get("/api/v1/settings/people")
    again = admin.get("/api/v1/settings/people", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
