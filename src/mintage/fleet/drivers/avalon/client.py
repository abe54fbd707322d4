"""The wire to an Avalon: one command, one connection, one at a time, with a limit on bytes and on real time.

Sockets are driven directly by the event loop's readiness calls: a poll costs half the time that streams would take,
and a machine that sends slowly or without end costs no more than its limits.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from ipaddress import ip_address
from weakref import WeakValueDictionary

import msgspec

from mintage.units.errors import InputError, WireError

PORT = 4028
REPLY_BYTES_MAX = 256 * 1024
DEADLINE_S = 5.0
_CHUNK_BYTES = 64 * 1024
_END = b"\0"


class Silence(WireError):
    """Nobody answered: no connection, or a connection without a word.

    Args:
        problem: one sentence on what happened.
        peer: the machine's address.
        was_taken: whether the machine took the call and the command before it fell silent.
    """

    def __init__(self, problem: str, *, peer: str, was_taken: bool = False) -> None:
        super().__init__(problem, peer=peer)
        self.was_taken = was_taken


def request(command: str, parameter: str = "") -> bytes:
    """A command in the protocol's JSON form."""
    fields = {"command": command, "parameter": parameter} if parameter else {"command": command}
    return msgspec.json.encode(fields)


class Line:
    """The one connection at a time that a machine can bear; everybody who talks to that machine shares it.

    Args:
        address: IP address.
        port: TCP port.

    Raises:
        InputError: the address is no IP address; names are not looked up, as that would hold everybody up.
    """

    __slots__ = ("__weakref__", "_lock", "address", "port")

    def __init__(self, address: str, port: int) -> None:
        try:
            ip_address(address)
        except ValueError as error:
            raise InputError(f"'{address}' is no IP address.", field="address") from error
        self.address, self.port = address, port
        self._lock = asyncio.Lock()

    async def ask(self, message: bytes, deadline_s: float = DEADLINE_S, bytes_max: int = REPLY_BYTES_MAX) -> bytes:
        """Send one command and return the reply without its closing NUL.

        Args:
            message: the command.
            deadline_s: real seconds for all of it, once it is its turn.
            bytes_max: longest reply to take.

        Raises:
            Silence: nobody is there, or nobody says anything.
            WireError: the reply is too long, did not come to its end in time, or this computer has no socket left.
        """
        async with self._lock:
            try:
                exchange = _Exchange(self, message, bytes_max)
            except OSError as error:  # no file descriptor left
                raise WireError(f"this computer cannot open a socket: {error.strerror}.", peer=self.address) from error
            timer = exchange.loop.call_later(deadline_s, exchange.late, deadline_s)
            try:
                return await exchange.done
            finally:
                timer.cancel()
                exchange.close()


_LINES: WeakValueDictionary[tuple[str, int], Line] = WeakValueDictionary()


def line_to(address: str, port: int | None = None) -> Line:
    """The line to a machine: the same one for everybody in this process."""
    key = (address, port or PORT)
    found = _LINES.get(key)
    if found is None:
        found = _LINES[key] = Line(*key)
    return found


class _Exchange:
    """One command and its reply, moved along by the event loop."""

    __slots__ = ("_bytes_max", "_forget", "_line", "_message", "_parts", "_size", "_socket", "done", "loop")

    def __init__(self, line: Line, message: bytes, bytes_max: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[bytes] = self.loop.create_future()
        self._line, self._message, self._bytes_max = line, message, bytes_max
        self._parts: list[bytes] = []
        self._size = 0
        self._forget: Callable[[int], bool] | None = None
        self._socket = socket.socket(socket.AF_INET6 if ":" in line.address else socket.AF_INET)
        self._socket.settimeout(0)
        try:
            self._socket.connect((line.address, line.port))
        except (BlockingIOError, InterruptedError):
            self._watch_write()
        except OSError as error:
            self._fall_silent(_reason(error), was_taken=False)
        else:
            self._send()

    def late(self, deadline_s: float) -> None:
        """The deadline has come."""
        if self._size:
            self._fail(f"its reply did not end within {deadline_s:g} s ({self._size:,} bytes came).")
        elif self._forget == self.loop.remove_writer:
            self._fall_silent(f"nobody took the call within {deadline_s:g} s.", was_taken=False)
        else:
            self._fall_silent(f"it took the call and said nothing for {deadline_s:g} s.", was_taken=False)

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket.fileno() >= 0:
            if self._forget:
                self._forget(self._socket.fileno())
            self._socket.close()

    def _watch_write(self) -> None:
        self.loop.add_writer(self._socket.fileno(), self._connected)
        self._forget = self.loop.remove_writer

    def _connected(self) -> None:
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.loop.remove_writer(self._socket.fileno())
        self._forget = None
        if code:
            self._fall_silent(_reason(OSError(code, "")), was_taken=False)
        else:
            self._send()

    def _send(self) -> None:
        """Commands are shorter than any send buffer, so one call takes it all."""
        try:
            self._socket.send(self._message)
        except OSError as error:
            self._fall_silent(_reason(error), was_taken=False)
            return
        self.loop.add_reader(self._socket.fileno(), self._read)
        self._forget = self.loop.remove_reader

    def _read(self) -> None:
        try:
            data = self._socket.recv(_CHUNK_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            if self._size:
                self._fail(f"it broke off after {self._size:,} bytes.")
            else:
                self._fall_silent(_reason(error), was_taken=True)
            return
        if data:
            self._size += len(data)
            self._parts.append(data)
        if self._size > self._bytes_max:
            self._fail(f"its reply is longer than {self._bytes_max:,} bytes.")
        elif not data or data.endswith(_END):
            self._finish()

    def _finish(self) -> None:
        if not self._size:
            self._fall_silent("it took the call and hung up without a word.", was_taken=True)
        elif not self.done.done():
            self.done.set_result((self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)).rstrip(_END))
        self.close()

    def _fail(self, problem: str) -> None:
        if not self.done.done():
            self.done.set_exception(WireError(problem, peer=self._line.address))
        self.close()

    def _fall_silent(self, problem: str, *, was_taken: bool) -> None:
        if not self.done.done():
            self.done.set_exception(Silence(problem, peer=self._line.address, was_taken=was_taken))
        self.close()


def _reason(error: OSError) -> str:
    """Why there was no connection, in a sentence."""
    if error.errno == errno.ECONNREFUSED:
        return "it refuses the connection: its miner program does not run, or no machine is there."
    return f"no connection: {os.strerror(error.errno) if error.errno else error}."
