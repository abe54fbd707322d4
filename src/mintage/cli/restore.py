"""`mintage restore`: a backup put where there is nothing."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from mintage.cli.backup_options import PlacesOptions
from mintage.cli.show import print_json, printable, progress
from mintage.exchange.folders import Places
from mintage.exchange.restore import restore

app = App(name="restore", help="Put a backup where there is nothing, verified and whole, or not at all.")


@app.default
def restore_(archive: Path, *, into: Path | None = None, options: PlacesOptions = PlacesOptions()) -> int:
    """Put a backup in place, whole or not at all, and check the chain of its journal; exit 1 where that is broken.

    Every byte is verified before anything is written, and nothing that is there is ever replaced.

    Example: mintage restore mintage-2025-06-30.tar.gz --into restored

    Args:
        archive: what `mintage backup` wrote.
        into: put everything into this folder; without it, everything goes where --db, --data, --state, --store and
            --wallets say.
    """
    with progress("unpacking") as step:
        found = restore(archive, Places.under(into) if into else options.places(), step)
    manifest = found.manifest
    if options.json:
        print_json(
            {
                "files": len(manifest.files),
                "made_at": manifest.made_at,
                "facts": manifest.seq,
                "head": manifest.head,
                "places": found.places,
                "sites": sorted(manifest.sites),
                "notes": manifest.notes,
                "problems": [str(problem.what) for problem in found.problems],
            }
        )
        return 1 if found.problems else 0
    print(f"{len(manifest.files):,} files of {manifest.made_at} are in place:")
    for name, path in found.places.items():
        print(f"  {name:<14}{path}")
    print(f"Journal: {manifest.seq:,} facts, head {manifest.head}")
    for note in manifest.notes:
        print(f"Note: {printable(note, keep='')}")
    for problem in found.problems:
        print(f"✗ {problem.where}: {problem.what}")
    print("✗ the chain is broken" if found.problems else "✓ the chain is sound")
    return 1 if found.problems else 0
