"""Asset ids: which machine is which, although addresses, control boards and hash boards change.

A machine is recognised by its DNA, then by its MAC address, then by its serial number, then by its address. DNA and
MAC are both of the control board and change together with it; a move changes neither. So what claims one of them but
contradicts the other, at another address, is taken for somebody else: it is given an asset id of its own, and the
claim is told. Two machines that answer at the same time are never taken for one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Literal

import msgspec

from mintage.fleet.asset_store import MARKS, Asset, AssetStore, Claim, Mark
from mintage.fleet.context import Recorder
from mintage.fleet.drivers.port import Identity, Target
from mintage.fleet.facts_site import DuplicateClaimed, MachineAdopted, MachineChanged
from mintage.fleet.places import Places
from mintage.fleet.sites import Site
from mintage.journal.fact import Fact, FactData
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import InputError
from mintage.units.instant import utc_date

_What = Literal["address", "rack", "dna", "mac", "serial", "firmware"]


class Found(msgspec.Struct, frozen=True):
    """A machine that answered just now.

    Attributes:
        target: where.
        identity: who it says it is.
    """

    target: Target
    identity: Identity

    @property
    def address(self) -> str:
        """Its IP address."""
        return self.target.address


class Register:
    """The machines of one site, in its state file; several processes may use one.

    Args:
        db: the state file.
        site: the site's description.
        clock: stamps what happens.
        recorder: takes the facts.
        user: who acts; the site's agent where "".
    """

    def __init__(self, db: StateDb, site: Site, clock: Clock, recorder: Recorder, user: str = "") -> None:
        self._site, self._clock, self._recorder = site, clock, recorder
        self._user = user or "the agent"
        self._actor = f"site/{site.name}/{user}" if user else f"agent.{site.name}"
        self._store, self._places = AssetStore(db), Places(site)

    def all(self) -> list[Asset]:
        """Every machine that was ever adopted here, by asset id."""
        self._store.refresh()
        return self._store.all()

    def by_id(self) -> Mapping[str, Asset]:
        """The same, by asset id; a view that later changes show in."""
        self._store.refresh()
        return self._store.by_id

    def get(self, asset: str) -> Asset:
        """One machine.

        Raises:
            InputError: no machine has that id.
        """
        self._store.refresh()
        found = self._store.get(asset)
        if found is None:
            raise InputError(f"no machine '{asset}' is known at {self._site.name}.", remedy="See `mintage fleet list`.")
        return found

    def who(self, identity: Identity, address: str) -> Asset | None:
        """The machine that would be recognised; nothing is changed."""
        self._store.refresh()
        item = Found(Target(address), identity)
        return self._owner(item, ()) or self._in_place(item, ())

    def by_name(self, *, dna: str = "", mac: str = "", address: str = "") -> Asset | None:
        """The machine that has a DNA, else a MAC address, else an IP address."""
        self._store.refresh()
        known = self._store.by_mark("dna", dna) or self._store.by_mark("mac", mac)
        return known or (self._store.by_address(address) if address else None)

    def claims(self) -> list[Claim]:
        """Claims to what identifies another machine, the latest first."""
        return self._store.claims()

    def disputed(self, found: Iterable[Found]) -> list[Asset]:
        """Machines that somebody at another address claims to be: ask them again before `recognise` decides."""
        self._store.refresh()
        found = list(found)
        asked = {item.address for item in found}
        owners = (self._store.by_mark(mark, _told(item, mark)) for item in found for mark in MARKS)
        elsewhere = {owner.asset: owner for owner in owners if owner and owner.here and owner.address not in asked}
        return list(elsewhere.values())

    def recognise(self, found: Sequence[Found]) -> list[Asset]:
        """Say which machine each of those is that answer at the same time; adopt those that nobody knows.

        Everything is kept together, facts included, or nothing is.

        Args:
            found: all that answered in one round, each address once, those of `disputed` included.

        Returns:
            One machine for each found one, in their order; no machine twice.
        """
        assets: dict[str, Asset] = {}
        taken: set[str] = set()
        with self._store.changing():
            facts: list[Fact] = []
            for item in sorted(found, key=self._certainty):
                asset, said = self._recognise_one(item, taken)
                assets[item.address] = asset
                taken.add(asset.asset)
                facts += said
            self._recorder.record(facts)
        return [assets[item.address] for item in found]

    def link(self, asset: str, serial: str) -> Asset:
        """Say which serial number of the factory's facts a machine has; "" takes the link away.

        Raises:
            InputError: no machine has that id, or another one has the serial number.
        """
        old = self.get(asset)
        holder = self._store.by_mark("serial", serial)
        if holder and holder.asset != asset:
            raise InputError(
                f"serial number {serial} is linked to {holder.asset} at {holder.address}.",
                field="serial",
                remedy=f'If that is wrong, take it away first: mintage fleet link {holder.asset} ""',
            )
        if old.serial == serial:
            return old
        new = msgspec.structs.replace(old, serial=serial)
        with self._store.changing():
            self._store.put(new)
            self._recorder.record([self._changed(new, "serial", old.serial, serial, self._user)])
        return new

    def _certainty(self, item: Found) -> tuple[bool, bool, str]:
        """Those that are where they were, as who they were, come first: a claimant must not come before the owner."""
        owner = self._owner(item, ())
        return owner is None or owner.address != item.address, owner is None, item.address

    def _owner(self, item: Found, taken: Collection[str]) -> Asset | None:
        """The machine that has the strongest mark which nothing contradicts."""
        for mark in MARKS:
            owner = self._store.by_mark(mark, _told(item, mark))
            if owner and owner.asset not in taken and _agrees(mark, owner, item):
                return owner
        return None

    def _in_place(self, item: Found, taken: Collection[str]) -> Asset | None:
        """The machine of the same model that was at this address: its control board was changed."""
        here = self._store.by_address(item.address)
        same = here and (here.identity.make, here.identity.model) == (item.identity.make, item.identity.model)
        return here if here and same and here.asset not in taken else None

    def _recognise_one(self, item: Found, taken: Collection[str]) -> tuple[Asset, list[Fact]]:
        known = self._owner(item, taken) or self._in_place(item, taken)
        now_us = self._clock.now_us()
        claims = [
            Claim(other.asset, mark, value, item.address, now_us)
            for mark in MARKS
            for value in [_told(item, mark)]
            for other in [self._store.by_mark(mark, value) or self._store.former(mark, value)]
            if other and other != known
        ]
        facts = [self._duplicate(claim) for claim in claims if self._store.claim(claim)]
        contested = "; ".join(f"claims the {claim.claimed} of {claim.asset}" for claim in claims)
        own = msgspec.structs.replace(item.identity, **{claim.claimed: "" for claim in claims})
        item = Found(item.target, own)
        asset, more = self._update(known, item, contested) if known else self._adopt(item, contested)
        return asset, facts + more

    def _adopt(self, item: Found, contested: str) -> tuple[Asset, list[Fact]]:
        identity = item.identity
        new = Asset(
            asset=self._new_id(item),
            address=item.address,
            port=item.target.port,
            identity=identity,
            serial=identity.serial,
            contested=contested,
            adopted_us=self._clock.now_us(),
        )
        self._store.put(new)
        data = MachineAdopted(
            asset=new.asset,
            site=self._site.name,
            make=identity.make,
            model=identity.model,
            address=new.address,
            serial=new.serial,
            dna=identity.dna,
            mac=identity.mac,
            rack=self._places.of(new.address).rack,
        )
        return new, [self._fact(f"adopted/{new.asset}", data)]

    def _update(self, old: Asset, item: Found, contested: str) -> tuple[Asset, list[Fact]]:
        """What is new of a machine that was recognised; a mark that it no longer tells stays as it was."""
        known_by = next((mark for mark in MARKS if old.mark(mark) and old.mark(mark) == _told(item, mark)), "address")
        kept = {mark: getattr(item.identity, mark) or getattr(old.identity, mark) for mark in MARKS}
        new = msgspec.structs.replace(
            old,
            address=item.address,
            port=item.target.port,
            here=True,
            identity=msgspec.structs.replace(item.identity, **kept),
            serial=old.serial or item.identity.serial,
            contested=contested,
        )
        if new == old:
            return old, []
        changes: list[tuple[_What, str, str]] = [
            ("address", old.address, new.address),
            ("rack", self._places.of(old.address).rack, self._places.of(new.address).rack),
            ("dna", old.identity.dna, new.identity.dna),
            ("mac", old.identity.mac, new.identity.mac),
            ("serial", old.serial, new.serial),
            ("firmware", old.identity.firmware, new.identity.firmware),
        ]
        facts = []
        for what, before, after in changes:
            if before != after:
                facts.append(self._changed(new, what, before, after, known_by))
                if before and (what == "dna" or what == "mac"):  # noqa: PLR1714  narrows the type
                    self._store.remember(what, before, new.asset)
        self._store.put(new)
        return new, facts

    def _new_id(self, item: Found) -> str:
        """Twelve hex digits that follow from the strongest mark, so that all sites give one machine one id."""
        marks = [f"{mark}:{value}" for mark in MARKS if (value := _told(item, mark))]
        marks.append(f"address:{self._site.name}:{item.address}:{self._clock.now_us()}")
        ids = ("m-" + sha256(mark.encode()).hexdigest()[:12] for mark in marks)
        return next(id_ for id_ in ids if self._store.get(id_) is None)

    def _changed(self, asset: Asset, what: _What, before: str, after: str, known_by: str) -> Fact:
        data = MachineChanged(
            asset=asset.asset, site=self._site.name, what=what, before=before, after=after, known_by=known_by
        )
        return self._fact(f"changed/{asset.asset}/{what}/{self._clock.now_us()}", data)

    def _duplicate(self, claim: Claim) -> Fact:
        data = DuplicateClaimed(
            asset=claim.asset, site=self._site.name, claimed=claim.claimed, claim=claim.value, address=claim.address
        )
        return self._fact(f"duplicate/{claim.asset}/{claim.claimed}/{claim.address}/{claim.at_us}", data)

    def _fact(self, key: str, data: FactData) -> Fact:
        now_us = self._clock.now_us()
        return Fact(
            key=f"fleet/{self._site.name}/{key}", at=now_us, date=utc_date(now_us), actor=self._actor, data=data
        )


def _told(item: Found, mark: Mark) -> str:
    return str(getattr(item.identity, mark))


def _agrees(mark: Mark, owner: Asset, item: Found) -> bool:
    """Whether the other mark of the control board does not contradict the one by which it was recognised."""
    if owner.address == item.address or mark == "serial":
        return True
    other: Mark = "mac" if mark == "dna" else "dna"
    return not owner.mark(other) or not _told(item, other) or owner.mark(other) == _told(item, other)
