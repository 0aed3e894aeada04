"""Starts before ends, windows that do not overlap, hours that exist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from service.imports.files import FILES
from service.imports.findings import Findings
from service.imports.merged import Entry, Merged
from service.imports.values import local_instant

MOST_OF_ONE_OWNER = 200
"""Windows on one weekday, or absences, of one owner."""


def starts_before_ends(merged: Merged, findings: Findings, today: date) -> None:
    """END_BEFORE_START: the second of two dates or hours comes before the first."""
    for file in FILES:
        for entry in merged.all(file.name):
            for first, second, strict in file.order:
                start, end = entry.values.get(first), entry.values.get(second)
                if start is None or end is None or start < end or (start == end and not strict):
                    continue
                write = merged.record.cells.write
                merged.say(
                    findings,
                    entry,
                    second,
                    "END_BEFORE_START",
                    start_column=merged.header(file.name, first),
                    start=write(file.by_name[first], start),
                    end=write(file.by_name[second], end),
                )


def visits_at_hours_that_exist(merged: Merged, findings: Findings, today: date) -> None:
    """BAD_TIME: a visit in the hour that spring skips."""
    cells = merged.record.cells
    for entry in merged.sound("visits", findings):
        for name in ("start", "end"):
            day, minute = entry.values["date"], entry.values[name]
            if day is not None and minute is not None and local_instant(day, minute, cells.zone) is None:
                merged.say(findings, entry, name, "BAD_TIME", value=f"{day} {minute // 60:02}:{minute % 60:02}")


def windows_of_one_owner_do_not_overlap(merged: Merged, findings: Findings, today: date) -> None:
    """OVERLAP: two weekly windows of one owner in the same weeks."""
    by_day: dict[tuple[str, str, int], list[Entry]] = defaultdict(list)
    for entry in merged.sound("availability", findings):
        values = entry.values
        by_day[(values["owner_type"], values["owner_id"].casefold(), values["weekday"])].append(entry)
    for entries in by_day.values():
        for earlier, later in _meeting(_first(merged, findings, entries, "weekday"), "start", "end"):
            weeks = {earlier.values["recurrence"], later.values["recurrence"]}
            if weeks != {"odd_weeks", "even_weeks"} and _same_time(earlier, later, "valid_from", "valid_until"):
                _overlap(merged, findings, earlier, later, "start", None)


def absences_of_one_owner(merged: Merged, findings: Findings, today: date) -> None:
    """OVERLAP, as a warning: two absences of one owner."""
    by_owner: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in merged.sound("absences", findings):
        by_owner[(entry.values["owner_type"], entry.values["owner_id"].casefold())].append(entry)
    for entries in by_owner.values():
        few = _first(merged, findings, entries, "start_date")
        for earlier, later in _meeting(few, "start_date", "end_date", touching=True):
            if _hours_meet(earlier, later):
                _overlap(merged, findings, earlier, later, "start_date", "warning")


def _first(merged: Merged, findings: Findings, entries: list[Entry], column: str) -> list[Entry]:
    """OUT_OF_RANGE beyond what one owner can mean: each is held against all the others."""
    for entry in entries[MOST_OF_ONE_OWNER:]:
        merged.say(
            findings, entry, column, "OUT_OF_RANGE", value=f"> {MOST_OF_ONE_OWNER}", allowed=f"≤ {MOST_OF_ONE_OWNER}"
        )
    return entries[:MOST_OF_ONE_OWNER]


def _meeting(entries: list[Entry], start: str, end: str, *, touching: bool = False) -> Iterator[tuple[Entry, Entry]]:
    """Pairs that overlap in these columns; the one that stands later in its file comes second."""
    ordered = sorted(entries, key=lambda entry: (entry.values[start], entry.line))
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.values[start] > one.values[end] or (other.values[start] == one.values[end] and not touching):
                break
            yield (one, other) if one.line < other.line else (other, one)


def _same_time(one: Entry, other: Entry, start: str, end: str) -> bool:
    """Two spans of days, ends included, an absent end being open."""
    last, other_last = one.values[end] or date.max, other.values[end] or date.max
    return one.values[start] <= other_last and other.values[start] <= last


def _hours_meet(one: Entry, other: Entry) -> bool:
    spans = [(entry.values["start_time"], entry.values["end_time"]) for entry in (one, other)]
    if any(None in span for span in spans):
        return True
    (start, end), (other_start, other_end) = spans
    return start < other_end and other_start < end


def _overlap(
    merged: Merged, findings: Findings, earlier: Entry, later: Entry, column: str, severity: str | None
) -> None:
    merged.say(findings, later, column, "OVERLAP", severity=severity, first_line=earlier.line)


Check = Callable[[Merged, Findings, date], None]
CHECKS: tuple[Check, ...] = (
    starts_before_ends,
    visits_at_hours_that_exist,
    windows_of_one_owner_do_not_overlap,
    absences_of_one_owner,
)
