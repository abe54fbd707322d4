"""Pages of the console, one module per page group; each offers `router`."""

from __future__ import annotations

from importlib import import_module

from mintage.console.shell import PageRouter

GROUPS = (
    "frame",
    "chain",
    "fleet",
    "jobs",
    "disclosure",
    "plan",
    "sign",
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
    "docs",
)
"""Modules of this package."""
ROUTERS: tuple[PageRouter, ...] = tuple(import_module(f"{__name__}.{name}").router for name in GROUPS)
