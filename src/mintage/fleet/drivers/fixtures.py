"""A driver's folder: manifest, quality file, and fixtures: what machines answer, and what must be read from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from mintage.fleet.drivers.port import Action, Driver, Outcome
from mintage.units.errors import InputError
from mintage.units.toml import read_toml

T = TypeVar("T")
ActionName = Literal["sleep", "wake", "reboot", "mode", "power", "pools", "led", "fan"]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a driver is (`manifest.toml`).

    Attributes:
        name: its name, as `Driver.name`.
        title: the machines that it is for, in words.
        make: their maker; "" for several.
        port: TCP port on which it looks for machines.
        actions: actions that at least one of its models takes.
        source: what it was written from.
        settings: environment variables that it reads, with their meaning.
    """

    name: str
    title: str
    make: str = ""
    port: int
    actions: tuple[ActionName, ...]
    source: str
    settings: dict[str, str] = {}


class Quality(msgspec.Struct, frozen=True):
    """How a driver stands to the contract (`quality.toml`).

    Attributes:
        rules: each rule of the contract: "done", or "exempt: " and the reason.
    """

    rules: dict[str, str]


class Exchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a machine answers.

    Attributes:
        ask: part of what the driver sends; the first exchange whose part occurs is answered.
        reply: file beside the fixture, sent as it is.
        text: the answer itself, where it is short.
        end: sent after the answer; the machine then closes the connection.
    """

    ask: str
    reply: str = ""
    text: str = ""
    end: str = ""


class Deed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an action must come to.

    Attributes:
        do: the action, such as {type = "mode", mode = "eco"}.
        sent: part of what must reach the machine; "" where nothing may.
        outcome: what must become of it.
        words: part of the words of the result.
    """

    do: Action
    sent: str
    outcome: Outcome
    words: str = ""


class _FixtureFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Literal["recorded", "derived"]
    source: str
    identity: dict[str, float | int | str | bool]
    readings: dict[str, float | int | str]
    problems: tuple[str, ...] = ()
    doubts: int = 0
    boards: int = 0
    chips: int = 0
    exchange: tuple[Exchange, ...]
    deed: tuple[Deed, ...] = ()


class Fixture(msgspec.Struct, frozen=True):
    """One machine with one firmware (`fixtures/NAME/fixture.toml`).

    Attributes:
        folder: where its files are.
        told: what its file says: kind and source; identity and readings that must come out; boards, chips on the
            first board, problems and number of doubts; exchanges and deeds.
    """

    folder: Path
    told: _FixtureFile

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.folder.name

    def answers(self) -> tuple[tuple[bytes, bytes], ...]:
        """What is asked and what is answered."""
        return tuple(
            (each.ask.encode(), (self._file(each.reply) if each.reply else each.text.encode()) + each.end.encode())
            for each in self.told.exchange
        )

    def _file(self, name: str) -> bytes:
        path = self.folder / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise InputError(f"the reply cannot be read: {error.strerror}.", file=str(path)) from error


class Subject(msgspec.Struct, frozen=True):
    """A driver with its folder, as the contract sees it.

    Attributes:
        driver: the driver.
        folder: folder of its package.
        manifest: what it is.
        quality: how it stands to the contract.
        fixtures: what its machines answer.
    """

    driver: Driver
    folder: Path
    manifest: Manifest
    quality: Quality
    fixtures: tuple[Fixture, ...]


def subject_of(driver: Driver) -> Subject:
    """A driver with its folder: that of the package in which its class is written.

    Raises:
        InputError: a file is not there or cannot be understood.
    """
    module = sys.modules[type(driver).__module__]
    folder = Path(str(module.__file__)).parent
    listed = sorted((folder / "fixtures").glob("*/fixture.toml"))
    return Subject(
        driver,
        folder,
        _toml(folder / "manifest.toml", Manifest),
        _toml(folder / "quality.toml", Quality),
        tuple(Fixture(path.parent, _toml(path, _FixtureFile)) for path in listed),
    )


def _toml(path: Path, kind: type[T]) -> T:
    return read_toml(path, kind, f"driver's {path.stem}", "`mintage dev scaffold driver NAME`")
