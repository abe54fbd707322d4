"""Forms and requests that no browser of ours sends: odd alphabets, odd methods, the same key for other files."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import Request

from mintage.api.access import CSRF_HEADER, is_secure
from tests.served import PASSWORD, Served


@pytest.fixture(scope="module")
def admin(served: Served) -> httpx.Client:
    """Somebody who may everything."""
    return served.person("form-admin", ["administrator"])


def multipart(charset: str, **fields: str) -> dict[str, object]:
    """A form as parts in some alphabet."""
    parts = "".join(
        f'--XX\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    kind = f"multipart/form-data; charset={charset}; boundary=XX"
    return {"content": f"{parts}--XX--\r\n".encode(), "headers": {"content-type": kind, CSRF_HEADER: ""}}


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-7", "undefined", '"punycode"', "utf-16"])
@pytest.mark.parametrize("path", ["/sign-in", "/setup", "/invited", "/settings/tokens"])
def test_a_form_is_utf8_or_nothing(served: Served, admin: httpx.Client, charset: str, path: str) -> None:
    """An alphabet that yields what is no text is refused, at the door too, and is nobody's fault but the sender's."""
    told = {"name": "\\ud800", "password": "+2AA-", "code": "\\ud800", "label": "\\ud800", "csrf": "\\ud800"}
    for client in (served.anybody(), admin):
        reply = client.post(path, **multipart(charset, **told))  # type: ignore[arg-type]  # as httpx takes it
        assert reply.status_code == (415 if client is admin or path != "/settings/tokens" else 401)


def test_utf8_forms_are_read_as_before(served: Served) -> None:
    """A browser that names its alphabet is not refused."""
    served.person("utf", ["viewer"])
    told = multipart("UTF-8", name="utf", password=PASSWORD, next="/settings")
    reply = served.anybody().post("/sign-in", **told)  # type: ignore[arg-type]  # as httpx takes it
    assert (reply.status_code, reply.headers["location"]) == (303, "/settings")


@pytest.mark.parametrize("field", ["label", "a\0b"])
def test_a_nul_is_in_no_form(admin: httpx.Client, field: str) -> None:
    """Files and databases stop reading there."""
    csrf = {"csrf": admin.headers[CSRF_HEADER]}
    assert admin.post("/settings/tokens", data={**csrf, field: "a\0b"}).status_code == 400
    upload = {"files": ("a\0.csv", b"x")}
    assert admin.post("/journal/import", data=csrf, files=upload).status_code == 400


def test_another_file_of_the_same_name_and_size_is_another_request(admin: httpx.Client) -> None:
    """A key that stood for one file is not answered with it for another."""
    told = {"csrf": admin.headers[CSRF_HEADER], "idempotency_key": "file-1"}
    first = admin.post("/journal/import", data=told, files={"files": ("a.csv", b"kind,key,date,at\n")})
    again = admin.post("/journal/import", data=told, files={"files": ("a.csv", b"kind,key,at,date\n")})
    assert first.status_code != 409
    if first.is_success:
        assert again.status_code == 409


def test_invented_methods_are_counted_as_one(served: Served, admin: httpx.Client) -> None:
    """Whoever invents words cannot fill the server's memory with counters of them."""
    nobody = served.anybody()
    for number in range(3):
        assert nobody.request(f"ODD{number}", "/health").status_code == 405
    text = admin.get("/metrics").text
    assert 'method="other"' in text
    assert "ODD" not in text


@pytest.mark.parametrize(
    "path", ["/api/v1/treasury?on=0001-01-01", "/treasury?on=0001-01-01", f"/audit?before={1 << 70}"]
)
def test_the_ends_of_time_and_number_are_no_fault(admin: httpx.Client, path: str) -> None:
    """The first day that there is, and numbers that no database holds."""
    assert admin.get(path).status_code in (200, 400, 422)


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity", "1e999", "x"])
def test_what_is_no_temperature_is_told_so(admin: httpx.Client, text: str) -> None:
    """Neither is a number that is none."""
    assert admin.get("/energy/alder/heat", params={"outdoor": text}).status_code == 400


def test_behind_a_proxy_that_speaks_https_cookies_are_for_https(served: Served) -> None:
    """The session's cookie of somebody who came over HTTPS is not sent without."""
    served.person("proxied", ["viewer"])
    told = {"name": "proxied", "password": PASSWORD}
    plain = served.anybody().post("/sign-in", data=told)
    proxied = served.anybody().post("/sign-in", data=told, headers={"x-forwarded-proto": "https"})
    assert "secure" not in plain.headers["set-cookie"].lower()
    assert "secure" in proxied.headers["set-cookie"].lower()
    assert "strict-transport-security" in proxied.headers
    assert "strict-transport-security" not in plain.headers
    scope = {"type": "http", "app": served.app, "scheme": "http", "headers": [], "server": ("x", 80), "path": "/"}
    assert not is_secure(Request(scope))
