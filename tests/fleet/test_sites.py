"""Site files: what is wrong is named with file and field, and ranges mean what operators mean."""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.places import Places, slots
from mintage.fleet.ranges import addresses, range_bounds
from mintage.fleet.sites import load_site
from mintage.units.errors import InputError
from tests.fleet.agent.site import small_site, write_site

EXAMPLE = Path(__file__).parents[2] / "examples" / "site.toml"


def refused(folder: Path, *change: tuple[str, str]) -> InputError:
    """What is said about a good site file in which some text is replaced."""
    path = write_site(folder, "10.1.0")
    text = path.read_text()
    for old, new in change:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    with pytest.raises(InputError) as found:
        load_site(path)
    assert found.value.file == str(path)
    return found.value


def test_the_example_site_is_whole() -> None:
    """Every rack of the example has a hall and a feeder, and every address to search stands in a rack."""
    site = load_site(EXAMPLE)
    places = Places(site)
    for address in addresses(site.ranges):
        place = places.of(address)
        assert place.rack
        assert place.feeder == "main"
        assert place.slot >= 1


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ('region = "canada"', "", None, "missing required field `region`"),
        ('name = "alder"', 'name = "Alder Site"', "name", "matching regex"),
        ("limit_kw = 250", "limit_kw = 0", "feeder[0].limit_kw", ">= 1"),
        ("limit_kw = 250", 'limit_kw = "much"', "feeder[0].limit_kw", "Expected `int`"),
        ("limit_kw = 250", "limit_kv = 250", "feeder[0]", "limit_k"),
        ('feeder = "main"', 'feeder = "mian"', "hall hall-1: feeder", "'mian' is not described. Known are: main."),
        ('hall = "hall-1"', 'hall = "hall-2"', "rack r1: hall", "'hall-2' is not described"),
        ("10.1.0.1-10.1.0.10", "10.1.0.10-10.1.0.1", "ranges", "ends before it begins"),
        ("10.1.0.0/26", "10.1.0.0/99", "ranges", "is no address range"),
        ("10.1.0.0/26", "fd00::/64", "ranges", "is no address range"),
    ],
)
def test_bad_input_names_file_and_field(tmp_path: Path, old: str, new: str, field: str | None, words: str) -> None:
    """Whoever wrote the file can put it right without reading ours."""
    error = refused(tmp_path, (old, new))
    assert error.field == field
    assert words in str(error)


POOL = '[[pool]]\nname = "p"\nadapter = "csv"\nurl = "x"\naccount = "a"\nstratum = []\nworkers = []\n'
METER = '[[meter]]\nname = "m"\naddress = "10.1.0.9:502"\nprofile = "virtual"\n'
HASH = f'token_sha256 = "{"aB" * 32}"\n'


def user(name: str, more: str = "") -> str:
    """A user's table."""
    return f'[[user]]\nname = "{name}"\nroles = ["operator"]\n{more}'


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        (user("ann") + user("ann"), "user: name", "'ann'"),
        (user("ann") + user("Ann"), "user: name", "'ann'"),
        (user(""), "user: name", "no name of a user"),
        (user(" ann"), "user: name", "no name of a user"),
        (user("ann\\u202e"), "user: name", "no name of a user"),
        (user("ann", HASH) + user("bob", HASH.lower()), "user: token_sha256", "ann and bob have the same token"),
        (user("ann", 'token_sha256 = "s3cret"\n'), "user ann: token_sha256", "sha256sum"),
        (POOL + POOL, "pool", "two have the name 'p'"),
        (METER + METER, "meter", "two have the name 'm'"),
        ('[[feeder]]\nname = "main"\nlimit_kw = 1\n', "feeder", "two have the name 'main'"),
        ('[[hall]]\nname = "hall-1"\nfeeder = "main"\n', "hall", "two have the name 'hall-1'"),
        ('[[rack]]\nname = "r1"\nhall = "hall-1"\naddresses = []\n', "rack", "two have the name 'r1'"),
        (
            '[[rack]]\nname = "r3"\nhall = "hall-1"\naddresses = ["10.1.0.30", "10.1.0.20-10.1.0.22"]\n',
            "rack r3: addresses",
            "'10.1.0.11-10.1.0.20' of rack r2 hold the same address",
        ),
        (POOL + 'fee_pct = "200"\n', "pool p: fee_pct", "200 cannot be. Write a number from 0 to 100."),
        (POOL + 'fee_pct = "-1"\n', "pool p: fee_pct", "cannot be"),
        (POOL.replace("stratum = []", 'stratum = ["pool.example"]'), "pool p: stratum", "stratum+tcp://"),
        ("[agent]\npoll_s = 1e-9\n", "agent.poll_s", "from 0.05 to 86,400"),
        ("[agent]\npoll_s = nan\n", "agent.poll_s", "> 0.0"),
        ("[agent]\nslow_s = inf\n", "agent.slow_s", "inf cannot be"),
        ("[agent]\nrescan_s = inf\n", "agent.rescan_s", "inf cannot be"),
        ("[agent]\nflush_s = 1e300\n", "agent.flush_s", "cannot be"),
        ("[agent]\ndisk_budget_gb = inf\n", "agent.disk_budget_gb", "inf cannot be"),
        ("[virtual]\nspeed = inf\n", "virtual.speed", "inf cannot be"),
    ],
)
def test_what_reads_well_and_cannot_be_meant_is_refused(tmp_path: Path, more: str, field: str, words: str) -> None:
    """Two of one name, two places of one address, numbers that cannot be, and tokens that would blur who acts."""
    error = refused(tmp_path, ('addresses = ["10.1.0.11-10.1.0.20"]\n', f'addresses = ["10.1.0.11-10.1.0.20"]\n{more}'))
    assert error.field == field
    assert words in str(error)
    assert error.remedy


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('pue = "0.9"', "pue"),
        ('pue = "NaN"', "pue"),
        ('pue = "-3"', "pue"),
        ('pue = "Infinity"', "pue"),
        ("approval_above = -5", "approval_above"),
    ],
)
def test_numbers_of_the_site_itself_must_be_possible(tmp_path: Path, line: str, field: str) -> None:
    """A site that uses less than its machines, and a threshold that would always or never ask, are slips."""
    assert refused(tmp_path, ('region = "canada"', f'region = "canada"\n{line}')).field == field


def test_users_with_tokens_of_their_own_are_fine(tmp_path: Path) -> None:
    """Different hashes, in capitals or not, and users of the command line without one."""
    other = HASH.replace("aB", "cd")
    path = write_site(tmp_path, "10.1.0")
    path.write_text(path.read_text() + user("ann", HASH) + user("bob", other) + user("eve lee") + user("李"))
    assert [item.name for item in load_site(path).user] == ["ann", "bob", "eve lee", "李"]


def test_what_is_not_toml_or_not_there_is_named(tmp_path: Path) -> None:
    """A file cut off, a binary file, and none at all."""
    path = write_site(tmp_path, "10.1.0")
    path.write_bytes(path.read_bytes()[:40] + b"\n[[")
    with pytest.raises(InputError, match=r"alder\.toml.*not TOML"):
        load_site(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"alder\.toml.*not TOML"):
        load_site(path)
    with pytest.raises(InputError, match=r"none\.toml.*no such site file"):
        load_site(tmp_path / "none.toml")


def test_every_file_that_a_site_names_lies_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path means the same from any folder; an absolute one, a URL and what is left out stay as they are."""
    path = write_site(tmp_path, "10.1.0", more='tariff = "power/tariff.toml"')
    pool = '[[pool]]\nname = "{}"\nadapter = "csv"\nurl = "{}"\naccount = "a"\nstratum = []\nworkers = []\n'
    tables = """[agent]
certificate = "agent.pem"
private_key = "/etc/agent.key"
[headquarters]
url = "https://headquarters.example"
trust = "ca.pem"
[alerts]
rules = "../rules.toml"
[virtual]
faults = "faults.toml"
"""
    path.write_text(
        path.read_text() + pool.format("p", "statements") + pool.format("q", "https://pool.example") + tables
    )
    monkeypatch.chdir(tmp_path)
    site = load_site(Path("alder.toml"))
    assert site.tariff == str(tmp_path / "power" / "tariff.toml")
    assert [account.url for account in site.pool] == [str(tmp_path / "statements"), "https://pool.example"]
    assert (site.agent.certificate, site.agent.private_key) == (str(tmp_path / "agent.pem"), "/etc/agent.key")
    assert site.headquarters is not None
    assert site.headquarters.trust == str(tmp_path / "ca.pem")
    assert site.alerts.rules == str(tmp_path / ".." / "rules.toml")
    assert (site.virtual.faults, site.virtual.pool_faults) == (str(tmp_path / "faults.toml"), "")


def test_ranges_are_blocks_ranges_and_single_addresses_each_address_once() -> None:
    """A block leaves out its network and broadcast addresses; overlaps are searched once."""
    found = list(addresses(("10.1.0.0/29", "10.1.0.5-10.1.0.8", "10.1.0.5", "10.0.0.7")))
    assert found == ["10.0.0.7", *(f"10.1.0.{number}" for number in range(1, 9))]
    assert list(addresses(("10.1.0.4/31", "10.1.0.9/32"))) == ["10.1.0.4", "10.1.0.5", "10.1.0.9"]


def test_too_many_addresses_are_refused_before_they_are_made() -> None:
    """A slip such as /8 does not become sixteen million questions."""
    with pytest.raises(InputError, match="more than 1048576 addresses"):
        next(addresses(("10.0.0.0/8",)))


def test_places_follow_the_order_of_a_racks_addresses(tmp_path: Path) -> None:
    """The second range of a rack goes on where the first ended; what no rack names has no place."""
    write_site(tmp_path, "10.1.0")
    text = (tmp_path / "alder.toml").read_text()
    (tmp_path / "alder.toml").write_text(text.replace('"10.1.0.1-10.1.0.10"', '"10.1.0.7", "10.1.0.1-10.1.0.3"'))
    site = load_site(tmp_path / "alder.toml")
    places = Places(site)
    assert [places.of(f"10.1.0.{number}").slot for number in (7, 1, 3, 11, 50)] == [1, 2, 4, 1, 0]
    assert slots(site.rack[0]) == 4
    assert places.of("10.1.0.50").rack == ""
    assert (places.of("10.1.0.1").hall, places.of("10.1.0.1").feeder) == ("hall-1", "main")


_NUMBER = st.integers(0, 2**32 - 1)


@given(low=_NUMBER, length=st.integers(0, 300))
def test_a_range_holds_what_it_says(low: int, length: int) -> None:
    """First, last and number of addresses agree with the text, wherever the range lies."""
    high = min(low + length, 2**32 - 1)
    text = f"{IPv4Address(low)}-{IPv4Address(high)}"
    assert range_bounds(text) == (low, high)
    found = list(addresses((text,)))
    assert (found[0], found[-1], len(found)) == (str(IPv4Address(low)), str(IPv4Address(high)), high - low + 1)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_ranges(text: str) -> None:
    """Any text is a range or is refused by name."""
    try:
        low, high = range_bounds(text)
    except InputError:
        with pytest.raises(InputError, match="ranges"):
            list(addresses((text,)))
    else:
        assert 0 <= low <= high < 2**32


def test_a_site_of_its_own_reads_back(tmp_path: Path) -> None:
    """What the tests' own helper writes is a site with two racks."""
    site = small_site(tmp_path)
    place = Places(site).of("10.1.0.12")
    assert (place.rack, place.feeder, site.feeder_of(None)) == ("r2", "main", "")
