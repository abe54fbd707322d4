"""What the journal is told of actions, when they are over."""

from __future__ import annotations

from datetime import UTC, datetime

from mintage.fleet.context import Recorder
from mintage.fleet.control.store import ActionRequest, load
from mintage.fleet.facts_site import ActionTaken
from mintage.journal.fact import Evidence, Fact
from mintage.state.db import StateDb

SCOPE_CHARACTERS_MAX = 300


def finish(db: StateDb, now_us: int) -> None:
    """End requests of which every machine is through."""
    db.execute(
        "UPDATE action_request SET state = 'finished', finished_us = ? WHERE state = 'approved' AND NOT EXISTS ("
        " SELECT 1 FROM action_target WHERE request = id AND state IN ('waiting', 'asking', 'accepted'))",
        (now_us,),
    )


def record(db: StateDb, recorder: Recorder) -> None:
    """Tell the journal of requests that are over; one that was told before a crash is told again under its key."""
    over = db.rows("SELECT id FROM action_request WHERE state = 'finished' AND recorded = 0 ORDER BY finished_us, id")
    for (id_,) in over:
        recorder.record([_fact(db, load(db, id_))])
        db.execute("UPDATE action_request SET recorded = 1 WHERE id = ?", (id_,))


def _fact(db: StateDb, request: ActionRequest) -> Fact:
    at_us = request.finished_us or request.asked_us
    asked: dict[str, int] = dict(
        db.rows(
            "SELECT CASE WHEN state IN ('refused', 'unsupported') THEN 'refused'"
            " WHEN state IN ('done', 'silent', 'unconfirmed') THEN state"
            " WHEN tries > 0 THEN 'silent' ELSE 'not_asked' END AS told, count(*) FROM action_target"
            " WHERE request = ? GROUP BY told",
            (request.id,),
        )
    )
    scope = request.scope
    if len(scope) > SCOPE_CHARACTERS_MAX:
        scope = f"{scope[:SCOPE_CHARACTERS_MAX]}... ({request.machines} machines)"
    return Fact(
        key=f"fleet.action/{request.site}/{request.id}",
        at=at_us,
        date=datetime.fromtimestamp(at_us / 1_000_000, UTC).date(),
        actor=f"agent.{request.site}",
        evidence=Evidence(source=f"mintage control show {request.id}", note="the result at each machine, in its words"),
        data=ActionTaken(
            action=request.id,
            site=request.site,
            what=request.what,
            scope=scope,
            reason=request.reason,
            asked_by=request.asked_by,
            done=asked.get("done", 0),
            refused=asked.get("refused", 0),
            silent=asked.get("silent", 0),
            unconfirmed=asked.get("unconfirmed", 0),
            not_asked=asked.get("not_asked", 0),
            approved_by=request.decided_by if request.needs_approval else "",
        ),
    )
