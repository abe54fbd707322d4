"""What tests need of Debian: a browser with Chinese fonts, and hledger. Installs them as root, or says how."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NEEDED: dict[str, Callable[[], bool]] = {
    "chromium": lambda: shutil.which("chromium") is not None,
    "fonts-noto-cjk": lambda: any(Path("/usr/share/fonts").glob("**/NotoSansCJK*")),
    "hledger": lambda: shutil.which("hledger") is not None,
}
"""Debian's package, and how one sees that it is there."""


def main() -> int:
    """Install what is missing; a machine that cannot is told which tests it goes without."""
    missing = [name for name, there in NEEDED.items() if not there()]
    if not missing:
        return 0
    command = f"apt-get install {' '.join(missing)}"
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        print(f"Tests that need {', '.join(missing)} are skipped. As root: {command}", file=sys.stderr)
        return 0
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (("update", "-qq"), ("install", "-qq", "-y", "--no-install-recommends", *missing)):
        done = subprocess.run((apt, *arguments), env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            print(f"`{command}` failed: tests that need {', '.join(missing)} are skipped.", file=sys.stderr)
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
