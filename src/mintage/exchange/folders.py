"""Where a company keeps what it cannot do without, and under which names a backup holds it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mintage.fleet.sites import SITE_POINTER, Site, load_site
from mintage.units.errors import InputError

JOURNAL, STATE, WALLETS, SITES, HEADQUARTERS = "journal.db", "console.db", "wallets.toml", "sites", "headquarters"
FOLDERS = frozenset({SITES, HEADQUARTERS})
"""Those of them that are folders."""
FILES, ELSEWHERE = "files", "elsewhere"
"""In a site's part of a backup: its file with what lies beside it, and what it names in other places."""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Files and folders of a company on a machine.

    Attributes:
        db: the journal.
        state: the console's people, sessions and settings.
        data: folder in which each site keeps its state and telemetry.
        headquarters: folder of headquarters.
        wallets: file of the wallets that are watched.
    """

    db: Path
    state: Path
    data: Path
    headquarters: Path
    wallets: Path

    @classmethod
    def under(cls, folder: Path) -> Places:
        """The places of a company that has a folder of its own."""
        return cls(
            db=folder / "mintage.db",
            state=folder / STATE,
            data=folder / SITES,
            headquarters=folder / HEADQUARTERS,
            wallets=folder / WALLETS,
        )

    def named(self) -> dict[str, Path]:
        """Each place by the first part of the names that a backup gives to what is in it."""
        return {
            STATE: self.state,
            SITES: self.data,
            HEADQUARTERS: self.headquarters,
            WALLETS: self.wallets,
            JOURNAL: self.db,
        }


class SiteFiles(msgspec.Struct, frozen=True):
    """The files that describe a site.

    Attributes:
        file: the site's file, by its name in the backup.
        members: names in the backup, after the site's, and where the files are.
        notes: what is not in the backup, for people.
    """

    file: str = ""
    members: dict[str, Path] = {}
    notes: tuple[str, ...] = ()


def site_files(folder: Path) -> SiteFiles:
    """The file of the site that keeps its state in a folder, and every file that it names.

    Private keys stay where they are: whoever reads a backup must not be able to speak for the site.
    """
    pointer = folder / SITE_POINTER
    if not pointer.is_file():
        return SiteFiles(notes=(f"{folder.name}: no agent said where the site's file is; it is not in the backup",))
    path = Path(pointer.read_text("utf-8").removesuffix("\n"))
    try:
        site = load_site(path)
    except InputError as error:
        return SiteFiles(notes=(f"{folder.name}: the site's file is not in the backup: {error}",))
    base = path.parent.absolute()
    members: dict[str, Path] = {f"{FILES}/{path.name}": path}
    notes: list[str] = []
    for number, named in enumerate(_named(site)):
        if not named.is_file():
            notes.append(f"{folder.name}: {named} is named by the site's file and is not there")
        elif ".." not in named.parts and named.is_relative_to(base):
            members[f"{FILES}/{named.relative_to(base).as_posix()}"] = named
        else:
            members[f"{ELSEWHERE}/{number}-{named.name}"] = named
            notes.append(f"{folder.name}: put {ELSEWHERE}/{number}-{named.name} back to {named}")
    if site.agent.private_key:
        notes.append(f"{folder.name}: the private key {site.agent.private_key} is not in the backup")
    return SiteFiles(f"{FILES}/{path.name}", members, tuple(notes))


def _named(site: Site) -> list[Path]:
    """Files that a site's file names, but for private keys and folders of statements."""
    named = [site.tariff, site.agent.certificate, site.alerts.rules, site.virtual.faults, site.virtual.pool_faults]
    named.append(site.headquarters.trust if site.headquarters else "")
    return [Path(path) for path in dict.fromkeys(named) if path]
