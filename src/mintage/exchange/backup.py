"""Backup: everything that a company cannot do without in one file, taken while everything runs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import file_digest
from pathlib import Path

import msgspec

from mintage import __version__
from mintage.exchange.archive import FORMAT, VERSION, Manifest, Packer
from mintage.exchange.databases import copy_database
from mintage.exchange.files import whole
from mintage.exchange.folders import HEADQUARTERS, JOURNAL, SITES, STATE, WALLETS, Places, site_files
from mintage.journal.sqlite_read import SqliteReader
from mintage.journal.sqlite_schema import check_version, connect
from mintage.units import format_instant
from mintage.units.errors import InputError

LISTINGS_MAX = 20
"""So often a folder is listed again because files in it were merged meanwhile."""
Progress = Callable[[int, int | None], None]


class BackedUp(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was made.

    Attributes:
        path: the file.
        size: its bytes.
        sha256: its hex digest; kept elsewhere, it tells later that the file is still the same.
        manifest: what is in it.
    """

    path: Path
    size: int
    sha256: str
    manifest: Manifest


def back_up(places: Places, out: Path, progress: Progress | None = None) -> BackedUp:
    """Write a backup: journal, console, sites, headquarters, wallets; what is not there is left out.

    What was delivered is copied before what it was delivered to: a site's state first and the journal last. So nothing
    counts as delivered that the journal of the backup lacks, and what is delivered again changes nothing.

    Args:
        places: where everything is.
        out: the file; only its owner may read it.
        progress: called with the files packed so far and None.

    Raises:
        InputError: there is no journal, or a name cannot be kept in a backup.
        StoreError: a file cannot be read or is damaged, or the backup cannot be written; what was there stays.
    """
    if not places.db.is_file():
        raise InputError("there is no journal here.", file=str(places.db), remedy="Name it: --db.")
    with whole(out, 0o600) as temporary:
        with (
            tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as scratch,
            temporary.open("wb") as file,
        ):
            work = _Work(Packer(file), Path(scratch), progress)
            manifest = work.run(places)
        with temporary.open("rb") as packed:
            digest = file_digest(packed, "sha256").hexdigest()
        size = temporary.stat().st_size
    return BackedUp(path=out, size=size, sha256=digest, manifest=manifest)


class _Work:
    """One backup in the making."""

    def __init__(self, packer: Packer, scratch: Path, progress: Progress | None) -> None:
        self.packer, self.scratch, self.progress = packer, scratch, progress
        self.sites: dict[str, str] = {}
        self.notes: list[str] = []

    def run(self, places: Places) -> Manifest:
        self._database(STATE, places.state)
        key = places.state.with_suffix(".key")
        if key.is_file():
            self.notes.append(
                f"console: the key {key} is not in the backup; keep it apart and put it back beside {STATE}"
            )
        for folder in _folders(places.data):
            self._site(folder)
        self._folder(HEADQUARTERS, places.headquarters)
        if (places.headquarters / "sites.toml").is_file():
            self._add(f"{HEADQUARTERS}/sites.toml", places.headquarters / "sites.toml")
        if places.wallets.is_file():
            self._add(WALLETS, places.wallets)
        seq, head = self._journal(places.db)
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            made_at=format_instant(time.time_ns() // 1000),
            program=__version__,
            seq=seq,
            head=head.hex(),
            files=tuple(self.packer.files.values()),
            sites=self.sites,
            notes=tuple(self.notes),
        )
        self.packer.finish(manifest)
        return manifest

    def _journal(self, path: Path) -> tuple[int, bytes]:
        copy = self.scratch / "journal.db"
        copy_database(path, copy)
        with closing(connect(copy, write=False)) as db:
            check_version(db, path)
            head = SqliteReader(db).head()
        self._add(JOURNAL, copy)
        return head

    def _site(self, folder: Path) -> None:
        name = f"{SITES}/{folder.name}"
        found = site_files(folder)
        self.notes += found.notes
        for member, path in found.members.items():
            self._add(f"{name}/{member}", path)
        if found.file:
            self.sites[folder.name] = found.file
        self._folder(name, folder)

    def _folder(self, name: str, folder: Path) -> None:
        """Databases and finished Parquet files of a folder.

        Files wait in the outbox until they are delivered, so those of before count beside those of after: a file that
        the copied state names is in the backup. Merging writes the whole before it removes the parts, so that listing
        until nothing vanishes finds every sample; what is there twice is known as such by its number.
        """
        self._files(name, folder)
        for path in sorted(folder.glob("*.db")):
            self._database(f"{name}/{path.name}", path)
        for _ in range(LISTINGS_MAX):
            if self._files(name, folder):
                return
        self.notes.append(f"{folder}: files vanished all the time; some may be missing")

    def _files(self, name: str, folder: Path) -> bool:
        """Pack what is not packed yet; whether all that was listed was still there."""
        there = True
        for path in _finished(folder):
            member = f"{name}/{path.relative_to(folder).as_posix()}"
            if member not in self.packer.files:
                there = self._add(member, path) and there
        return there

    def _database(self, name: str, path: Path) -> None:
        if path.is_file():
            copy = self.scratch / "copy.db"
            copy.unlink(missing_ok=True)
            copy_database(path, copy)
            self._add(name, copy)

    def _add(self, name: str, path: Path) -> bool:
        added = self.packer.add(name, path)
        if self.progress:
            self.progress(len(self.packer.files), None)
        return added


def _folders(data: Path) -> list[Path]:
    """Folders of sites: those that an agent keeps its state in."""
    if not data.is_dir():
        return []
    return sorted(path for path in data.iterdir() if path.is_dir() and (path / "agent.db").is_file())


def _finished(folder: Path) -> Iterator[Path]:
    """Parquet files that nobody writes any more; what is being written has a name that begins with a full stop."""
    if not folder.is_dir():
        return
    for path in sorted(folder.rglob("*.parquet")):
        inside = path.relative_to(folder).parts
        if not any(part.startswith(".") for part in inside) and path.is_file() and not path.is_symlink():
            yield path
