"""Writes the client of the API from its description: `python -m tools.api_client` after the API changed."""

from __future__ import annotations

import builtins
import keyword
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from mintage.api.app import PREFIX, api_routes
from mintage.api.openapi import described

FOLDER = Path(__file__).parents[1] / "src" / "mintage" / "client"
HEAD = """\"\"\"{0}

Generated from the API's description by `tools/api_client.py`; change the API, not this file.
\"\"\"

from __future__ import annotations

"""
STRUCTS_HEAD = """import datetime as dt
import decimal
from typing import Any, Literal

import msgspec

"""
CLIENT_HEAD = """from typing import Any, Literal

from mintage.client import structs
from mintage.client.transport import File, Transport, pages, part


class Client(Transport):
    \"\"\"The API of one server; see `Transport` for how it is reached.\"\"\"

"""
WIDTH = 110
ARGUMENTS_MAX = 8
FORMATS = {"decimal": "decimal.Decimal", "date": "dt.date", "date-time": "dt.datetime"}
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
JSON = "application/json"
Schema = dict[str, Any]


def generated(spec: Schema) -> dict[str, str]:
    """The client's files by name, formatted.

    Args:
        spec: the API's description.
    """
    return {"structs.py": formatted(structs(spec)), "api.py": formatted(client(spec))}


def formatted(text: str) -> str:
    """Source as the repository has it."""
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "120", "--stdin-filename", "client.py", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def structs(spec: Schema) -> str:
    """The module of structs."""
    schemas: dict[str, Schema] = spec["components"]["schemas"]
    tags, received = _tag_fields(schemas), _received(spec)
    parts = [
        HEAD.format("What the API takes and answers.") + STRUCTS_HEAD,
        *(
            _struct(name, schema, tags.get(name), only_sent=name not in received)
            for name, schema in sorted(schemas.items())
        ),
    ]
    return "\n\n".join(parts)


def _received(spec: Schema) -> set[str]:
    """Structs that the API takes."""
    waiting: list[Any] = [
        operation.get("requestBody") for operations in spec["paths"].values() for operation in operations.values()
    ]
    found: set[str] = set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += item.values()
            name = str(item.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(spec["components"]["schemas"][name])
    return found


def _tag_fields(schemas: dict[str, Schema]) -> dict[str, str]:
    """Structs that are alternatives, to the field that tells them apart."""
    found: dict[str, str] = {}
    waiting: list[Any] = list(schemas.values())
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            told = item.get("discriminator")
            if isinstance(told, dict) and "mapping" in told:
                found |= {ref.rpartition("/")[2]: told["propertyName"] for ref in told["mapping"].values()}
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return found


def _struct(name: str, schema: Schema, tag_field: str | None, *, only_sent: bool) -> str:
    """One struct."""
    options = "frozen=True, kw_only=True"
    fields: dict[str, Schema] = dict(schema["properties"])
    if tag_field is not None:
        (tag,) = fields.pop(tag_field)["enum"]
        options += f", tag_field={tag_field!r}, tag={tag!r}"
    needed = set(schema.get("required", ()))
    if only_sent and set(fields) - needed:
        options += ", omit_defaults=True"  # a field that an answer need not have is left out where it is the default
    told = [(_attribute(field), part.get("description", "")) for field, part in fields.items()]
    lines = [f"class {name}(msgspec.Struct, {options}):", _docstring(schema["description"], "Attributes", told), ""]
    for field, part in fields.items():
        type_ = annotation(part)
        default = "" if field in needed else _default(part, type_)
        if _attribute(field) != field:
            default = f' = msgspec.field(name="{field}")'
        lines.append(f"    {_attribute(field)}: {type_}{default}")
    return "\n".join(lines)


def annotation(schema: Schema, module: str = "") -> str:
    """The Python type of a schema.

    Args:
        schema: the schema.
        module: what stands before the names of structs.
    """
    if "$ref" in schema:
        return module + str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return f"Literal[{', '.join(map(_quoted, schema['enum']))}]"
    if "anyOf" in schema:
        words = [word for option in schema["anyOf"] for word in option.get("enum", ())]
        if words:
            rest = [option for option in schema["anyOf"] if "enum" not in option]
            schema = {"anyOf": [{"enum": words}, *rest]}
        kinds = [annotation(option, module) for option in schema["anyOf"]]
        return " | ".join(sorted(dict.fromkeys(kinds), key=lambda kind: kind == "None"))
    return _compound(schema, module) or FORMATS.get(schema.get("format", ""), PLAIN.get(schema.get("type", ""), "Any"))


def _compound(schema: Schema, module: str) -> str:
    """The type of an array or of an object without a name; "" for what is neither."""
    if schema.get("type") == "array" and "prefixItems" in schema:
        return f"tuple[{', '.join(annotation(item, module) for item in schema['prefixItems'])}]"
    if schema.get("type") == "array":
        return f"tuple[{annotation(schema.get('items', {}), module)}, ...]"
    if schema.get("type") == "object":
        more = schema.get("additionalProperties", {})
        return f"dict[str, {annotation(more, module) if isinstance(more, dict) else 'Any'}]"
    return ""


def _default(schema: Schema, type_: str) -> str:
    """The default of a field that may be left out, as source."""
    value = schema.get("default")
    if isinstance(value, list):
        return f" = ({''.join(f'{_quoted(item)}, ' for item in value)})"
    if isinstance(value, dict):
        return " = msgspec.field(default_factory=dict)"
    if isinstance(value, str) and type_ == FORMATS["decimal"]:
        return f" = decimal.Decimal({value!r})"
    return f" = {_quoted(value)}"


def client(spec: Schema) -> str:
    """The module of the client's class."""
    methods = []
    for path, operations in spec["paths"].items():
        for verb, operation in operations.items():
            methods += _methods(path, verb, operation)
    body = "\n\n".join(methods)
    imports = ["import datetime as dt"] if "dt." in body else []
    imports += ["import decimal"] if "decimal." in body else []
    imports.append("from collections.abc import Generator, Iterator, Sequence")
    return (
        HEAD.format("A method for each operation of the API.") + "\n".join(imports) + "\n" + CLIENT_HEAD + body + "\n"
    )


def _methods(path: str, verb: str, operation: Schema) -> list[str]:
    """The method of an operation; and one that goes through all its pages, where it has pages."""
    call = _Call(path, verb, operation)
    found = [call.method()]
    if call.paged:
        found.append(call.pages_method())
    return found


class _Call:
    """One operation as source.

    Args:
        path: its path.
        verb: HTTP method in small letters.
        operation: its description.
    """

    def __init__(self, path: str, verb: str, operation: Schema) -> None:
        self._verb, self._operation = verb, operation
        self.name: str = operation["operationId"]
        told = [item for item in operation.get("parameters", ()) if "$ref" not in item]
        self._path = [item for item in told if item["in"] == "path"]
        self._query = [item for item in told if item["in"] == "query"]
        self.paged: str = operation.get("x-paged", "")
        self._address = path
        for item in self._path:
            self._address = self._address.replace(f"{{{item['name']}}}", f"{{part({_safe(item['name'])})}}")
        content = operation.get("requestBody", {}).get("content", {})
        self._body = annotation(content[JSON]["schema"], "structs.") if JSON in content else ""
        self._files = bool(content) and not self._body
        self._answer, self._reads = self._answered()

    def _answered(self) -> tuple[str, str]:
        """The type of the answer, and how it is read: as a struct, as it is, as a stream, or not at all."""
        done = next(told for status, told in self._operation["responses"].items() if status.startswith("2"))
        content = done.get("content", {})
        if JSON in content:
            return annotation(content[JSON]["schema"], "structs."), "struct"
        if "text/event-stream" in content:
            return "Generator[dict[str, Any]]", "stream"
        return ("bytes", "bytes") if content else ("None", "struct")

    def _parameters(self) -> list[tuple[str, str, str]]:
        """Name, type with default, and meaning of each parameter but those that are known by their place."""
        rows = []
        for item in self._query:
            type_ = _asked(item["schema"])
            text = type_ if item["required"] else f"{type_} | None = None"
            rows.append((_safe(item["name"]), text, item["description"]))
        if self._files:
            rows.append(("files", "Sequence[File]", "Names and contents of the files."))
        if self._verb != "get":
            rows.append(("idempotency_key", "str | None = None", "Send it again to do this once; made up where None."))
        return sorted(rows, key=lambda row: "=" in row[1])

    def _head(self, name: str, answer: str, summary: str) -> str:
        placed = [(_safe(item["name"]), "str", item["description"]) for item in self._path]
        placed = [
            (name, annotation(item["schema"]) if "enum" in item["schema"] else type_, text)
            for item, (name, type_, text) in zip(self._path, placed, strict=True)
        ]
        if self._body:
            placed.append(("body", self._body, "What is asked for."))
        named = self._parameters()
        arguments = ["self", *(f"{name}: {type_}" for name, type_, _ in placed)]
        if named:
            arguments += ["*", *(f"{name}: {type_}" for name, type_, _ in named)]
        noqa = "  # noqa: PLR0913  as many as the API has" if len(placed) + len(named) > ARGUMENTS_MAX else ""
        told = [(name, text) for name, _, text in (*placed, *named)]
        head = f"    def {name}({noqa}\n        {', '.join(arguments)}\n    ) -> {answer}:"
        return head + "\n" + _docstring(summary, "Args", told, indent=8)

    def method(self) -> str:
        """The operation's method."""
        query = "{" + ", ".join(f'"{item["name"]}": {_safe(item["name"])}' for item in self._query) + "}"
        address = f'f"{self._address}"' if self._path else f'"{self._address}"'
        if self._files:
            call = f"self._upload({address}, {query}, files, type_={self._answer}, idempotency_key=idempotency_key)"
        elif self._reads == "stream":
            call = f"self._stream({address}, {query})"
        elif self._verb == "get":
            call = f"self._bytes({address}, {query})" if self._reads == "bytes" else ""
            call = call or f"self._read({address}, {query}, {self._answer})"
        else:
            body = "body=body, " if self._body else ""
            type_ = "type(None)" if self._answer == "None" else self._answer
            told = f"{body}type_={type_}, idempotency_key=idempotency_key"
            call = f'self._write("{self._verb.upper()}", {address}, {told})'
        summary = self._operation["summary"]
        rest = self._operation["description"]
        text = summary if rest == summary else f"{summary}\n\n{rest}"
        result = call if self._answer == "None" else f"return {call}"
        return f"{self._head(self.name, self._answer, text)}\n        {result}\n"

    def pages_method(self) -> str:
        """A method that goes through all pages."""
        placed = "".join(f"{_safe(item['name'])}, " for item in self._path)
        named = "".join(
            f"{_safe(item['name'])}={'cursor' if item['name'] == self.paged else _safe(item['name'])}, "
            for item in self._query
        )
        summary = f"Every page of `{self.name}`, asked for one after another."
        head = self._head(f"{self.name}_pages", f"Iterator[{self._answer}]", summary)
        return f"{head}\n        return pages(lambda cursor: self.{self.name}({placed}{named}), {_safe(self.paged)})\n"


def _asked(schema: Schema) -> str:
    """The type of a parameter of a query."""
    if schema.get("type") == "array":
        return f"Sequence[{annotation(schema['items'])}]"
    return annotation(schema)


def _safe(name: str) -> str:
    """A parameter's name that hides nothing of Python's own."""
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


def _attribute(name: str) -> str:
    """A field's name, where Python has no other use for it."""
    return f"{name}_" if keyword.iskeyword(name) else name


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) and '"' not in value and "\\" not in value else repr(value)


def _docstring(text: str, section: str, rows: list[tuple[str, str]], indent: int = 4) -> str:
    """A docstring in Google's style."""
    margin = " " * indent
    first, _, rest = text.partition("\n\n")
    blocks = [first]
    blocks += [textwrap.fill(" ".join(part.split()), WIDTH) for part in rest.split("\n\n") if part.strip()]
    if rows:
        lines = [textwrap.fill(f"{name}: {told}", WIDTH - 8, subsequent_indent="    ") for name, told in rows]
        blocks.append(f"{section}:\n" + textwrap.indent("\n".join(lines), "    "))
    whole = "\n\n".join(blocks)
    end = f"\n{margin}" if "\n" in whole or whole.endswith('"') else ""
    mark = "r" if "\\" in whole else ""
    return f'{margin}{mark}"""{textwrap.indent(whole, margin).strip()}{end}"""'


def main() -> None:
    """Write the client's files."""
    for name, text in generated(described(api_routes(), PREFIX)).items():
        (FOLDER / name).write_text(text, "utf-8")
        print(f"{FOLDER.name}/{name}: {len(text.splitlines()):,} lines")


if __name__ == "__main__":
    main()
