"""Checks of rows against each other and against the record, by noun, in the order in which they run."""

from __future__ import annotations

from datetime import date

from service.imports.checks import pairs, people, places, times, work
from service.imports.findings import Findings
from service.imports.merged import Merged


def check(merged: Merged, findings: Findings, today: date) -> None:
    """Run every check; each adds its findings on the rows of the files."""
    for one in (*times.CHECKS, *people.CHECKS, *places.CHECKS, *work.CHECKS, *pairs.CHECKS):
        one(merged, findings, today)
