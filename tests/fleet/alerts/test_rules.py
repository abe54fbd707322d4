"""Rules: the built-in table, a site's own file over it, and mistakes in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mintage.fleet.alerts.rules import load_rules
from mintage.units.errors import InputError

NEEDED = {
    *("offline", "low-hash", "hot", "dead-board", "fan", "psu", "reboot-loop", "pool", "frozen", "double", "doubt"),
    *("site-power", "feeder-power", "meter", "agent", "part"),
}


def write(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_built_in_rules_cover_what_goes_wrong_and_speak_two_languages() -> None:
    """Each rule has title and remedy in both languages, and the Chinese is Chinese."""
    rules = load_rules().by_id()
    assert set(rules) >= NEEDED
    for rule in rules.values():
        for part in (rule.title_zh, rule.remedy_zh):
            assert any("一" <= character <= "鿿" for character in part), rule.id
        assert rule.title_en
        assert rule.remedy_en.endswith(".")


def test_a_site_changes_only_what_it_names_and_adds_rules_of_its_own(tmp_path: Path) -> None:
    """A row with a known id keeps the rest of that rule; a new id is a new rule; English stands in for Chinese."""
    path = write(
        tmp_path,
        """
        [grouping]
        least = 3
        [[rule]]
        id = "hot"
        scope = "rack=r1"
        when = { limit = 90.0, clear_at = 85.0 }
        [[rule]]
        id = "fan"
        enabled = false
        [[rule]]
        id = "warm-air"
        severity = "info"
        when = { condition = "above", field = "inlet_c", limit = 35.0 }
        title_en = "Warm air"
        detail_en = "inlet {value} °C"
        remedy_en = "Open the louvres."
        """,
    )
    before, after = load_rules().by_id(), load_rules(path)
    rules = after.by_id()
    assert (after.grouping.least, after.grouping.together_s) == (3, 600)
    assert rules["hot"].scope == "rack=r1"
    assert rules["hot"].title_zh == before["hot"].title_zh
    assert "fan" not in rules
    assert rules["warm-air"].text("title", "zh") == "Warm air"
    assert rules["offline"] == before["offline"]


OWN = 'severity = "info"\ntitle_en = "x"\nremedy_en = "y."\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rule = 3", r"\[\[rule\]\] tables"),
        ("[rules]\nx = 1", "'rules' means nothing"),
        ("[[rule]]\nseverity = 'info'", "rule 1 has no id"),
        ("[[rule]]\nid = 'hot'\n[[rule]]\nid = 'hot'", "two rules"),
        ("[[rule]]\nid = 'hot'\nseverity = 'awful'", "Invalid enum value 'awful'"),
        ("[[rule]]\nid = 'hot'\nhold = 3", "unknown field `hold`"),
        ("[[rule]]\nid = 'hot'\nhold_s = -3.0", ">= 0"),
        ("[[rule]]\nid = 'new'", "missing required field"),
        (f"[[rule]]\nid = 'n'\n{OWN}when = {{ condition = 'moon' }}", "Invalid value 'moon'"),
        (
            f"[[rule]]\nid = 'n'\n{OWN}when = {{ condition = 'above', field = 'heat', limit = 1.0 }}",
            "no numeric reading",
        ),
        (f"[[rule]]\nid = 'n'\n{OWN}when = {{ condition = 'below-share', limit = 2.0 }}", "must hold"),
        ("[[rule]]\nid = 'hot'\nwhen = { limit = 90.0 }", "clear_at must not be above limit"),
        ("[[rule]]\nid = 'fan'\nwhen = { limit = 1000.0 }", "clear_at must not be below limit"),
        ("[[rule]]\nid = 'hot'\nscope = 'shelf=2'", "no field of a machine"),
        ("[[rule]]\nid = 'meter'\nscope = 'rack=r1'", "means nothing for this condition"),
        ("[[rule]]\nid = 'hot'\nunless = ['sun']", "no rule 'sun'"),
        ("[[rule]]\nid = 'hot'\ndetail_en = '{secret}'", "names what is not found"),
        ("[[rule]]\nid = 'hot'\ndetail_en = '{value.__class__}'", "names what is not found"),
        ("[[rule]]\nid = 'hot'\ndetail_en = '{value:>9999999}'", "names what is not found"),
        ("[[rule]]\nid = 'hot'\ntitle_en = 'hot { day'", "expected '}'"),
        ("[grouping]\nleast = 1", ">= 2"),
        ("this is not", "not TOML"),
    ],
)
def test_a_mistake_in_a_file_of_rules_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    """Nothing is guessed: the error names the file and, below it, the rule and the field."""
    with pytest.raises(InputError, match=problem) as told:
        load_rules(write(tmp_path, text))
    assert str(tmp_path) in str(told.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A site does not run without the rules that it names."""
    with pytest.raises(InputError, match="no such alert rules file"):
        load_rules(tmp_path / "none.toml")
