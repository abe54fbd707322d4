"""The table of models: every figure has a source, every stand-in a reason, and names lead to the right row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.models import Model, model_of, models

MODELS = list(models().values())


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.id)
def test_figures_hang_together(kind: Model) -> None:
    """The nominal mode is the nameplate; slower modes use less; the clock that the nameplate needs is plausible."""
    nominal = kind.modes[kind.nominal_mode]
    assert (nominal.hashrate_ths, nominal.power_w) == (kind.hashrate_ths, kind.power_w)
    levels = [mode.level for mode in kind.modes.values()]
    assert sorted(set(levels)) == list(range(len(levels)))
    for mode in kind.modes.values():
        assert mode.hashrate_ths <= kind.hashrate_ths
        assert mode.power_w <= kind.power_w
        assert 10 < mode.power_w / mode.hashrate_ths < 50
    clock_mhz = kind.hashrate_ths * 1e6 / (kind.ghs_per_mhz_per_1000_chips * kind.chips)
    assert 200 < clock_mhz < 800
    assert 0 < kind.standby_w < 0.15 * kind.power_w
    assert (kind.fans == 0) == (kind.cooling != "air")


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.id)
def test_what_is_assumed_is_named_with_its_reason(kind: Model) -> None:
    """Each assumed figure is one of the model's, with words; a model without a public capture assumes its K."""
    fields = set(kind.__struct_fields__)
    for name, reason in kind.assumed.items():
        assert name.split(".")[0] in fields, name
        assert len(reason) > 10 or reason == "not published", name
    assert kind.source
    if not kind.core:
        assert "name is not published" in kind.assumed["ghs_per_mhz_per_1000_chips"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("15-194", "a15-194"),
        ("A15-194", "a15-194"),
        ("AvalonMiner 15-194", "a15-194"),
        ("a16xp", "a16-300"),
        ("1566HA", "a1566ha-480"),
        ("1566HA-500", "a1566ha-500"),
        ("1566I", "a1566i-270"),
        ("Q", "q"),
        ("Avalon Q", "q"),
        ("Nano3s", "nano3s"),
        ("Nano 3S", "nano3s"),
        ("MINI3", "mini3"),
        ("15PRO", "a15-221"),
    ],
)
def test_names_lead_to_their_model(text: str, found: str) -> None:
    """What a machine calls itself, what a shop calls it and what people type find the same row."""
    model = model_of(text)
    assert model is not None
    assert model.id == found


@pytest.mark.parametrize("text", ["", "S21", "Antminer", "15-", "15-x", "15-0", "99-100", "-194", "15-99999", "15-999"])
def test_unknown_names_are_unknown(text: str) -> None:
    """Another maker's machine, or a name that only looks like a bin, is no model of ours."""
    assert model_of(text) is None


@given(st.sampled_from(["15", "16", "1346", "1466", "1566", "1566HA", "1566I", "1246"]), st.integers(50, 600))
def test_other_bins_take_their_series_efficiency(series: str, bin_ths: int) -> None:
    """A bin that the table lacks has the hash rate of its name and the efficiency of its nearest neighbour."""
    rates = [known.hashrate_ths for known in MODELS if known.model.rpartition("-")[0] == series]
    model = model_of(f"{series}-{bin_ths}")
    if min(abs(bin_ths / rate - 1) for rate in rates) > 0.25:
        assert model is None
        return
    assert model is not None
    assert model.hashrate_ths == bin_ths
    assert model.model == f"{series}-{bin_ths}"
    if model.id in models():
        return
    assert model.grade == "derived"
    neighbours = [known for known in MODELS if known.model.rpartition("-")[0] == series]
    efficiencies = [known.power_w / known.hashrate_ths for known in neighbours]
    assert any(abs(model.power_w / bin_ths - efficiency) < 0.02 for efficiency in efficiencies)
    assert model.modes[model.nominal_mode].power_w == pytest.approx(model.power_w, abs=1)
