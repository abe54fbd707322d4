"""Grouping holds for every pattern of failure: nobody is left out, nobody told twice, and no storm."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.alerts.grouping import Census, group
from mintage.fleet.alerts.rules import Grouping
from mintage.fleet.alerts.subjects import Subject

FEEDERS, RACKS, SLOTS = 4, 3, 12
EVERYBODY = [
    Subject(f"m-{feeder}{rack}{slot:02}", "", f"r{feeder}{rack}", f"f{feeder}")
    for feeder in range(FEEDERS)
    for rack in range(RACKS)
    for slot in range(SLOTS)
]
AMONG = Census(
    Counter(subject.rack for subject in EVERYBODY), Counter(subject.feeder for subject in EVERYBODY), len(EVERYBODY)
)
GROUPING = Grouping(least=5, share=0.5)


@given(st.sets(st.sampled_from(EVERYBODY)))
def test_everybody_struck_is_in_exactly_one_alert(struck: set[Subject]) -> None:
    """Groups are a partition of those struck."""
    told = [subject.key for item in group(struck, AMONG, GROUPING) for subject in item.members]
    assert sorted(told) == sorted(subject.key for subject in struck)


@given(st.sets(st.sampled_from(EVERYBODY)))
def test_alerts_stay_few_however_many_machines_fail(struck: set[Subject]) -> None:
    """At most one for each feeder, one for the scattered ones, and four single ones."""
    kinds = Counter(item.kind for item in group(struck, AMONG, GROUPING))
    assert kinds["site"] <= 1
    assert kinds["feeder"] <= 1
    assert kinds["feeder"] + kinds["rack"] <= FEEDERS
    assert kinds["several"] <= 1
    assert kinds["one"] < GROUPING.least
    if kinds["several"]:
        assert kinds["one"] == 0


@given(st.sampled_from(sorted({subject.rack for subject in EVERYBODY})))
def test_a_whole_rack_is_called_by_its_name(rack: str) -> None:
    """The narrowest place that holds them is named."""
    (only,) = group([subject for subject in EVERYBODY if subject.rack == rack], AMONG, GROUPING)
    assert (only.kind, only.place, len(only.members)) == ("rack", rack, SLOTS)


def test_machines_of_unknown_place_are_told_together() -> None:
    """Without racks and feeders in the site's file there is still no storm."""
    struck = [Subject(f"m-{number}", "", "", "") for number in range(60)]
    (only,) = group(struck, Census(Counter({"": 200}), Counter({"": 200}), 200), GROUPING)
    assert (only.kind, len(only.members)) == ("several", 60)
