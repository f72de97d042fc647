"""Brings front-end files from the npm registry into the repository, and proves they are still the same.

`python -m bihuan.kit.vendoring refresh` downloads the packages of `vendor/vendor.toml`, checks each archive
against the registry's integrity hash, writes the files and `vendor/vendor.lock.json`. `check` compares the
files with the lock, without a network. Neither Node nor a registry is needed to run or test the product.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KIT = Path(__file__).resolve().parent
ROOT = KIT.parents[2]
WANTED = KIT / "vendor" / "vendor.toml"
LOCK = KIT / "vendor" / "vendor.lock.json"
ICONS = KIT / "vendor" / "icons.txt"

_SOURCE_MAP = re.compile(rb"\n?/\*# sourceMappingURL=[^*]*\*/\s*$")
_SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_USED = (
    re.compile(r"{%\s*icon\s+[\"']([a-z0-9-]+)[\"']"),
    re.compile(r"\bicon=[\"']([a-z0-9-]+)[\"']"),
)


class VendoringError(Exception):
    """A file is not what the lock or the registry says it is."""


def packages() -> list[dict[str, Any]]:
    """Return the packages that are wanted, as `vendor.toml` lists them."""
    listed: list[dict[str, Any]] = tomllib.loads(WANTED.read_text())["package"]
    return listed


def icon_names() -> list[str]:
    """Return the names of the pictures in the sprite."""
    return ICONS.read_text().split()


def refresh() -> None:
    """Download every package, write its files and the lock; `VendoringError` where a hash does not agree."""
    locked = []
    for package in packages():
        archive, integrity = _download(package["name"], package["version"])
        files = _write(package, archive)
        locked.append(
            {"name": package["name"], "version": package["version"], "integrity": integrity, "files": files}
        )
    LOCK.write_text(json.dumps({"packages": locked}, indent=2) + "\n")


def problems() -> Iterator[str]:
    """Yield what is wrong with the committed files: missing, changed, another version, an unknown icon."""
    locked = {p["name"]: p for p in json.loads(LOCK.read_text())["packages"]}
    for package in packages():
        entry = locked.pop(package["name"], None)
        if entry is None or entry["version"] != package["version"]:
            yield f"{package['name']} {package['version']}: not the version in the lock, run refresh"
            continue
        for name, digest in entry["files"].items():
            path = ROOT / name
            if not path.exists():
                yield f"{name}: missing"
            elif _sha256(path.read_bytes()) != digest:
                yield f"{name}: is not the file that was locked"
    yield from (f"{name}: in the lock but not wanted" for name in locked)
    known = set(icon_names())
    for source, icon in sorted(icons_used(ROOT / "src")):
        if icon not in known:
            yield f"{source}: uses the icon {icon}, which vendor/icons.txt does not list"


def icons_used(folder: Path) -> set[tuple[str, str]]:
    """Return (file, icon) for every icon that a template or a declaration below `folder` names."""
    found: set[tuple[str, str]] = set()
    for path in [*folder.rglob("*.html"), *folder.rglob("*.py")]:
        if "tests" in path.relative_to(folder).parts:
            continue
        text = path.read_text()
        for pattern in _USED:
            found.update((str(path.relative_to(folder)), name) for name in pattern.findall(text))
    return found


def _registry() -> str:
    asked = os.environ.get("NPM_CONFIG_REGISTRY")
    if not asked:
        asked = subprocess.run(
            ["npm", "config", "get", "registry"], capture_output=True, text=True, check=True
        ).stdout
    return asked.strip().rstrip("/")


def _get(address: str) -> bytes:
    if urllib.parse.urlsplit(address).scheme not in {"http", "https"}:
        raise VendoringError(f"not a registry's address: {address}")
    with urllib.request.urlopen(address, timeout=120) as answer:  # noqa: S310 - the scheme was checked
        body: bytes = answer.read()
    return body


def _download(name: str, version: str) -> tuple[bytes, str]:
    registry = _registry()
    about = json.loads(_get(f"{registry}/{urllib.parse.quote(name, safe='@')}"))
    integrity: str = about["versions"][version]["dist"]["integrity"]
    archive = _get(f"{registry}/{name}/-/{name.rsplit('/', 1)[-1]}-{version}.tgz")
    method, _, expected = integrity.partition("-")
    if base64.b64encode(hashlib.new(method, archive).digest()).decode() != expected:
        raise VendoringError(f"{name} {version}: the archive does not have the integrity {integrity}")
    return archive, integrity


def _write(package: dict[str, Any], archive: bytes) -> dict[str, str]:
    written: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for inside, outside in package["files"].items():
            content = _member(tar, inside)
            if package.get("drop_source_map"):
                content = _SOURCE_MAP.sub(b"\n", content)
            written[outside] = _put(outside, content)
        if "sprite" in package:
            written[package["sprite"]] = _put(package["sprite"], _sprite(tar).encode())
    return written


def _member(tar: tarfile.TarFile, inside: str) -> bytes:
    file = tar.extractfile(f"package/{inside}")
    if file is None:
        raise VendoringError(f"{inside}: not a file of the package")
    return file.read()


def _sprite(tar: tarfile.TarFile) -> str:
    symbols = []
    for name in icon_names():
        shapes = _SHAPES.search(_member(tar, f"icons/outline/{name}.svg").decode())
        if shapes is None:
            raise VendoringError(f"{name}: not a picture")
        body = " ".join(shapes.group(1).split())
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{body}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _put(outside: str, content: bytes) -> str:
    path = ROOT / outside
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return _sha256(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: list[str]) -> int:
    """Run `refresh` or `check`; 0 done, 1 something is wrong, 2 not understood."""
    match arguments:
        case ["refresh"]:
            refresh()
        case ["check"]:
            pass
        case _:
            print("usage: python -m bihuan.kit.vendoring refresh|check", file=sys.stderr)
            return 2
    wrong = list(problems())
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
