"""The table of what can be counted: complete, unambiguous, and refusing what it does not know."""

from __future__ import annotations

import pytest

from mintage.units import commodity, commodity_table, parse_amount
from mintage.units.amount import ALIASES
from mintage.units.errors import AmountError


def test_every_entry_says_what_it_is() -> None:
    """Each has a unit, a scale that a 64-bit integer can bear, and a sentence."""
    for id_, entry in commodity_table().items():
        assert entry.id == id_
        assert entry.unit
        assert 0 <= entry.scale <= 8
        assert entry.meaning.endswith(".")


def test_no_unit_means_two_things() -> None:
    """Printed units and aliases are each of one commodity, so that "5 kWh" can be read without a guess."""
    single = {id_: entry for id_, entry in commodity_table().items() if not id_.endswith("*")}
    assert len({entry.unit for entry in single.values()}) == len(single)
    for unit, (id_, _) in ALIASES.items():
        assert id_ in single
        assert all(entry.unit != unit or entry.id == id_ for entry in single.values())


def test_a_member_of_a_family_has_the_familys_traits() -> None:
    """Machines of any model count whole units and carry their cost; a member keeps its own id."""
    model = commodity("MACHINE.a15-194")
    assert (model.id, model.unit, model.scale, model.carrying) == ("MACHINE.a15-194", "machines", 0, "cost")
    assert model.has_lots
    assert not commodity("USD").has_lots


def test_a_family_is_no_amounts_commodity() -> None:
    """A lot policy may speak of all machines at once, an amount may not."""
    assert commodity("MACHINE.*").carrying == "cost"
    with pytest.raises(AmountError, match="Name its member"):
        parse_amount("5 MACHINE.*")


@pytest.mark.parametrize("id_", ["", "DOGE", "MACHINE", "MACHINE.", "MACHINE.A 1", "USD.x", "usd"])
def test_what_is_not_in_the_table_is_refused(id_: str) -> None:
    """Neither a family alone nor another spelling is a commodity; the error names what is."""
    with pytest.raises(AmountError, match="HASHRATE"):
        commodity(id_)


@pytest.mark.parametrize(
    ("text", "id_"), [(f"1 {entry.unit}", entry.id) for entry in commodity_table().values() if "*" not in entry.id]
)
def test_every_printed_unit_can_be_read(text: str, id_: str) -> None:
    """What tables print is what files may say."""
    assert parse_amount(text).commodity == id_
