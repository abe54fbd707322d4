"""Live state follows the rights of the pages that show it: what somebody may not see is not told, nor for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import httpx
import msgspec
import pytest

from mintage.api import stream
from tests.served import TIMEOUT_S, Served

ALDER, BIRCH = "machine:alder/a1:state", "machine:birch/b1:state"
EVERYTHING = ["machine:*", "*", ALDER, BIRCH]
CHANGES = {ALDER: "offline", BIRCH: "offline", "chain:machines": 2, "journal:head": 7, "secret:of-somebody": 1}


@contextmanager
def watching(client: httpx.Client, keys: list[str]) -> Iterator[Iterator[str]]:
    """The lines of a stream that is open: it says when it listens, and what is told from then on reaches it."""
    with client.stream("GET", "/api/v1/live", params={"key": keys}) as reply:
        assert reply.status_code == 200
        lines = reply.iter_lines()
        assert next(lines) == "retry: 2000"
        yield lines


def told(served: Served, client: httpx.Client, changes: dict[str, object], keys: list[str]) -> set[str]:
    """The keys that somebody is told of before, or with, the number of facts."""
    hub, found = served.company.hub, set[str]()
    with watching(client, keys) as lines:
        hub.tell({**changes, "journal:head": 7})
        while "journal:head" not in found:  # a job that moves on by itself may have been told first
            data = next(line for line in lines if line.startswith("data: "))
            found |= msgspec.json.decode(data.removeprefix("data: "))["changes"].keys()
    return found - {"journal:head"}


@pytest.mark.parametrize(
    ("roles", "keys"),
    [
        ([("operator", "alder")], {ALDER}),
        ([("operator", "birch")], {BIRCH}),
        ([("operator", "alder"), ("operator", "birch")], {ALDER, BIRCH}),
        (["viewer"], {ALDER, BIRCH, "chain:machines"}),
        (["sales"], set()),
        (["treasurer"], set()),
    ],
)
def test_machines_are_told_to_those_who_see_their_site(
    served: Served, roles: list[str | tuple[str, str]], keys: set[str]
) -> None:
    """Neither a key of another site, nor one that stands for any rest, opens what no page would show."""
    name = f"live-{'-'.join(sorted(str(role) for role in roles)).translate(str.maketrans('', '', ' (),_' + chr(39)))}"
    assert told(served, served.person(name, roles), CHANGES, [*EVERYTHING, "journal:head"]) == keys


def test_a_token_for_a_site_hears_of_that_site_alone(served: Served) -> None:
    """However wide its person's roles are."""
    person = served.person("live-token", ["viewer"])
    body = {"label": "wall", "rights": ["fleet.read"], "sites": ["birch"], "days": 1}
    made = person.post("/api/v1/settings/tokens", json=body)
    program = served.anybody()
    program.headers["authorization"] = f"Bearer {made.json()['secret']}"
    assert told(served, program, CHANGES, [*EVERYTHING, "journal:head"]) == {BIRCH}


def test_jobs_are_told_to_those_who_may_see_them(served: Served) -> None:
    """A job of reconciling a day to operators of that site; a plan to nobody who may not read plans."""
    jobs = served.company.jobs
    there = {
        name: f"job:{jobs.start('reconcile', f'{name} 2025-06-30', {}, 'somebody').id}" for name in ("alder", "birch")
    }
    plan = f"job:{jobs.start('plan', 'a plan', {}, 'somebody').id}"
    at_birch, viewer = served.person("job-birch", [("operator", "birch")]), served.person("job-viewer", ["viewer"])
    changes: dict[str, object] = dict.fromkeys((*there.values(), plan), "done")
    keys = ["job:*", *changes, "journal:head"]
    assert told(served, at_birch, changes, keys) == {there["birch"]}
    assert told(served, viewer, changes, keys) == {*there.values(), plan}
    listed = {job["subject"] for job in at_birch.get("/api/v1/jobs").json()["jobs"]}
    assert listed == {"birch 2025-06-30"}
    alder = there["alder"].removeprefix("job:")
    assert at_birch.get(f"/api/v1/jobs/{alder}").status_code == 404


@pytest.mark.parametrize("what", ["role", "disabled", "signed out"])
def test_a_stream_ends_with_what_it_rests_on(served: Served, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Whoever loses a role, is kept out or signs out is told nothing more on streams that are open."""
    monkeypatch.setattr(stream, "STILL_S", 0.0)
    name = f"leaver-{what.replace(' ', '-')}"
    leaver, admin = served.person(name, ["viewer"]), served.person(f"admin-{name}", ["administrator"])
    hub, ended = served.company.hub, threading.Event()
    with watching(leaver, ["journal:head"]) as lines:
        if what == "role":
            told_off = {"role": "viewer", "site": "*", "remove": True}
            assert admin.post(f"/api/v1/settings/people/{name}/roles", json=told_off).status_code == 200
        elif what == "disabled":
            assert admin.post(f"/api/v1/settings/people/{name}/disable").status_code == 200
        else:
            assert served.signed_in(name).post("/sign-out").status_code == 303  # another session goes on
            done = leaver.post("/sign-out")
            assert done.status_code == 303

        def read() -> None:
            for _ in lines:
                pass
            ended.set()

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        hub.tell({"journal:head": 1})
        hub.tell({"journal:head": 2})
        assert ended.wait(TIMEOUT_S)


def test_nobody_takes_all_streams(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """One person has so many, and others still get theirs."""
    monkeypatch.setattr(stream, "VIEWERS_OF_ONE_MAX", 1)
    greedy, other = served.person("greedy", ["viewer"]), served.person("modest", ["viewer"])
    hub = served.company.hub
    with watching(greedy, ["journal:head"]):
        assert greedy.get("/api/v1/live", params={"key": "journal:head"}).status_code == 413
        with watching(other, ["journal:head"]) as lines:
            hub.tell({"journal:head": 3})
            assert any(line.startswith("data: ") for line in islice(lines, 5))
