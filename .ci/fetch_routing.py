"""
Python 3.11: fetch the programs that know streets from the wheel in the lock, by its hash, for the tests.

The wheel says that it needs Python 3.12, and its binding does; the two programs that Le Fil starts need no Python at
all (`docs/decisions/0012-where-travel-times-come-from.md`). From 3.12 on the lock has installed them already.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAMS = ("valhalla_build_tiles", "valhalla_service")


def main(venv: Path, lock: Path) -> None:
    if sys.version_info >= (3, 12):
        return
    entry = re.search(r"^pyvalhalla==.*(?:\n .*)*", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if entry is None:
        raise SystemExit("requirements.lock does not name pyvalhalla. Run `make lock`.")
    home = venv.resolve() / "routing"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(re.sub(r" ; python_full_version [^\\\n]*", " ", entry[0]) + "\n")
        wanted.flush()
        uv = [str(venv / "bin" / "uv"), "pip", "install", "--quiet", "--python-version", "3.12", "--target", str(home)]
        code = subprocess.run([*uv, "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", wanted.name])
    if code.returncode != 0:
        raise SystemExit("Setup stopped: the programs that know streets could not be fetched; see above.")
    for name in PROGRAMS:
        link = venv / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(home / "valhalla" / "bin" / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
