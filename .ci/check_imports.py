"""The four rooms are imported from this project: another distribution of the same name would be used unseen."""

from __future__ import annotations

import importlib.util
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("service", "matching", "calendars", "locales")


def problems() -> list[str]:
    found: list[str] = []
    owners = packages_distributions()
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        if spec is None or spec.origin is None:
            found.append(f"The room {room} cannot be imported.")
        elif not Path(spec.origin).resolve().is_relative_to(ROOT):
            found.append(f"The room {room} comes from {spec.origin}, not from this project.")
        if others := sorted(set(owners.get(room, [])) - {"lefil"}):
            found.append(f"The room {room} is also brought by {', '.join(others)}.")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(problems()) or None)
