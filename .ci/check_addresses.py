"""No committed file holds the address of a package index, a path of somebody's machine, or another's package."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "registry.yarnpkg" + ".com")
INDEX = re.compile(
    "|".join(re.escape(host) for host in HOSTS)
    + r"|^\s*(?:--(?:extra-)?index-url|--find-links|-[if]\s+https?:)"
    + r"|^\s*(?:extra-)?(?:index-url|index_url|registry)\s*=\s*\S"
    + r"|\"resolved\"\s*:\s*\"",
    re.MULTILINE,
)
HOME = re.compile(r"(?<![\w.~-])/(?:home|Users|root|work|workspace)/[A-Za-z0-9._-]+/")
BROUGHT = re.compile(r"(?:^|/)(?:node_modules|vendor|\.venv|site-packages)/|\.(?:whl|tgz|woff2?|jar|so|dll|min\.js)$")


def committed() -> list[str]:
    """Return every file that git keeps or is about to keep, sorted."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def problems(name: str, content: bytes) -> list[str]:
    """Return a sentence for each thing that does not belong in this file."""
    if BROUGHT.search(name):
        return [f"{name}: a file of a third party; it is installed by make setup, not committed."]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return []
    found: list[str] = []
    for pattern, sentence in ((INDEX, "address of a package index"), (HOME, "path of one machine")):
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{name}, line {line}: {sentence}: {match.group().strip()}")
    return found


def main() -> int:
    found = [problem for name in committed() for problem in problems(name, (ROOT / name).read_bytes())]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
