"""
Make the virtual environment and install exactly the packages of the lock, by their hashes.

Runs on a bare Python 3.11 or later. uv is taken from PATH; when there is none, the one named in the lock is installed
into the environment first, by its hash as everything else.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

OLDEST = (3, 11)


def main(venv: Path, lock: Path) -> None:
    if sys.version_info < OLDEST:
        raise SystemExit(
            "Le Fil needs Python 3.11 or later; this is {}.{}. Name another one: make setup PYTHON=python3.12".format(
                *sys.version_info
            )
        )
    python = venv / "bin" / "python"
    uv = shutil.which("uv")
    if uv is not None and _works(uv):
        if not python.exists():
            _run([uv, "venv", "--quiet", "--python", sys.executable, "--no-python-downloads", str(venv)])
        _install([uv], python, lock)
        return
    if not (venv / "bin" / "uv").exists():
        _bootstrap(venv, lock)
    _install([str(venv / "bin" / "uv")], python, lock)


def _install(uv: list[str], python: Path, lock: Path) -> None:
    """Install the lock and take away what is not in it."""
    _run([*uv, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(lock)])


def _bootstrap(venv: Path, lock: Path) -> None:
    """Install uv itself, with pip, from its entry in the lock."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], capture_output=True, text=True)
    if made.returncode != 0:
        raise SystemExit(
            "This Python cannot make virtual environments. On Debian: apt-get install python3-venv, then again."
        )
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as entry:
        entry.write(_entry(lock.read_text(encoding="utf-8"), "uv"))
        entry.flush()
        pip = [str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        _run([*pip, "install", "--require-hashes", "--only-binary", ":all:", "-r", entry.name])


def _entry(lock: str, name: str) -> str:
    """Return the lines of one package: its first line and the hashes that follow it."""
    lines = lock.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    last = first + 1
    while last < len(lines) and lines[last].startswith(" "):
        last += 1
    return "\n".join(lines[first:last]) + "\n"


def _works(uv: str) -> bool:
    """Tell whether this uv runs: a shim may be there without its uv."""
    try:
        return subprocess.run([uv, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def _run(command: list[str]) -> None:
    if (code := subprocess.run(command).returncode) != 0:
        raise SystemExit(f"Setup stopped: {' '.join(command[:3])} ended with {code}; its own message is above.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
