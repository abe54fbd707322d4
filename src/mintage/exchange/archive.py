"""One file that holds many: a gzipped tar whose last member is a manifest with the SHA-256 of every other one.

Nothing of an archive is trusted before all of it was read: names are plain relative paths, members are plain files, and
what is there is exactly what the manifest says. The manifest proves that the archive is whole, not who made it; who
keeps the archive's own SHA-256 elsewhere can tell that it is the same.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec

from mintage.units.errors import InputError, LimitError, StoreError

FORMAT, VERSION = "mintage-backup", 1
MANIFEST = "manifest.json"
MANIFEST_BYTES_MAX = 256 << 20
MEMBERS_MAX = 2_000_000
"""Telemetry files of a hundred sites over fifty years."""
BYTES_MAX = 16 << 40
"""Largest sum of members: no disk of one machine holds more, and their sizes add up without doubt."""
PART_BYTES = 1 << 20
HEADER_BYTES_MAX = 64 << 10
"""Long names and the like come in headers of their own, which are read at once; ours are far shorter."""
_PART_CHARACTERS_MAX, _NAME_CHARACTERS_MAX = 80, 400


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the archive.

    Attributes:
        name: its relative path.
        size: its bytes.
        sha256: their hex digest.
    """

    name: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an archive holds.

    Attributes:
        format: always the same.
        version: of the format.
        made_at: instant, ISO 8601 in UTC.
        program: version of Mintage that made it.
        seq: number of the journal's last fact.
        head: hex hash of the journal's last fact.
        files: every other member, in order.
        sites: for each site its file's name in the archive.
        notes: what was left out or must be put back by hand, for people.
    """

    format: str
    version: int
    made_at: str
    program: str
    seq: int
    head: str
    files: tuple[Member, ...]
    sites: dict[str, str] = {}
    notes: tuple[str, ...] = ()


class Packer:
    """Writes an archive, member by member.

    Args:
        file: what takes the bytes.
    """

    def __init__(self, file: BinaryIO) -> None:
        # Parquet is packed already: more effort than the least would find little.
        self._tar = tarfile.open(fileobj=file, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT)  # noqa: SIM115  closed by `finish`
        self.files: dict[str, Member] = {}

    def add(self, name: str, path: Path) -> bool:
        """Add a file that does not change any more; whether it was still there.

        Raises:
            InputError: the name cannot be kept in an archive.
            StoreError: the file cannot be read, or changed while it was.
        """
        if not plain(name):
            raise InputError(
                "this name cannot be kept in a backup.",
                file=str(path),
                remedy="Rename it: short, printable, without a leading full stop, colon or backslash.",
            )
        try:
            with path.open("rb") as file:
                info = tarfile.TarInfo(name)
                info.size, info.mode = os.fstat(file.fileno()).st_size, 0o600
                hashing = Hashing(file)
                self._tar.addfile(info, hashing)
                if hashing.size != info.size or file.read(1):
                    raise StoreError(f"{path}: it changed while it was read. Try again.")
        except FileNotFoundError:
            return False
        self.files[name] = Member(name, hashing.size, hashing.digest.hexdigest())
        return True

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest and end the archive."""
        raw = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(raw), 0o600
        self._tar.addfile(info, io.BytesIO(raw))
        self._tar.close()


class Hashing(io.RawIOBase):
    """A file that hashes what is read from it.

    Attributes:
        digest: SHA-256 of what was read.
        size: bytes that were read.
    """

    def __init__(self, file: BinaryIO | Any) -> None:
        self._file = file
        self.digest, self.size = sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase.read`."""
        raw: bytes = self._file.read(size)
        self.digest.update(raw)
        self.size += len(raw)
        return raw

    def readable(self) -> bool:
        """See `io.RawIOBase.readable`."""
        return True


def plain(name: str) -> bool:
    """Whether a name is a relative path that leads nowhere else, on any system."""
    return len(name) <= _NAME_CHARACTERS_MAX and all(
        part
        and len(part) <= _PART_CHARACTERS_MAX
        and part[0] != "."
        and part.isprintable()
        and not set(part) & {"\\", ":"}
        for part in name.split("/")
    )


def verified(path: Path) -> Manifest:
    """Read an archive from its first to its last byte and hold it against its manifest; nothing is written.

    Raises:
        InputError: it is no such archive, is damaged, or holds what its manifest does not say.
        LimitError: it is larger than anything that we make.
        StoreError: it cannot be read.
    """
    found: dict[str, Member] = {}
    manifest: Manifest | None = None

    def take(name: str, file: Hashing) -> None:
        nonlocal manifest
        if manifest is not None:
            raise damaged(path, f"'{name}' stands behind the manifest")
        if name == MANIFEST:
            manifest = _manifest(path, file)
            return
        while file.read(PART_BYTES):
            pass
        found[name] = Member(name, file.size, file.digest.hexdigest())

    walk(path, take)
    if manifest is None:
        raise damaged(path, "it has no manifest, so it may be cut off")
    said = {item.name: item for item in manifest.files}
    for name in [*said, *found]:
        if name not in found:
            raise damaged(path, f"'{name}' is missing")
        if name not in said:
            raise damaged(path, f"'{name}' is not in the manifest")
        if said[name] != found[name]:
            raise damaged(path, f"'{name}' is not what was backed up")
    return manifest


def walk(path: Path, take: Callable[[str, Hashing], None]) -> None:
    """Hand each member of an archive to a function, in order, after a look at its name and kind.

    Raises:
        InputError: the archive or a member cannot be accepted.
        LimitError: there are too many, or they are too large.
        StoreError: the archive cannot be read.
    """
    names: set[str] = set()
    total = 0
    try:
        with gzip.open(path) as raw, tarfile.open(fileobj=raw, mode="r|", tarinfo=_Info) as tar:
            for info in tar:
                _accept(path, info, names)
                total += info.size
                if len(names) > MEMBERS_MAX or total > BYTES_MAX:
                    raise LimitError(
                        "the archive is larger than any backup.", file=str(path), remedy="Check where it came from."
                    )
                file = tar.extractfile(info)
                assert file is not None  # noqa: S101  it is a plain file, as was just checked
                take(info.name, Hashing(file))
            while rest := raw.read(PART_BYTES):  # to its end, where gzip's own checksum stands
                if rest.strip(b"\0"):
                    raise damaged(path, "something stands behind its end")
    except (tarfile.TarError, EOFError, zlib.error, ValueError) as error:  # a header's number or text may be nonsense
        raise damaged(path, f"it cannot be unpacked ({error})") from error
    except OSError as error:
        if error.errno is None:  # gzip's own complaints
            raise damaged(path, f"it cannot be unpacked ({error})") from error
        raise StoreError(f"{path}: cannot be read: {error.strerror}.") from error


class _Info(tarfile.TarInfo):
    """A header that is not believed when it asks for memory."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type not in tarfile.REGULAR_TYPES and self.size > HEADER_BYTES_MAX:
            raise tarfile.ReadError("a header is far too long")
        found: tarfile.TarInfo = super()._proc_member(tar)  # type: ignore[misc]  # a hook that typeshed leaves out
        return found


def _accept(path: Path, info: tarfile.TarInfo, names: set[str]) -> None:
    if not info.isreg() or info.issparse():
        raise damaged(path, f"'{info.name}' is a link, a folder or a device, not a file")
    if not plain(info.name):
        raise damaged(path, f"the name '{info.name}' leads out of the backup")
    if info.name in names:
        raise damaged(path, f"'{info.name}' is in it twice")
    names.add(info.name)


def _manifest(path: Path, file: Hashing) -> Manifest:
    raw = file.read(MANIFEST_BYTES_MAX + 1)
    if len(raw) > MANIFEST_BYTES_MAX:
        raise LimitError(
            "the manifest is larger than any backup's.", file=str(path), remedy="Check where it came from."
        )
    try:
        head = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        version = msgspec.json.decode(head["version"], type=int)
        if msgspec.json.decode(head["format"], type=str) == FORMAT and version > VERSION:
            raise InputError(
                f"it was made by a newer Mintage (format {version}, this one knows {VERSION}).",
                file=str(path),
                remedy="Upgrade Mintage.",
            )
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, RecursionError) as error:
        raise damaged(path, f"its manifest cannot be read ({error})") from error
    if manifest.format != FORMAT or len({item.name for item in manifest.files}) != len(manifest.files):
        raise damaged(path, "its manifest is not one of a backup")
    return manifest


def damaged(path: Path, problem: str) -> InputError:
    """The refusal of an archive."""
    return InputError(
        f"this is no sound backup: {problem}.", file=str(path), remedy="Nothing was written. Take another copy of it."
    )


def parts(file: Hashing) -> Iterator[bytes]:
    """What a member holds, in parts."""
    while part := file.read(PART_BYTES):
        yield part
