"""Jobs of the virtual pool: well-formed coinbases and branches that follow from seed and time alone.

A job is told by its number, so that the pool keeps none: which jobs there were, and which are stale, follows from the
clock.
"""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

import msgspec

from mintage.market.network import TARGET_ONE, bits_from_target

EXTRANONCE1_BYTES = EXTRANONCE2_BYTES = 4
BLOCK_S = 600
_SECOND_US = 1_000_000
_VERSION = 0x2000_0000
_TAG = b"/mintage virtual pool/"
_BRANCH_DEPTH = 12
"""Twelve hashes stand for a block of 2,049 to 4,096 transactions."""


class Job(msgspec.Struct, frozen=True):
    """What `mining.notify` tells.

    Attributes:
        id: hexadecimal number of the job.
        previous: hash of the block before, in the word order of the protocol, hex.
        coinbase1: coinbase transaction up to the extranonces, hex.
        coinbase2: its rest, hex.
        branch: hashes from the coinbase up to the Merkle root, hex.
        version: block version, hex.
        bits: compact target, hex.
        time: header time, seconds since 1970, hex.
        clean: whether earlier jobs are worth nothing now.
    """

    id: str
    previous: str
    coinbase1: str
    coinbase2: str
    branch: tuple[str, ...]
    version: str
    bits: str
    time: str
    clean: bool

    def params(self) -> tuple[object, ...]:
        """As the parameters of `mining.notify`."""
        return (
            self.id,
            self.previous,
            self.coinbase1,
            self.coinbase2,
            self.branch,
            self.version,
            self.bits,
            self.time,
            self.clean,
        )


class Jobs:
    """All jobs of a pool; a new block every ten minutes, a refreshed job a few times in between.

    Args:
        seed: what makes two pools equal.
        difficulty: difficulty of the network.
        reward_sats: what the coinbase pays.
        first_height: height of the block of the first ten minutes of 1970; real heights are near it in any year.
        refresh_s: seconds between jobs; divides ten minutes.
    """

    def __init__(self, seed: int, difficulty: Decimal, reward_sats: int, first_height: int = 0, refresh_s: int = 60):
        self._seed, self._reward_sats, self._first_height = seed, reward_sats, first_height
        self.refresh_s, self._per_block = refresh_s, BLOCK_S // refresh_s
        self.bits = bits_from_target(int(TARGET_ONE / difficulty))

    def number(self, now_us: int) -> int:
        """Number of the job that is the current one at an instant."""
        return now_us // (self.refresh_s * _SECOND_US)

    def until_next_s(self, now_us: int) -> float:
        """Seconds until the next job."""
        length_us = self.refresh_s * _SECOND_US
        return (length_us - now_us % length_us) / _SECOND_US

    def height(self, number: int) -> int:
        """Height that a job is for."""
        return self._first_height + number // self._per_block

    def fresh(self, id_: str, now_us: int) -> bool:
        """Whether a share for a job still counts: the job was told, and its block is the one being sought."""
        try:
            number = int(id_, 16)
        except ValueError:
            return False
        current = self.number(now_us)
        told = f"{number:x}" == id_ and number <= current
        return told and self.height(number) == self.height(current)

    def job(self, number: int) -> Job:
        """A job by its number."""
        height, tag = self.height(number), f"{self._seed}:{number}".encode()
        time_s = number * self.refresh_s
        left, right = self._coinbase(height)
        return Job(
            id=f"{number:x}",
            previous=_words(sha256(f"{self._seed}:block:{height - 1}".encode()).digest()),
            coinbase1=left.hex(),
            coinbase2=right.hex(),
            branch=tuple(sha256(tag + bytes([level])).hexdigest() for level in range(_BRANCH_DEPTH)),
            version=f"{_VERSION:08x}",
            bits=self.bits,
            time=f"{time_s:08x}",
            clean=number % self._per_block == 0,
        )

    def _coinbase(self, height: int) -> tuple[bytes, bytes]:
        """The coinbase transaction before and after the extranonces, without witness.

        Source: BIP 34 for the height; one output to a witness program (BIP 141) of nobody's.
        """
        number = height.to_bytes((height.bit_length() + 8) // 8, "little")
        script = bytes([len(number)]) + number + bytes([len(_TAG)]) + _TAG
        space = EXTRANONCE1_BYTES + EXTRANONCE2_BYTES
        size = len(script) + 1 + space
        left = (1).to_bytes(4, "little") + b"\x01" + bytes(32) + b"\xff" * 4 + bytes([size]) + script + bytes([space])
        program = sha256(f"{self._seed}:pool".encode()).digest()[:20]
        output = self._reward_sats.to_bytes(8, "little") + b"\x16\x00\x14" + program
        return left, b"\xff" * 4 + b"\x01" + output + bytes(4)


def _words(digest: bytes) -> str:
    """A hash as `mining.notify` has it: each word of four bytes reversed."""
    return b"".join(digest[i : i + 4][::-1] for i in range(0, len(digest), 4)).hex()
