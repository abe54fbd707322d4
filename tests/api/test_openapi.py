"""The API's description: whole, valid, in words, and true to what is answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from mintage.api.app import PREFIX, api_routes
from mintage.api.openapi import as_text, described, said
from mintage.api.routes import ROUTERS

SPEC = described(api_routes(), PREFIX)
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, item in SPEC["paths"].items()
    for method, operation in item.items()
]
SCHEMAS: dict[str, Any] = SPEC["components"]["schemas"]
COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
BOUNDS = {"maxLength", "maximum", "enum", "const", "pattern", "format"}
SECRETS = re.compile(r"mtg_[A-Za-z0-9_-]{20}|code=[A-Za-z0-9_-]{16}")
FOLDERS = re.compile(r"(?<![\w.])/(tmp|root|home|work|usr|var|Users|private)/")


def parameters() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every parameter with its operation's id."""
    for _, operation in OPERATIONS:
        for parameter in operation.get("parameters", ()):
            if "$ref" not in parameter:
                yield operation["operationId"], parameter


def resolved(told: dict[str, Any]) -> dict[str, Any]:
    """A response, wherever it stands."""
    found: dict[str, Any] = SPEC["components"]["responses"][told["$ref"].rpartition("/")[2]] if "$ref" in told else told
    return found


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A validator of a schema that refers to the description's components."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": SCHEMAS}})


def test_it_is_openapi_3_1() -> None:
    """By the meta-schema of the OpenAPI Initiative, and each schema by that of JSON Schema."""
    jsonschema_rs.Draft202012Validator(OPENAPI_31).validate(SPEC)
    for schema in SCHEMAS.values():
        jsonschema_rs.meta.validate(schema)


def test_a_broken_description_is_found_out() -> None:
    """The meta-schema that it is held to does refuse."""
    broken = {**SPEC, "paths": {"no-slash": {"get": {"responses": 7}}}}
    assert not jsonschema_rs.Draft202012Validator(OPENAPI_31).is_valid(broken)


def test_every_route_is_an_operation_with_an_id_of_its_own() -> None:
    """Clients name their methods by it."""
    assert len(OPERATIONS) == len(api_routes())
    assert [
        id_ for id_, count in Counter(operation["operationId"] for _, operation in OPERATIONS).items() if count > 1
    ] == []


def test_everything_has_words() -> None:
    """Operations, groups, parameters, structs and each of their fields."""
    wordless = [
        name for name, operation in OPERATIONS if not operation["summary"].endswith(".") or not operation["tags"]
    ]
    wordless += [tag["name"] for tag in SPEC["tags"] if not tag["description"]]
    wordless += [f"{id_}: {item['name']}" for id_, item in parameters() if not item["description"]]
    for name, schema in SCHEMAS.items():
        wordless += [name] if not schema["description"] else []
        wordless += [f"{name}.{field}" for field, part in schema["properties"].items() if not part.get("description")]
    assert wordless == []


def test_no_word_is_of_something_that_is_gone() -> None:
    """The table of words names only tags, operations and parameters that there are."""
    ids = {operation["operationId"] for _, operation in OPERATIONS}
    names = {(id_, item["name"]) for id_, item in parameters()}
    assert set(said().tag) == {str(tag) for router in ROUTERS for tag in router.tags}
    assert set(said().media) <= ids
    assert set(said().parameter) <= {name for _, name in names}
    assert {(id_, name) for id_, told in said().operation.items() for name in told} <= names


def test_every_parameter_has_bounds() -> None:
    """Nothing of any length or size is taken."""
    boundless = []
    for id_, item in parameters():
        leaf = item["schema"].get("items", item["schema"])
        if not (BOUNDS & set(leaf) or leaf.get("type") == "boolean"):
            boundless.append(f"{id_}: {item['name']}")
        if item["schema"].get("type") == "array" and "maxItems" not in item["schema"]:
            boundless.append(f"{id_}: {item['name']} as a list")
    assert boundless == []


def test_what_is_refused_is_declared_as_problem_details() -> None:
    """Each status from 400 on, but for a server that says what is not ready."""
    for name, operation in OPERATIONS:
        statuses = {status: resolved(told) for status, told in operation["responses"].items() if status >= "400"}
        assert {"400", "500"} <= set(statuses), name
        if operation["security"]:
            assert {"401", "403", "429", "503"} <= set(statuses), name
        for status, told in statuses.items():
            media = "application/json" if operation["operationId"] == "ready" and status == "503" else None
            assert list(told["content"]) == [media or "application/problem+json"], (name, status)
            assert "X-Request-Id" in told["headers"], (name, status)
        if "429" in statuses:
            assert "Retry-After" in statuses["429"]["headers"], name


def test_each_operation_says_the_right_that_it_takes() -> None:
    """As the route has it; what is open to all says that nobody needs to be known."""
    for info in api_routes():
        operation = SPEC["paths"][PREFIX + info.path][info.method.lower()]
        assert operation.get("x-right", "") == (info.right or "")
        assert bool(operation["security"]) == (info.right is not None)


def test_writes_take_a_key_and_reads_a_tag() -> None:
    """Every write can be sent twice safely; every JSON read can be asked for what changed."""
    for name, operation in OPERATIONS:
        refs = {item["$ref"].rpartition("/")[2] for item in operation.get("parameters", ()) if "$ref" in item}
        if not name.startswith("GET"):
            assert "IdempotencyKey" in refs, name
        elif "304" in operation["responses"]:
            assert "IfNoneMatch" in refs, name
            assert "ETag" in operation["responses"]["200"]["headers"], name


def test_exact_numbers_are_strings() -> None:
    """A figure's value is a decimal string or null, never a float."""
    assert SCHEMAS["Figure"]["properties"]["value"]["anyOf"] == [
        {"type": "string", "format": "decimal"},
        {"type": "null"},
    ]


JSON_READS = {
    name: operation["responses"]["200"]["content"]["application/json"]
    for name, operation in OPERATIONS
    if "304" in operation["responses"]
}


@pytest.mark.parametrize("name", JSON_READS)
def test_every_json_read_has_a_true_example(name: str) -> None:
    """An answer of the example company, which is what its schema says; no secret, and no folder of one machine."""
    content = JSON_READS[name]
    assert "example" in content, "run `python -m tools.api_examples`"
    validator(content["schema"]).validate(content["example"])
    text = as_text({"example": content["example"]})
    assert not SECRETS.search(text)
    assert not FOLDERS.search(text)


def test_an_untrue_example_is_found_out() -> None:
    """A figure without its unit, or a number where an exact one is told, is none."""
    schema = {"$ref": "#/components/schemas/Figure"}
    right = {"value": "1.5", "unit": "BTC", "digits": 8, "reason": "", "trace": ""}
    assert validator(schema).is_valid(right)
    assert not validator(schema).is_valid({**right, "value": 1.5})
    assert not validator(schema).is_valid({name: value for name, value in right.items() if name != "unit"})


def test_the_committed_description_is_what_the_code_says() -> None:
    """Whoever changes a route sees in the diff what that means to clients."""
    assert COMMITTED.read_text("utf-8") == as_text(SPEC), "run `make docs`"
