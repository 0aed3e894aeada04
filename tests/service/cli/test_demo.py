"""`lefil demo`: the stories C1 and C3, the same bytes each time, and nothing half-written."""

from __future__ import annotations

import csv
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import icalendar
import pytest

from service.demo_files import table
from tests import forks
from tests.service.cli.builders import LEFIL, Terminal, territory_files

pytestmark = pytest.mark.xdist_group("demo")


def shown(folder: Path, *words: str) -> Path:
    """What a demonstration leaves."""
    code, _, errors = forks.to_its_end("service.cli_start", "demo", *words, "--out", str(folder), cwd=folder.parent)
    assert code == 0, errors
    return folder


@pytest.fixture(scope="module")
def seraing_shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown(tmp_path_factory.mktemp("demo") / "A")


@pytest.fixture(scope="module")
def accepted_shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown(tmp_path_factory.mktemp("demo") / "first", "--accept-first")


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def summary(folder: Path) -> dict[str, dict[str, object]]:
    return json.loads((folder / "summary.json").read_bytes())


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_demonstrations_leave_the_same_bytes(seraing_shown: Path, tmp_path: Path):
    subprocess.run([LEFIL, "demo", "--out", str(tmp_path / "B")], capture_output=True, check=True)

    assert contents(tmp_path / "B") == contents(seraing_shown)


def test_everybody_who_waits_gets_helpers_except_the_three_whom_nobody_fits(seraing_shown: Path):
    ranks: dict[str, list[int]] = {}
    for row in rows(seraing_shown, "proposals.csv"):
        ranks.setdefault(row["person_id"], []).append(int(row["rank"]))
    unmatched = {row["person_id"]: row for row in rows(seraing_shown, "unmatched.csv")}

    assert len(ranks) == 23
    assert all(found == list(range(1, len(found) + 1)) and len(found) <= 3 for found in ranks.values())
    assert {person: row["rules"] for person, row in unmatched.items()} == {
        "SER-P058": "LANGUAGE",
        "SER-P059": "LANGUAGE|GENDER",
        "SER-P060": "AVAILABILITY",
    }
    assert all(row["smallest_change"].endswith(".") for row in unmatched.values())
    assert summary(seraing_shown)["pairing"]["status"] == "optimal"


def test_four_weeks_are_planned_in_local_time_and_what_is_not_says_why(seraing_shown: Path):
    visits = rows(seraing_shown, "visits.csv")
    starts = [datetime.fromisoformat(row["start"]) for row in visits]

    assert len({row["visit_id"] for row in visits}) == len(visits) > 40
    assert starts == sorted(starts)
    assert {start.strftime("%z") for start in starts} == {"+0100"}
    assert all("2027-01-11" <= row["start"][:10] <= "2027-02-07" for row in visits)
    assert all(8 <= start.hour < 20 for start in starts)
    assert all(row["rules"] for row in rows(seraing_shown, "unplanned.csv"))
    assert summary(seraing_shown)["planning"]["status"] == "optimal"


def test_every_helper_professional_person_place_and_the_territory_has_a_feed(seraing_shown: Path):
    feeds = sorted(file.name for file in (seraing_shown / "feeds").iterdir())
    owners = {name: sum(feed.startswith(f"{name}-") for feed in feeds) for name in ("helper", "professional", "person")}

    assert owners == {"helper": 14, "professional": 18, "person": 60}
    assert "territory-BE-SER.ics" in feeds
    for name in feeds:
        calendar = (seraing_shown / "feeds" / name).read_bytes()
        assert b"BEGIN:VTIMEZONE" in calendar


def test_a_planned_visit_stands_in_the_calendar_of_whoever_goes(seraing_shown: Path):
    visit = rows(seraing_shown, "visits.csv")[0]
    feed = (seraing_shown / "feeds" / f"helper-{visit['peer_helper_id']}.ics").read_bytes()
    starts = [str(event.decoded("DTSTART")) for event in icalendar.Calendar.from_ical(feed).walk("VEVENT")]

    assert str(datetime.fromisoformat(visit["start"]).astimezone(UTC)) in starts


def test_accepted_first_proposals_bring_first_visits_with_a_third_person(accepted_shown: Path):
    first = [row for row in rows(accepted_shown, "visits.csv") if row["kind"] == "first_joint"]
    unplanned = [row for row in rows(accepted_shown, "unplanned.csv") if row["kind"] == "first_joint"]

    assert summary(accepted_shown)["counts"]["accepted"] == 23
    assert len(first) + len(unplanned) == 23
    assert all(row["professional_id"] for row in first)
    assert ("SER-P029", "V3") in {(row["person_id"], row["rules"]) for row in unplanned}


def test_the_territory_of_locmine(tmp_path: Path):
    left = shown(tmp_path / "C", "--territory", "locmine")

    assert len({row["person_id"] for row in rows(left, "proposals.csv")}) == 6
    assert rows(left, "unmatched.csv") == []


def test_any_folder_of_the_format_seen_from_another_day_for_fewer_weeks(tmp_path: Path):
    folder = territory_files(tmp_path / "files", "locmine")
    words = ("--data", str(folder), "--start", "2027-01-18", "--weeks", "2", "--today", "2027-01-08")
    left = shown(tmp_path / "out", *words)

    known = summary(left)
    assert (known["today"], known["start"], known["weeks"]) == ("2027-01-08", "2027-01-18", 2)
    assert all("2027-01-18" <= row["start"][:10] <= "2027-01-31" for row in rows(left, "visits.csv"))


def an_earlier_result(folder: Path) -> None:
    (folder / "feeds").mkdir(parents=True)
    for name in ("summary.json", "proposals.csv", "unmatched.csv", "visits.csv", "unplanned.csv"):
        (folder / name).write_text("")
    (folder / "feeds" / "helper-gone.ics").write_text("")


def test_a_demonstration_takes_the_place_of_an_earlier_one(terminal: Terminal):
    an_earlier_result(terminal.folder / "out")

    assert terminal.lefil("demo", "--territory", "locmine", "--out", "out").code == 0
    assert not (terminal.folder / "out" / "feeds" / "helper-gone.ics").exists()
    assert [path.name for path in terminal.folder.iterdir()] == ["out"]


def test_a_folder_with_other_things_is_left_alone(terminal: Terminal):
    (terminal.folder / "letters").mkdir()
    (terminal.folder / "letters" / "dear.txt").write_text("dear")
    said = terminal.lefil("demo", "--out", "letters")

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert (terminal.folder / "letters" / "dear.txt").read_text() == "dear"


@pytest.mark.parametrize("other", ["dear.txt", "feeds/mine.ics", "feeds/more/helper-1.ics", "more/visits.csv"])
def test_an_earlier_result_with_other_things_beside_is_left_alone(terminal: Terminal, other: str):
    an_earlier_result(terminal.folder / "out")
    (terminal.folder / "out" / other).parent.mkdir(exist_ok=True)
    (terminal.folder / "out" / other).write_text("dear")
    before = contents(terminal.folder)
    said = terminal.lefil("demo", "--out", "out")

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert contents(terminal.folder) == before


def test_a_summary_of_another_program_is_left_alone(terminal: Terminal):
    (terminal.folder / "out").mkdir()
    (terminal.folder / "out" / "summary.json").write_text("mine")
    said = terminal.lefil("demo", "--out", "out")

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert (terminal.folder / "out" / "summary.json").read_text() == "mine"


def test_files_with_an_error_show_nothing(terminal: Terminal):
    folder = territory_files(terminal.folder / "files")
    absences = (folder / "absences.csv").read_text(encoding="utf-8")
    (folder / "absences.csv").write_text(absences.replace("SER-H03", "SER-H99"), encoding="utf-8")
    said = terminal.lefil("demo", "--data", folder, "--out", "out")

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert "absences.csv" in said.err
    assert not (terminal.folder / "out").exists()


NOT_TO_BE_SHOWN = (
    ("--weeks", "0"),
    ("--weeks", "9"),
    ("--today", "2027-01-12"),
    ("--data", "nowhere"),
    ("--data", "/dev/null"),
)


@pytest.mark.parametrize("words", NOT_TO_BE_SHOWN)
def test_what_cannot_be_shown_is_said_in_one_sentence(terminal: Terminal, words: tuple[str, ...]):
    said = terminal.lefil("demo", *words, "--out", "out")

    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert not (terminal.folder / "out").exists()


def test_a_cell_that_a_spreadsheet_would_run_is_neutral():
    assert table(["name"], [["=1+1"], ["+33 1"], ["@a"], ["Nadia"], [True], [None], [56.5]]) == (
        b"name\n'=1+1\n'+33 1\n'@a\nNadia\ntrue\n\"\"\n56.5\n"
    )
