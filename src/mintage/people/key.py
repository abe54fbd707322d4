"""The key that stands beside the file of tables, so that the file alone does not give second factors away."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from mintage.units.errors import StoreError

KEY_BYTES = 32


def load_key(path: Path | None) -> bytes:
    """The key in a file, which is made where it is not there; one for this process alone without a file.

    Args:
        path: the file; only its owner may read it.

    Raises:
        StoreError: it cannot be read or made, or holds no key.
    """
    if path is None:
        return secrets.token_bytes(KEY_BYTES)
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: the key cannot be read or made: {error.strerror}.") from error
    if len(key) != KEY_BYTES:
        raise StoreError(f"{path}: this is no key: it has {len(key)} bytes instead of {KEY_BYTES}.")
    return key


def _make(path: Path) -> None:
    """Make a key whole or not at all; of two processes that do so at once, one wins and both read the same."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
