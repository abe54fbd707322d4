"""Restore: a backup put where there is nothing, after every byte of it was verified, whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from mintage.exchange.archive import Hashing, Manifest, damaged, parts, verified, walk
from mintage.exchange.folders import FOLDERS, JOURNAL, SITES, Places
from mintage.fleet.sites import SITE_POINTER
from mintage.fleet.telemetry.layout import sync
from mintage.house import open_journal, rulebook
from mintage.journal.chart import default_chart
from mintage.journal.checks import Problem, check_chain
from mintage.units.errors import InputError, StoreError

ROOM_BYTES = 64 << 20
"""Left free on a disk beside what is restored: room for folders, and for the logs of databases."""
Progress = Callable[[int, int | None], None]


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was put in place.

    Attributes:
        manifest: what was in it.
        places: what was put where, by the first part of its name in the backup.
        problems: what the check of the restored journal's chain found; none in a sound one.
    """

    manifest: Manifest
    places: dict[str, Path]
    problems: tuple[Problem, ...]


def restore(archive: Path, places: Places, progress: Progress | None = None) -> Restored:
    """Put a backup in place.

    It is verified from its first to its last byte before anything is written, unpacked beside the places where it
    belongs, hashed once more as it is written, and put in place by renaming. Whatever fails on the way, nothing stays.

    Args:
        archive: the file.
        places: where everything goes; nothing may be there.
        progress: called with the files unpacked so far and their number.

    Raises:
        InputError: it is no sound backup, or something is already in one of its places. Nothing was written.
        StoreError: it cannot be read, or there is no room for it. Nothing was left behind.
    """
    manifest = verified(archive)
    wanted = _wanted(archive, manifest, places)
    _require_free(wanted)
    with _staged(wanted) as staged:
        _require_room(manifest, staged)
        _unpack(archive, manifest, staged, progress)
        _point(manifest, wanted.get(SITES), staged.get(SITES))
        _put(staged, wanted)
    journal = open_journal(wanted[JOURNAL])
    problems = list(check_chain(journal, default_chart(), rulebook()))
    seq, head = journal.head()
    if (seq, head.hex()) != (manifest.seq, manifest.head):
        problems.append(Problem("head", f"the journal ends at fact {seq}, the manifest says {manifest.seq}."))
    journal.close()
    return Restored(manifest=manifest, places=wanted, problems=tuple(problems))


def _wanted(archive: Path, manifest: Manifest, places: Places) -> dict[str, Path]:
    """Where each part of a backup goes; the journal last, so that a company without one is seen to be half restored."""
    targets = places.named()
    names = {item.name for item in manifest.files}
    for name in names:
        top, _, rest = name.partition("/")
        if top not in targets or bool(rest) != (top in FOLDERS):
            raise damaged(archive, f"'{name}' has no place here")
    if JOURNAL not in names:
        raise damaged(archive, "it holds no journal")
    for site, file in manifest.sites.items():
        if f"{SITES}/{site}/{file}" not in names:
            raise damaged(archive, f"the file of site '{site}' is not in it")
    tops = {name.partition("/")[0] for name in names}
    return {top: path.absolute() for top, path in targets.items() if top in tops}


def _require_free(wanted: dict[str, Path]) -> None:
    for path in wanted.values():
        there = path.is_symlink() or path.exists()
        if there and not (path.is_dir() and not path.is_symlink() and not any(path.iterdir())):
            raise InputError(
                "something is here already; a restore replaces nothing.",
                file=str(path),
                remedy="Move it away, or restore into another folder: --into.",
            )
        log = path.with_name(f"{path.name}-wal")
        if log.exists():
            raise InputError(
                "a database's log is left here.", file=str(log), remedy="Move it away: it belongs to another file."
            )


@contextmanager
def _staged(wanted: dict[str, Path]) -> Iterator[dict[str, Path]]:
    """A temporary name beside each place; what is still there at the end is removed, with folders that were made."""
    mark = secrets.token_hex(4)
    staged = {top: path.with_name(f".{path.name}.{mark}.part") for top, path in wanted.items()}
    made: list[Path] = []
    try:
        try:
            for path in staged.values():
                made += _made(path.parent)
            yield staged
        except OSError as error:
            where = error.filename or next(iter(wanted.values()))
            raise StoreError(f"{where}: cannot be written: {error.strerror or error}. Nothing was restored.") from error
        made.clear()
    finally:
        for path in staged.values():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):  # somebody else has put something there
                folder.rmdir()


def _made(folder: Path) -> list[Path]:
    """Make a folder; those that were not there, the outermost first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _require_room(manifest: Manifest, staged: dict[str, Path]) -> None:
    needed: dict[int, int] = {}
    disks: dict[int, Path] = {}
    for item in manifest.files:
        parent = staged[item.name.partition("/")[0]].parent
        disk = parent.stat().st_dev
        needed[disk] = needed.get(disk, ROOM_BYTES) + item.size
        disks[disk] = parent
    for disk, size in needed.items():
        free = shutil.disk_usage(disks[disk]).free
        if free < size:
            raise StoreError(
                f"{disks[disk]}: {size:,} bytes are needed, {free:,} are free. Nothing was restored; make room."
            )


def _unpack(archive: Path, manifest: Manifest, staged: dict[str, Path], progress: Progress | None) -> None:
    said = {item.name: item for item in manifest.files}
    done = 0

    def take(name: str, file: Hashing) -> None:
        nonlocal done
        if name not in said and done == len(said):
            return  # the manifest, which was read already
        top, _, rest = name.partition("/")
        with _writing(staged[top] / rest if rest else staged[top]) as target:
            target.writelines(parts(file))
        if said[name].sha256 != file.digest.hexdigest():
            raise damaged(archive, f"'{name}' changed while it was read")
        done += 1
        if progress:
            progress(done, len(said))

    walk(archive, take)
    if done != len(said):
        raise damaged(archive, "it changed while it was read")


@contextmanager
def _writing(path: Path) -> Iterator[BinaryIO]:
    """A new file that only its owner may read, safely on the disk at the end."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.errno is None:  # the archive's, not the disk's
            raise
        raise StoreError(f"{path}: cannot be written: {error.strerror}. Nothing was restored.") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _point(manifest: Manifest, data: Path | None, staged: Path | None) -> None:
    """Tell each site's folder where the site's file will lie."""
    if data is None or staged is None:
        return
    for site, file in manifest.sites.items():
        (staged / site / SITE_POINTER).write_text(f"{data / site / file}\n", "utf-8")


def _put(staged: dict[str, Path], wanted: dict[str, Path]) -> None:
    """Give everything its name; where one cannot be given, take back those that were."""
    given: list[Path] = []
    try:
        for top, path in staged.items():
            target = wanted[top]
            if target.exists() and not target.is_dir():
                raise FileExistsError(17, "something was put here meanwhile", str(target))
            path.rename(target)  # over an empty folder, never over anything else
            given.append(target)
            sync(target.parent)
    except OSError:
        for target in given:
            target.rename(next(path for top, path in staged.items() if wanted[top] == target))
        raise
