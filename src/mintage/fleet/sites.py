"""A site, as its operator describes it in one TOML file: where machines are, what feeds, cools and meters them.

The reference of every key is the docstrings here; `examples/site.toml` is a whole site. Every file and folder that it
names lies beside it, unless the path is absolute.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from mintage.fleet.site_checks import check
from mintage.units.toml import read_toml

SITE_POINTER = "site.path"
"""In the folder of an agent: the absolute path of the site's file that it ran with last."""
SITE_CLOCK = "clock.json"
"""In the folder of a virtual site's agent: the clock that it goes by."""
Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
Cooling = Literal["air", "immersion", "hydro"]
Role = Literal["viewer", "operator", "approver", "admin"]
Table = TypeVar("Table", bound=msgspec.Struct)


class Feeder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feeder, transformer or breaker with a limit.

    Attributes:
        name: its name.
        limit_kw: power that it may carry.
    """

    name: Slug
    limit_kw: Annotated[int, msgspec.Meta(gt=0)]


class Hall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hall, container or tank farm.

    Attributes:
        name: its name.
        feeder: feeder that powers it.
        cooling: how its machines are cooled; the site's kind where left out.
    """

    name: Slug
    feeder: Slug
    cooling: Cooling | None = None


class Rack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rack, or a tank.

    Attributes:
        name: its name.
        hall: hall that it stands in.
        addresses: CIDR blocks, ranges "10.1.0.10-10.1.0.40" or single addresses of its machines.
        rows: how many shelves it has, for the map.
    """

    name: Slug
    hall: Slug
    addresses: tuple[str, ...]
    rows: Annotated[int, msgspec.Meta(gt=0)] = 6


class Meter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A Modbus TCP meter.

    Attributes:
        name: its name.
        address: "host:port".
        unit_id: Modbus unit.
        profile: device profile (`mintage energy profiles`).
        measures: "site" for the whole supply, "feeder" for one feeder, "heat" for heat delivered.
        feeder: feeder that it measures.
    """

    name: Slug
    address: str
    unit_id: int = 1
    profile: Slug
    measures: Literal["site", "feeder", "heat"] = "site"
    feeder: Slug | None = None


class PoolAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account at a pool: what machines may work for, and where statements come from.

    Attributes:
        name: pool's name in the ledger.
        adapter: how its statements are read (`mintage mining pools`).
        url: base URL of its API, or a folder of CSV statements.
        account: account or user at the pool.
        token_env: environment variable that holds the API token; "" where none is needed.
        stratum: stratum URLs that belong to it: the whitelist.
        workers: patterns of worker names that are ours, with * as wildcard.
        wallet: wallet in the ledger that it pays to.
        address: address that it pays to; "" where the wallet's descriptor is watched.
        fee_pct: fee agreed with the pool.
    """

    name: Slug
    adapter: Slug
    url: str
    account: str
    token_env: str = ""
    stratum: tuple[str, ...]
    workers: tuple[str, ...]
    wallet: Slug = "cold"
    address: str = ""
    fee_pct: Decimal = Decimal(0)


class User(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who may act at this site.

    Attributes:
        name: who.
        roles: what he or she may do: viewer reads, operator acts, approver approves the acts of others, admin all.
        token_sha256: SHA-256 of the token for the agent's API, hex; "" where only the command line is used.
    """

    name: str
    roles: tuple[Role, ...]
    token_sha256: str = ""


class AgentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the agent of the site works.

    Attributes:
        poll_s: seconds between polls of one machine.
        slow_s: seconds between slow rounds (version, pools, counters).
        rescan_s: seconds between searches for new and lost machines.
        flush_s: seconds of samples in one telemetry file.
        concurrency: connections open at once.
        disk_budget_gb: space that telemetry may take; older samples give way first.
        listen: "host:port" of the agent's API; it is served where a user has a token.
        certificate: PEM file of its certificate; without one it is heard on this machine only.
        private_key: PEM file of the certificate's key.
    """

    poll_s: Annotated[float, msgspec.Meta(gt=0)] = 10.0
    slow_s: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    rescan_s: Annotated[float, msgspec.Meta(gt=0)] = 300.0
    flush_s: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    concurrency: Annotated[int, msgspec.Meta(gt=0, le=5000)] = 500
    disk_budget_gb: Annotated[float, msgspec.Meta(gt=0)] = 8.0
    listen: str = "127.0.0.1:4100"
    certificate: str = ""
    private_key: str = ""


class Headquarters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the agent uploads to.

    Attributes:
        url: https URL; http only on this machine itself.
        token_env: environment variable that holds this site's token.
        trust: PEM file of the certificate authority; the system's where "".
    """

    url: str
    token_env: str = "MINTAGE_SITE_TOKEN"  # noqa: S105  the variable's name, not a secret
    trust: str = ""


class AlertSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where alerts go.

    Attributes:
        webhook: URL that receives JSON; "" for none.
        smtp: "host:port" of a mail server; "" for none.
        mail_from: sender.
        mail_to: receivers.
        rules: a TOML file with rules beside the built-in ones; "" for none.
        language: language of e-mails.
    """

    webhook: str = ""
    smtp: str = ""
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()
    rules: str = ""
    language: Literal["both", "en", "zh"] = "both"


class Virtual(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How `mintage virtual site` plays this site. A real site has no such table.

    Attributes:
        mix: models and their shares, "A15-194=0.7,Q=0.3".
        machines: how many; as many as the first of `ranges` holds where 0.
        seed: what makes two runs equal.
        faults: a TOML file with the machines' faults to come; "" for none.
        pool_faults: a TOML file with what the pool does wrong, in tables `[[pool]]`; "" for nothing.
        start: first instant of the site's time, ISO 8601.
        speed: seconds of the site's time per second.
        network_difficulty: difficulty of the network that the pool pays by.
        block_fees_btc: mean fees of a block.
        pool_listen: "host:port" of the virtual pool's HTTP API; its stratum port is the one in `[[pool]] stratum`.
        chain_listen: "host:port" of the virtual chain's Esplora API.
    """

    mix: str = "A15-194=1"
    machines: Annotated[int, msgspec.Meta(ge=0)] = 0
    seed: int = 1
    faults: str = ""
    pool_faults: str = ""
    start: str = "2026-01-05T00:00:00Z"
    speed: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    network_difficulty: Decimal = Decimal(146472570619931)
    block_fees_btc: Decimal = Decimal("0.025")
    pool_listen: str = "127.0.0.1:4180"
    chain_listen: str = "127.0.0.1:4190"


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site.

    Attributes:
        name: its name in the ledger.
        region: its region, as operating figures are told.
        title: its name as shown; `name` where left out.
        latitude: degrees north of the equator, negative south of it, for the map.
        longitude: degrees east of Greenwich, negative west of it.
        cooling: how its machines are cooled.
        pue: power usage effectiveness: site power over machine power.
        ranges: addresses to search for machines: CIDR blocks, ranges or single ones.
        tariff: a tariff file beside this one; "" where the host buys the power.
        supplier: who bills the power.
        price_source: source of prices for bitcoin earned, as recorded by `market.price-observed`.
        approval_above: an action on more machines than this needs a second person.
        feeder: feeders.
        hall: halls.
        rack: racks and tanks.
        meter: meters.
        pool: accounts at pools.
        user: who may act.
        agent: how the agent works.
        headquarters: where it uploads to; nowhere where left out: this machine is headquarters.
        alerts: where alerts go.
        virtual: how the virtual site plays it.
    """

    name: Slug
    region: Slug
    title: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    cooling: Cooling = "air"
    pue: Decimal = Decimal("1.05")
    ranges: tuple[str, ...]
    tariff: str = ""
    supplier: Slug = "supplier"
    price_source: Slug = "index"
    approval_above: int = 50
    feeder: tuple[Feeder, ...] = ()
    hall: tuple[Hall, ...] = ()
    rack: tuple[Rack, ...] = ()
    meter: tuple[Meter, ...] = ()
    pool: tuple[PoolAccount, ...] = ()
    user: tuple[User, ...] = ()
    agent: AgentSettings = AgentSettings()
    headquarters: Headquarters | None = None
    alerts: AlertSettings = AlertSettings()
    virtual: Virtual = Virtual()

    def feeder_of(self, rack: Rack | None) -> str:
        """Name of the feeder that powers a rack; "" where unknown."""
        return next((hall.feeder for hall in self.hall if rack and hall.name == rack.hall), "")


def load_site(path: Path) -> Site:
    """Read a site's file; the files that it names are absolute paths from then on, relative ones beside it.

    Raises:
        InputError: the file is not there, is not TOML, has an unknown or missing key, or fails `site_checks`.
    """
    site, folder = read_toml(path, Site, "site", "examples/site.toml", check), path.parent.absolute()
    return replace(
        _beside(folder, site, "tariff"),
        pool=tuple(pool if "://" in pool.url else _beside(folder, pool, "url") for pool in site.pool),
        agent=_beside(folder, site.agent, "certificate", "private_key"),
        headquarters=site.headquarters and _beside(folder, site.headquarters, "trust"),
        alerts=_beside(folder, site.alerts, "rules"),
        virtual=_beside(folder, site.virtual, "faults", "pool_faults"),
    )


def _beside(folder: Path, table: Table, *keys: str) -> Table:
    """A table whose paths under some keys begin at a folder; what is "" stays so."""
    named = {key: getattr(table, key) for key in keys}
    return replace(table, **{key: str(folder / path) for key, path in named.items() if path})
