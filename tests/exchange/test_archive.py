"""What no archive may do: every kind of tampering is refused before anything is written."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mintage.exchange.archive import FORMAT, MANIFEST, VERSION, plain, verified
from mintage.exchange.backup import back_up
from mintage.exchange.folders import Places
from mintage.exchange.restore import restore
from mintage.house import open_journal
from mintage.units.errors import InputError
from tests.exchange.test_backup import expenses

Entries = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a journal and wallets."""
    folder = tmp_path_factory.mktemp("sound")
    places = Places.under(folder)
    journal = open_journal(places.db)
    journal.append(expenses(20))
    journal.close()
    places.wallets.write_text("# none\n")
    return back_up(places, folder / "sound.tar.gz").path


def entries(path: Path) -> Entries:
    """The members of an archive."""
    with tarfile.open(path) as tar:
        return [(info, (tar.extractfile(info) or io.BytesIO()).read()) for info in tar]


def write(path: Path, members: Entries) -> Path:
    """An archive of these members, however odd."""
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for info, raw in members:
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    return path


def member(
    name: str, raw: bytes = b"x", kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info, raw


def with_manifest(members: Entries, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Entries:
    """Members with a manifest that says what they are, as a forger would write it."""
    manifest = msgspec.json.decode(next(raw for info, raw in members if info.name == MANIFEST))
    others = [(info, raw) for info, raw in members if info.name != MANIFEST]
    manifest["files"] = [
        {"name": info.name, "size": len(raw), "sha256": sha256(raw).hexdigest()} for info, raw in others
    ]
    change(manifest)
    return [*others, member(MANIFEST, msgspec.json.encode(manifest))]


def refused(path: Path, folder: Path) -> str:
    """The refusal of an archive, which must leave nothing behind."""
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError) as caught:
        restore(path, Places.under(folder / "restored"))
    assert sorted(folder.rglob("*")) == before
    assert str(path) in str(caught.value)
    return str(caught.value)


HOSTILE_NAMES = (
    "../escaped.toml",
    "sites/../../escaped.toml",
    "/etc/escaped.toml",
    "sites//escaped.toml",
    "sites/./escaped.toml",
    ".hidden",
    "sites/alder/.hidden",
    "C:\\escaped.toml",
    "sites\\..\\escaped.toml",
    "sites/a:b",
    "sites/a\x1b[31m",
    "sites/" + "x" * 500,
    "",
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_that_leads_elsewhere_is_refused(sound: Path, tmp_path: Path, name: str) -> None:
    """Traversal, absolute, hidden, foreign and endless names are refused, even where the manifest agrees."""
    assert not plain(name)
    if name:
        path = write(tmp_path / "a.tar.gz", with_manifest([member(name), *entries(sound)]))
        assert "leads out" in refused(path, tmp_path)


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
)
def test_only_plain_files_are_taken(sound: Path, tmp_path: Path, kind: bytes) -> None:
    """Links of both kinds, folders, pipes and devices are refused."""
    path = write(tmp_path / "a.tar.gz", [member("wallets2.toml", b"", kind, "journal.db"), *entries(sound)])
    assert "not a file" in refused(path, tmp_path)


def _missing(found: Entries) -> Entries:
    return [(info, raw) for info, raw in found if info.name != "wallets.toml"]


def _other(found: Entries) -> Entries:
    return [(info, raw + b"#" if info.name == "wallets.toml" else raw) for info, raw in found]


TAMPERED: dict[str, tuple[Callable[[Entries], Entries], str]] = {
    "missing member": (_missing, "'wallets.toml' is missing"),
    "extra member": (lambda found: [member("console.db"), *found], "'console.db' is not in the manifest"),
    "other content": (_other, "'wallets.toml' is not what was backed up"),
    "twice": (lambda found: [found[0], *found], "is in it twice"),
    "no manifest": (lambda found: found[:-1], "has no manifest"),
    "behind the manifest": (lambda found: [*found, member("console.db")], "stands behind the manifest"),
    "manifest of nonsense": (lambda found: [*found[:-1], member(MANIFEST, b"[1]")], "cannot be read"),
    "manifest of bytes": (
        lambda found: [*found[:-1], member(MANIFEST, b'{"version": 1, "format": "\xff"}')],
        "cannot be read",
    ),
    "deep manifest": (lambda found: [*found[:-1], member(MANIFEST, b"[" * 100_000)], "cannot be read"),
    "unknown place": (lambda found: with_manifest([member("somewhere/x"), *found]), "has no place here"),
    "file for a folder": (lambda found: with_manifest([member("sites"), *found]), "has no place here"),
    "folder for a file": (lambda found: with_manifest([member("wallets.toml/x"), *found]), "has no place here"),
    "no journal": (
        lambda found: with_manifest(found[:0] + [f for f in found if f[0].name != "journal.db"]),
        "no journal",
    ),
    "site elsewhere": (lambda found: with_manifest(found, lambda m: m.update(sites={"../..": "x"})), "is not in it"),
    "unknown key": (lambda found: with_manifest(found, lambda m: m.update(more=1)), "cannot be read"),
    "other format": (lambda found: with_manifest(found, lambda m: m.update(format="zip")), "not one of a backup"),
    "newer": (lambda found: with_manifest(found, lambda m: m.update(version=VERSION + 1)), "newer Mintage"),
}


@pytest.mark.parametrize("how", list(TAMPERED))
def test_a_tampered_archive_is_refused(sound: Path, tmp_path: Path, how: str) -> None:
    """Whatever was added, taken out, changed or forged is named, and nothing is written."""
    change, said = TAMPERED[how]
    assert said in refused(write(tmp_path / "a.tar.gz", change(entries(sound))), tmp_path)


def test_a_huge_header_is_not_read_into_memory(tmp_path: Path) -> None:
    """A header of its own that says it is long is refused by its word alone."""
    header = member("x", kind=tarfile.XHDTYPE)[0]
    header.size = 1 << 40
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(10240)))
    assert "far too long" in refused(path, tmp_path)


def test_no_flipped_byte_goes_unseen(sound: Path, tmp_path: Path) -> None:
    """A byte flipped anywhere is refused, unless it unpacks to the very same bytes: zeros are packed in many ways."""
    raw = sound.read_bytes()
    whole = gzip.decompress(raw)
    draw = random.Random(4)
    begin = raw.index(b"\0", 10) + 1  # behind gzip's header of time and name, which say nothing
    path = tmp_path / "a.tar.gz"
    seen = 0
    for position in [begin, len(raw) - 1, len(raw) - 5, *draw.sample(range(begin, len(raw)), 100)]:
        flipped = bytearray(raw)
        flipped[position] ^= 1 << draw.randrange(8)
        path.write_bytes(flipped)
        if unpacked(bytes(flipped)) != whole:
            refused(path, tmp_path)
            seen += 1
    assert seen > 50


def unpacked(raw: bytes) -> bytes:
    """What gzip makes of bytes; nothing where it refuses them."""
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error):
        return b""


def test_no_cut_archive_is_taken(sound: Path, tmp_path: Path) -> None:
    """However much is missing at the end, and whatever stands behind it, it is refused."""
    raw = sound.read_bytes()
    path = tmp_path / "a.tar.gz"
    for length in (0, 1, 20, len(raw) // 2, len(raw) - 9, len(raw) - 1):
        path.write_bytes(raw[:length])
        refused(path, tmp_path)
    path.write_bytes(raw + gzip.compress(b"more"))
    assert "behind its end" in refused(path, tmp_path)


def test_other_files_are_no_backups(tmp_path: Path) -> None:
    """Text, nothing, and a file that is not there are refused in words."""
    path = tmp_path / "a.tar.gz"
    path.write_text("hello")
    assert "no sound backup" in refused(path, tmp_path)


def test_the_format_is_what_tar_reads(sound: Path) -> None:
    """Anybody can look into a backup with tar; its manifest says format and version."""
    names = [info.name for info, _ in entries(sound)]
    manifest = verified(sound)
    assert names == [*(item.name for item in manifest.files), MANIFEST]
    assert (manifest.format, manifest.version) == (FORMAT, 1)
