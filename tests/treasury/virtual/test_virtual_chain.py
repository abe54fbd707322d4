"""The virtual chain: Bitcoin Core's consensus accepts it, and wallets that know nothing of us see its payments."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import bdkpython
import msgspec
import pytest

from mintage.treasury.virtual.chain import VirtualChain, temporary_chain
from mintage.treasury.virtual.codec import Output, mine
from mintage.treasury.virtual.electrum import electrum
from mintage.treasury.virtual.esplora import esplora
from mintage.treasury.watch import Wallet, balance, load_wallets, payments
from mintage.units import parse_instant
from mintage.units.clock import StepClock
from mintage.units.errors import InputError, WireError
from mintage.wire.serve import serving

pbk = pytest.importorskip("pbk", reason="Bitcoin Core's consensus library is not installed")
START_US = parse_instant("2025-07-01T00:00:00Z")
EXAMPLE = load_wallets(Path(__file__).parents[3] / "examples" / "wallets.toml")[0]


def address(number: int) -> str:
    descriptor = bdkpython.Descriptor(EXAMPLE.descriptor, bdkpython.NetworkKind.TEST).to_single_descriptors()[0]
    return str(descriptor.derive_address(number, bdkpython.Network.REGTEST))


@asynccontextmanager
async def esplora_of(chain: VirtualChain) -> AsyncIterator[str]:
    async with serving(esplora(chain), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def electrum_of(chain: VirtualChain) -> AsyncIterator[str]:
    async with electrum(chain, "127.0.0.1", 0) as port:
        yield f"tcp://127.0.0.1:{port}"


@pytest.mark.parametrize("server", [esplora_of, electrum_of])
def test_a_wallet_sees_what_was_paid_and_how_deep(server: object) -> None:
    """Payments to a descriptor's addresses are seen with amount, block time and depth, by either kind of server."""

    async def scenario(chain: VirtualChain, clock: StepClock) -> None:
        first = await chain.pay(address(0), 123_456)
        await clock.advance(600)
        chain.mine()
        chain.mine()
        waiting = await chain.pay(address(7), 50_000)
        async with server(chain) as url:  # type: ignore[operator]  # one of the two above
            wallet = msgspec.structs.replace(EXAMPLE, source=url)
            found = await asyncio.to_thread(payments, wallet)
        assert [(item.txid, item.sats, item.confirmations) for item in found] == [
            (first, 123_456, 2),
            (waiting, 50_000, 0),
        ]
        assert found[0].addresses == (address(0),)
        assert found[0].at_us == START_US + 600_000_000
        assert found[1].at_us is None
        assert (balance(found), balance(found, 3), balance(found, 0)) == (123_456, 0, 173_456)

    clock = StepClock(START_US)
    with temporary_chain(clock) as chain:
        asyncio.run(scenario(chain, clock))


def test_single_addresses_are_watched_on_esplora() -> None:
    """A pool's payout address is watched without any descriptor; two payments in one block are two."""

    async def scenario(chain: VirtualChain) -> None:
        sent = {await chain.pay(address(1), 70_000), await chain.pay(address(1), 80_000)}
        await chain.pay(address(2), 90_000)
        for _ in range(60):  # more than a page of history
            sent.add(await chain.pay(address(1), 1_000))
        chain.mine()
        async with esplora_of(chain) as url:
            wallet = Wallet(name="payouts", network="regtest", source=url, addresses=(address(1),))
            found = await asyncio.to_thread(payments, wallet)
        assert {item.txid for item in found} == sent
        assert balance(found) == 210_000

    with temporary_chain(StepClock(START_US)) as chain:
        asyncio.run(scenario(chain))


def test_bitcoin_core_judges_the_blocks() -> None:
    """A block that pays its miner one satoshi too much is refused by the library that validates the chain."""
    with temporary_chain(StepClock(START_US)) as chain:
        subsidy = 5_000_000_000 >> 1
        greedy = mine(151, chain.hash_at(150), chain.time_at(150) + 1, Output(subsidy + 1, b"\x51"), ())
        with suppress(pbk.ProcessBlockException):  # refused at once, or taken as data and refused as part of the chain
            chain._node.process_block(pbk.Block(greedy.encoded()))
        assert chain._node.get_active_chain().height == 150
        honest = chain.mine()
        assert chain._node.get_active_chain().height == honest.height == 151


def test_coins_are_conserved_over_many_payments() -> None:
    """Every satoshi mined is in an unspent output: nothing appears and nothing is lost, fees included."""

    async def scenario(chain: VirtualChain) -> None:
        for number in range(40):
            await chain.pay(address(number % 5), 10_000 + number)
            if number % 3 == 0:
                chain.mine()
        chain.mine()

    with temporary_chain(StepClock(START_US)) as chain:
        asyncio.run(scenario(chain))
        outputs = {
            (seen.tx.txid, index): item.sats
            for seen in chain.seen.values()
            for index, item in enumerate(seen.tx.outputs)
        }
        unspent = sum(sats for place, sats in outputs.items() if place not in chain.spent)
        assert unspent == sum(5_000_000_000 >> (height // 150) for height in range(1, chain.height + 1))


def test_what_cannot_be_paid_is_said() -> None:
    """A mainnet address, dust, and more than there is are refused, and nothing waits for the next block."""
    with temporary_chain(StepClock(START_US)) as chain:
        for where, sats, word in (
            ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", 10_000, "regtest"),
            (address(0), 10, "too few"),
            (address(0), 10**15, "only"),
        ):
            with pytest.raises(InputError, match=word):
                asyncio.run(chain.pay(where, sats))
        assert len(chain.mine().txs) == 1


def test_a_private_descriptor_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """A descriptor with a private key is refused; no part of the key appears in the message."""
    words = bdkpython.Mnemonic(bdkpython.WordCount.WORDS12)
    key = bdkpython.DescriptorSecretKey(bdkpython.NetworkKind.TEST, words, None)
    secret = bdkpython.Descriptor.new_bip84(key, bdkpython.KeychainKind.EXTERNAL, bdkpython.NetworkKind.TEST)
    path = tmp_path / "wallets.toml"
    text = secret.to_string_with_secret()
    path.write_text(
        f'[[wallet]]\nname = "hot"\nnetwork = "regtest"\nsource = "http://127.0.0.1:1"\ndescriptor = "{text}"\n'
    )
    with pytest.raises(InputError, match="private key") as refused:
        load_wallets(path)
    assert text[20:60] not in str(refused.value)
    assert "tprv" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('descriptor = "wpkh(nonsense)"', "cannot be read"),
        ('network = "moon"', "network"),
        ('sauce = "x"', "sauce"),
        ("", "nothing to watch"),
    ],
)
def test_a_bad_file_of_wallets_is_named(tmp_path: Path, line: str, word: str) -> None:
    """What is wrong in a file of wallets is said with the file's name."""
    path = tmp_path / "wallets.toml"
    head = '[[wallet]]\nname = "w"\nsource = "http://127.0.0.1:1"\n'
    path.write_text(head + ("" if line.startswith("network") else 'network = "regtest"\n') + line)
    with pytest.raises(InputError, match=word) as refused:
        load_wallets(path)
    assert "wallets.toml" in str(refused.value) or refused.value.field == "descriptor"


def test_a_server_that_hangs_or_is_gone_ends_in_time() -> None:
    """A server that accepts and never answers, and one that is not there, each end in an error within the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        wallet = msgspec.structs.replace(EXAMPLE, source=f"http://127.0.0.1:{port}")
        with pytest.raises(WireError, match="not read within"):
            payments(wallet, deadline_s=0.3)
    with pytest.raises(WireError, match="cannot be read"):
        payments(wallet, deadline_s=30)
