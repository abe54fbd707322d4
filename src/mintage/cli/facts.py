"""`mintage facts`: bring facts in, list them, explain their kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from mintage.cli.options import Options, actor
from mintage.cli.show import print_json, print_table, progress
from mintage.house import rulebook
from mintage.journal.fact import encode_fact, fact_class, fact_kinds
from mintage.journal.intake import import_files
from mintage.journal.reference import describe_kind
from mintage.units import format_amount, format_instant, parse_period
from mintage.units.errors import InputError

app = App(name="facts", help="Import, list and explain facts.")


@app.command(name="import")
def import_(paths: Annotated[list[Path], Parameter(negative=())], *, options: Options = Options()) -> None:
    """Read fact files (TOML, CSV, JSONL) or folders of them, and book them: all or nothing.

    Importing the same files again changes nothing.

    Example: mintage facts import examples/lodequarry/facts

    Args:
        paths: files or folders.
    """
    with progress("importing") as step:
        receipts = import_files(options.journal(), paths, actor(), step)
    new = sum(receipt.new for receipt in receipts)
    if options.json:
        print_json({"facts": len(receipts), "new": new, "known": len(receipts) - new})
    else:
        print(f"{new:,} new facts; {len(receipts) - new:,} were known already. Journal: {options.db}")


@app.command
def kinds(kind: str | None = None, *, options: Options = Options()) -> None:
    """List the kinds of facts, or explain one: its fields, units and meanings.

    Example: mintage facts kinds mining.earned

    Args:
        kind: the kind to explain.
    """
    rulebook()
    if kind is None:
        rows = [(name, describe_kind(cls).meaning) for name, cls in sorted(fact_kinds().items())]
        if options.json:
            print_json([{"kind": name, "meaning": meaning} for name, meaning in rows])
        else:
            print_table("Kinds of facts", ("kind", "meaning"), rows, left=2)
        return
    description = describe_kind(fact_class(kind))
    if options.json:
        print_json(description)
    else:
        print_table(
            f"{kind}: {description.meaning}",
            ("field", "unit", "needed", "meaning"),
            [(f.name, f.unit, "yes" if f.required else f"no ({f.default})", f.meaning) for f in description.fields],
            left=4,
        )


@app.command(name="list")
def list_(
    *,
    kind: str | None = None,
    period: str | None = None,
    limit: int = 50,
    options: Options = Options(),
) -> None:
    """List facts in the order of the journal, newest last.

    Example: mintage facts list --kind mining.earned --period 2025-06

    Args:
        kind: only this kind.
        period: only accounting dates in this period.
        limit: at most so many, the last ones; 0 for all.
    """
    span = parse_period(period) if period else None
    journal = options.journal()
    if kind is not None:
        rulebook()
        fact_class(kind)
    stored = list(journal.facts(kind, span.start if span else None, span.end if span else None))
    shown = stored[-limit:] if limit else stored
    if options.json:
        print_json([{"seq": s.seq, **msgspec.json.decode(encode_fact(s.fact))} for s in shown])
        return
    rows = [(s.seq, s.fact.date, s.fact.kind, s.fact.key, s.fact.grade, s.fact.actor) for s in shown]
    note = "" if len(shown) == len(stored) else f"the last {len(shown)} of {len(stored):,}; --limit 0 shows all"
    print_table("Facts", ("seq", "date", "kind", "key", "grade", "actor"), rows, note=note, left=6)


@app.command
def show(key: str, *, options: Options = Options()) -> None:
    """Show one fact with its evidence, postings and lots.

    Example: mintage facts show earned:2025-06-30:my-kinta

    Args:
        key: the fact's key.
    """
    journal = options.journal()
    stored, entry = journal.fact(key), journal.entry(key)
    if stored is None or entry is None:
        raise InputError(f"there is no fact '{key}'.", remedy="`mintage facts list` shows keys.")
    body = msgspec.json.decode(encode_fact(stored.fact))
    if options.json:
        print_json({"seq": stored.seq, "hash": stored.hash.hex(), **body, "entry": entry})
        return
    fact = stored.fact
    rows = [
        ("kind", fact.kind),
        ("date", fact.date),
        ("at", format_instant(fact.at)),
        ("actor", fact.actor),
        ("grade", fact.grade),
        ("evidence", " ".join(f"{k}={v}" for k, v in (body["evidence"] or {}).items()) or "none"),
        ("hash", stored.hash.hex()),
        *((f"· {name}", value) for name, value in body["data"].items()),
    ]
    print_table(f"Fact {stored.seq}: {key}", ("", ""), rows, left=2)
    postings = [(p.account, format_amount(p.amount, p.commodity)) for p in entry.postings]
    print_table("Postings", ("account", "amount"), postings)
