"""How mining decides in a plan: run everything that is energized, take payouts monthly, pay the bills."""

from __future__ import annotations

import msgspec

from mintage.journal.fact import FactData
from mintage.mining.facts import Earned, Payout, PowerBilled, SiteCostBilled
from mintage.units.arrays import PathAmount, PathNumber, whole


class MiningPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How machines run, and at what cost.

    Attributes:
        uptime: operating share of the energized hash rate.
        pool_fee: share of the reward that the pool keeps.
        efficiency_j_th: energy per hash at the wall.
        power_usd_mwh: price of power.
        site_cost: other cash costs of all sites in a month, in cents.
        pool: pool mined at.
        wallet: wallet that payouts go to.
        creditor: who bills power and site costs.
    """

    uptime: float
    pool_fee: float
    efficiency_j_th: float
    power_usd_mwh: float
    site_cost: int
    pool: str = "pool"
    wallet: str
    creditor: str = "suppliers"

    def mine(
        self, site: str, energized_ghs: PathAmount, sats_per_ghs: PathNumber, price: PathNumber
    ) -> tuple[FactData, ...]:
        """Earn bitcoin at a site for a month and be paid it at once.

        Args:
            site: mining site.
            energized_ghs: hash rate energized there, GH/s.
            sats_per_ghs: what pools credit for one GH/s in the month, before their fee.
            price: mean price of the month, USD per bitcoin.
        """
        sats = whole(energized_ghs * self.uptime * (1.0 - self.pool_fee) * sats_per_ghs)
        value = whole(sats * price * 1e-6)
        return (
            Earned(
                site=site,
                pool=self.pool,
                sats=sats,
                value=value,
                price=price,
                price_source="plan",
                price_hour=24,
            ),
            Payout(pool=self.pool, wallet=self.wallet, sats=sats, txid="", value=value),
        )

    def bills(self, site: str, energized_ghs: PathAmount, seconds: float, part: PathNumber) -> tuple[FactData, ...]:
        """Power and site costs of a month.

        Args:
            site: mining site.
            energized_ghs: hash rate energized there, GH/s.
            seconds: length of the month.
            part: its part of the other costs of all sites.

        Source: energy in Wh = TH/s x J/TH x seconds / 3,600.
        """
        energy = whole(energized_ghs * (self.uptime * self.efficiency_j_th * seconds / 3_600_000.0))
        return (
            PowerBilled(
                site=site,
                creditor=self.creditor,
                energy=energy,
                amount=whole(energy * (self.power_usd_mwh * 1e-4)),
            ),
            SiteCostBilled(site=site, creditor=self.creditor, amount=whole(self.site_cost * part)),
        )
