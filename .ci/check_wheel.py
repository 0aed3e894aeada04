"""
Build the wheel, install it in an empty environment, and run `lefil demo` there, away from the checkout.

It shows that templates, compiled catalogs, static files and demo data travel inside the wheel.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).with_name("uv")
INSIDE = {
    "templates": ("service/templates/", ".html"),
    "style sheets": ("service/static/", ".css"),
    "htmx": ("service/static/vendor/", "htmx.min.js"),
    "the font": ("service/static/vendor/", ".woff2"),
    "compiled catalogs": ("locales/", ".mo"),
    "demo data": ("service/demo_data/", ".csv"),
    "school holidays": ("service/school_calendars/", ".csv"),
    "migrations": ("service/migrations/", ".py"),
}
"""What must be in the wheel: the folder it begins with and the end of the name."""
LEFT = ("summary.json", "proposals.csv", "unmatched.csv", "visits.csv", "unplanned.csv")


class Failed(Exception):
    """The wheel is not what it should be."""


def build(folder: Path) -> Path:
    """Build the wheel with the hatchling of this environment."""
    command = [str(UV), "build", "--quiet", "--wheel", "--no-build-isolation", "--offline"]
    command += ["--python", sys.executable, "--out-dir", str(folder), str(ROOT)]
    _run(command)
    return next(folder.glob("lefil-*.whl"))


def missing(wheel: Path) -> list[str]:
    """Return what is absent from the wheel, in words."""
    names = zipfile.ZipFile(wheel).namelist()
    return [
        what
        for what, (start, end) in INSIDE.items()
        if not any(name.startswith(start) and name.endswith(end) for name in names)
    ]


def install(wheel: Path, folder: Path) -> Path:
    """Install the wheel and its requirements, at the versions of the lock, in an empty environment."""
    environment = folder / "environment"
    _run([str(UV), "venv", "--quiet", "--python", sys.executable, "--no-python-downloads", str(environment)])
    python = environment / "bin" / "python"
    # without hashes: the wheel just built has none, and each version was verified when the project was set up
    constraints = folder / "constraints.txt"
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = (line.removesuffix(" \\") for line in lock.splitlines() if line[:1].isalnum())
    constraints.write_text("\n".join(pins) + "\n", encoding="utf-8")
    _run([str(UV), "pip", "install", "--quiet", "--python", str(python), "-c", str(constraints), str(wheel)])
    return environment


def demo(environment: Path, folder: Path) -> None:
    """Run `lefil demo` of the installed wheel from an empty folder and look at what it leaves."""
    away = folder / "away"
    away.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LEFIL_", "VIRTUAL"))}
    out = folder / "out"
    _run([str(environment / "bin" / "lefil"), "demo", "--out", str(out)], cwd=away, env=clean)
    absent = [name for name in LEFT if not (out / name).is_file()]
    if not list((out / "feeds").glob("*.ics")):
        absent.append("feeds/*.ics")
    if absent:
        raise Failed(f"`lefil demo` of the wheel left no {', '.join(absent)}.")


def _run(command: list[str], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    env = {**(os.environ if env is None else env)}
    env["PATH"] = f"{UV.parent}{os.pathsep}{env.get('PATH', '')}"
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            wheel = build(folder)
            if absent := missing(wheel):
                raise Failed(f"The wheel lacks {', '.join(absent)}.")
            demo(install(wheel, folder), folder)
        except Failed as error:
            print(error)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
