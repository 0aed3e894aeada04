"""Hours and limits that people change themselves, on a small network."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from matching.pairing.instance import Helper
from service import own_limits, pairing_data
from service.clock import FixedClock
from service.tables.pairings import Notice
from service.tables.people import Availability, Conflict, PeerHelper, Person, Place, Professional
from service.tables.work import AuditEntry
from tests import sites
from tests.service.web.network import MOMENT, TODAY, Browser, Network, make_site
from tests.service.web.test_weeks import make_visit

OWN = "/mes-disponibilites"
LIMITS = {
    "hours": "4,5",
    "persons": "2",
    "visits": "2",
    "km": "8",
    "transport": "bike",
    "alone": "no",
}


@pytest.fixture
def network() -> Iterator[Network]:
    site = make_site()
    yield Network(site)
    sites.give_back(site.db)


def windows(network: Network, name: str = "Ana") -> list[tuple[int, int, int, str]]:
    with network.site.db() as tx:
        rows = tx.exec(
            select(Availability)
            .where(Availability.owner_id == int(network.ids[f"SER:{name}"]))
            .order_by(col(Availability.weekday), col(Availability.start_minute))
        ).all()
        return [(row.weekday, row.start_minute, row.end_minute, row.recurrence) for row in rows]


def text_of(answer: Any) -> str:
    return html.unescape(answer.text).replace("\xa0", " ")


def seen_on(client: Browser, page: str = OWN) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', client.read(page).text)
    assert found is not None
    return found[1]


def send(client: Browser, do: str, page: str = OWN, **fields: Any) -> Any:
    return client.fill(page, page, **({"do": do, "seen": seen_on(client, page)} | fields))


def ticked(client: Browser) -> list[str]:
    return re.findall(r'value="(\d-\w+)" checked', client.read(OWN).text)


def notices_of(network: Network) -> list[str]:
    with network.site.db() as tx:
        return [row.code for row in tx.exec(select(Notice)).all()]


def packed_in(page: str) -> list[str]:
    return re.findall(r'name="w" value="([^"]+)"', html.unescape(page))


def test_only_the_moment_that_was_unticked_changes(network: Network):
    client = network.signed_in("peer_helper", "Ana")
    before = windows(network)
    cells = ticked(client)
    assert "1-morning" in cells

    answer = send(client, "moments", cell=[one for one in cells if one != "1-morning"])

    assert answer.headers["location"] == f"{OWN}?fait=own_hours_saved"
    assert windows(network) == [(1, 720, 1020, "weekly"), *before[1:]]
    assert notices_of(network) == ["hours_changed"]


def test_the_step_back_is_there_until_somebody_changes_the_hours_again(network: Network):
    client = network.signed_in("peer_helper", "Ana")
    before = windows(network)
    send(client, "hours", day2="9h-12h, 14h-17h30")
    assert windows(network) == [(2, 540, 720, "weekly"), (2, 840, 1050, "weekly")]

    stale = seen_on(client)
    assert "Remettre les heures d’avant" in text_of(client.read(OWN))
    send(client, "back")
    assert windows(network) == before
    assert "Remettre les heures d’avant" not in text_of(client.read(OWN))

    refused = client.fill(OWN, OWN, do="hours", seen=stale, day1="9h-10h")
    assert "Quelqu’un d’autre a changé ces heures" in text_of(refused)
    assert windows(network) == before


def test_a_visit_outside_of_the_new_hours_is_named_before_and_stays_after(network: Network):
    make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("peer_helper", "Ana")
    before = windows(network)

    check = send(client, "hours", day2="14h-17h")
    shown = text_of(check)
    assert "1 visite prévue tombe hors de ces heures" in shown
    assert "Mardi 12 janvier, 10 h – 11 h" in shown
    assert windows(network) == before

    saved = send(client, "save", w=packed_in(check.text))
    assert saved.status_code == 303
    assert windows(network) == [(2, 840, 1020, "weekly")]
    coordinator = network.signed_in("coordinator")
    desk = text_of(coordinator.read("/binomes"))
    assert "Les heures d’Ana ont changé" in desk
    [page] = re.findall(r'href="(/pairs-aidants/[0-9a-f]{32}/disponibilites)"', desk)
    assert "Disponibilités d’Ana" in text_of(coordinator.read(page))


def test_a_text_is_shown_as_understood_before_anything_is_saved(network: Network):
    client = network.signed_in("person", "Yann")
    before = windows(network, "Yann")

    check = send(client, "text", mode="replace", text="lun 9h-12h, sem. impaires ven 20h-24h, sauf Noël")
    shown = text_of(check)
    assert "« sauf »" in shown
    assert "« Noël »" in shown
    assert "Lundi, 9 h – 12 h" in shown
    assert windows(network, "Yann") == before

    send(client, "save", w=packed_in(check.text))
    assert windows(network, "Yann") == [(1, 540, 720, "weekly"), (5, 1200, 1440, "odd_weeks")]


def test_hours_for_a_time_say_only_what_every_week_does_not(network: Network):
    client = network.signed_in("peer_helper", "Ana")

    check = send(client, "text", text="lun 16h-20h", since="2027-02-01", until="2027-02-28")
    assert "Lundi, 17 h – 20 h, du lundi 1" in text_of(check)
    send(client, "save", w=packed_in(check.text))
    assert (1, 1020, 1200, "weekly") in windows(network)
    page = text_of(client.read(OWN))
    assert "Heures pour un temps seulement" in page

    days = dict(re.findall(r'name="(day\d)" value="([^"]*)"', page))
    send(client, "hours", drop="0", **days)
    assert (1, 1020, 1200, "weekly") not in windows(network)


def test_a_day_is_copied_into_the_fields_and_saved_by_the_next_press(network: Network):
    client = network.signed_in("professional", "Paul")
    shown = send(client, "copy", day1="9h-12h", copy_from="1", copy_to=["3", "5"]).text
    copied = dict(re.findall(r'name="(day\d)" value="([^"]*)"', shown))

    assert [copied[f"day{number}"] for number in (1, 2, 3, 5)] == ["9h-12h", "", "9h-12h", "9h-12h"]


@pytest.mark.parametrize(
    ("do", "fields", "said"),
    [
        ("hours", {"day1": "9h-12h demain"}, "« demain »"),
        ("hours", {"day1": "mardi 9h-12h"}, "le champ de ce jour"),
        ("copy", {"copy_from": "1"}, "Choisissez les jours"),
        ("text", {"text": " "}, "Écrivez d’abord vos heures"),
        ("text", {"text": "lun 9h-10h", "since": "2027-03-01", "until": "2027-02-01"}, "avant le premier"),
        ("save", {"w": ["1;0540;0720;weekly;2027-01-04;", "1;0600;0660;odd_weeks;2027-01-04;"]}, "se recouvrent"),
        ("save", {"w": "1;540;9999;weekly;2027-01-04;"}, "ne peuvent pas être lues"),
        ("save", {"w": "nothing"}, "ne peuvent pas être lues"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(network: Network, do: str, fields: Any, said: str):
    client = network.signed_in("peer_helper", "Ana")
    before = windows(network)
    answer = send(client, do, **fields)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert windows(network) == before


def test_the_coordinator_edits_anybody_of_the_territory_and_nobody_of_another(network: Network):
    client = network.signed_in("coordinator")
    with network.site.db() as tx:
        for first, table in (
            ("pairs-aidants", PeerHelper),
            ("personnes", Person),
            ("professionnels", Professional),
            ("lieux", Place),
        ):
            for row in tx.exec(select(table)).all():
                page = f"/{first}/{row.public_id}/disponibilites"
                at_home = row.territory_id == network.territories["SER"]
                assert client.read(page).status_code == (200 if at_home else 404)
                refused = client.fill(page, "/absences", do="hours", seen="of another day")
                assert refused.status_code == (409 if at_home else 404)


def test_the_next_calculation_reads_the_limits_and_the_coordination_hears_no_reason(network: Network):
    client = network.signed_in("peer_helper", "Ana")
    page = client.read("/mes-limites").text
    [revision] = set(re.findall(r'name="revision" value="(\d+)"', page))
    [area] = re.findall(r'name="area" value="([0-9a-f]{32})"', page)

    given = LIMITS | {"revision": revision, "cannot": ["dog", "stairs"], "area": area}
    assert client.fill("/mes-limites", "/mes-limites", **given).status_code == 303
    with network.site.db() as tx:
        row = tx.get_one(PeerHelper, int(network.ids["SER:Ana"]))
        assert (row.weekly_minutes_max, row.max_persons, row.max_travel_km, row.transport) == (270, 2, 8, "bike")
        assert (row.cannot_visit, row.lone_visit_ok) == (["dog", "stairs"], False)
        assert len(tx.exec(select(Conflict).where(Conflict.peer_helper_id == row.id)).all()) == 1
    ana = as_calculated(network)
    assert (ana.weekly_minutes_max, ana.max_persons, ana.max_travel_km) == (270, 2, 8)
    assert (ana.transport, ana.cannot_visit, ana.status) == ("bike", ("dog", "stairs"), "active")

    stale = client.fill("/mes-limites", "/mes-limites", **given)
    assert stale.status_code == 409
    client.fill("/mes-limites/je-connais", "/mes-limites")
    assert notices_of(network) == ["limits_changed", "knows_somebody"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"hours": "beaucoup"}, "Écrivez chaque limite en chiffres."), ({"visits": "2,5"}, "Donnez un nombre entier")],
)
def test_a_limit_that_is_refused_leaves_the_form_as_it_was_filled(network: Network, wrong: dict[str, str], said: str):
    client = network.signed_in("peer_helper", "Ana")
    revision = re.findall(r'name="revision" value="(\d+)"', client.read("/mes-limites").text)[0]
    typed = {"hours": "12", "persons": "4", "visits": "3", "km": "7,5", "transport": "bus", "alone": "no"} | wrong
    sent = client.fill("/mes-limites", "/mes-limites", **typed, cannot=["dog"], revision=revision)

    assert sent.status_code == 422
    assert said in sent.text
    for name in ("hours", "persons", "visits", "km"):
        assert re.search(rf'name="{name}" value="{typed[name]}"', sent.text), name
    for name, value in (("transport", "bus"), ("alone", "no"), ("cannot", "dog")):
        assert f'name="{name}" value="{value}" checked' in sent.text


def as_calculated(network: Network) -> Helper:
    """Ana, as the next calculation of suggestions gets her."""
    with network.site.db() as tx:
        ref = tx.get_one(PeerHelper, int(network.ids["SER:Ana"])).ref
        records = pairing_data.read_records(tx, network.territories["SER"], TODAY)
        [found] = [one for one in pairing_data.instance_of_waiting(tx, records).helpers if one.id == ref]
        return found


def test_a_change_of_hours_is_what_the_next_calculation_gets(network: Network):
    send(network.signed_in("peer_helper", "Ana"), "hours", day3="18h-21h")

    assert [(one.weekday, one.start, one.end) for one in as_calculated(network).windows] == [(3, 1080, 1260)]


def test_one_press_says_that_somebody_is_away_today(network: Network):
    client = network.signed_in("peer_helper", "Ana")
    page = client.read("/mes-absences").text
    assert page.count(f'name="first" value="{TODAY.isoformat()}"') == 2
    assert 'name="last" value="2027-01-10"' in page

    client.fill("/mes-absences/noter", "/mes-absences", first=TODAY.isoformat())
    assert "Le lundi 4 janvier" in text_of(client.read("/mes-absences"))


def test_a_helper_sees_nothing_of_another_helper_s_hours(network: Network):
    with network.site.db() as tx:
        bilal = tx.get_one(PeerHelper, int(network.ids["SER:Bilal"])).public_id
    client = network.signed_in("peer_helper", "Ana")

    assert client.read(f"/pairs-aidants/{bilal}/disponibilites").status_code == 403
    shown = text_of(client.read(OWN)) + text_of(client.read("/mes-limites"))
    assert not [name for name in ("Bilal", "Yann", "Zoe", "Rose", "d’ailleurs") if name in shown]


@pytest.mark.parametrize("wrong", [{"hours": "0"}, {"persons": "many"}, {"km": "nan"}, {"transport": "horse"}])
def test_a_limit_that_makes_no_sense_is_refused(network: Network, wrong: dict[str, str]):
    client = network.signed_in("peer_helper", "Ana")
    revision = own_revision(network)

    answer = client.fill("/mes-limites", "/mes-limites", **(LIMITS | {"revision": revision} | wrong))
    assert answer.status_code == 422
    assert own_revision(network) == revision


def own_revision(network: Network) -> int:
    with network.site.db() as tx:
        return tx.get_one(PeerHelper, int(network.ids["SER:Ana"])).revision


def test_a_rest_ends_by_itself_after_its_last_day(network: Network):
    client = network.signed_in("peer_helper", "Ana")
    client.fill("/mes-limites/repos", "/mes-limites", revision=own_revision(network), until="2027-01-03")
    assert status_of(network) == "active"
    client.fill("/mes-limites/repos", "/mes-limites", revision=own_revision(network), until="2027-01-10")
    assert status_of(network) == "resting"

    assert as_calculated(network).status == "resting"
    assert own_limits.end_rests(network.site) == 0
    later = replace(network.site, clock=FixedClock(MOMENT.replace(day=11)))
    assert own_limits.end_rests(later) == 1
    assert status_of(network) == "active"


def status_of(network: Network) -> str:
    with network.site.db() as tx:
        return tx.get_one(PeerHelper, int(network.ids["SER:Ana"])).status


def test_every_change_is_in_the_log_without_its_hours(network: Network):
    client = network.signed_in("peer_helper", "Ana")
    send(client, "hours", day1="9h-10h")
    send(client, "back")

    with network.site.db() as tx:
        actions = [row.action for row in tx.exec(select(AuditEntry)).all()]
    assert actions[-2:] == ["availability.changed", "availability.taken_back"]
