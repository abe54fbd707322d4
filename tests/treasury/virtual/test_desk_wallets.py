"""A wallet is read from a chain, and the desk says what the ledger does not know of it."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import bdkpython
import pytest

from mintage.desk.wallets import read_wallets, wallets
from mintage.treasury.virtual.chain import VirtualChain, temporary_chain
from mintage.treasury.virtual.esplora import esplora
from mintage.treasury.watch import load_wallets
from mintage.units import parse_instant
from mintage.units.clock import StepClock
from mintage.wire.serve import serving
from tests.desk.example import at_its_desk, encodes, somebody

pytest.importorskip("pbk", reason="Bitcoin Core's consensus library is not installed")
EXAMPLE = Path(__file__).parents[3] / "examples" / "wallets.toml"


def test_a_wallet_that_was_paid_is_told_beside_the_ledger(example_db: Path, tmp_path: Path) -> None:
    """What is deep counts, what waits is told apart, and payments of which no fact tells are listed; it is kept."""
    wallet = load_wallets(EXAMPLE)[0]
    descriptor = bdkpython.Descriptor(wallet.descriptor, bdkpython.NetworkKind.TEST).to_single_descriptors()[0]
    address = str(descriptor.derive_address(0, bdkpython.Network.REGTEST))

    async def scenario(chain: VirtualChain) -> None:
        deep = await chain.pay(address, 123_456)
        chain.mine()
        waits = await chain.pay(address, 50_000)
        async with serving(esplora(chain), "127.0.0.1", 0) as port:
            path = tmp_path / "wallets.toml"
            path.write_text(EXAMPLE.read_text("utf-8").replace(wallet.source, f"http://127.0.0.1:{port}"), "utf-8")
            with at_its_desk(example_db, tmp_path, path) as company:
                reader = somebody("tess", "treasurer")
                (row,) = (await asyncio.to_thread(read_wallets, company, reader, request="r1")).rows
                assert wallets(company).rows == (row,)
        ledger = row.ledger.value or Decimal(0)
        assert (row.chain.value, row.waiting.value) == (Decimal("0.00123456"), Decimal("0.00050000"))
        assert row.gap.value == Decimal("0.00123456") - ledger
        assert (row.state, row.unexplained) == ("differs", 2)
        assert [item.txid for item in row.transactions] == [waits, deep]
        assert row.transactions[0].at_us is None
        assert encodes(row)

    with temporary_chain(StepClock(parse_instant("2025-07-01T00:00:00Z"))) as chain:
        asyncio.run(scenario(chain))
