"""The console as people use it: every page and read of the API on a large company, painted in a browser, watched live.

1. A company of 100,000 machines and 1,000,000 postings is served by `mintage serve` in a process of its own. Every page
   and every read of the API is asked again and again; the 95th percentile of the slowest is told.
2. While 500 machines a second say something new, fifty viewers watch two hundred keys each over server-sent events.
   Told are the server's memory for each viewer, and how old a value is when it arrives.
3. A company of 10,000 machines is opened in Chromium with an empty cache: first contentful paint of each page, and the
   bytes that the first one loads, compressed.
4. The peer: Fava shows the example company's books, as `mintage export` wrote them for beancount, in the same run.

Run: python -m bench.console [--machines N] [--postings N]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote, urlsplit

from playwright.sync_api import sync_playwright

from bench.measure import Row, report
from bench.world import Chatter, World
from mintage.console.app import page_routes

MACHINES, POSTINGS, PAINTED = 100_000, 1_000_000, 10_000
ROUNDS, VIEWERS, KEYS, PER_S, WATCH_S = 20, 50, 200, 500, 15.0
READ_MS, PAINT_MS, VIEWER_MB, WEIGHT_KB, LATE_S = 300.0, 300.0, 1.0, 600.0, 2.0
EXAMPLE = Path("examples/lodequarry/facts")
FAVA = Path(".venv-peers/bin/fava")
CHROMIUM = Path("/usr/bin/chromium")
BROWSER = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync")  # fmt: skip
PATHS = (
    *(
        info.path
        for info in page_routes()
        if info.method == "GET" and info.right is not None and not re.search(r"[{.]", info.path)
    ),
    "/fleet/alder",
    "/fleet/alder?metric=temperature",
    "/fleet/machines?sort=-power_in_w",
    "/energy/alder",
    "/books?period=2025Q2",
    "/journal/postings?account=expenses:*",
)
"""Pages; each is also asked as JSON."""


@dataclass(frozen=True)
class Serving:
    """A server in a process of its own."""

    base: str
    pid: int

    def get(self, path: str, accept: str = "text/html") -> tuple[int, bytes]:
        """Status and body of an address, compressed as it came."""
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=60)
        try:
            connection.request("GET", path, headers={"Accept": accept, "Accept-Encoding": "gzip"})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def wait(self) -> None:
        """Wait until a server that said too early where it is listens there."""
        deadline = time.monotonic() + 60
        netloc = urlsplit(self.base)
        while time.monotonic() < deadline:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((netloc.hostname or "", netloc.port or 80), timeout=60).close()
                return
            time.sleep(0.05)
        raise SystemExit(f"{self.base} does not answer")

    def moved(self, path: str) -> str:
        """Where an address sends a browser."""
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=60)
        try:
            connection.request("GET", path)
            return connection.getresponse().headers["Location"] or path
        finally:
            connection.close()

    def rss_mb(self) -> float:
        """Resident memory of the process."""
        text = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", text)
        return int(found[1]) / 1024 if found else 0.0


@contextlib.contextmanager
def serving(command: list[str], said: str) -> Iterator[Serving]:
    """Run a server until the context ends; what it says first tells where it is."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            seen = ""
            for line in process.stdout:
                seen += line
                found = re.search(said, line)
                if found:
                    yield Serving(found[1].rstrip("/"), process.pid)
                    return
            raise SystemExit(f"{command[0]} did not come up:\n{seen}")
        finally:
            process.terminate()
            process.wait(30)


def mintage(world: World) -> list[str]:
    """The command that serves a company."""
    own = [sys.executable, "-u", "-m", "mintage.cli.main", "serve", "--demo", "--listen", "127.0.0.1:0"]
    return [*own, *world.arguments]


PAINTED_MS = """() => new Promise(done => new PerformanceObserver(list => {
  const found = list.getEntriesByName('first-contentful-paint');
  if (found.length) done(found[0].startTime);
}).observe({type: 'paint', buffered: true}))"""
"""First contentful paint of the page that is open."""
SAID = r" is at (http://\S+)"


def reads(server: Serving) -> list[Row]:
    """The slowest page and the slowest read of the API, each by its 95th percentile."""
    slowest: dict[str, tuple[float, str]] = {"page": (0.0, ""), "read of the API": (0.0, "")}
    first_ms = 0.0
    for path in PATHS:
        api = f"/api/v1{path}" if path != "/" else "/api/v1/chain"
        for kind, address in (("page", path), ("read of the API", api)):
            times = []
            for number in range(ROUNDS + 1):
                began = time.perf_counter()
                status, _ = server.get(address)
                taken_ms = (time.perf_counter() - began) * 1000
                if status in (400, 404, 422):  # a part of a page, which wants to be told more than its address says
                    break
                if status != 200:
                    raise SystemExit(f"{address} answered {status}")
                if number:
                    times.append(taken_ms)
                else:
                    first_ms = max(first_ms, taken_ms)
            if not times:
                continue
            p95 = quantiles(times, n=20)[-1]
            print(f"  {address:<52}{median(times):>8.1f} ms median {p95:>8.1f} ms p95", flush=True)
            slowest[kind] = max(slowest[kind], (p95, address))
    rows = [
        Row(what=f"slowest {kind}, p95 ({address})", value=p95, unit="ms", limit=READ_MS)
        for kind, (p95, address) in slowest.items()
    ]
    return [*rows, Row(what="slowest answer to the very first request", value=first_ms, unit="ms")]


class Viewer(threading.Thread):
    """Somebody who watches live state over a socket, and notes how old each value is when it comes."""

    def __init__(self, base: str, keys: list[str]) -> None:
        super().__init__(daemon=True)
        netloc = urlsplit(base)
        self._socket = socket.create_connection((netloc.hostname or "", netloc.port or 0), timeout=60)
        query = "&".join(f"key={quote(key)}" for key in keys)
        request = f"GET /api/v1/live?{query} HTTP/1.1\r\nHost: {netloc.netloc}\r\nAccept: text/event-stream\r\n\r\n"
        self._socket.sendall(request.encode())
        self.ages_s: list[float] = []
        self.start()

    def run(self) -> None:
        """Read until the socket is closed."""
        with contextlib.suppress(OSError, ValueError), self._socket.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"data: "):
                    now_s = time.time()
                    for key, value in json.loads(line[6:])["changes"].items():
                        if key.endswith(":told_s") and value:
                            self.ages_s.append(now_s - float(value))

    def close(self) -> None:
        """Look away."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def live(server: Serving, world: World) -> list[Row]:
    """Memory of a viewer, and the age of values, while machines go on saying new things."""
    numbers = list(range(2_000))
    assets = world.change(numbers, time.time_ns() // 1_000)
    status, body = server.get("/api/v1/fleet/machines?limit=1", "application/json")
    assert status == 200, body
    time.sleep(3)
    before_mb = server.rss_mb()
    viewers = []
    for number in range(VIEWERS):
        mine = [assets[(number * 37 + n) % len(assets)] for n in range(KEYS // 4)]
        names = ("hashrate_ths", "power_in_w", "state", "told_s")
        sites = {0: "alder", 1: "birch", 2: "cedar"}
        keys = [f"machine:{sites[assets.index(asset) % 3]}/{asset}:{name}" for asset in mine for name in names]
        viewers.append(Viewer(server.base, keys))
    chatter = Chatter(world, numbers, PER_S)
    began = time.monotonic()
    time.sleep(WATCH_S)
    chatter.close()
    per_s = chatter.said / (time.monotonic() - began)
    time.sleep(LATE_S)
    after_mb = server.rss_mb()
    for viewer in viewers:
        viewer.close()
    ages = [age for viewer in viewers for age in viewer.ages_s]
    if len(ages) < 100:
        raise SystemExit(f"viewers were told of {len(ages)} values only")
    return [
        Row(
            what="machines that said something new, each second",
            value=per_s,
            unit="1/s",
            limit=0.95 * PER_S,
            at_least=True,
        ),
        Row(
            what=f"server memory for each of {VIEWERS} viewers",
            value=(after_mb - before_mb) / VIEWERS,
            unit="MB",
            limit=VIEWER_MB,
        ),
        Row(what="age of a value as it arrives, p95", value=quantiles(ages, n=20)[-1], unit="wall s", limit=LATE_S),
        Row(what="values that reached a viewer", value=float(len(ages)), unit=""),
    ]


def paints(base: str, paths: tuple[str, ...]) -> tuple[list[float], float]:
    """First contentful paint of each page in ms, from an empty cache; and KB of the heaviest first load."""
    found, heaviest = [], 0.0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=list(BROWSER))
        for path in paths:
            times = []
            for _ in range(3):
                page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
                page.goto(base + path, wait_until="load")
                times.append(page.evaluate(PAINTED_MS))
                sizes = "[...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]"
                total = page.evaluate(f"{sizes}.reduce((sum, e) => sum + e.transferSize, 0)")
                heaviest = max(heaviest, total / 1000)
                page.context.close()
            found.append(median(times))
            print(f"  {path:<52}{median(times):>8.0f} ms first contentful paint", flush=True)
        browser.close()
    return found, heaviest


def peer(folder: Path) -> tuple[str, str]:
    """Fava's figures on the example company's books: p95 of its slowest page, and its slowest first paint."""
    if not FAVA.exists():
        return "Fava is not installed (make peers)", ""
    env = {**os.environ, "MINTAGE_DB": str(folder / "example.db")}
    for words in (
        ("facts", "import", str(EXAMPLE)),
        ("export", "journal", "beancount", "--out", str(folder / "b.beancount")),
    ):
        subprocess.run(
            [sys.executable, "-m", "mintage.cli.main", *words], env=env, check=True, stdout=subprocess.DEVNULL
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(FAVA), "--port", str(port), str(folder / "b.beancount")]
    with serving(command, r"(http://\S+)") as server:
        server.wait()
        title = urlsplit(server.moved("/")).path.strip("/").partition("/")[0]
        pages = [f"/{title}/{name}/" for name in ("income_statement", "balance_sheet", "trial_balance", "journal")]
        worst = 0.0
        for path in pages:
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                server.get(path)
                times.append((time.perf_counter() - began) * 1000)
            worst = max(worst, quantiles(times, n=20)[-1])
        painted = max(paints(server.base, tuple(pages))[0]) if CHROMIUM.exists() else 0.0
    return f"Fava {worst:,.0f} ms on 3,554 facts", f"Fava {painted:,.0f} ms on 3,554 facts"


def main() -> int:
    """Measure all of it; exit 1 when a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=MACHINES)
    parser.add_argument("--postings", type=int, default=POSTINGS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "peer").mkdir()
        fava_ms, fava_paint = peer(folder / "peer")
        (folder / "large").mkdir()
        world = World(folder / "large", options.machines, options.postings, EXAMPLE)
        with serving(mintage(world), SAID) as server:
            rows = reads(server)
            rows += [Row(what="memory of the server", value=server.rss_mb(), unit="MB"), *live(server, world)]
        world.close()
        rows[0] = Row(**{**rows[0].__dict__, "peer": fava_ms})
        if CHROMIUM.exists():
            (folder / "painted").mkdir()
            painted = World(folder / "painted", PAINTED, 20_000, EXAMPLE)
            with serving(mintage(painted), SAID) as server:
                times, heaviest_kb = paints(server.base, PATHS)
            painted.close()
            rows += [
                Row(
                    what="slowest first contentful paint", value=max(times), unit="ms", limit=PAINT_MS, peer=fava_paint
                ),
                Row(what="heaviest first load, compressed", value=heaviest_kb, unit="KB", limit=WEIGHT_KB),
            ]
    return report(f"The console on {options.machines:,} machines and {options.postings:,} postings", rows)


if __name__ == "__main__":
    sys.exit(main())
