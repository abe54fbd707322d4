"""Scripts, styles and pictures, as the build left them in the package: named by their content and kept for ever."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import msgspec
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(str(resources.files("mintage.console"))) / "static"
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
_FOREVER = "public, max-age=31536000, immutable"


@cache
def manifest() -> dict[str, str]:
    """Names as templates know them, to the files that the build made."""
    path = FOLDER / "manifest.json"
    found: dict[str, str] = msgspec.json.decode(path.read_bytes()) if path.is_file() else {}
    return found


def address(name: str) -> str:
    """Address of a file by the name that templates know."""
    return f"/static/{manifest().get(name, name)}"


class Static:
    """Serves the files; a browser that can gets them compressed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        await self._reply(name, gzip="gzip" in accepted)(scope, receive, send)

    def _reply(self, name: str, *, gzip: bool) -> Response:
        content, packed = _read(name, gzip=gzip) if _NAME.match(name) else (None, False)
        if content is None:
            return PlainTextResponse("there is no such file", 404)
        headers: dict[str, Any] = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if packed:
            headers["Content-Encoding"] = "gzip"
        return Response(content, 200, headers, guess_type(name)[0] or "application/octet-stream")


@cache
def _read(name: str, *, gzip: bool) -> tuple[bytes | None, bool]:
    """A file's bytes, and whether they are compressed."""
    if name not in _files():
        return None, False
    packed = FOLDER / f"{name}.gz"
    if gzip and packed.name in _files():
        return packed.read_bytes(), True
    return (FOLDER / name).read_bytes(), False


@cache
def _files() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir() if path.is_file()) if FOLDER.is_dir() else frozenset()
