"""Bitcoin's wire form of transactions, headers and blocks, as far as a payer and a miner of regtest need it.

Source: Bitcoin developer reference (transactions, block chain); BIP 34 (height), 141 and 144 (witness).
"""

from __future__ import annotations

import struct
from hashlib import sha256

import msgspec

ANYONE = b"\x51"
"""OP_TRUE: a witness script that anybody satisfies, so that no key is needed anywhere."""
ANYONE_SCRIPT = b"\x00\x20" + sha256(ANYONE).digest()
COINBASE_INDEX = 0xFFFFFFFF
REGTEST_BITS = 0x207FFFFF
_REGTEST_TARGET = 0x7FFFFF << (8 * (0x20 - 3))
_COMMITMENT = bytes.fromhex("6a24aa21a9ed")
_NO_RESERVED = bytes(32)


class Coin(msgspec.Struct, frozen=True):
    """An output that can be spent.

    Attributes:
        txid: transaction, in internal byte order.
        index: its number there.
        sats: amount.
        script: script that locks it.
    """

    txid: bytes
    index: int
    sats: int
    script: bytes


class Output(msgspec.Struct, frozen=True):
    """An amount and the script that locks it."""

    sats: int
    script: bytes


class Tx(msgspec.Struct, frozen=True):
    """A transaction whose inputs all satisfy `ANYONE`, or a coinbase.

    Attributes:
        inputs: coins spent; none in a coinbase.
        outputs: what it pays.
        height: height of the block, of a coinbase; None otherwise.
    """

    inputs: tuple[Coin, ...]
    outputs: tuple[Output, ...]
    height: int | None = None

    def encoded(self, *, witness: bool = True) -> bytes:
        """Bytes of the transaction, with or without its witness."""
        body = compact(len(self._inputs())) + b"".join(self._inputs())
        body += compact(len(self.outputs)) + b"".join(_output(item) for item in self.outputs)
        if not witness:
            return struct.pack("<i", 2) + body + bytes(4)
        return struct.pack("<i", 2) + b"\x00\x01" + body + self._witness() + bytes(4)

    @property
    def txid(self) -> bytes:
        """Hash without witness, in internal byte order."""
        return double_sha256(self.encoded(witness=False))

    @property
    def weight(self) -> int:
        """Weight units (BIP 141)."""
        return len(self.encoded(witness=False)) * 3 + len(self.encoded())

    def _inputs(self) -> list[bytes]:
        if self.height is not None:
            script = _push_number(self.height) + b"\x00"
            return [bytes(32) + struct.pack("<I", COINBASE_INDEX) + compact(len(script)) + script + b"\xff" * 4]
        return [coin.txid + struct.pack("<I", coin.index) + b"\x00" + b"\xfd\xff\xff\xff" for coin in self.inputs]

    def _witness(self) -> bytes:
        if self.height is not None:
            return b"\x01\x20" + _NO_RESERVED
        return (b"\x01" + compact(len(ANYONE)) + ANYONE) * len(self.inputs)


class MinedBlock(msgspec.Struct, frozen=True):
    """A block with proof of work.

    Attributes:
        height: its height.
        time_s: time in its header.
        header: 80 bytes.
        txs: its transactions, the coinbase first.
    """

    height: int
    time_s: int
    header: bytes
    txs: tuple[Tx, ...]

    @property
    def hash(self) -> bytes:
        """Its hash, in internal byte order."""
        return double_sha256(self.header)

    def encoded(self) -> bytes:
        """Bytes of the block."""
        return self.header + compact(len(self.txs)) + b"".join(tx.encoded() for tx in self.txs)


def mine(height: int, previous: bytes, time_s: int, reward: Output, txs: tuple[Tx, ...]) -> MinedBlock:
    """A regtest block on top of another one, with its coinbase and proof of work.

    Args:
        height: its height.
        previous: hash of the block below, in internal byte order.
        time_s: time in its header.
        reward: where subsidy and fees go.
        txs: transactions to include.
    """
    witness_root = merkle_root([bytes(32), *(double_sha256(tx.encoded()) for tx in txs)])
    commitment = Output(0, _COMMITMENT + double_sha256(witness_root + _NO_RESERVED))
    block = (Tx((), (reward, commitment), height), *txs)
    root = merkle_root([tx.txid for tx in block])
    stem = struct.pack("<i", 0x20000000) + previous + root + struct.pack("<II", time_s, REGTEST_BITS)
    nonce = 0
    while int.from_bytes(double_sha256(stem + struct.pack("<I", nonce)), "little") > _REGTEST_TARGET:
        nonce += 1
    return MinedBlock(height, time_s, stem + struct.pack("<I", nonce), block)


def merkle_root(hashes: list[bytes]) -> bytes:
    """Root of the hash tree over transactions; the last one of an odd level counts twice."""
    while len(hashes) > 1:
        if len(hashes) % 2:
            hashes = [*hashes, hashes[-1]]
        hashes = [double_sha256(hashes[i] + hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def merkle_branch(hashes: list[bytes], position: int) -> list[bytes]:
    """The hashes that lead from one transaction to the root."""
    branch = []
    while len(hashes) > 1:
        if len(hashes) % 2:
            hashes = [*hashes, hashes[-1]]
        branch.append(hashes[position ^ 1])
        hashes = [double_sha256(hashes[i] + hashes[i + 1]) for i in range(0, len(hashes), 2)]
        position //= 2
    return branch


def double_sha256(data: bytes) -> bytes:
    """SHA-256 of SHA-256."""
    return sha256(sha256(data).digest()).digest()


def compact(number: int) -> bytes:
    """A number in CompactSize form."""
    if number < 0xFD:
        return bytes([number])
    return b"\xfd" + struct.pack("<H", number) if number < 0x10000 else b"\xfe" + struct.pack("<I", number)


def display(hash_: bytes) -> str:
    """A hash as people and interfaces write it: reversed, in hex."""
    return hash_[::-1].hex()


def _output(item: Output) -> bytes:
    return struct.pack("<q", item.sats) + compact(len(item.script)) + item.script


def _push_number(number: int) -> bytes:
    """A script number as BIP 34 wants the height."""
    if number <= 16:
        return bytes([0x50 + number])
    size = (number.bit_length() + 8) // 8  # one bit for the sign
    return bytes([size]) + number.to_bytes(size, "little")
