"""Every room's policy, filled from the assumptions and the places where the company begins."""

from __future__ import annotations

import msgspec

from mintage.books.facts import ExpensePaid, ShareBasedCompensation
from mintage.factory.policy import FactoryPolicy
from mintage.fleet.policy import FleetPolicy
from mintage.journal.fact import FactData
from mintage.mining.policy import MiningPolicy
from mintage.plan.assumptions import Assumptions
from mintage.plan.opening import Opening
from mintage.sales.policy import SalesPolicy
from mintage.silicon.policy import SiliconPolicy
from mintage.treasury.policy import TreasuryPolicy


class OverheadPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The same overhead every month, in cents."""

    rd: int
    sm: int
    ga: int
    share_based: int
    bank: str

    def spend(self) -> tuple[FactData, ...]:
        """Pay the month's overhead and grant its share-based compensation."""
        return (
            ExpensePaid(function="rd", expense="overhead", bank=self.bank, amount=self.rd),
            ExpensePaid(function="sm", expense="overhead", bank=self.bank, amount=self.sm),
            ExpensePaid(function="ga", expense="overhead", bank=self.bank, amount=self.ga),
            ShareBasedCompensation(function="ga", amount=self.share_based),
        )


class Policies(msgspec.Struct, frozen=True, kw_only=True):
    """How each room decides."""

    silicon: SiliconPolicy
    factory: FactoryPolicy
    sales: SalesPolicy
    fleet: FleetPolicy
    mining: MiningPolicy
    treasury: TreasuryPolicy
    overhead: OverheadPolicy


def policies_of(a: Assumptions, opening: Opening) -> Policies:
    """The policies that the assumptions describe, for the company that the opening describes."""
    bank, wallets = opening.bank, opening.wallets
    region, site = opening.sites[0]
    machine_ghs = a.units("factory.machine-hashrate", 3)
    return Policies(
        silicon=SiliconPolicy(
            bank=bank,
            wafer_price=a.units("silicon.wafer-price", 2),
            packaging_cost=a.units("silicon.packaging-cost", 2),
            chips_per_wafer=a.units("silicon.chips-per-wafer", 0),
        ),
        factory=FactoryPolicy(
            machines_per_month=a.units("factory.machines-per-month", 0),
            chips_per_machine=a.units("factory.chips-per-machine", 0),
            materials_per_machine=a.units("factory.materials-per-machine", 2),
            conversion_per_machine=a.units("factory.conversion-per-machine", 2),
        ),
        sales=SalesPolicy(
            sold_share=a.number("sales.sold-share"),
            price_usd_ths=a.number("sales.price"),
            reference_hashprice=a.number("sales.reference-hashprice"),
            price_elasticity=a.number("sales.price-elasticity"),
            machine_ghs=machine_ghs,
            bank=bank,
        ),
        fleet=FleetPolicy(site=site, region=region, machine_ghs=machine_ghs),
        mining=MiningPolicy(
            uptime=a.number("mining.uptime"),
            pool_fee=a.number("mining.pool-fee"),
            efficiency_j_th=a.number("mining.efficiency"),
            power_usd_mwh=a.number("mining.power-price"),
            site_cost=a.units("mining.site-cost", 2),
            wallet=wallets[0],
        ),
        treasury=TreasuryPolicy(
            cash_floor=a.units("treasury.cash-floor", 2),
            sale_fee=a.number("treasury.sale-fee"),
            bank=bank,
            wallets=wallets,
        ),
        overhead=OverheadPolicy(
            rd=a.units("books.rd", 2),
            sm=a.units("books.sm", 2),
            ga=a.units("books.ga", 2),
            share_based=a.units("books.share-based", 2),
            bank=bank,
        ),
    )
