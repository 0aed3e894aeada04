"""Random territories of 5 to 30 people, made by hypothesis as files in the format of partners (`domain.md`, 11)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from hypothesis import strategies as st

TODAY = date(2027, 1, 4)
START = date(2027, 1, 11)
THEMES = ("care", "housing", "social", "personal", "information")
EXPERIENCES = ("isolation", "precarity", "mood", "voices", "debt")
FLAGS = ("dog", "cat", "smoking", "stairs")
LANGUAGES = ("fr", "nl", "ar", "tr")
CENTRE = (50.600, 5.500)
WINDOWS = (("08:30", "12:30"), ("09:00", "16:00"), ("13:00", "17:00"), ("10:00", "12:00"), ("14:00", "19:30"))

Row = dict[str, object]
Files = Mapping[str, bytes]


@dataclass
class Drawn:
    """The rows of one territory, by file."""

    rows: dict[str, list[Row]]

    def files(self) -> dict[str, bytes]:
        """As partners send them: UTF-8, comma, a header row."""
        return {f"{name}.csv": _csv(rows) for name, rows in self.rows.items() if rows}

    def lay_out(self, folder: Path) -> Path:
        """As a folder on disk, with `common` beside it; files without rows hold their header only."""
        place = folder / "territory"
        shipped = files("service") / "demo_data" / "seraing"
        headers = {
            entry.name: entry.read_bytes().splitlines(keepends=True)[0]
            for entry in shipped.iterdir()
            if entry.name.endswith(".csv")
        }
        for where, written in ((place, headers | self.files()), (folder / "common", common())):
            where.mkdir()
            for name, content in written.items():
                (where / name).write_bytes(content)
        return place


def common() -> dict[str, bytes]:
    """The shipped tables that every territory shares: themes and holidays."""
    folder = files("service") / "demo_data" / "common"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".csv")}


def _csv(rows: list[Row]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _some(values: tuple[str, ...], *, at_least: int = 0) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(values), min_size=at_least, unique=True).map("|".join)


def _point(draw: st.DrawFn) -> tuple[float, float]:
    near = st.integers(-25, 25)
    return round(CENTRE[0] + draw(near) / 1000, 3), round(CENTRE[1] + draw(near) / 1000, 3)


@st.composite
def territories(draw: st.DrawFn) -> Drawn:
    """A territory whose files have no error: pairings under way keep every rule, people who wait may fit nobody."""
    rows: dict[str, list[Row]] = {
        "territory": [
            {
                "territory_id": "BE-TST",
                "name": "Essai",
                "country": "BE",
                "region": "Liège",
                "timezone": "Europe/Brussels",
                "default_language": "fr",
                "languages": "fr|nl|de|en",
                "lat": CENTRE[0],
                "lon": CENTRE[1],
                "school_calendar": "BE-FWB",
                "max_travel_km": 8,
            }
        ],
        "neighbourhoods": [
            {
                "neighbourhood_id": f"TST-N{n:02d}",
                "name": f"Quartier {n}",
                "postcode": "4100",
                "locality": "Essai",
                "lat": round(CENTRE[0] + (n - 2) / 100, 3),
                "lon": CENTRE[1],
                "example_street": "",
            }
            for n in (1, 2, 3)
        ],
        "organisations": [
            {
                "organisation_id": "TST-O01",
                "name": "Asbl d'essai",
                "kind": "carrier",
                "sector": "associative",
                "themes": "care|housing",
                "neighbourhood_id": "TST-N02",
                "lat": CENTRE[0],
                "lon": CENTRE[1],
                "email": "contact@tst.example",
                "charter_signed_on": "2020-01-15",
                "housing_first_selector": "false",
                "hosts_meetings": "false",
            }
        ],
        "places": [
            {
                "place_id": "TST-L01",
                "name": "Lieu neutre",
                "kind": "neutral_place",
                "organisation_id": "TST-O01",
                "neighbourhood_id": "TST-N02",
                "street": "place de l'Essai",
                "lat": CENTRE[0],
                "lon": CENTRE[1],
                "capacity": 0,
                "step_free": "true",
            }
        ],
        "professionals": [
            _professional("TST-W01", "Claire M.", "coordinator", "coordinator"),
            _professional("TST-W02", "Karim O.", "social_worker", "referring|network"),
            _professional("TST-W03", "Sylvie P.", "psychologist", "supervisor"),
        ],
        "peer_helpers": [],
        "persons": [],
        "requests": [],
        "pairings": [],
        "availability": [],
        "absences": [],
    }
    for professional in ("TST-W01", "TST-W02"):
        for weekday in (1, 2, 3, 4, 5):
            rows["availability"].append(_window("professional", professional, weekday, ("08:30", "17:00"), "weekly"))
    helpers = [_helper(draw, rows, n) for n in range(1, draw(st.integers(2, 6)) + 1)]
    for n in range(1, draw(st.integers(5, 30)) + 1):
        _person(draw, rows, n, helpers)
    return Drawn(rows)


def _professional(ref: str, name: str, function: str, roles: str) -> Row:
    return {
        "professional_id": ref,
        "display_name": name,
        "organisation_id": "TST-O01",
        "function": function,
        "languages": "fr",
        "themes": "care",
        "roles": roles,
        "email": f"{ref.lower()}@tst.example",
        "fte": "1.0",
        "status": "active",
    }


def _window(kind: str, ref: object, weekday: int, span: tuple[str, str], recurrence: str) -> Row:
    return {
        "owner_type": kind,
        "owner_id": ref,
        "weekday": weekday,
        "start": span[0],
        "end": span[1],
        "recurrence": recurrence,
        "valid_from": "2026-09-01",
        "valid_until": "",
    }


def _windows(draw: st.DrawFn, rows: dict[str, list[Row]], kind: str, ref: str, days: list[int]) -> None:
    for weekday in days:
        recurrence = draw(st.sampled_from(("weekly", "weekly", "weekly", "odd_weeks", "even_weeks")))
        rows["availability"].append(_window(kind, ref, weekday, draw(st.sampled_from(WINDOWS)), recurrence))


def _helper(draw: st.DrawFn, rows: dict[str, list[Row]], n: int) -> Row:
    ref = f"TST-H{n:02d}"
    lat, lon = _point(draw)
    helper: Row = {
        "peer_helper_id": ref,
        "display_name": f"Aidant {n}",
        "gender": draw(st.sampled_from(("f", "m", "x"))),
        "age_band": draw(st.sampled_from(("25-34", "45-54", "65-74"))),
        "languages": "fr|" + draw(st.sampled_from(LANGUAGES[1:])),
        "themes": draw(_some(THEMES, at_least=1)),
        "lived_experience": draw(_some(EXPERIENCES)),
        "contract": "volunteer",
        "weekly_hours_max": draw(st.integers(8, 20)),
        "max_persons": draw(st.integers(2, 6)),
        "max_visits_per_day": draw(st.integers(1, 3)),
        "max_travel_km": draw(st.integers(9, 15)),
        "transport": draw(st.sampled_from(("walk", "bike", "bus", "car"))),
        "neighbourhood_id": "TST-N02",
        "base_lat": lat,
        "base_lon": lon,
        "organisation_id": "TST-O01",
        "lone_visit_ok": draw(st.sampled_from(("true", "true", "false"))),
        "cannot_visit": draw(_some(FLAGS)),
        "initial_training_completed_on": "2024-03-20",
        "supervisor_id": "TST-W03",
        "last_supervision_on": str(TODAY - timedelta(days=draw(st.integers(0, 62)))),
        "status": draw(st.sampled_from(("active", "active", "active", "in_training", "resting"))),
    }
    rows["peer_helpers"].append(helper)
    # Monday afternoon is kept by all, so that a pairing under way has a common window.
    rows["availability"].append(_window("peer_helper", ref, 1, ("13:00", "17:00"), "weekly"))
    _windows(draw, rows, "peer_helper", ref, draw(st.lists(st.integers(2, 7), max_size=4, unique=True)))
    if draw(st.booleans()):
        first = START + timedelta(days=draw(st.integers(0, 27)))
        rows["absences"].append(
            {
                "owner_type": "peer_helper",
                "owner_id": ref,
                "start_date": str(first),
                "end_date": str(first + timedelta(days=draw(st.integers(0, 6)))),
                "start_time": "",
                "end_time": "",
                "kind": "planned",
            }
        )
    return helper


def _person(draw: st.DrawFn, rows: dict[str, list[Row]], n: int, helpers: list[Row]) -> None:
    ref, request = f"TST-P{n:03d}", f"TST-R{n:03d}"
    lat, lon = _point(draw)
    paired_with = draw(st.sampled_from([None, *helpers])) if draw(st.booleans()) else None
    if paired_with is not None and not _has_room(rows, paired_with):
        paired_with = None
    themes = draw(_some(THEMES, at_least=1))
    flags = draw(_some(FLAGS))
    languages = draw(_some(LANGUAGES, at_least=1))
    preference = draw(st.sampled_from(("none", "preferred", "required")))
    if paired_with is not None:
        themes = "|".join(dict.fromkeys([str(paired_with["themes"]).split("|")[0], *themes.split("|")]))
        cannot = str(paired_with["cannot_visit"]).split("|")
        flags = "|".join(flag for flag in flags.split("|") if flag not in cannot)
        languages = "|".join(dict.fromkeys(["fr", *languages.split("|")]))
        preference = "none"
    rows["persons"].append(
        {
            "person_id": ref,
            "pseudonym": f"Nuage {n}",
            "age_band": draw(st.sampled_from(("18-24", "35-44", "55-64"))),
            "gender": draw(st.sampled_from(("f", "m", "x", ""))),
            "languages": languages,
            "neighbourhood_id": draw(st.sampled_from(("TST-N01", "TST-N02", "TST-N03"))),
            "street": "",
            "lat": lat,
            "lon": lon,
            "living_environment": draw(st.sampled_from(("home", "with_family", "shelter", "housing_first"))),
            "meeting_place_id": draw(st.sampled_from(("", "", "TST-L01"))),
            "contact_channel": "sms",
            "preferred_gender": "" if preference == "none" else draw(st.sampled_from(("f", "m"))),
            "gender_preference": preference,
            "named_helper_id": "",
            "age_proximity": draw(st.sampled_from(("true", "false"))),
            "experience_wished": draw(_some(EXPERIENCES)),
            "environment_flags": flags,
            "two_person_visits": draw(st.sampled_from(("false", "false", "true"))),
            "visit_frequency": draw(st.sampled_from(("weekly", "fortnightly", "monthly", "twice_weekly"))),
            "visit_duration_min": draw(st.sampled_from((30, 60, 90))),
            "consent_status": "given",
            "consent_scope": "pairing|network",
            "consent_given_on": "2026-09-20",
            "consent_expires_on": "2027-09-19",
            "status": "waiting" if paired_with is None else "paired",
        }
    )
    rows["requests"].append(
        {
            "request_id": request,
            "received_on": str(TODAY - timedelta(days=draw(st.integers(90, 150)))),
            "requested_by": "professional",
            "professional_id": "TST-W02",
            "person_id": ref,
            "kind": "pairing",
            "themes": themes,
            "urgency": draw(st.sampled_from(("normal", "soon", "urgent"))),
            "wished_first_visit_by": "",
            "status": "waiting" if paired_with is None else "fulfilled",
            "reason": "",
        }
    )
    rows["availability"].append(_window("person", ref, 1, ("13:00", "17:00"), "weekly"))
    _windows(draw, rows, "person", ref, draw(st.lists(st.integers(2, 7), max_size=3, unique=True)))
    if paired_with is not None:
        rows["pairings"].append(
            {
                "pairing_id": f"TST-B{n:03d}",
                "person_id": ref,
                "peer_helper_id": paired_with["peer_helper_id"],
                "referring_professional_id": "TST-W02",
                "request_id": request,
                "status": "active",
                "proposed_on": "2026-10-01",
                "person_answer": "accepted",
                "person_answer_on": "2026-10-03",
                "helper_answer": "accepted",
                "helper_answer_on": "2026-10-02",
                "trial_start": "2026-10-10",
                "trial_end": "2026-11-07",
                "active_from": "2026-11-07",
                "paused_from": "",
                "paused_until": "",
                "ended_on": "",
                "reason": "",
                "usual_weekday": 1,
                "usual_start": "13:00",
            }
        )


WEEKLY_VISITS = {"twice_weekly": 2.0, "weekly": 1.0, "fortnightly": 0.5, "monthly": 12 / 52}


def _has_room(rows: dict[str, list[Row]], helper: Row) -> bool:
    """Whether one more person of any rhythm (at most three hours a week) keeps the helper's limits."""
    if helper["status"] != "active":
        return False
    mine = {
        pairing["person_id"] for pairing in rows["pairings"] if pairing["peer_helper_id"] == helper["peer_helper_id"]
    }
    hours = sum(
        WEEKLY_VISITS[str(person["visit_frequency"])] * int(str(person["visit_duration_min"])) / 60
        for person in rows["persons"]
        if person["person_id"] in mine
    )
    return len(mine) < int(str(helper["max_persons"])) and hours + 3 <= 0.6 * int(str(helper["weekly_hours_max"]))
