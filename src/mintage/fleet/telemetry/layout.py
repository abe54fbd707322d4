"""Where telemetry lies: folders by kind, UTC day and site; names that say what a file holds; writes that are whole.

```
samples/day=2026-01-05/site=alder/f-000000000000041.parquet      one flush
samples/day=.../site=.../c-000000000000001-000000000000040.parquet  flushes 1 to 40, merged and sorted
minutes-5/day=.../site=.../h-13-000000000000041.parquet          machines by 5 minutes: an hour
minutes-5/day=.../site=.../day-000000000000090.parquet           the same: the whole day
hours/..., sites-5/...                                           machines by the hour; the site by 5 minutes
latest/site=alder/latest-000000000000041.parquet                 newest sample of each machine
```
A merged file stands for every file whose numbers lie within its own, and a rollup with a higher number for those of
lower ones. What it stands for is ignored, and removed after it: a crash between the two loses nothing and counts
nothing twice. Numbers of one site only ever rise, and a name is never used for another content.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import msgspec

from mintage.units.errors import StoreError

DAY_S = 86_400
Kind = Literal["samples", "minutes-5", "hours", "sites-5"]
ROLLUPS: tuple[Kind, ...] = ("minutes-5", "hours", "sites-5")
_NAME = re.compile(r"^(?:f-(\d{15})|c-(\d{15})-(\d{15}))\.parquet$")
_ROLLUP = re.compile(r"^(day|h-\d\d)-(\d{15})\.parquet$")


class SampleFile(msgspec.Struct, frozen=True, order=True):
    """A file of samples.

    Attributes:
        first: lowest number that it stands for.
        last: highest.
        path: where it is.
    """

    first: int
    last: int
    path: Path

    @property
    def merged(self) -> bool:
        """Whether it was merged from others."""
        return self.path.name.startswith("c-")


def day_of(second: int) -> date:
    """UTC day of an instant."""
    return datetime.fromtimestamp(second, UTC).date()


def begin_of(day: date) -> int:
    """First second of a UTC day, since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def partition(root: Path, kind: Kind, day: date, site: str) -> Path:
    """Folder of one kind, day and site."""
    return root / kind / f"day={day.isoformat()}" / f"site={site}"


def sites(root: Path, kind: Kind, day: date) -> list[str]:
    """Sites that have files of a day."""
    return sorted(path.name[5:] for path in (root / kind / f"day={day.isoformat()}").glob("site=*"))


def days(root: Path, kind: Kind) -> list[date]:
    """Days that have files, oldest first."""
    return sorted(date.fromisoformat(path.name[4:]) for path in (root / kind).glob("day=*"))


def flush_name(number: int) -> str:
    """Name of the file of one flush."""
    return f"f-{number:015}.parquet"


def merged_name(first: int, last: int) -> str:
    """Name of a merged file."""
    return f"c-{first:015}-{last:015}.parquet"


def sample_files(folder: Path) -> tuple[list[SampleFile], list[SampleFile]]:
    """The files of a partition that count, in order, and those that a merged one stands for."""
    found = []
    for path in folder.glob("*.parquet"):
        match = _NAME.match(path.name)
        if match:
            flush, first, last = match.groups()
            found.append(SampleFile(int(flush or first), int(flush or last), path))
    valid: list[SampleFile] = []
    covered: list[SampleFile] = []
    # Widest first among those that begin alike: each file is then judged after whatever could stand for it.
    for item in sorted(found, key=lambda file: (file.first, -file.last, not file.merged)):
        hidden = any(other.merged and other.first <= item.first and item.last <= other.last for other in valid)
        (covered if hidden else valid).append(item)
    return valid, covered


def rollup_name(part: str, number: int) -> str:
    """Name of a rollup of "day" or "h-13" that knows of files up to a number."""
    return f"{part}-{number:015}.parquet"


def rollup_files(folder: Path) -> tuple[dict[str, tuple[int, Path]], list[Path]]:
    """The rollups of a partition that count, by part with their number, and those that another one stands for."""
    found: dict[str, tuple[int, Path]] = {}
    everything = []
    for path in folder.glob("*.parquet"):
        match = _ROLLUP.match(path.name)
        if match:
            everything.append(path)
            part, number = match[1], int(match[2])
            if number > found.get(part, (-1, path))[0]:
                found[part] = (number, path)
    valid = {"day": found["day"]} if "day" in found else found
    counted = {path for _, path in valid.values()}
    return valid, [path for path in everything if path not in counted]


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Make a file under a temporary name and rename it when it is safely on the disk.

    Args:
        path: the file.
        write: writes the file whose path it is given.

    Raises:
        StoreError: it cannot be written, as on a full disk; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(temporary)
            sync(temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}.") from error


def sync(path: Path) -> None:
    """Have a file or the names in a folder safely on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(paths: Iterable[Path]) -> None:
    """Remove files and folders that became empty."""
    for path in paths:
        path.unlink(missing_ok=True)
        for folder in (path.parent, path.parent.parent):
            if "=" in folder.name:
                with suppress(OSError):  # not empty, or gone already
                    folder.rmdir()
