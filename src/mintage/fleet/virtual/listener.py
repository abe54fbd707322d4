"""The API port of one machine: a listening socket of its own, one request per connection, then it closes.

asyncio's own server costs a task and a transport per connection; a fleet of thousands in one process needs less, so
the sockets are driven from the event loop's readers directly.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable

from mintage.units.errors import InputError

PORT = 4028
_REQUEST_LIMIT = 8192
_BACKLOG = 64
_PATIENCE_S = 10.0
_DEFER_S = 1

Answer = Callable[[bytes], "Outgoing"]


class Outgoing:
    """What goes back to a client, and how.

    Args:
        body: bytes of the reply.
        delay_s: real seconds before they go.
        hold: leave the connection open after them, as a stuck machine does.
        half: send the end of the stream at once, without a body, but keep the socket.
    """

    __slots__ = ("body", "delay_s", "half", "hold")

    def __init__(self, body: bytes, *, delay_s: float = 0.0, hold: bool = False, half: bool = False) -> None:
        self.body, self.delay_s, self.hold, self.half = body, delay_s, hold, half


class Listener:
    """A listening socket.

    Args:
        address: IP address.
        answer: makes the reply to a request.
        complete: tells whether a request is all there.
    """

    __slots__ = ("_answer", "_complete", "_loop", "_socket", "_waiting", "address")

    def __init__(self, address: str, answer: Answer, complete: Callable[[bytes], bool]) -> None:
        self.address, self._answer, self._complete = address, answer, complete
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._waiting: set[_Connection] = set()

    @property
    def listening(self) -> bool:
        """Whether it accepts connections."""
        return self._socket is not None

    def open(self) -> None:
        """Listen.

        Raises:
            InputError: the address cannot be listened on.
        """
        if self._socket:
            return
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform == "linux":  # wakes us with the request already there
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, _DEFER_S)
        try:
            listener.bind((self.address, PORT))
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            raise InputError(
                f"{self.address}:{PORT} cannot be listened on: {error.strerror}.",
                remedy="Choose other loopback addresses with --network, or stop who listens there.",
            ) from error
        listener.setblocking(False)  # noqa: FBT003  the standard library's own signature
        self._socket = listener
        self._loop.add_reader(listener.fileno(), self._accept)

    def refuse(self) -> None:
        """Accept no further connections; those that are open go on."""
        if self._socket:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def close(self) -> None:
        """Stop listening and drop every connection, as a machine does that restarts."""
        self.refuse()
        for connection in tuple(self._waiting):
            connection.close()

    def _accept(self) -> None:
        while self._socket:
            try:
                accepted, _ = self._socket.accept()
            except OSError:  # nobody waits, or whoever did has gone
                return
            accepted.setblocking(False)  # noqa: FBT003  as above
            _Connection(accepted, self._loop, self._answer, self._complete, self._waiting).read()


class _Connection:
    """One connection: reads a request, sends a reply, closes."""

    __slots__ = ("_answer", "_body", "_complete", "_loop", "_socket", "_timer", "_waiting", "_watched", "_writing")

    def __init__(
        self,
        accepted: socket.socket,
        loop: asyncio.AbstractEventLoop,
        answer: Answer,
        complete: Callable[[bytes], bool],
        waiting: set[_Connection],
    ) -> None:
        self._socket, self._loop, self._answer, self._complete, self._waiting = (
            accepted,
            loop,
            answer,
            complete,
            waiting,
        )
        self._body = b""
        self._watched = self._writing = False
        self._timer: asyncio.TimerHandle | None = None

    def read(self) -> None:
        """Take what came; answer when it is a whole request."""
        try:
            data = self._socket.recv(_REQUEST_LIMIT)
        except BlockingIOError:
            self._watch()
            return
        except OSError:
            self.close()
            return
        self._body += data
        if not data or len(self._body) > _REQUEST_LIMIT:
            self.close()
        elif self._complete(self._body):
            self._respond(self._answer(self._body))
        else:
            self._watch()

    def close(self) -> None:
        """Close it, whatever it waits for."""
        if self._watched:
            self._loop.remove_reader(self._socket.fileno())
        if self._writing:
            self._loop.remove_writer(self._socket.fileno())
        if self._timer:
            self._timer.cancel()
        self._waiting.discard(self)
        self._socket.close()

    def _watch(self) -> None:
        """Wait for more of the request, but not for ever."""
        if not self._watched:
            self._watched = True
            self._loop.add_reader(self._socket.fileno(), self.read)
            self._wait(_PATIENCE_S, self.close)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._waiting.add(self)
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, then)

    def _respond(self, outgoing: Outgoing) -> None:
        if self._watched:
            self._loop.remove_reader(self._socket.fileno())
            self._watched = False
        self._body = outgoing.body
        if outgoing.delay_s:
            self._wait(outgoing.delay_s, lambda: self._send(outgoing))
        else:
            self._send(outgoing)

    def _send(self, outgoing: Outgoing) -> None:
        try:
            sent = self._socket.send(self._body) if self._body else 0
            if outgoing.half:
                self._socket.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        self._body = self._body[sent:]
        if self._body:
            if not self._writing:
                self._writing = True
                self._loop.add_writer(self._socket.fileno(), self._send, outgoing)
                self._wait(_PATIENCE_S, self.close)
            return
        if self._writing:
            self._loop.remove_writer(self._socket.fileno())
            self._writing = False
        if outgoing.half or outgoing.hold:
            self._wait(6 * _PATIENCE_S, self.close)
        else:
            self.close()
