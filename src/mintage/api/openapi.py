"""The API's description in OpenAPI 3.1, made from the routes' own types; `docs/openapi.json` is held to it."""

from __future__ import annotations

import inspect
from importlib import resources
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from mintage import __version__
from mintage.api.problems import KINDS, MEDIA_TYPE, Problem
from mintage.api.reply import RouteInfo
from mintage.api.routes import ROUTERS

REF = "#/components/schemas/{name}"
_ALWAYS = (401, 403, 429)
_MAYBE = {"parameters": (422,), "body": (400, 408, 413), "path": (404,), "write": (400, 409), "any": (503,)}
SUMMARY = "A vertically integrated bitcoin miner on one ledger, from wafer to treasury."


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
        routes=bare.routes,
        openapi_version="3.1.0",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    types = [item for info in infos for item in (info.answer, info.body) if item is not None]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=REF, schema_hook=_hook)
    by_type = dict(zip([*map(repr, types), repr(Problem)], schemas, strict=True))
    spec.setdefault("components", {})["schemas"] = components
    spec["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token made under Settings."},
        "session": {"type": "apiKey", "in": "cookie", "name": "mintage_session"},
    }
    spec["servers"] = [{"url": "/"}]
    examples = _examples()
    for info in infos:
        operation = spec["paths"][prefix + info.path][info.method.lower()]
        _complete(operation, info, by_type, examples.get(f"{info.method} {info.path}"))
    return spec


def _complete(operation: dict[str, Any], info: RouteInfo, by_type: dict[str, Any], example: Any) -> None:
    """Add to an operation what FastAPI cannot know of our types."""
    text = inspect.getdoc(info.endpoint) or ""
    operation["summary"], _, rest = text.partition("\n")
    operation["description"] = rest.strip() or operation["summary"]
    operation["security"] = [{"token": []}, {"session": []}] if info.right is not None else []
    if info.right:
        operation["x-right"] = info.right
    responses: dict[str, Any] = {}
    done: dict[str, Any] = {"description": "Done."}
    if info.answer is not None:
        content: dict[str, Any] = {"schema": by_type[repr(info.answer)]}
        if example is not None:
            content["example"] = example
        done["content"] = {"application/json": content}
    else:
        done["content"] = operation["responses"].get("200", {}).get("content", {}) or {"*/*": {}}
    responses[str(info.status)] = done
    if info.method == "GET":
        responses["304"] = {"description": KINDS[304][1]}
    for status in _statuses(operation, info):
        problem = {"schema": {"$ref": REF.format(name="Problem")}}
        responses[str(status)] = {"description": KINDS[status][1], "content": {MEDIA_TYPE: problem}}
    for status, told in operation["responses"].items():
        if status not in ("200", "422"):
            responses.setdefault(status, told)
    operation["responses"] = dict(sorted(responses.items()))
    if info.body is not None:
        content = {"schema": by_type[repr(info.body)]}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}


def _statuses(operation: dict[str, Any], info: RouteInfo) -> list[int]:
    found = {*_MAYBE["any"]}
    if info.right is not None:
        found.update(_ALWAYS)
    if operation.get("parameters"):
        found.update(_MAYBE["parameters"], (400,))
    if "{" in info.path:
        found.update(_MAYBE["path"])
    if info.method != "GET":
        found.update(_MAYBE["write"], _MAYBE["body"])
    return sorted(found)


def _hook(type_: type) -> dict[str, Any]:
    """What msgspec cannot describe: exact ratios are strings "n/d"."""
    if type_.__name__ == "Fraction":
        return {"type": "string", "pattern": r"^-?\d+(/\d+)?$", "description": "An exact ratio."}
    raise NotImplementedError(type_)


def _examples() -> dict[str, Any]:
    """Answers of the example company, by "METHOD /path"; see `tools/api_examples.py`."""
    file = resources.files("mintage.api").joinpath("data/examples.json")
    if not file.is_file():
        return {}
    found: dict[str, Any] = msgspec.json.decode(file.read_bytes())
    return found
