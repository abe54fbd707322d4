"""`mintage headquarters`: tokens, the sites that may upload, and the server itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from mintage.fleet.uplink.tokens import load_tokens
from tests.cli.shell import Shell, refused


def test_token_is_printed_once_and_kept_as_its_hash(shell: Shell, tmp_path: Path) -> None:
    """The secret is the only thing on standard output; the file of sites knows it by its hash."""
    sites = tmp_path / "sites.toml"
    printed = shell.run("headquarters", "token", "alder", "--sites", sites).out.strip()
    told = shell.json("headquarters", "token", "birch", "--sites", sites)
    tokens = load_tokens(sites)
    assert (tokens.site_of(printed), tokens.site_of(told["token"])) == ("alder", "birch")
    assert printed not in sites.read_text()


def test_sites_are_listed_with_when_they_were_heard(shell: Shell, tmp_path: Path) -> None:
    """A site that never uploaded says so."""
    sites = tmp_path / "sites.toml"
    shell.run("headquarters", "token", "alder", "--sites", sites)
    place = ("--sites", sites, "--store", tmp_path / "hq")
    assert shell.json("headquarters", "sites", *place) == [{"site": "alder", "last": 0, "heard_us": None, "refused": 0}]
    assert "never" in shell.run("headquarters", "sites", *place).out


def test_serve_listens_and_ends(shell: Shell, tmp_path: Path) -> None:
    """It says where it listens, and ends in good order."""
    sites = tmp_path / "sites.toml"
    shell.run("headquarters", "token", "alder", "--sites", sites)
    place = ("--sites", sites, "--store", tmp_path / "hq", "--listen", "127.0.0.1:0", "--for", "0.1")
    answer = shell.run("headquarters", "serve", *place)
    assert answer.code == 0
    assert "1 site(s) listens on http://127.0.0.1:" in answer.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("serve", "--listen", "0.0.0.0:4200"), "clear"),
        (("serve", "--listen", "here"), "no address"),
        (("serve",), "no file of sites"),
        (("sites",), "no file of sites"),
        (("token", "../x"), "no name of a site"),
    ],
)
def test_bad_settings_are_named(shell: Shell, tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    """Nothing is served, written or sent in the clear by mistake."""
    place = ("--sites", tmp_path / "none.toml", "--store", tmp_path / "hq")
    assert why in refused(shell, "headquarters", *words, *place)
