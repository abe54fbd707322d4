"""`mintage dev`: for those who write drivers."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from mintage.cli.options import Options
from mintage.cli.show import console, plain, print_json
from mintage.fleet.drivers.scaffold import write_scaffold

app = App(name="dev", help="Skeletons for drivers of your own.")
scaffold = App(name="scaffold", help="Write a skeleton that works.")
app.command(scaffold)


@scaffold.command
def driver(name: str, *, out: Path | None = None, options: Options = Options()) -> None:
    """Write a driver for another make of machines, as a package of its own that passes the contract of drivers.

    Example: mintage dev scaffold driver acme --out ../mintage-acme

    Args:
        name: name of the driver: lower-case letters, digits and _.
        out: folder to write to; mintage-NAME where not given.
    """
    written = write_scaffold(name, out)
    if options.json:
        print_json([str(path) for path in written])
        return
    for path in written:
        console().print(plain(str(path)))
    folder = out or Path(f"mintage-{name}")
    console().print(plain(f"\nTry it:  cd {folder} && pytest\nThen install it beside Mintage: pip install -e {folder}"))
