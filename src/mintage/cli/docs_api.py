"""The description of the API as a file, so that a diff shows what a change means to clients."""

from __future__ import annotations

from mintage.api.app import PREFIX, api_routes
from mintage.api.openapi import as_text, described


def openapi_page() -> str:
    """The description in OpenAPI 3.1."""
    return as_text(described(api_routes(), PREFIX))
