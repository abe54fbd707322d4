"""A regtest chain of one's own: pays addresses, mines blocks, and lets Bitcoin Core's consensus judge each of them.

Its coins are locked by `OP_TRUE`, so paying needs no key. Only the payee's scripts are anybody's real wallet.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import bdkpython
import msgspec

from mintage.treasury.virtual.codec import ANYONE_SCRIPT, Coin, MinedBlock, Output, Tx, display, mine
from mintage.units.clock import Clock
from mintage.units.errors import InputError

if TYPE_CHECKING:
    import pbk

MATURITY = 100
_HALVING = 150  # Source: Bitcoin Core, kernel/chainparams.cpp, regtest
_SUBSIDY = 5_000_000_000
_FIRST = 150
_BLOCK_S = 600
_DUST = 1_000


class Seen(msgspec.Struct, frozen=True):
    """A transaction as the chain knows it.

    Attributes:
        tx: the transaction.
        height: block that holds it; None while it waits.
    """

    tx: Tx
    height: int | None


class VirtualChain:
    """A chain with coins to pay from.

    Args:
        folder: where Bitcoin Core's code keeps its files; its block files must not be there yet.
        clock: time of the blocks. A block may not be more than two hours ahead of this machine's own clock.
        fee_sat_vb: fee rate of payments.

    Raises:
        InputError: the validating library is not installed, or the folder holds another chain.
    """

    def __init__(self, folder: Path, clock: Clock, *, fee_sat_vb: int = 2) -> None:
        self._clock, self._fee_sat_vb = clock, fee_sat_vb
        self._node = _open_node(folder)
        self._entries = self._node.get_active_chain().block_tree_entries
        if len(self._entries) > 1:
            raise InputError("a chain is there already.", file=str(folder), remedy="Name an empty folder.")
        self.blocks: list[MinedBlock] = []
        self._genesis = self._entries[0]
        self._hashes = [bytes(self._genesis.block_hash)]
        self._times = [_header_time(bytes(self._genesis.block_header))]
        self._coins: list[tuple[int, Coin]] = []  # (first height at which it may be spent, coin)
        self._waiting: list[Tx] = []
        self.seen: dict[str, Seen] = {}
        self.by_script: dict[bytes, list[str]] = {}
        self.spent: dict[tuple[bytes, int], str] = {}
        begun_s = clock.now_us() // 1_000_000
        for number in range(_FIRST):
            self._extend(begun_s - (_FIRST - number) * _BLOCK_S)

    @property
    def height(self) -> int:
        """Height of the tip."""
        return len(self._hashes) - 1

    def hash_at(self, height: int) -> bytes:
        """Hash of the block at a height, in internal byte order."""
        return self._hashes[height]

    def header_at(self, height: int) -> bytes:
        """The 80 bytes of the header at a height."""
        return self.blocks[height - 1].header if height else bytes(self._genesis.block_header)

    def time_at(self, height: int) -> int:
        """Time in the header at a height, seconds since 1970."""
        return self._times[height]

    async def pay(self, address: str, sats: int) -> str:
        """Send a payment; it waits for the next block.

        Returns:
            The transaction's id.

        Raises:
            InputError: the address is not one of regtest, the amount is dust, or the coins do not suffice.
        """
        return self.send(script_of(address), sats)

    def send(self, script: bytes, sats: int) -> str:
        """As `pay`, to a script."""
        if sats < _DUST:
            raise InputError(f"{sats} satoshis are too few to be sent.", remedy=f"Send at least {_DUST}.")
        chosen, total, fee = [], 0, 0
        # Change that waits for the next block may be spent in it too, but confirmed coins go first.
        ripe_coins = [pair for pair in self._coins if pair[0] <= self.height + 1]
        for ripe, coin in sorted(ripe_coins, key=lambda pair: (pair[0] > self.height, -pair[1].sats)):
            if total >= sats + fee + _DUST:
                break
            chosen.append((ripe, coin))
            total += coin.sats
            fee = self._fee_sat_vb * (110 + 45 * len(chosen))
        if total < sats + fee + _DUST:
            raise InputError(f"the virtual chain has only {total} satoshis to spend.", remedy="Let it mine on.")
        outputs = (Output(sats, script), Output(total - sats - fee, ANYONE_SCRIPT))
        tx = Tx(tuple(coin for _, coin in chosen), outputs)
        for pair in chosen:
            self._coins.remove(pair)
        self._coins.append((self.height + 1, Coin(tx.txid, 1, outputs[1].sats, ANYONE_SCRIPT)))
        self._waiting.append(tx)
        self._note(tx, None)
        return display(tx.txid)

    def mine(self) -> MinedBlock:
        """Mine a block over all that waits, and have it validated.

        Raises:
            InputError: consensus refuses the block, which only its time can cause.
        """
        return self._extend(self._clock.now_us() // 1_000_000)

    async def run(self, block_s: float = _BLOCK_S) -> None:
        """Mine a block every so many seconds of the clock, until cancelled."""
        while True:
            await self._clock.sleep(block_s)
            self.mine()

    def _extend(self, time_s: int) -> MinedBlock:
        height, txs = self.height + 1, tuple(self._waiting)
        fees = sum(sum(c.sats for c in tx.inputs) - sum(o.sats for o in tx.outputs) for tx in txs)
        # Later than the median of the last eleven (consensus), and never earlier than the block below.
        time_s = max(time_s, self._times[-1] + 1)
        reward = Output((_SUBSIDY >> (height // _HALVING)) + fees, ANYONE_SCRIPT)
        block = mine(height, self._hashes[-1], time_s, reward, txs)
        _judge(self._node, block)
        if self._node.get_active_chain().height != height:
            raise InputError(
                f"Bitcoin Core's consensus refused block {height}, of {time_s}.",
                remedy="A virtual chain's time must not run past this machine's own.",
            )
        self._keep(block)
        return block

    def _keep(self, block: MinedBlock) -> None:
        self.blocks.append(block)
        self._hashes.append(block.hash)
        self._times.append(block.time_s)
        coinbase = block.txs[0]
        self._coins.append((block.height + MATURITY, Coin(coinbase.txid, 0, coinbase.outputs[0].sats, ANYONE_SCRIPT)))
        self._waiting.clear()
        for tx in block.txs:
            self._note(tx, block.height)

    def _note(self, tx: Tx, height: int | None) -> None:
        txid = display(tx.txid)
        if txid not in self.seen:
            for script in {item.script for item in tx.outputs} | {coin.script for coin in tx.inputs}:
                self.by_script.setdefault(script, []).append(txid)
            for coin in tx.inputs:
                self.spent[coin.txid, coin.index] = txid
        self.seen[txid] = Seen(tx, height)


def script_of(address: str) -> bytes:
    """The script that a regtest address stands for.

    Raises:
        InputError: it is none.
    """
    try:
        return bytes(bdkpython.Address(address, bdkpython.Network.REGTEST).script_pubkey().to_bytes())
    except bdkpython.AddressParseError as error:
        raise InputError(f"'{address}' is no regtest address.", remedy="Give one that begins with bcrt1.") from error


@contextmanager
def temporary_chain(clock: Clock) -> Iterator[VirtualChain]:
    """A chain whose files vanish with it."""
    with TemporaryDirectory() as folder:
        yield VirtualChain(Path(folder), clock)


def _header_time(header: bytes) -> int:
    return int.from_bytes(header[68:72], "little")


def _open_node(folder: Path) -> pbk.ChainstateManager:
    try:
        import pbk  # noqa: PLC0415  an extra
    except ImportError as error:
        raise InputError(
            "the virtual chain needs Bitcoin Core's consensus library.", remedy="pip install mintage[virtual]"
        ) from error
    options = pbk.ContextOptions()
    options.set_chainparams(pbk.ChainParameters(pbk.ChainType.REGTEST))
    for part in ("chain", "blocks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    settings = pbk.ChainstateManagerOptions(pbk.Context(options), str(folder / "chain"), str(folder / "blocks"))
    settings.update_block_tree_db_in_memory(block_tree_db_in_memory=True)
    settings.update_chainstate_db_in_memory(chainstate_db_in_memory=True)
    return pbk.ChainstateManager(settings)


def _judge(node: pbk.ChainstateManager, block: MinedBlock) -> None:
    import pbk  # noqa: PLC0415  an extra

    try:
        node.process_block(pbk.Block(block.encoded()))
    except pbk.ProcessBlockException as error:
        raise InputError(f"Bitcoin Core's consensus refused block {block.height}: {error}.") from error
