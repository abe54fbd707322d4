"""What stands before every route: ids, limits on size and time, security headers, and counts for the metrics."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mintage.api.problems import Refused, problem_of, problem_reply

LOG = logging.getLogger("mintage.api")
BODY_BYTES_MAX = 32 << 20
"""Bytes of any body, uploads included."""
BODY_S = 30.0
"""Real seconds within which a body must have come."""
QUERY_BYTES_MAX = 32 << 10
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
SECURE = (b"strict-transport-security", b"max-age=31536000")
Headers = list[tuple[bytes, bytes]]
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods that are counted by name; whoever asks may send any word, and each would be kept for ever."""
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)


class Shield:
    """ASGI middleware around the whole application.

    Args:
        app: the application.
        registry: takes the counts.
        hosts: names by which the server may be called; empty where any will do.
        secure: whether the server speaks HTTPS.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry, hosts: frozenset[str], *, secure: bool) -> None:
        self._app, self._hosts, self._secure = app, hosts, secure
        self._requests = Counter(
            "mintage_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "mintage_http_request_seconds", "Time to answer.", ("route",), buckets=_BUCKETS, registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id_ = f"r-{secrets.token_hex(8)}"
        scope.setdefault("state", {})["request_id"] = id_
        began_s, status = time.perf_counter(), 500
        started = False

        async def sending(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                added = self._added(message["headers"], id_, secure=self._secure or scope.get("scheme") == "https")
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        try:
            refused = self._refusal(scope)
            if refused is not None:
                await problem_reply(problem_of(refused, id_))(scope, receive, sending)
            else:
                await self._app(scope, _limited(receive), sending)
        except Refused as error:
            if not started:
                await problem_reply(problem_of(error, id_))(scope, receive, sending)
        except Exception as error:  # whatever it is, the caller gets an id and the log the rest
            LOG.exception("request %s failed", id_)
            if started:
                raise
            await problem_reply(problem_of(error, id_))(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "") or "none"
            self._requests.labels(scope["method"] if scope["method"] in _METHODS else "other", route, status).inc()
            self._seconds.labels(route).observe(time.perf_counter() - began_s)

    def _refusal(self, scope: Scope) -> Refused | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").rpartition("@")[2]
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if self._hosts and name.lower() not in self._hosts:
            return Refused(400, f"this server is not called '{name[:80]}'.", "Use one of the names that it was given.")
        if len(scope.get("query_string", b"")) > QUERY_BYTES_MAX:
            return Refused(413, f"a query has at most {QUERY_BYTES_MAX:,} bytes.")
        told = headers.get(b"content-length", b"")
        if told.isdigit() and int(told) > BODY_BYTES_MAX:
            return Refused(413, f"a body has at most {BODY_BYTES_MAX:,} bytes.")
        return None

    def _added(self, there: Headers, id_: str, *, secure: bool) -> Headers:
        """Headers beside those that the route set itself: one page may need another policy than the rest."""
        set_already = {name for name, _ in there}
        wanted = [*HEADERS, (b"x-request-id", id_.encode()), *([SECURE] if secure else [])]
        return [(name, value) for name, value in wanted if name not in set_already]


def _limited(receive: Receive) -> Receive:
    """Receive a body that is neither too large nor too slow."""
    deadline_s = time.monotonic() + BODY_S
    size = 0
    whole = False

    async def receiving() -> Message:
        nonlocal size, whole
        if whole:  # what comes now is the end of the connection, which may take as long as it likes
            return await receive()
        try:
            async with asyncio.timeout(max(0.0, deadline_s - time.monotonic())):
                message = await receive()
        except TimeoutError as error:
            raise Refused(408, f"the body did not come within {BODY_S:g} s.") from error
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if size > BODY_BYTES_MAX:
                raise Refused(413, f"a body has at most {BODY_BYTES_MAX:,} bytes.")
        return message

    return receiving
