"""Say, before the tests begin, which program of the machine is missing and which Debian package brings it."""

from __future__ import annotations

import shutil
import sys

from tests.postgres import programs

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing() -> dict[str, str]:
    """Return the Debian package by the name of what is missing."""
    absent: dict[str, str] = {}
    if not any(shutil.which(name) for name in BROWSERS):
        absent["Chromium"] = "chromium"
    try:
        programs()
    except RuntimeError:
        absent["PostgreSQL"] = "postgresql"
    return absent


if __name__ == "__main__":
    if absent := missing():
        sys.exit(
            f"The tests need {' and '.join(absent)}, not found on this machine. "
            f"On Debian: apt-get install {' '.join(absent.values())}"
        )
