"""A process that dies while it imports leaves whole files or none, and loses nothing that it acknowledged."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from bench.crash import COMMIT, Load, Trial, kill, prepare, verify
from mintage.house import open_journal
from mintage.journal.intake import read_file

KILLS, SEED = 20, 3

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork are of POSIX")


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Files to import, and the hash that an undisturbed import of them ends at."""
    return prepare(tmp_path_factory.mktemp("load"))


def test_kill_nine_leaves_whole_files_and_all_that_was_acknowledged(load: Load, tmp_path: Path) -> None:
    """After SIGKILL at random instants the journal holds whole files, every check passes, and importing can go on."""
    draw = random.Random(SEED)
    trials = []
    for number in range(KILLS):
        database = tmp_path / f"{number}.db"
        trial = kill(load, database, draw)
        verify(load, database, trial)
        trials.append(trial)
    assert [fault for trial in trials for fault in trial.faults] == []
    assert sum(trial.present for trial in trials) >= sum(trial.acknowledged for trial in trials)
    assert any(trial.phase == COMMIT for trial in trials), "no kill fell into a commit: the seed tests too little"


def test_half_a_file_and_a_lost_acknowledgement_would_be_seen(load: Load, tmp_path: Path) -> None:
    """The verification of the test above finds what it is there to find."""
    facts = [placed.fact for placed in read_file(load.files[0], "bench")]
    journal = open_journal(tmp_path / "half.db")
    journal.append(facts[: len(facts) // 2])
    journal.close()
    trial = Trial(COMMIT, acknowledged=1)
    verify(load, tmp_path / "half.db", trial)
    assert any("in part" in fault for fault in trial.faults)
    assert any("acknowledged and is missing" in fault for fault in trial.faults)
    gone = Trial(COMMIT, acknowledged=1)
    verify(load, tmp_path / "never.db", gone)
    assert gone.faults
