"""Say, before the tests begin, which program of the machine is missing and which Debian package brings it."""

from __future__ import annotations

import sys

from tests import chromium, postgres

NEEDED = {
    ("Chromium", "chromium-headless-shell"): chromium.program,
    ("PostgreSQL", "postgresql"): postgres.programs,
}


def missing() -> dict[str, str]:
    """Return the Debian package by the name of what is missing."""
    absent: dict[str, str] = {}
    for (name, package), find in NEEDED.items():
        try:
            find()
        except RuntimeError:
            absent[name] = package
    return absent


if __name__ == "__main__":
    if absent := missing():
        sys.exit(
            f"The tests need {' and '.join(absent)}, not found on this machine. "
            f"On Debian: apt-get install {' '.join(absent.values())}"
        )
