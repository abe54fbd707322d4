"""Routes that speak msgspec: bodies become structs, and structs are answers, described in OpenAPI by their types.

FastAPI routes, checks parameters and describes; msgspec encodes, since the services below answer in its structs.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import Any, TypeVar, get_type_hints

import msgspec
from fastapi import APIRouter, Depends
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from mintage.api.access import SAFE, Asked, Needs
from mintage.api.idempotency import HEADER, once
from mintage.units.errors import InputError

T = TypeVar("T")
BODY_BYTES_MAX = 1 << 20
"""Bytes of a body in JSON; uploads have a limit of their own."""
JSON = "application/json"


class ToldOnce(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with a secret: it is told once and kept nowhere."""


@dataclass(frozen=True, kw_only=True)
class RouteInfo:
    """One route as tests, docs and OpenAPI need it.

    Attributes:
        method: HTTP method.
        path: path with its parameters.
        right: the right that it takes; None where it is open to all.
        answer: type of the answer; None where it answers with something else than JSON.
        body: type of the body; None where it takes none.
        endpoint: the function.
        status: HTTP status of success.
    """

    method: str
    path: str
    right: str | None
    answer: Any
    body: Any
    endpoint: Callable[..., Any]
    status: int = 200


class BodyOf:
    """A dependency that decodes a request's JSON body.

    Args:
        type_: what it must be.
    """

    def __init__(self, type_: Any) -> None:
        self.type_ = type_

    async def __call__(self, request: Request) -> Any:
        """The decoded body.

        Raises:
            InputError: it is not the JSON that is expected.
        """
        raw = await request.body()
        try:
            return msgspec.json.decode(raw or b"{}", type=self.type_)
        except msgspec.ValidationError as error:
            problem, _, at = str(error).partition(" - at `$")
            raise InputError(f"{problem}.", field=at.strip("`.") or None) from error
        except (msgspec.DecodeError, RecursionError) as error:
            raise InputError(f"the body is not JSON: {error}.", remedy="Send application/json.") from error


def body_of(type_: type[T]) -> T:
    """The default of a handler's parameter that takes the JSON body."""
    found: T = Depends(BodyOf(type_))
    return found


class ApiRouter(APIRouter):
    """A router whose handlers answer in structs.

    A handler is written as FastAPI has it; its return annotation is the answer's type, its docstring the description.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.infos: list[RouteInfo] = []

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Register a handler; what it returns becomes a reply."""
        answer = get_type_hints(endpoint).get("return")
        if inspect.isclass(answer) and issubclass(answer, Response):
            answer = None
        status = options.get("status_code") or 200
        options.update(response_model=None, operation_id=options.get("operation_id") or endpoint.__name__)
        super().add_api_route(path, replying(endpoint, status), **options)
        right, body = parameters(endpoint)
        for method in sorted(options.get("methods") or {"GET"}):
            self.infos.append(
                RouteInfo(
                    method=method,
                    path=f"{self.prefix}{path}",
                    right=right,
                    answer=answer,
                    body=body,
                    endpoint=endpoint,
                    status=status,
                )
            )


def parameters(endpoint: Callable[..., Any]) -> tuple[str | None, Any]:
    """The right that a handler takes, None where it takes none, and the type of its body."""
    right: str | None = None
    body: Any = None
    for parameter in inspect.signature(endpoint).parameters.values():
        told = getattr(parameter.default, "dependency", None)
        if isinstance(told, Needs):
            if body is not None:
                raise AssertionError(f"{endpoint.__name__} reads a body before it knows who asks")
            right = told.right
        elif isinstance(told, BodyOf):
            body = told.type_
    return right, body


def replying(endpoint: Callable[..., Any], status: int = 200) -> Callable[..., Any]:
    """A handler whose answer is encoded; conditional requests are answered with 304 where nothing changed."""
    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def waits(**values: Any) -> Response:
            return _reply(await endpoint(**values), _asked(values), status)

        return waits

    @functools.wraps(endpoint)
    def works(**values: Any) -> Response:
        asked = _asked(values)
        if asked is None or asked.request.method in SAFE:
            return _reply(endpoint(**values), asked, status)
        key = asked.request.headers.get(HEADER, "")
        return once(asked, key, _meant(values) if key else b"", lambda: _reply(endpoint(**values), asked, status))

    return works


def _asked(values: dict[str, Any]) -> Asked | None:
    return next((item for item in values.values() if isinstance(item, Asked)), None)


def _meant(values: dict[str, Any]) -> bytes:
    """All that a write asks for: its body, its query, and the fields and files of its form."""
    told: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, FormData):
            told[name] = [(field, told_part(part)) for field, part in value.multi_items()]
        elif not isinstance(value, Asked | Request):
            told[name] = value
    return encode(told)


def told_part(value: UploadFile | str) -> tuple[str, str]:
    """A field of a form; of a file its name and what it is."""
    if isinstance(value, str):
        return value, ""
    found = str(value.filename), sha256(value.file.read()).hexdigest()
    value.file.seek(0)
    return found


def _reply(value: Any, asked: Asked | None, status: int) -> Response:
    return value if isinstance(value, Response) else reply(value, asked.request if asked else None, status)


def reply(value: Any, request: Request | None, status: int = 200) -> Response:
    """A struct as JSON with its ETag."""
    content = encode(value)
    kept = "no-store" if isinstance(value, ToldOnce) else "private, no-cache"
    headers = {"Cache-Control": kept, "Vary": "Cookie, Authorization"}
    if request is not None and request.method == "GET" and status == 200:
        tag = headers["ETag"] = f'W/"{sha256(content).hexdigest()[:32]}"'
        if tag in (item.strip() for item in request.headers.get("if-none-match", "").split(",")):
            return Response(None, 304, headers)
    return Response(content, status, headers, JSON)


def encode(value: Any) -> bytes:
    """A value as JSON; exact numbers are strings."""
    return _ENCODER.encode(value)


def _told(value: Any) -> Any:
    """What msgspec does not know: an exact ratio."""
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be told in JSON")


_ENCODER = msgspec.json.Encoder(enc_hook=_told, decimal_format="string")
