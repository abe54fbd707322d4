"""One cause, one alert: machines struck together are told as the rack, the feeder or the site that they share.

In numbers of `[grouping]`: where at least `least` machines and at least `share` of a rack, feeder or site are struck by
one rule, the place is struck, not its machines; the narrowest place that holds them is named. Two struck racks of a
feeder make a struck feeder, two struck feeders a struck site. What remains are single machines; `least` or more of them
are one alert over several places. So one rule opens at most an alert for the site, or for one feeder and a rack of each
other one, another over several places, and `least` - 1 single ones, however many machines there are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from mintage.fleet.alerts.rules import Grouping
from mintage.fleet.alerts.subjects import Subject
from mintage.fleet.latest import Machine

PlaceKind = Literal["one", "rack", "feeder", "site", "several"]


class Group(msgspec.Struct, frozen=True):
    """Subjects that are one alert.

    Attributes:
        kind: what they share: "one" subject, a rack, a feeder, the site, or nothing but the time ("several" places).
        place: name of the rack or feeder, key of the one subject, or "".
        members: the subjects.
    """

    kind: PlaceKind
    place: str
    members: tuple[Subject, ...]


class Census(msgspec.Struct, frozen=True):
    """How many machines stand where.

    Attributes:
        racks: by rack.
        feeders: by feeder.
        site: in all.
    """

    racks: Counter[str]
    feeders: Counter[str]
    site: int


def census(machines: Sequence[Machine]) -> Census:
    """How many machines stand where."""
    racks = Counter(machine.place.rack for machine in machines)
    return Census(racks, Counter(machine.place.feeder for machine in machines), len(machines))


def group(subjects: Iterable[Subject], among: Census, grouping: Grouping) -> list[Group]:
    """Subjects of one rule that were struck together, as the alerts that they make. Each subject is in one of them."""
    rest = sorted(subjects, key=lambda subject: subject.key)

    def struck(members: Sequence[Subject], total: int) -> bool:
        return len(members) >= max(grouping.least, grouping.share * total)

    racks = {name: members for name, members in _by(rest, "rack").items() if struck(members, among.racks[name])}
    racks_struck = Counter(members[0].feeder for members in racks.values())
    feeders = {
        name: members
        for name, members in _by(rest, "feeder").items()
        if racks_struck[name] > 1 or (len(_by(members, "rack")) > 1 and struck(members, among.feeders[name]))
    }
    if len(feeders) > 1 or (len(_by(rest, "feeder")) > 1 and struck(rest, among.site)):
        return [Group("site", "", tuple(rest))]
    found = [Group("feeder", name, tuple(members)) for name, members in sorted(feeders.items())]
    found += [
        Group("rack", name, tuple(members))
        for name, members in sorted(racks.items())
        if members[0].feeder not in feeders
    ]
    taken = {subject.key for item in found for subject in item.members}
    rest = [subject for subject in rest if subject.key not in taken]
    if len(rest) >= grouping.least:
        return [*found, Group("several", "", tuple(rest))]
    return found + [Group("one", subject.key, (subject,)) for subject in rest]


def _by(subjects: Iterable[Subject], what: Literal["rack", "feeder"]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        name = getattr(subject, what)
        if name:
            found[name].append(subject)
    return found
