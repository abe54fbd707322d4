"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mintage.fleet.telemetry.layout import sync
from mintage.units.errors import StoreError


@contextmanager
def whole(path: Path, mode: int | None = None) -> Iterator[Path]:
    """A temporary file beside a target, which it replaces when the body has ended well and it is safely on the disk.

    Args:
        path: the target.
        mode: permissions of the file; by default those that the system gives new files.

    Raises:
        StoreError: it cannot be written, as on a full disk. What was there before is still there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode))
            yield temporary
            sync(temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}.") from error
