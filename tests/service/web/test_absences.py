"""An absence on its pages: noted, what it touches, both plans to accept in whole or in part; and a helper's own."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

from sqlmodel import select

from service import run_rows
from service.tables.people import Absence, PeerHelper, Person, Place
from service.tables.work import Run
from tests.service.visits.seraing import carry_out
from tests.service.web.network import Network
from tests.service.web.test_weeks import make_visit, visit_of

TUESDAY = "2027-01-12"
HELPER = {"owner": "Ana", "first": TUESDAY}


def text_of(answer: Any) -> str:
    return html.unescape(answer.text)


def owner(network: Network, name: str) -> str:
    with network.site.db() as tx:
        for table, shown in ((PeerHelper, "display_name"), (Person, "pseudonym"), (Place, "name")):
            found = tx.exec(select(table).where(getattr(table, shown) == name)).first()
            if found is not None:
                return found.public_id
    return name


def note(network: Network, client: Any, **fields: str) -> Any:
    given = HELPER | fields
    return client.fill("/absences/noter", "/absences", **(given | {"owner": owner(network, given["owner"])}))


def absences_in(network: Network) -> list[Absence]:
    with network.site.db() as tx:
        return list(tx.exec(select(Absence)).all())


def visited(network: Network) -> str:
    """A visit of Tuesday morning that everybody knows of."""
    return make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)


def asked(network: Network, client: Any) -> tuple[str, str]:
    """An absence that touches the visit: its page, and its run."""
    answer = note(network, client)
    found = re.fullmatch(
        r"(/absences/[0-9a-f]{32})\?fait=absence_noted&calcul=([0-9a-f]{32})", answer.headers["location"]
    )
    assert found is not None
    return found[1], found[2]


def plan_page(run: str) -> str:
    return f"/semaine/replanifications/{run}"


def test_an_absence_is_noted_once_and_shows_what_it_touches_and_a_plan_to_accept(network: Network):
    public_id = visited(network)
    client = network.signed_in("coordinator")
    page, run = asked(network, client)
    shown = text_of(client.read(f"{page}?calcul={run}"))
    assert "Absence d’Ana" in shown
    assert "1 visite ne peut pas avoir lieu ainsi." in shown
    assert "Mardi 12 janvier, 10 h – 11 h" in shown.replace("\xa0", " ")
    assert plan_page(run) in shown
    assert "Calcul en cours…" in text_of(client.read(plan_page(run)))

    carry_out(network.site, run)
    plan = text_of(client.read(plan_page(run)))
    assert "Le moins de changements" in plan
    assert "Yann (par téléphone) et Ana (sur sa page)" in plan
    [kept] = set(re.findall(r'name="keep" value="([^"]+)"', plan))
    answer = client.fill(f"{plan_page(run)}/appliquer", plan_page(run), plan="fewest", keep=kept)
    assert answer.headers["location"] == "/semaine/2027-01-11?fait=applied"
    row = visit_of(network, public_id)
    assert row.starts_at.date() != date(2027, 1, 12) or row.status == "cancelled"
    desk = text_of(client.read("/binomes"))
    assert "À dire à Yann, sans dire pourquoi" in desk
    assert "Par téléphone" in desk
    assert "Ce calcul n’est plus à jour." in text_of(client.read(plan_page(run)))
    assert "Aucune visite n’est touchée." in text_of(client.read(page))


def test_nothing_ticked_changes_nothing(network: Network):
    public_id = visited(network)
    client = network.signed_in("coordinator")
    _, run = asked(network, client)
    carry_out(network.site, run)
    before = visit_of(network, public_id)
    answer = client.fill(f"{plan_page(run)}/appliquer", plan_page(run), plan="fewest")

    assert answer.headers["location"] == "/semaine/2027-01-11?fait=nothing_applied"
    assert visit_of(network, public_id) == before


def test_an_absence_that_touches_nothing_asks_for_no_calculation(network: Network):
    client = network.signed_in("coordinator")
    answer = note(network, client, first="2027-02-02")

    assert "calcul" not in answer.headers["location"]
    assert "Il n’y a rien à replanifier." in text_of(client.read(answer.headers["location"]))
    with network.site.db() as tx:
        assert tx.exec(select(Run)).first() is None


def test_while_another_calculation_runs_the_absence_is_noted_and_can_ask_later(network: Network):
    visited(network)
    client = network.signed_in("coordinator")
    client.fill("/semaine/replanifier", "/semaine/2027-01-11", week="2027-01-11")
    page = note(network, client).headers["location"]
    assert "calcul" not in page
    assert "Chercher la suite" in text_of(client.read(page))
    taken = run_rows.take(network.site.db)
    assert taken is not None
    run_rows.end(network.site.db, taken, "failed", reason="crashed")
    answer = client.fill(f"{page.partition('?')[0]}/replanifier", page)

    assert answer.headers["location"].startswith("/semaine/replanifications/")


def test_a_calculation_that_failed_says_why_and_that_the_old_plan_holds(network: Network):
    public_id = visited(network)
    before = visit_of(network, public_id)
    client = network.signed_in("coordinator")
    _, run = asked(network, client)
    taken = run_rows.take(network.site.db)
    assert taken is not None
    run_rows.end(network.site.db, taken, "failed", reason="crashed")
    shown = text_of(client.read(plan_page(run)))

    assert "Le calcul s’est interrompu plusieurs fois." in shown
    assert "Le plan d’avant reste en place." in shown
    assert "Chercher de nouveau" in shown
    assert visit_of(network, public_id) == before


def test_a_page_without_a_plan_is_drawn_anew_once_there_is_one_and_one_with_a_plan_is_left_alone(network: Network):
    visited(network)
    client = network.signed_in("coordinator")
    _, run = asked(network, client)
    waiting = client.read(f"{plan_page(run)}/etat?vu=0")
    assert "HX-Redirect" not in waiting.headers
    assert "every 1s" in waiting.text
    assert client.read(f"/calculs/{run}").headers["location"] == plan_page(run)
    carry_out(network.site, run)

    assert client.read(f"{plan_page(run)}/etat?vu=0").headers["HX-Redirect"] == plan_page(run)
    left = client.read(f"{plan_page(run)}/etat?vu=1")
    assert "HX-Redirect" not in left.headers
    assert "Voir le résultat" in left.text


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"owner": ""}, "Choisissez qui est absent, ou le lieu qui ferme."),
    ({"first": ""}, "Donnez le premier jour"),
    ({"first": "2027-02-30"}, "Donnez le premier jour"),
    ({"last": "2027-01-11"}, "Le dernier jour est avant le premier."),
    ({"start": "9:00"}, "Donnez les deux heures"),
    ({"start": "25:00", "end": "26:00"}, "Écrivez l’heure comme ceci : 14:30."),
    ({"start": "14:00", "end": "9:00"}, "L’heure de fin est avant l’heure de début."),
    ({"first": "2127-01-12"}, "Vérifiez l’année."),
    ({"first": "9999-12-31"}, "Vérifiez l’année."),
    ({"kind": "illness"}, "Choisissez dans la liste"),
)


def test_what_is_wrong_with_an_absence_is_said_beside_what_was_typed(network: Network):
    client = network.signed_in("coordinator")
    for fields, says in WRONG:
        answer = note(network, client, **fields)
        assert (answer.status_code, says in text_of(answer)) == (422, True), says
        assert "Rien n’a été modifié." in text_of(answer)
        assert f'value="{(HELPER | fields)["first"]}"' in answer.text
    assert absences_in(network) == []


def test_a_helper_says_when_they_are_away_and_the_coordinator_sees_what_it_touches(network: Network):
    visited(network)
    helper = network.signed_in("peer_helper", "Ana")
    assert "/mes-absences" in helper.read("/agenda").text
    refused = helper.fill("/mes-absences/noter", "/mes-absences", first=TUESDAY, last="2027-01-11")
    assert refused.status_code == 422
    # The year that has just ended, as one writes it in January.
    refused = helper.fill("/mes-absences/noter", "/mes-absences", first="2026-01-12")
    assert "Ces jours sont déjà passés." in text_of(refused)
    answer = helper.fill("/mes-absences/noter", "/mes-absences", first=TUESDAY)
    assert answer.headers["location"] == "/mes-absences?fait=own_absence_noted"
    assert "Le mardi 12 janvier" in text_of(helper.read("/mes-absences"))
    client = network.signed_in("coordinator")
    desk = text_of(client.read("/binomes"))
    assert "Ana ne sera pas là le mardi 12 janvier. Voyez ce que cela touche." in desk
    page = re.search(r'href="(/absences/[0-9a-f]{32})"', desk)
    assert page is not None
    assert "1 visite ne peut pas avoir lieu ainsi." in text_of(client.read(page[1]))
    [row] = absences_in(network)

    stranger = network.signed_in("peer_helper", "Bilal")
    assert stranger.fill(f"/mes-absences/{row.public_id}/supprimer", "/mes-absences").status_code == 404
    assert "12 janvier" not in text_of(stranger.read("/mes-absences"))
    gone = helper.fill(f"/mes-absences/{row.public_id}/supprimer", "/mes-absences")
    assert gone.headers["location"] == "/mes-absences?fait=absence_ended"
    assert absences_in(network) == []
    assert "ne sera pas là" not in text_of(client.read("/binomes"))


def test_nobody_and_no_place_of_another_territory_is_known(network: Network):
    client = network.signed_in("coordinator")

    assert "d’ailleurs" not in text_of(client.read("/absences"))
    for name in ("Ana d’ailleurs", "Maison du quartier d’ailleurs", "0" * 32):
        assert note(network, client, owner=name).status_code == 404
    assert client.read(f"/absences/{'0' * 32}").status_code == 404
    assert client.read(plan_page("0" * 32)).status_code == 404


def test_a_place_that_closes_is_noted_and_taken_back(network: Network):
    client = network.signed_in("coordinator")
    page = note(network, client, owner="Maison du quartier", start="9:00", end="12h30").headers["location"]
    assert "Fermeture : Maison du quartier" in text_of(client.read(page))
    assert absences_in(network)[0].end_minute == 750
    answer = client.fill(f"{page.partition('?')[0]}/supprimer", page)

    assert answer.headers["location"] == "/absences?fait=absence_ended"
    assert absences_in(network) == []
