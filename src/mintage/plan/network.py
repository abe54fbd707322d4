"""The bitcoin network on every path: who hashes, how difficulty follows, what one unit of hash rate earns.

Installed network hash rate N follows hashprice with a lag, and what runs of it, H, follows at once:

    R   = 144 x subsidy x (1 + fees) x price                      reward, USD a day
    N  += entry x max(0, R / (P_entry x e^(-a t)) - N)            entry, irreversible, lagged
    H   = N x min(1, (R / N / (P_off x e^(-a t)))^eta)            machines switched off, reversible

Source: Prat and Walter, "An Equilibrium Model of the Market for Bitcoin Mining" (CESifo 6865): payoff per hash is
reflected at a barrier P0 e^(-a t) that falls with technology; the lag stands for delivery time. Switching off:
Noda, Okumura, Hashimoto (SSRN 3410460), whose elastic supply makes the retarget rule oscillate, so that rule is exact.

Difficulty is retargeted in block time: every 2,016 blocks it is multiplied by two weeks over the time that the last
2,015 block intervals took, at most by four and at least by a quarter. Source: Bitcoin Core, `pow.cpp`.
"""

from __future__ import annotations

import numpy as np

from mintage.units.arrays import PathNumber
from mintage.units.errors import LimitError

HASHES_PER_DIFFICULTY = 2.0**32
BLOCKS_PER_DAY = 144.0
EPOCH_BLOCKS = 2016.0
EPOCH_SECONDS = 1_209_600.0
INTERVALS_TIMED = 2015.0 / 2016.0
HALVING_BLOCKS = 210_000.0
SUBSIDY_FIRST_SATS = 50e8
EPOCHS_MAX = 400


def subsidy_sats(height: PathNumber) -> PathNumber:
    """New satoshis in the block at a height. Source: Bitcoin Core, `validation.cpp`, GetBlockSubsidy."""
    return np.floor(SUBSIDY_FIRST_SATS * np.exp2(-np.floor(height / HALVING_BLOCKS)))


def hashprice(difficulty: PathNumber, reward_btc: PathNumber, price_usd: PathNumber) -> PathNumber:
    """USD per PH/s and day.

    Args:
        difficulty: of the network.
        reward_btc: subsidy and fees of a block.
        price_usd: USD per bitcoin.

    Source: expected blocks of one PH/s in a day, 86,400e15 / (difficulty x 2^32), times what a block brings.
    """
    return 86_400e15 / (difficulty * HASHES_PER_DIFFICULTY) * reward_btc * price_usd


class Chain:
    """Difficulty and height on every path, advanced in time.

    Args:
        difficulty: at the beginning, on every path.
        height: blocks at the beginning, on every path.
        hashrate_ehs: of the network before the beginning; dates the first block of the epoch under way.
    """

    def __init__(self, difficulty: PathNumber, height: PathNumber, hashrate_ehs: PathNumber) -> None:
        self.difficulty = difficulty
        self.height = height
        self._blocks = np.mod(height, EPOCH_BLOCKS)
        self._elapsed_s = self._blocks * difficulty * HASHES_PER_DIFFICULTY / (hashrate_ehs * 1e18)

    def mine(self, hashrate_ehs: PathNumber, seconds: float, fee_share: PathNumber) -> PathNumber:
        """Let the network mine for a while at one hash rate.

        Args:
            hashrate_ehs: of the network, on every path.
            seconds: how long.
            fee_share: fees of a block as a share of its subsidy, on every path.

        Returns:
            Satoshis that one GH/s is expected to earn in that time: what pools pay by share, without luck.

        Raises:
            LimitError: the network grew so fast that an epoch took hours.
        """
        rate = hashrate_ehs * (1e18 / HASHES_PER_DIFFICULTY)  # blocks a second at difficulty 1
        left = np.full_like(self.height, seconds)
        earned = np.zeros_like(self.height)
        for _ in range(EPOCHS_MAX):
            wait = (EPOCH_BLOCKS - self._blocks) * self.difficulty / rate
            step = np.minimum(wait, left)
            blocks = rate * step / self.difficulty
            earned = earned + self._reward(blocks) * (step / self.difficulty)
            self._advance(step, blocks, wait <= left)
            left = left - step
            if not left.any():  # further rounds would add nothing on any path
                return earned * (1e9 / HASHES_PER_DIFFICULTY) * (1.0 + fee_share)
        raise LimitError("the network's difficulty does not follow its hash rate.", remedy="Lower market.entry-rate.")

    def _reward(self, blocks: PathNumber) -> PathNumber:
        """Mean subsidy of the next blocks, which may span a halving."""
        subsidy = subsidy_sats(self.height)
        to_halving = HALVING_BLOCKS - np.mod(self.height, HALVING_BLOCKS)
        if not (to_halving < blocks).any():
            return subsidy
        after = np.maximum(0.0, blocks - to_halving) / np.maximum(blocks, 1e-9)
        return subsidy * (1.0 - 0.5 * after)

    def _advance(self, step: PathNumber, blocks: PathNumber, retarget: PathNumber) -> None:
        going = ~retarget
        elapsed = self._elapsed_s + step
        timed = np.clip(elapsed * INTERVALS_TIMED, EPOCH_SECONDS / 4.0, EPOCH_SECONDS * 4.0)
        self.difficulty = np.where(retarget, self.difficulty * (EPOCH_SECONDS / timed), self.difficulty)
        self.height = np.where(retarget, np.rint(self.height + blocks), self.height + blocks)
        self._blocks = (self._blocks + blocks) * going
        self._elapsed_s = elapsed * going
