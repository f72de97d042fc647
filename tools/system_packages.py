"""What the system itself must have beside Python: a browser for the tests, fonts for Chinese papers and screens.

Run by `make setup`. As root on Debian or Ubuntu what is missing is installed; else the command is printed.
Nothing in the product stops without them except the browser tests and the papers in Chinese.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FAMILIES = {"Noto Sans CJK": "fonts-noto-cjk", "Noto Serif CJK": "fonts-noto-cjk"}


def missing() -> list[str]:
    """Return the Debian packages that are missing."""
    wanted = [] if any(shutil.which(name) for name in BROWSERS) else ["chromium"]
    if shutil.which("fc-list") is None:
        return [*wanted, "fontconfig", "fonts-noto-cjk"]
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout
    absent = {package for family, package in FAMILIES.items() if family not in listed}
    return [*wanted, *sorted(absent)]


def main() -> int:
    """Install or name what is missing; 0 in both cases, for the product itself runs without."""
    packages = missing()
    if not packages:
        return 0
    line = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment)
        subprocess.run([*line, "-qq"], check=False, env=environment, stdout=subprocess.DEVNULL)
        packages = missing()
    if packages:
        print(f"缺少系统软件包 / missing system packages: sudo {' '.join(line)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
