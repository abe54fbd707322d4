"""The library behind the adapter: imported only when it is used, with the remedy where it is not there."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from mintage.units.errors import InputError

ERRORS = (RuntimeError, ValueError, TypeError, OSError)
"""What the library raises: its own failures as RuntimeError, what a model lacks as TypeError or ValueError;
a deadline that passed is an OSError too."""


def is_installed() -> bool:
    """Whether the library is here."""
    return find_spec("pyasic_rs") is not None


def library() -> Any:
    """The library's module.

    Raises:
        InputError: it is not installed, or does not run on this computer.
    """
    try:
        import pyasic_rs  # noqa: PLC0415  an extra: not everybody has it
    except ImportError as error:
        raise InputError(
            f"machines of other makes need the library pyasic_rs ({error}).",
            field="driver makes",
            remedy="Install it: pip install 'mintage[makes]'.",
        ) from error
    return pyasic_rs
