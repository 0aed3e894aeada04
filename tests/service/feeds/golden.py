"""Feeds kept as files, named by their story; ``python -m tests.service.feeds.golden`` writes them again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from calendars.feed import render
from service.feeds import Shown, calendar_for
from service.tables.people import Party
from tests.service.feeds.builders import (
    TODAY,
    Network,
    closed,
    hosting,
    meeting,
    network,
    open_session,
    situation,
    taking_part,
    visit,
)

GOLDEN = Path(__file__).parents[2] / "golden"
STORIES = {
    "helper_month_minimal": ("nadia", "minimal"),
    "helper_month_place": ("nadia", "place"),
    "person_month_plain": ("dalia", "plain"),
    "place_with_series_and_holidays": ("cafe", "place"),
    "territory_public_life": ("", "place"),
    "professional_first_meeting": ("claire", "minimal"),
    "second_helper_initials": ("omar", "initials"),
}


def written(story: str) -> bytes:
    of = network()
    busy_month(of)
    owner, level = STORIES[story]
    return body(of, getattr(of, owner) if owner else None, level)


def body(of: Network, owner: int | None, level: str = "minimal", day: date = TODAY, language: str = "fr") -> bytes:
    with of.site.db() as tx:
        kind = "territory" if owner is None else "place" if tx.get_one(Party, owner).kind == "place" else "own"
        return render(calendar_for(tx, Shown(of.territory, kind, owner, level, language), day))


def busy_month(of: Network) -> None:
    """A confirmed and a tentative visit, one called off, a first meeting of three, a slot as host, meetings."""
    of.add(
        visit(of, "v1", "2027-01-12", 14),
        visit(of, "v2", "2027-01-19", 14, status="planned", sequence=1),
        visit(of, "v3", "2027-01-05", 14, status="cancelled", reason="by_helper", sequence=1),
        visit(
            of,
            "v4",
            "2027-01-26",
            10,
            kind="first_joint",
            professional_id=of.claire,
            second_helper_id=of.omar,
            place_kind="place",
            place_id=of.cafe,
        ),
    )
    session = open_session(of)
    of.add(session)
    hosting(of, session, "2027-01-19", of.nadia, "proposed")
    supervision = meeting(
        of, "SER-M014", "supervision", "2027-01-22", 13, rrule="FREQ=MONTHLY;BYDAY=4FR;UNTIL=20270630T235959"
    )
    concertation = meeting(
        of,
        "SER-M001",
        "concertation",
        "2027-01-11",
        9,
        situation_id=situation(of),
        person_invited=True,
        place_id=of.ward,
    )
    fair = meeting(of, "SER-M020", "public_event", "2027-02-06", 10)
    of.add(supervision, concertation, fair)
    taking_part(of, supervision, of.nadia)
    taking_part(of, concertation, of.nadia, of.claire)
    closed(of, "2027-03-26")
    closed(of, "2027-02-02")


if __name__ == "__main__":
    for story in STORIES:
        (GOLDEN / f"{story}.ics").write_bytes(written(story))
