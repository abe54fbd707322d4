"""`mintage trace`: from a figure or a lot back to the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from cyclopts import App, Parameter

from mintage.books.nodes import Node
from mintage.books.trace import trace
from mintage.books.trace_lot import trace_lot
from mintage.cli.options import Options
from mintage.cli.show import console, plain, print_json, styled
from mintage.units import parse_period
from mintage.units.errors import InputError

if TYPE_CHECKING:
    from rich.tree import Tree

app = App(name="trace", help="Walk a figure back to postings, facts and evidence.")
STYLES = {"kpi": "bold", "definition": "italic", "term": "cyan", "fact": "green", "evidence": "dim", "lot": "bold"}


@app.default
def show(
    id_: Annotated[str, Parameter(name="ID")],
    *,
    period: str | None = None,
    limit: int = 10,
    options: Options = Options(),
) -> None:
    """Show how a figure came to be: definition, accounts, postings, facts, evidence.

    With a lot instead of a KPI: from the bitcoin back to the payout, the pool day and the site.

    Example: mintage trace bitcoin.owned --period 2025Q2
    Example: mintage trace lot:earned:2025-06-30:my-kinta

    Args:
        id_: a KPI's id, or "lot:" and the id of a lot.
        period: the period or date of the figure.
        limit: at most so many entries at each level; the rest is counted.
    """
    view = options.view()
    if id_.startswith("lot:"):
        node = trace_lot(view, id_.removeprefix("lot:"))
    elif period is None:
        raise InputError("a figure needs its period.", remedy="Add --period 2025Q2.", field="--period")
    else:
        node = trace(view, id_, parse_period(period), limit=limit)
    if options.json:
        print_json(msgspec.to_builtins(node, enc_hook=str))
    else:
        console().print(branch(node))


def branch(node: Node) -> Tree:
    """A node and what is below it, as a tree for the terminal."""
    from rich.text import Text  # noqa: PLC0415  rich loads only when something is printed
    from rich.tree import Tree  # noqa: PLC0415  as above

    label = Text.assemble(styled(node.label, STYLES.get(node.kind, "")), "  ", plain(node.value))
    if node.note:
        label.append(f"  {node.note}", style="dim")
    tree = Tree(label)
    for child in node.children:
        tree.add(branch(child))
    return tree
