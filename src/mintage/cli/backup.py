"""`mintage backup`: everything that a company cannot do without, in one file."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from mintage.cli.backup_options import PlacesOptions
from mintage.cli.show import print_json, printable, progress
from mintage.exchange.backup import back_up

app = App(
    name="backup", help="Save journal, console, sites with their telemetry, headquarters and wallets in one file."
)


@app.default
def backup(*, out: Path, options: PlacesOptions = PlacesOptions()) -> None:
    """Save everything in one file while everything runs: journal, console, sites, telemetry, headquarters, wallets.

    Each database is copied as of one instant. What is not there is left out; private keys and tokens in the environment
    are never in it. Only the file's owner may read it. Keep its SHA-256 elsewhere: it tells that the file is the same.

    Example: mintage backup --out mintage-2025-06-30.tar.gz

    Args:
        out: the file; one that is there is replaced when the new one is whole.
    """
    with progress("packing") as step:
        made = back_up(options.places(), out, step)
    manifest = made.manifest
    if options.json:
        print_json(
            {
                "file": made.path,
                "bytes": made.size,
                "sha256": made.sha256,
                "files": len(manifest.files),
                "facts": manifest.seq,
                "head": manifest.head,
                "sites": sorted(manifest.sites),
                "notes": manifest.notes,
            }
        )
        return
    print(f"{len(manifest.files):,} files are in {made.path} ({made.size:,} bytes)")
    print(f"SHA-256 {made.sha256}")
    print(f"Journal: {manifest.seq:,} facts, head {manifest.head}")
    for note in manifest.notes:
        print(f"Note: {printable(note, keep='')}")
