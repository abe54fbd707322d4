"""The command line itself: imports twice, JSON with stable keys, exit codes, environment, help, completion, pipes."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import App

from mintage import __version__
from mintage.cli.main import GROUPS, build, main, overview
from mintage.house import open_journal
from tests.cli.shell import Shell, refused

FACTS = """\
# kind: books.expense-paid
key,date,function,expense,bank,amount
e1,2025-05-01,ga,rent,dbs,"1,250.00 USD"
e2,2025-05-02,rd,tape-out,dbs,300 USD
"""
LIMIT_S = 60


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """A file with two facts."""
    path = tmp_path / "facts.csv"
    path.write_text(FACTS)
    return path


def process(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MINTAGE_")}
    return subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "mintage.cli.main", *map(str, words)],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def test_importing_a_file_again_changes_nothing(shell: Shell, facts: Path) -> None:
    """The second import finds every fact known and leaves the chain as it was."""
    assert shell.json("facts", "import", facts) == {"facts": 2, "new": 2, "known": 0}
    head = shell.head()
    assert shell.json("facts", "import", facts) == {"facts": 2, "new": 0, "known": 2}
    assert shell.head() == head
    assert "0 new facts; 2 were known already" in shell.run("facts", "import", facts).out


def test_a_file_that_grew_adds_only_what_is_new(shell: Shell, facts: Path) -> None:
    """A line appended changes the file's hash, but not the facts that were there: only the new one is booked."""
    shell.json("facts", "import", facts)
    with facts.open("a") as file:
        file.write("e3,2025-05-03,sm,fair,dbs,7 USD\n")
    assert shell.json("facts", "import", facts) == {"facts": 3, "new": 1, "known": 2}


def test_a_file_given_twice_is_imported_once(shell: Shell, facts: Path) -> None:
    """A folder and a file in it, named together, give each fact once."""
    assert shell.json("facts", "import", facts, facts) == {"facts": 4, "new": 2, "known": 2}


def test_all_three_forms_of_a_fact_are_one_fact(shell: Shell, tmp_path: Path) -> None:
    """CSV, TOML and JSONL of the same fact carry the same content, so that the second and third are known."""
    fields = {"function": "ga", "expense": "rent", "bank": "dbs", "amount": "1,250.00 USD"}
    row = {"kind": "books.expense-paid", "key": "e1", "date": "2025-05-01", **fields}
    (tmp_path / "a.csv").write_text(FACTS)
    (tmp_path / "b.toml").write_text("[[fact]]\n" + "".join(f'{name} = "{value}"\n' for name, value in row.items()))
    (tmp_path / "c.jsonl").write_text(json.dumps(row) + "\n")
    assert shell.json("facts", "import", tmp_path) == {"facts": 4, "new": 2, "known": 2}


def test_listing_and_showing_have_stable_keys(shell: Shell, facts: Path) -> None:
    """What a program reads from --json: envelope, evidence with file and row, postings in minor units."""
    shell.json("facts", "import", facts)
    (row,) = shell.json("facts", "list", "--kind", "books.expense-paid", "--period", "2025-05-02")
    assert (row["key"], row["kind"], row["date"]) == ("e2", "books.expense-paid", "2025-05-02")
    shown = shell.json("facts", "show", "e1")
    assert shown["data"] == {"function": "ga", "expense": "rent", "bank": "dbs", "amount": 125_000}
    assert (shown["evidence"]["source"], shown["evidence"]["row"]) == (str(facts), 3)
    assert sum(leg["amount"] for leg in shown["entry"]["postings"]) == 0
    assert {"account": "assets:cash:dbs", "commodity": "USD", "amount": -125_000} in shown["entry"]["postings"]


def test_the_environment_names_the_journal_and_the_actor(tmp_path: Path, facts: Path) -> None:
    """MINTAGE_DB and MINTAGE_ACTOR stand in for what the command line leaves out; --db goes before."""
    one, two = tmp_path / "one.db", tmp_path / "two.db"
    done = process("facts", "import", facts, MINTAGE_DB=str(one), MINTAGE_ACTOR="j.doe")
    assert (done.returncode, done.stderr) == (0, "")
    process("facts", "import", facts, "--db", two, MINTAGE_DB=str(one), MINTAGE_ACTOR="someone")
    actors = []
    for db in (one, two):
        journal = open_journal(db)
        actors.append({stored.fact.actor for stored in journal.facts()})
        journal.close()
    assert actors == [{"j.doe"}, {"someone"}]


def test_a_failed_check_ends_with_one_and_names_the_fact(shell: Shell) -> None:
    """Exit code 1 is a finding, apart from bad input's 2; a sound journal ends with 0."""
    assert shell.run("check").code == 0
    db = sqlite3.connect(shell.db)
    db.execute("DROP TRIGGER postings_keep")
    db.execute("UPDATE postings SET amount = amount + 1 WHERE seq = 2 AND ix = 0")
    db.commit()
    db.close()
    answer = shell.run("check", "--json")
    found = json.loads(answer.out)
    assert (answer.code, found["passed"]) == (1, False)
    problems = {row["check"]: row["problems"] for row in found["checks"]}
    assert any("fact 2 ('b1')" in problem for problem in problems["journal.chain"])


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("facts", "lst"), 'Did you mean "list"'),
        (("books", "show", "2025Q5"), "2025Q2"),
        (("books", "show", "0000"), "2025Q2"),
        (("facts", "list", "--limit", "many"), "--limit"),
        (("facts", "list", "--colour", "red"), "--colour"),
        (("facts", "list", "--kind", "mining.earnd"), "mining.earned"),
        (("facts", "kinds", "mining.earnd"), "mining.earned"),
        (("facts", "show", "nobody"), "facts list"),
        (("facts", "import"), "--paths"),
        (("trace", "bitcoin.owned"), "--period"),
        (("tieout", "none.txt", "--period", "2025Q2"), "Check the path"),
    ],
)
def test_a_mistyped_command_says_what_to_type(shell: Shell, words: tuple[str, ...], hint: str) -> None:
    """Words, periods, options and ids that do not exist are refused with what comes near, or with the form wanted."""
    assert hint in refused(shell, *words)


def test_version_and_overview_come_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Both print without the command tree, and the overview names every group of it."""
    for words in (["--version"], ["--help"], ["-h"], []):
        main(words)
        out = capsys.readouterr().out
        assert out == (f"{__version__}\n" if words == ["--version"] else overview())
    tree = build()
    assert [word for word in tree if not word.startswith("-")] == list(GROUPS)
    assert all(re.search(rf"^  {name} +\w", overview(), re.MULTILINE) for name in GROUPS)
    example = re.search(r"Example: mintage (.+)", overview())
    assert example is not None
    tree.parse_args(shlex.split(example[1]), exit_on_error=False, print_error=False)


def leaves(app: App, names: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command."""
    inner = [word for word in app if not word.startswith("-")]
    return [leaf for word in inner for leaf in leaves(app[word], (*names, word))] if inner else [names]


@pytest.mark.parametrize("words", leaves(build()), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """`mintage ... --help` ends with 0 and shows how to call the command, its options and the shared ones."""
    with pytest.raises(SystemExit) as stop:
        main([*words, "--help"])
    out = capsys.readouterr().out
    assert stop.value.code == 0
    assert "Example" in out
    assert "--db" in out
    assert "--json" in out


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_completion_knows_the_commands(shell_name: str) -> None:
    """The script for each shell names every group and an option; bash itself can read its own."""
    script = build().generate_completion(shell=shell_name)  # type: ignore[arg-type]  # parametrised
    assert all(re.search(rf"\b{name}\b", script) for name in GROUPS)
    assert "period" in script
    bash = shutil.which("bash")
    if shell_name == "bash" and bash:
        subprocess.run([bash, "-n"], input=script, text=True, check=True)  # noqa: S603  only parses it


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """`mintage ... | head -1` ends quietly."""
    words = [sys.executable, "-m", "mintage.cli.main", "facts", "kinds", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as child:  # noqa: S603  as above
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(LIMIT_S) == 0


def test_a_terminal_without_unicode_still_gets_its_table(tmp_path: Path, facts: Path) -> None:
    """Signs that the terminal's encoding lacks are spelt out instead of ending in an error."""
    done = process("facts", "import", facts, "--db", tmp_path / "a.db", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    done = process("check", "--db", tmp_path / "a.db", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2713 pass" in done.stdout
