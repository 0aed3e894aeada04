"""The invented territories that come with the program."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from service.errors import ImportNotAccepted
from service.imports import folder
from service.imports.accept import Accepted, accept
from service.imports.report import examine
from service.site import Actor, Site

DEMO_DATA = Path(__file__).parent.parent / "demo_data"
NAMES = ("seraing", "locmine")


def path(name: str) -> Path:
    """The folder of a shipped territory."""
    return DEMO_DATA / name


def load(site: Site, actor: Actor, name: str, *, today: date | None = None) -> Accepted:
    """
    Import a shipped territory.

    Raises
    ------
    ImportNotAccepted
        When its files have an error: the program was changed.
    """
    report = examine(site, folder.read(path(name)), today=today)
    if report.has_errors:
        raise ImportNotAccepted(next(one.code for one in report.findings if one.severity == "error"))
    return accept(site, actor, report, demo=True)
