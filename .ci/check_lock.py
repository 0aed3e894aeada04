"""
Hold requirements.lock against pyproject.toml: compiled again, it must come out the same.

The lock that lies here is the starting point, so a newer release of some package changes nothing. Without a way to the
package index only the direct requirements are compared, and it is said. `--write` writes the lock anew.
"""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
COMPILE = ["pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--group", "dev", "pyproject.toml"]
COMPILE += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
COMPILE += ["--custom-compile-command", "make lock"]
UNREACHABLE = re.compile(r"error sending request|failed to (?:fetch|lookup)|dns error|timed? ?out|network", re.I)


def compile_into(target: Path) -> str:
    """Write the lock to `target`, which may hold an earlier one; return what uv says when it fails, else nothing."""
    uv = Path(sys.executable).with_name("uv")
    done = subprocess.run([str(uv), *COMPILE, "-o", str(target)], cwd=ROOT, capture_output=True, text=True)
    return done.stderr if done.returncode != 0 else ""


def direct_problems(lock: str) -> list[str]:
    """Compare the pinned requirements of pyproject.toml with the lock, without any network."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    pinned = dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", lock, re.MULTILINE))
    found: list[str] = []
    for requirement in wanted:
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;]+)", requirement)
        if match is None:
            found.append(f"pyproject.toml does not pin one version of {requirement}.")
        elif pinned.get(match[1].lower()) != match[2]:
            found.append(f"{match[1]} is {match[2]} in pyproject.toml and {pinned.get(match[1])} in the lock.")
    return found


def main(*, write: bool) -> int:
    lock = LOCK.read_text(encoding="utf-8")
    found = [] if write else direct_problems(lock)
    if found:
        print("\n".join([*found, "Run `make lock`."]))
        return 1
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / LOCK.name
        again.write_text(lock, encoding="utf-8")
        said = compile_into(again)
        if said and not write and UNREACHABLE.search(said):
            print("The package index cannot be reached: only the direct requirements of the lock were compared.")
            return 0
        if said:
            print(said)
            return 1
        compiled = again.read_text(encoding="utf-8")
        if write:
            shutil.copyfile(again, LOCK)
            return 0
    if compiled != lock:
        print("requirements.lock does not follow from pyproject.toml. Run `make lock`. What would change:")
        print("\n".join(difflib.unified_diff(lock.splitlines(), compiled.splitlines(), "now", "compiled", n=0)))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(write="--write" in sys.argv[1:]))
