"""The parts that an agent runs beside polling and finding, each under its own name."""

from __future__ import annotations

from mintage.fleet.context import Part

PARTS: dict[str, Part] = {}
"""Name to part."""
