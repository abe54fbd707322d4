"""The entry point: names the verb groups, loads the one that is called, turns errors into exit codes."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from mintage import __version__
from mintage.units.errors import InputError, MintageError, StoreError

if TYPE_CHECKING:
    from cyclopts import App

HELP = """A vertically integrated Bitcoin miner on one ledger, from wafer to treasury.

Exit codes: 0 fine, 1 a check failed, 2 bad input. Every command takes --db FILE (or MINTAGE_DB) and --json.
"""

GROUPS = {
    "facts": "Import, list and explain facts.",
    "check": "Check the journal and the books; exit 1 when something is wrong.\n\nExample: mintage check 2025Q2",
    "books": "Close periods; statements, rollforward, bridge and KPIs.",
    "trace": (
        "Walk a figure back to postings, facts and evidence.\n\n"
        "Examples: mintage trace bitcoin.owned --period 2025Q2; mintage trace lot:earned:2025-06-30:my-kinta"
    ),
    "tieout": (
        "Check every figure of a call, release or update.\n\n"
        "Example: mintage tieout call.txt --period 2025Q2 --html tieout.html"
    ),
    "plan": "Run the books' own rules over thousands of futures.",
    "silicon": "Wafers, dies and yield.",
    "factory": "Landed cost, stock and duty.",
    "sales": "Average price and backlog.",
    "agent": (
        "Run the agent of a site: find, poll, alert, control, curtail, upload.\n\n"
        "It goes on until it is interrupted or terminated, and then ends in good order. It may be killed at any time: "
        "the next one goes on where it stood. A second agent for the same site is refused.\n\n"
        "Example: mintage agent --site alder"
    ),
    "headquarters": "Take what sites upload; give sites their tokens.",
    "fleet": "Machines of a site; hash rate by site.",
    "alerts": "What is wrong at a site, and who takes care of it.",
    "control": "Make machines sleep, wake, reboot, change mode, power, pools, LED or fans.",
    "curtail": "Shed load, hold it, bring it back, and prove what was delivered.",
    "energy": "Meters, tariffs, what power costs, heat sold, break-even prices.",
    "virtual": "Virtual machines, meters, pool and chain to try everything on.",
    "mining": "Cost of one bitcoin, production, a site's day from shares to satoshis.",
    "treasury": "Bitcoin by state, lots, loans.",
    "capital": "Shares and ADS.",
    "market": "Prices, difficulty, hashprice.",
    "serve": (
        'Serve the console and the API of a company.\n\nExample: mintage serve --name "My Mine" --listen 127.0.0.1:4300'
    ),
    "people": "Who works with the console: roles, invitations, tokens, sessions.",
    "export": (
        "Write the journal and what follows from it as files of other programs.\n\n"
        "Example: mintage export journal beancount --out books.beancount"
    ),
    "backup": (
        "Save journal, console, sites with their telemetry, headquarters and wallets in one file.\n\n"
        "Example: mintage backup --out mintage-2025-06-30.tar.gz"
    ),
    "restore": (
        "Put a backup where there is nothing, verified and whole, or not at all.\n\n"
        "Example: mintage restore mintage-2025-06-30.tar.gz --into restored"
    ),
    "report": ("Write one self-contained HTML report of a period.\n\nExample: mintage report 2025Q2 --out report.html"),
    "dev": "Skeletons for drivers of your own.",
    "docs": "Generate the reference pages under docs/.",
}


def build() -> App:
    """The command tree; a group's module is imported only when it is called."""
    from cyclopts import App  # noqa: PLC0415  start-up time counts

    app = App(name="mintage", help=HELP, version=__version__, help_format="plaintext")
    for name, text in GROUPS.items():
        app.command(f"mintage.cli.{name}:app", name=name, help=text)
    app.register_install_completion_command()
    return app


def overview() -> str:
    """The first page of help: the groups, each with its first sentence."""
    groups = "\n".join(f"  {name:<14}{text.partition(chr(10))[0]}" for name, text in GROUPS.items())
    return (
        f"Usage: mintage COMMAND\n\n{HELP}\nCommands:\n{groups}\n\n"
        "  --help        This page; after a command, the help of that command.\n"
        "  --version     The version.\n"
        "  --install-completion\n"
        "                Complete commands and options in your shell.\n\n"
        "Example: mintage facts import examples/lodequarry/facts\n"
    )


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # Asked over and over, by scripts and by people who look around: not worth the wait for a terminal library.
    if arguments == ["--version"]:
        sys.stdout.write(f"{__version__}\n")
        return
    if arguments in ([], ["--help"], ["-h"]):
        sys.stdout.write(overview())
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character shows its number
    run(arguments)


def run(arguments: list[str]) -> None:
    """Run a command of the tree and exit with its code."""
    from cyclopts import CycloptsError  # noqa: PLC0415  as above

    try:
        tree = build()
        if len(arguments) == 2 and arguments[0] in GROUPS and arguments[1] in {"--help", "-h"}:
            for name in tree[arguments[0]]:
                tree[arguments[0]][name]  # loads it: only then does the group's page say what it does
        result = tree(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except MintageError as error:
        complain(error, as_json="--json" in arguments)
        sys.exit(error.exit_code)
    except CycloptsError as error:
        complain(InputError(str(error).strip(), remedy="See --help."), as_json="--json" in arguments)
        sys.exit(2)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; point stdout away so that the interpreter's last flush is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        what = f"{error.strerror or error}. Check the path and its permissions."
        complain(StoreError(f"{error.filename}: {what}" if error.filename else what), as_json="--json" in arguments)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing is half-written\n")
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)


def complain(error: MintageError, *, as_json: bool) -> None:
    """Print an error to standard error, as a sentence or as JSON."""
    from mintage.cli.show import printable  # noqa: PLC0415  as above

    if not as_json:
        sys.stderr.write(f"mintage: {printable(str(error), keep='')}\n")
        return
    import json  # noqa: PLC0415  start-up time counts

    names = ("problem", "file", "line", "field", "fact", "remedy")
    detail = {name: getattr(error, name) for name in names if getattr(error, name, None) is not None}
    sys.stderr.write(json.dumps({"error": detail or {"problem": str(error)}}) + "\n")


if __name__ == "__main__":
    main()
