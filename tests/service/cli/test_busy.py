"""`lefil busy`, and the process that reads: its limits, and that its parent outlives it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calendars.reading_lines import Unreadable
from service import cli_start
from service.busy_process import Limits, read_apart
from service.busy_words import REFUSALS
from tests.service.cli.builders import Terminal

NASTY = Path(__file__).parents[2] / "calendars" / "nasty"
JANUARY = ("--from", "2027-01-01", "--to", "2027-02-01", "--timezone", "Europe/Brussels")
PERIOD = (datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC), "Europe/Brussels")


def test_a_program_is_told_intervals_in_utc_on_one_line(terminal: Terminal):
    said = terminal.lefil("busy", NASTY / "windows_zone_names.ics", *JANUARY, "--json")

    told = json.loads((NASTY / "windows_zone_names.json").read_text(encoding="utf-8"))
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    assert json.loads(said.out) == told["busy"]


def test_a_program_is_told_why_a_file_is_refused_on_one_line(terminal: Terminal):
    said = terminal.lefil("busy", NASTY / "every_second.ics", *JANUARY, "--json", "--language", "en")

    assert (said.code, said.err, said.out.count("\n")) == (2, "", 1)
    told = json.loads(said.out)
    assert told["error"] == "TOO_FREQUENT"
    assert "more often than every day" in told["message"]


def test_a_person_is_told_local_hours(terminal: Terminal):
    said = terminal.lefil("busy", NASTY / "latin1.ics", *JANUARY, "--language", "en")

    assert said.code == 0
    assert said.out.splitlines()[0] == "From Monday 11 January 2027, 9:00, to Monday 11 January 2027, 10:30"


def test_a_person_is_told_what_to_do_about_a_page_of_a_website(terminal: Terminal):
    said = terminal.lefil("busy", NASTY / "page_of_a_website.ics", *JANUARY)

    assert (said.code, said.out) == (2, "")
    assert said.err == REFUSALS["NOT_A_CALENDAR"] + "\n"


def test_a_file_that_is_not_there_is_no_refused_file(terminal: Terminal):
    said = terminal.lefil("busy", "nowhere.ics", *JANUARY, "--json")

    assert (said.code, said.out) == (1, "")
    assert "nowhere.ics" in said.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--to", "2027-01-01"), ("--to", "2029-01-05"), ("--timezone", "Europe"), ("--timezone", "../etc/passwd")],
)
def test_a_period_or_zone_that_is_none_is_not_understood(terminal: Terminal, option: str, value: str):
    said = terminal.lefil("busy", NASTY / "latin1.ics", *JANUARY, option, value)

    assert (said.code, said.out) == (2, "")
    assert (value if option == "--timezone" else "de deux ans au plus") in said.err


def test_it_starts_without_loading_the_server_or_the_database():
    """Somebody's program may ask for one file after the other: loading everything takes seconds."""
    script = """
import sys
from service.cli_start import main
try:
    main(sys.argv[1:])
finally:
    heavy = {"sqlalchemy", "sqlmodel", "litestar", "pydantic", "alembic", "ortools", "numba"}
    print(sorted(heavy & sys.modules.keys()))
"""
    said = subprocess.run(
        [sys.executable, "-c", script, "busy", str(NASTY / "latin1.ics"), *JANUARY, "--json"],
        capture_output=True,
        check=True,
        text=True,
    )

    intervals, loaded = said.stdout.splitlines()
    assert len(json.loads(intervals)) == 2
    assert loaded == "[]"


def test_alone_it_says_the_same_as_with_all_the_others(terminal: Terminal, capsys: pytest.CaptureFixture[str]):
    for words in (
        ["--help"],
        ["nowhere.ics", *JANUARY],
        [str(NASTY / "latin1.ics")],
        [str(NASTY / "latin1.ics"), *JANUARY],
    ):
        whole = terminal.lefil("busy", *words)
        with pytest.raises(SystemExit) as ended:
            cli_start.main(["busy", *words])
        alone = capsys.readouterr()

        assert (ended.value.code, alone.out, alone.err) == (whole.code, whole.out, whole.err)


def test_a_file_that_takes_too_much_memory_ends_its_process_only():
    content = (NASTY / "latin1.ics").read_bytes() + b"\n" * 9_000_000

    assert refusal(content, Limits(mebibytes=44)) == "TOO_MUCH_MEMORY"
    assert len(read_apart(content, *PERIOD)) == 2


def test_a_file_that_takes_the_processor_too_long_is_stopped():
    """A daily rule that never comes true is looked for until the year 9999: some five seconds each."""
    rules = ["RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] * 4
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART:20270111T080000Z", *rules, "END:VEVENT", "END:VCALENDAR"]

    assert refusal("\n".join(lines).encode(), Limits(processor_seconds=1)) == "TOO_SLOW"


def test_a_file_that_takes_too_long_on_the_clock_is_stopped():
    assert refusal((NASTY / "latin1.ics").read_bytes(), Limits(seconds=0.01)) == "TOO_SLOW"


def test_a_process_that_ends_without_an_answer_is_told_apart():
    """A zone that this machine lacks: nobody could read anything by it."""
    with pytest.raises(Unreadable) as refused:
        read_apart((NASTY / "latin1.ics").read_bytes(), *PERIOD[:2], "Nowhere/At_all")

    assert refused.value.code == "FAILED"


def refusal(content: bytes, limits: Limits) -> str:
    with pytest.raises(Unreadable) as refused:
        read_apart(content, *PERIOD, limits)
    assert refused.value.code in REFUSALS
    return refused.value.code
