"""The API's description in OpenAPI 3.1, made from the routes' own types; `docs/openapi.json` is held to it."""

from __future__ import annotations

import inspect
import json
import tomllib
from functools import cache
from importlib import resources
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from mintage import __version__
from mintage.api.access import SAFE
from mintage.api.idempotency import KEY_CHARACTERS_MAX
from mintage.api.problems import KINDS, MEDIA_TYPE, Problem
from mintage.api.queries import PATH_CHARACTERS_MAX
from mintage.api.reply import JSON, RouteInfo
from mintage.api.routes import ROUTERS
from mintage.api.routes.server import Readiness
from mintage.api.schemas import REF, schemas_of
from mintage.journal.reference import field_meanings

SUMMARY = "A vertically integrated bitcoin miner on one ledger, from wafer to treasury."
ANYBODY, KNOWN = (400, 500), (401, 403, 429, 503)
"""Statuses of every operation, and of those that insist on knowing who asks."""
NAMED, WRITES = (404, 409, 413, 422), (404, 408, 409, 413, 422)
"""Statuses of operations that take parameters, and of those that change something."""
RETRIED, FIRST_REFUSAL = (409, 429), 400
HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Request-Id": ("The request's id, which the server's log and the audit facts have too.", {"type": "string"}),
    "ETag": ("Stands for this very answer; send it as If-None-Match.", {"type": "string", "pattern": '^(W/)?".+"$'}),
    "Retry-After": ("Seconds to wait before trying again.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("How to say who asks.", {"type": "string"}),
    "Idempotency-Replayed": ("Says that this was done before, under the same key.", {"type": "string"}),
}
PARAMETERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "IdempotencyKey": (
        "Idempotency-Key",
        "A key of the caller's own choice. What comes again under it within two days is done once, and answered alike.",
        {"type": "string", "maxLength": KEY_CHARACTERS_MAX},
    ),
    "IfNoneMatch": (
        "If-None-Match",
        "ETag of what the caller has; 304 says that it is still right.",
        {"type": "string"},
    ),
}


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `data/openapi.toml` says beside types and docstrings.

    Attributes:
        description: of the whole API.
        tag: what each group of routes is about.
        parameter: what parameters mean, by name.
        operation: what they mean in one operation, by its id.
        media: what operations answer with that answer with something else than a struct, by their ids.
    """

    description: str
    tag: dict[str, str]
    parameter: dict[str, str]
    operation: dict[str, dict[str, str]]
    media: dict[str, str]


@cache
def said() -> Said:
    """The table of words."""
    text = resources.files("mintage.api").joinpath("data/openapi.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Said)


def described(infos: list[RouteInfo], prefix: str) -> dict[str, Any]:
    """The whole description.

    Args:
        infos: the API's routes.
        prefix: path before each of them.
    """
    bare = FastAPI()
    for router in ROUTERS:
        bare.include_router(router, prefix=prefix)
    spec = get_openapi(
        title="Mintage",
        version=__version__,
        summary=SUMMARY,
        description=said().description.strip(),
        routes=bare.routes,
        openapi_version="3.1.0",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    answers = [info.answer for info in infos if info.answer is not None]
    by_type, schemas = schemas_of(
        [*answers, Readiness, Problem], [info.body for info in infos if info.body is not None]
    )
    spec["components"] = {
        "schemas": schemas,
        "securitySchemes": _security_schemes(),
        "responses": {f"Problem{status}": _refusal(status) for status in sorted(KINDS) if status >= FIRST_REFUSAL},
        "headers": {name: {"description": text, "schema": schema} for name, (text, schema) in HEADERS.items()},
        "parameters": {
            id_: {"name": name, "in": "header", "description": text, "schema": schema}
            for id_, (name, text, schema) in PARAMETERS.items()
        },
    }
    spec["servers"] = [{"url": "/", "description": "The server that this comes from."}]
    used = dict.fromkeys(str(tag) for router in ROUTERS for tag in router.tags)
    spec["tags"] = [{"name": tag, "description": said().tag.get(tag, "")} for tag in used]
    examples = _examples()
    for info in infos:
        operation = spec["paths"][prefix + info.path][info.method.lower()]
        _complete(operation, info, by_type, examples.get(f"{info.method} {info.path}"))
    return spec


def as_text(spec: dict[str, Any]) -> str:
    """A description as the file `docs/openapi.json` has it."""
    return json.dumps(spec, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _complete(operation: dict[str, Any], info: RouteInfo, by_type: dict[str, Any], example: Any) -> None:
    """Add to an operation what FastAPI cannot know of our types."""
    text = inspect.getdoc(info.endpoint) or ""
    operation["summary"], _, rest = text.partition("\n")
    operation["description"] = rest.strip() or operation["summary"]
    operation["security"] = _security(info)
    if info.right:
        operation["x-right"] = info.right
    given = operation["responses"]
    responses: dict[str, Any] = {str(info.status): _done(operation["operationId"], info, by_type, example)}
    if info.method == "GET" and info.answer is not None:
        responses["304"] = {"description": KINDS[304][1], "headers": _headers("X-Request-Id", "ETag")}
    more = {int(status) for status in given if status not in (str(info.status), "422")}
    for status in sorted({*_statuses(operation, info), *more}):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    if operation["operationId"] == "ready":
        responses["503"] = {**responses["200"], "description": "It cannot answer now; `checks` says what is wrong."}
    operation["responses"] = dict(sorted(responses.items()))
    _complete_parameters(operation, info)
    if info.body is not None:
        schema = by_type[repr(info.body)]
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}


def _done(id_: str, info: RouteInfo, by_type: dict[str, Any], example: Any) -> dict[str, Any]:
    """How an operation answers that did what it was asked for."""
    done: dict[str, Any] = {"description": "Done.", "headers": _headers("X-Request-Id")}
    if info.status == 204:
        return done
    if info.answer is None and id_ != "ready":
        media = said().media.get(id_, "*/*")
        done["content"] = {media: {"schema": {"type": "object"}} if media == JSON else {}}
        return done
    done["content"] = {JSON: {"schema": by_type[repr(info.answer or Readiness)]}}
    if example is not None:
        done["content"][JSON]["example"] = example
    if info.method == "GET" and info.answer is not None:
        done["headers"] |= _headers("ETag")
    if _keeps_keys(info):
        done["headers"] |= _headers("Idempotency-Replayed")
    return done


def _refusal(status: int) -> dict[str, Any]:
    told: dict[str, Any] = {"description": KINDS[status][1], "headers": _headers("X-Request-Id")}
    if status in RETRIED:
        told["headers"] |= _headers("Retry-After")
    if status == 401:
        told["headers"] |= _headers("WWW-Authenticate")
    return {**told, "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(name="Problem")}}}}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _complete_parameters(operation: dict[str, Any], info: RouteInfo) -> None:
    """Describe parameters, and add those that stand in headers."""
    here = said().operation.get(operation["operationId"], {})
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"] = _untitled(parameter["schema"])
        described_here = schema.pop("description", "")
        name = parameter["name"]
        told = parameter.get("description") or described_here
        parameter["description"] = told or here.get(name) or said().parameter.get(name, "")
        if parameter["in"] == "path" and "enum" not in schema:
            schema.update(minLength=1, maxLength=PATH_CHARACTERS_MAX)
    added = []
    if info.method == "GET" and info.answer is not None:
        added.append("IfNoneMatch")
    if _keeps_keys(info):
        added.append("IdempotencyKey")
    parameters = operation.setdefault("parameters", [])
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name in added]
    if not parameters:
        del operation["parameters"]
    if info.answer is not None and "next" in field_meanings(info.answer):
        taking = [item["name"] for item in parameters if item.get("name") in ("after", "before", "cursor")]
        if taking:
            operation["x-paged"] = taking[0]


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without its made-up title, and without null, which no query can say."""
    schema = {name: value for name, value in schema.items() if name != "title"}
    options = schema.pop("anyOf", [])
    real = [option for option in options if option.get("type") != "null"]
    if len(real) > 1 and all("pattern" in option or option.get("type") == "number" for option in real):
        return {**schema, "type": "string", "format": "decimal"}
    return {**schema, **real[0]} if real else schema


def _keeps_keys(info: RouteInfo) -> bool:
    """Whether a write is done once for an idempotency key."""
    return info.method not in SAFE and not inspect.iscoroutinefunction(info.endpoint)


def _statuses(operation: dict[str, Any], info: RouteInfo) -> set[int]:
    found = set(ANYBODY)
    if info.right is not None:
        found.update(KNOWN)
    if operation.get("parameters"):
        found.update(NAMED)
    if info.method not in SAFE:
        found.update(WRITES)
    return found


def _security(info: RouteInfo) -> list[dict[str, list[str]]]:
    if info.right is None:
        return []
    return [{"token": []}, {"session": []} if info.method in SAFE else {"session": [], "csrf": []}]


def _security_schemes() -> dict[str, Any]:
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "A token made under Settings."},
        "session": {"type": "apiKey", "in": "cookie", "name": "mintage_session", "description": "A browser's session."},
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRF-Token",
            "description": "The session's secret, which our own pages send along with whatever changes something.",
        },
    }


def _examples() -> dict[str, Any]:
    """Answers of the example company, by "METHOD /path"; see `tools/api_examples.py`."""
    file = resources.files("mintage.api").joinpath("data/examples.json")
    if not file.is_file():
        return {}
    found: dict[str, Any] = msgspec.json.decode(file.read_bytes())
    return found
