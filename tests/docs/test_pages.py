"""The reference pages say what the code says, and every declaration has words for them."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from itertools import product
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from cyclopts import App

from mintage.cli.docs_pages import PAGES, VARIABLES
from mintage.cli.docs_postings import posting_lines
from mintage.cli.main import build, main
from mintage.house import rulebook
from mintage.journal.chart import default_chart
from mintage.journal.fact import fact_class, fact_kinds
from mintage.journal.reference import describe_kind, field_meanings
from tests.docs.pages import ROOT, blocks

KINDS = sorted((rulebook(), fact_kinds())[1])


@pytest.mark.parametrize("name", PAGES)
def test_each_page_says_what_the_code_says(name: str) -> None:
    """A page that fell behind names itself; `make docs` writes it anew."""
    assert (ROOT / "docs" / name).read_text("utf-8") == PAGES[name](), f"docs/{name}: run `make docs`"


def test_a_stale_page_fails_the_check_by_name_and_writing_heals_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 names the page and the remedy; afterwards `write` brings back exactly what was there."""
    folder = tmp_path / "docs"
    shutil.copytree(ROOT / "docs", folder)
    page = folder / "chart.md"
    before = page.read_text("utf-8")
    page.write_text(before.replace("asset", "assets", 1), "utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["docs", "check", str(folder)])
    told = capsys.readouterr().err
    assert stopped.value.code == 1
    assert str(page) in told
    assert "make docs" in told
    assert "facts.md" not in told
    with pytest.raises(SystemExit) as stopped:
        main(["docs", "write", str(folder)])
    assert stopped.value.code == 0
    assert page.read_text("utf-8") == before


def test_a_missing_folder_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Outside a checkout the command says so instead of writing pages somewhere."""
    with pytest.raises(SystemExit) as stopped:
        main(["docs", "write", str(tmp_path / "none")])
    assert stopped.value.code == 2
    assert str(tmp_path / "none") in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_field_has_a_meaning(kind: str) -> None:
    """Nothing can be declared without words: neither a kind, nor a field, nor a part of a field."""
    reference = describe_kind(fact_class(kind))
    assert reference.meaning.endswith("."), kind
    for field in reference.fields:
        assert field.meaning, f"{kind}: {field.name}"
    for hint in get_type_hints(fact_class(kind)).values():
        element = get_args(hint)[0] if get_origin(hint) is tuple else None
        if isinstance(element, type) and issubclass(element, msgspec.Struct):
            assert set(element.__struct_fields__) == set(field_meanings(element)), f"{kind}: {element.__name__}"


@pytest.mark.parametrize("kind", sorted(rulebook().rules))
def test_every_account_that_a_rule_can_post_to_is_in_the_chart(kind: str) -> None:
    """No fact that reads well is refused for an account that its own rule names."""
    rule = rulebook().rules[kind]
    assert (rule.__doc__ or "").strip(), f"{kind}: the rule has no docstring"
    hints = get_type_hints(fact_class(kind))
    choices = {f"{{{name}}}": get_args(hint) for name, hint in hints.items() if get_origin(hint) is Literal}
    lines = posting_lines(rule, fact_class(kind))
    accounts = {account for line in lines for account in (line.source, line.target)}
    for account in accounts - {"", "{account}"}:  # an opening fact names its account itself
        for values in product(*choices.values()):
            filled = account
            for mark, value in zip(choices, values, strict=True):
                filled = filled.replace(mark, value)
            default_chart().entry(re.sub(r"[{}_]", "", filled))


def test_postings_are_printed_in_the_fields_own_words() -> None:
    """A late cost, a difference of amounts and a choice that decides the account read as the rule is written."""
    rules = rulebook().rules
    (late,) = posting_lines(rules["factory.drawback-claimed"], fact_class("factory.drawback-claimed"))
    assert (late.amount, late.source) == ("-amount", "assets:prepaid:duty:{country}")
    liquidated = posting_lines(rules["treasury.bitcoin-liquidated"], fact_class("treasury.bitcoin-liquidated"))
    loss = "value - loan_reduced - interest_settled - fee - surplus"
    assert [line.note for line in liquidated if line.amount == loss] == [
        f"where state {state}" for state in ("pledged", "current", "noncurrent")
    ]
    remeasured = posting_lines(rules["treasury.remeasured"], fact_class("treasury.remeasured"))
    assert [line.target for line in remeasured] == ["assets:bitcoin:{state}:{holder}"]


def test_every_environment_variable_is_documented() -> None:
    """The settings page names exactly the variables that the code reads."""
    text = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py") if path.name != "docs_pages.py")
    assert set(re.findall(r"\bMINTAGE_[A-Z_]+", text)) == set(VARIABLES)


def test_the_checks_page_names_the_checks_that_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each check that `mintage check` reports stands on the page, and the page promises no other."""
    facts, db = tmp_path / "rent.jsonl", str(tmp_path / "books.db")
    facts.write_text(blocks(ROOT / "docs" / "files.md", "json")[0], "utf-8")
    for arguments in (["facts", "import", str(facts)], ["check", "2025-06", "--json"]):
        with pytest.raises(SystemExit):
            main([*arguments, "--db", db])
        told = capsys.readouterr().out
    names = [row["check"] for row in json.loads(told)["checks"]]
    assert re.findall(r"^\| `([a-z.-]+)` \|", (ROOT / "docs" / "checks.md").read_text("utf-8"), re.MULTILINE) == names


def commands(app: App, names: tuple[str, ...] = ()) -> list[tuple[str, App]]:
    """Every command below an app with the words that call it; help and version are not ours."""
    found = [(" ".join(names), app)] if app.default_command is not None and names else []
    for word in app:
        if not word.startswith("-"):
            found += commands(app[word], (*names, word))
    return found


def test_every_example_in_the_help_can_be_typed() -> None:
    """Each command has an example, and each example is a command line that the command accepts."""
    app = build()
    for words, command in commands(app):
        examples = re.findall(r"^\s*Example: mintage (.+)$", command.default_command.__doc__ or "", re.MULTILINE)
        assert examples, f"mintage {words} has no example"
        for example in examples:
            function, _, _ = app.parse_args(shlex.split(example), exit_on_error=False, print_error=False)
            assert function is command.default_command, f"`mintage {example}` is not mintage {words}"
