"""Routes of the API, one module per page group; each offers `router`."""

from __future__ import annotations

from importlib import import_module

from mintage.api.reply import ApiRouter

GROUPS = (
    "server",
    "live",
    "jobs",
    "disclosure",
    "plan",
    "chain",
    "fleet",
    "energy",
    "production",
    "factory",
    "sales",
    "treasury",
    "books",
    "journal",
    "trace",
    "records",
    "exports",
    "approvals",
    "audit",
    "settings",
)
"""Modules of this package, in the order in which the docs list them."""
ROUTERS: tuple[ApiRouter, ...] = tuple(import_module(f"{__name__}.{name}").router for name in GROUPS)
