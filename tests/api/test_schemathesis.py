"""Every operation, called by its own description with made-up values, right and wrong ones, over a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings, strategies
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from mintage.api.app import PREFIX, api_routes
from mintage.api.openapi import described
from mintage.desk.limits import Limits
from mintage.units.clock import StepClock
from tests.api.world import World

EXAMPLES = int(os.environ.get("MINTAGE_API_EXAMPLES", "2"))
"""Requests of each kind to each operation; `make soak` asks for more."""
SOAK = EXAMPLES > 10
LEFT_OUT = ("live",)
"""A stream does not end; `tests/client` reads it."""
CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"deterministic": not SOAK, "allow-x00": True, "database": "none", "max-examples": EXAMPLES},
        "phases": {
            "examples": {"enabled": True},
            "coverage": {"enabled": SOAK},
            "fuzzing": {"enabled": True},
            "stateful": {"enabled": False},
        },
        "checks": {
            "positive_data_acceptance": {"enabled": False},  # a right period need not be one of the ledger
            "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "409", "413", "422"]},
        },
        "seed": 4,
    }
)
SPEC = described(api_routes(), PREFIX)
NOT_TOLD = [checks.unsupported_method, checks.ignored_auth, checks.use_after_free, checks.ensure_resource_availability]
"""Checks that send requests of their own; `test_rights.py` and `test_access.py` say more than they do."""
ROLES = ("administrator", "viewer") if EXAMPLES > 2 else ("administrator",)
"""What a viewer may not is asked of every route in `test_rights.py`; here in the long runs too."""
NOT_BY_TOKEN = f"{PREFIX}/settings/tokens"
"""A token makes no tokens, whoever it is of."""
schemathesis.openapi.format("decimal", strategies.decimals(-(10**6), 10**6, places=2).map(str))
API = schemathesis.openapi.from_dict(SPEC, config=CONFIG).exclude(operation_id=list(LEFT_OUT))


@pytest.fixture(scope="module")
def world(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A company with one of each thing."""
    found = World(example_db, tmp_path_factory.mktemp("api"))
    found.fill()
    yield found
    found.close()


@pytest.fixture(scope="module")
def tokens(world: World) -> dict[str, str]:
    """A token of somebody who may everything, and of one who may only read."""
    return {role: world.token(f"the-{role}", role) for role in ("administrator", "viewer")}


@pytest.mark.parametrize("role", ROLES)
@API.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_answers_are_as_described(
    case: schemathesis.Case[Any], world: World, tokens: dict[str, str], role: str
) -> None:
    """No fault of ours, no status, form, header or field that is not declared, and nothing wrong taken for right."""
    world.served.company.limits = Limits(StepClock())
    if role == "administrator" and case.meta and case.meta.generation.mode.is_positive:
        for name, value in case.path_parameters.items():  # a right request is about something that is there
            if name != "statement":
                case.path_parameters[name] = world.place(case.operation.path, name) or value
    reply = case.call(base_url=world.served.base, headers={"Authorization": f"Bearer {tokens[role]}"})
    case.validate_response(reply, excluded_checks=NOT_TOLD)
    if reply.status_code == 403:
        assert role == "viewer" or case.operation.path.startswith(NOT_BY_TOKEN)
