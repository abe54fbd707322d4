"""Watching wallets on chain by their public descriptors: what arrived, what left, how deep it is buried.

The chain is read through bdkpython from an Esplora or an Electrum server. Nothing here can sign: a descriptor with a
private key in it is refused and never repeated in a message.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import bdkpython
import msgspec

from mintage.units.errors import InputError, WireError
from mintage.units.toml import read_toml

T = TypeVar("T")
DEADLINE_S = 60.0
"""Real seconds within which a server must have answered everything."""
_GAP, _BATCH = 20, 10
_ADDRESS_TXS_MAX = 1_000
_NETWORKS = {
    "bitcoin": bdkpython.Network.BITCOIN,
    "testnet4": bdkpython.Network.TESTNET4,
    "signet": bdkpython.Network.SIGNET,
    "regtest": bdkpython.Network.REGTEST,
}


class Wallet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wallet to watch.

    Attributes:
        name: its name in the ledger.
        network: chain that it is on.
        source: https or http URL of an Esplora server, or tcp:// or ssl:// URL of an Electrum server.
        descriptor: public output descriptor, with <0;1> for both branches; "" where only addresses are watched.
        addresses: single addresses to watch; they need an Esplora server.
        confirmations: blocks that make a payment count, its own among them. Six, by custom: a payment so deep has
            never been reorganised away but by a fault of the network itself, and a booked one that is must be undone.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    network: Literal["bitcoin", "testnet4", "signet", "regtest"]
    source: Annotated[str, msgspec.Meta(pattern=r"^(https?|tcp|ssl)://\S+$")]
    descriptor: str = ""
    addresses: tuple[str, ...] = ()
    confirmations: Annotated[int, msgspec.Meta(ge=1)] = 6


class Payment(msgspec.Struct, frozen=True, order=True):
    """One transaction as a wallet sees it.

    Attributes:
        at_us: time of its block; None while it waits.
        txid: the transaction.
        sats: what the wallet received by it less what it spent in it.
        addresses: own addresses that received.
        height: its block; None while it waits.
        confirmations: blocks on it, its own among them; 0 while it waits.
    """

    at_us: int | None
    txid: str
    sats: int
    addresses: tuple[str, ...]
    height: int | None
    confirmations: int


class _File(msgspec.Struct, forbid_unknown_fields=True):
    wallet: tuple[Wallet, ...]


def load_wallets(path: Path) -> tuple[Wallet, ...]:
    """Read a file of wallets; each descriptor is checked and must be public.

    Raises:
        InputError: the file is not there or not such a file, a name occurs twice, or a descriptor cannot be watched.
    """
    return read_toml(path, _File, "wallets", "examples/wallets.toml", _check).wallet


def payments(wallet: Wallet, deadline_s: float = DEADLINE_S) -> list[Payment]:
    """All transactions of a wallet, those that wait last.

    Raises:
        InputError: the descriptor or an address cannot be watched.
        WireError: the server does not answer in time, or not as it should.
    """
    found = _within(deadline_s, wallet.source, lambda: _scan(wallet))
    return sorted(found, key=lambda item: (item.at_us is None, item.at_us or 0, item.txid))


def _check(file: _File) -> None:
    names = [wallet.name for wallet in file.wallet]
    for wallet in file.wallet:
        if names.count(wallet.name) > 1:
            raise InputError(f"wallet '{wallet.name}' is described twice.", field="name")
        if not wallet.descriptor and not wallet.addresses:
            raise InputError(
                f"wallet '{wallet.name}' has nothing to watch.",
                field="descriptor",
                remedy="Give a public descriptor or addresses.",
            )
        if wallet.descriptor:
            _descriptor(wallet)


def balance(found: list[Payment], confirmations: int = 1) -> int:
    """Satoshis held after the transactions that are deep enough."""
    return sum(item.sats for item in found if item.confirmations >= confirmations)


def _scan(wallet: Wallet) -> list[Payment]:
    electrum = wallet.source.startswith(("tcp://", "ssl://"))
    if electrum and wallet.addresses:
        raise InputError(
            f"wallet '{wallet.name}': an Electrum server is not asked for single addresses.",
            field="addresses",
            remedy="Use an Esplora server, or a descriptor.",
        )
    client = bdkpython.ElectrumClient(wallet.source, timeout=15) if electrum else bdkpython.EsploraClient(wallet.source)
    found = _of_addresses(wallet, client) if wallet.addresses else []
    return found + (_of_descriptor(wallet, client, electrum=electrum) if wallet.descriptor else [])


def _of_descriptor(wallet: Wallet, client: object, *, electrum: bool) -> list[Payment]:
    network = _NETWORKS[wallet.network]
    descriptor = _descriptor(wallet)
    create = bdkpython.Wallet.create_from_two_path_descriptor
    if not descriptor.is_multipath():
        create = bdkpython.Wallet.create_single
    watched = create(descriptor, network, bdkpython.Persister.new_in_memory())
    request = watched.start_full_scan().build()
    scan = client.full_scan  # type: ignore[attr-defined]  # either of two clients of an untyped library
    watched.apply_update(scan(request, _GAP, _BATCH, False) if electrum else scan(request, _GAP, _BATCH))  # noqa: FBT003  their signature
    tip = watched.latest_checkpoint().height
    own: dict[str, set[str]] = {}
    for output in watched.list_output():
        script = output.txout.script_pubkey
        own.setdefault(str(output.outpoint.txid), set()).add(str(bdkpython.Address.from_script(script, network)))
    found = []
    for item in watched.transactions():
        txid = str(item.transaction.compute_txid())
        moved = watched.sent_and_received(item.transaction)
        sats = moved.received.to_sat() - moved.sent.to_sat()
        height, time_s = _position(item.chain_position)
        found.append(_payment(txid, sats, own.get(txid, set()), height, time_s, tip))
    return found


def _of_addresses(wallet: Wallet, client: bdkpython.EsploraClient) -> list[Payment]:
    network, tip = _NETWORKS[wallet.network], client.get_height()
    places: dict[str, tuple[int | None, int | None]] = {}
    scripts: dict[bytes, str] = {}
    for text in wallet.addresses:
        try:
            address = bdkpython.Address(text, network)
        except bdkpython.AddressParseError as error:
            raise InputError(f"'{text}' is no address of {wallet.network}.", field="addresses") from error
        scripts[bytes(address.script_pubkey().to_bytes())] = text
        for tx in _history(client, address):
            places[str(tx.txid)] = (tx.status.block_height, tx.status.block_time)
    # An address's history holds every transaction that paid it, so each coin that it spends is among these outputs.
    bodies = {txid: client.get_tx_no_opt(bdkpython.Txid.from_string(txid)) for txid in places}
    coins: dict[tuple[str, int], tuple[int, str]] = {}
    for txid, body in bodies.items():
        for index, output in enumerate(body.output()):
            own = scripts.get(bytes(output.script_pubkey.to_bytes()))
            if own is not None:
                coins[txid, index] = (output.value.to_sat(), own)
    found = []
    for txid, body in bodies.items():
        got = [coin for (source, _), coin in coins.items() if source == txid]
        outpoints = [(str(item.previous_output.txid), item.previous_output.vout) for item in body.input()]
        sats = sum(amount for amount, _ in got) - sum(coins[place][0] for place in outpoints if place in coins)
        found.append(_payment(txid, sats, {name for _, name in got}, *places[txid], tip))
    return found


def _history(client: bdkpython.EsploraClient, address: bdkpython.Address) -> list[bdkpython.Tx]:
    """All transactions of an address, page after page.

    Raises:
        InputError: they are more than the limit.
    """
    found: dict[str, bdkpython.Tx] = {}
    last: bdkpython.Txid | None = None
    while page := [tx for tx in client.get_address_txs(address, last) if str(tx.txid) not in found]:
        found.update((str(tx.txid), tx) for tx in page)
        last = page[-1].txid
        if len(found) > _ADDRESS_TXS_MAX:
            raise InputError(
                f"{address} has more than {_ADDRESS_TXS_MAX} transactions.",
                field="addresses",
                remedy="Watch a descriptor instead.",
            )
        if not page[-1].status.confirmed:
            break
    return list(found.values())


def _payment(txid: str, sats: int, names: set[str], height: int | None, time_s: int | None, tip: int) -> Payment:
    return Payment(
        at_us=None if time_s is None else time_s * 1_000_000,
        txid=txid,
        sats=sats,
        addresses=tuple(sorted(names)),
        height=height,
        confirmations=0 if height is None else tip - height + 1,
    )


def _position(position: bdkpython.ChainPosition) -> tuple[int | None, int | None]:
    """Height and time of the block that holds a transaction, or neither."""
    if not position.is_confirmed():
        return None, None
    block = position.confirmation_block_time
    return block.block_id.height, block.confirmation_time


def _descriptor(wallet: Wallet) -> bdkpython.Descriptor:
    """The wallet's descriptor, checked to be public.

    Raises:
        InputError: it cannot be read, or holds a private key; the text is never repeated.
    """
    kind = bdkpython.NetworkKind.MAIN if wallet.network == "bitcoin" else bdkpython.NetworkKind.TEST
    remedy = "Give the public descriptor of a watch-only wallet, with its checksum or without."
    try:
        found = bdkpython.Descriptor(wallet.descriptor, kind)
    except bdkpython.DescriptorError as error:
        raise InputError(
            f"the descriptor of wallet '{wallet.name}' cannot be read.", field="descriptor", remedy=remedy
        ) from error
    if found.to_string_with_secret() != str(found):
        raise InputError(
            f"the descriptor of wallet '{wallet.name}' holds a private key. Mintage never keeps one.",
            field="descriptor",
            remedy=f"Take the key out of this file, move its coins to a key that no file held, and: {remedy}",
        )
    return found


def _within(deadline_s: float, peer: str, work: Callable[[], T]) -> T:
    """Do blocking work of a library that knows no deadline; what it still does after that is nobody's.

    Raises:
        WireError: it is not done in time, or the server failed.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:  # noqa: BLE001  carried to the caller's thread, which sorts it out
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(deadline_s)
    if failed:
        if isinstance(failed[0], (bdkpython.EsploraError, bdkpython.ElectrumError, bdkpython.CannotConnectError)):
            raise WireError(f"the chain cannot be read: {type(failed[0]).__name__} {failed[0]}.", peer=peer)
        raise failed[0]
    if not done:
        raise WireError(f"the chain was not read within {deadline_s:g} s.", peer=peer, remedy="Try a nearer server.")
    return done[0]
