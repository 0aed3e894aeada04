"""From an empty database to the end of an accompaniment: in the browser only, by four who are signed in."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser

from service.site import Site
from tests.browser.beginning import ZONE, Feeds, Morning, Somebody, started
from tests.browser.test_doors import created, joined_with_password, virtual_key

NOBODY: dict[str, list[str]] = {}


def test_a_network_from_its_first_page_to_the_end_of_an_accompaniment(chromium: Browser, tmp_path: Path):
    morning = Morning(datetime(2027, 1, 4, 8, tzinfo=ZONE))
    with started(tmp_path, morning) as site, ExitStack() as browsers:
        claire, marc = (browsers.enter_context(Somebody(chromium, site, 1280)) for _ in range(2))
        ana, merle = (browsers.enter_context(Somebody(chromium, site, 390)) for _ in range(2))

        create_the_network(claire, site)
        for_ana, for_marc = write_down_who_takes_part(claire)
        join(ana, marc, for_ana, for_marc)
        ask(marc)
        note_the_yes(claire)
        let_in(claire, merle)
        feeds = subscribe(claire, ana, marc, merle)
        assert feeds.changes().keys() == {"claire", "ana", "marc", "merle"}

        propose(claire)
        assert feeds.changes() == NOBODY
        # Both pages are open before either answers: neither answer undoes the other.
        ana.open("/propositions")
        merle.open("/propositions")
        ana.clicks("Oui, j’accepte")
        merle.clicks("Oui, j’accepte")
        assert "Vous avez dit oui tous les deux" in merle.reads()
        assert feeds.changes() == NOBODY


def create_the_network(claire: Somebody, site: Site) -> None:
    virtual_key(claire)
    created(claire, site)
    claire.press("Créer une clé d’accès")
    claire.page.wait_for_url("**/aujourdhui?fait=joined")
    assert "Pour commencer" in claire.reads()


def write_down_who_takes_part(claire: Somebody) -> tuple[str, str]:
    """By the first steps of « Aujourd’hui »; the links to hand over to the helper and the professional."""
    claire.clicks("Ajouter les quartiers")
    claire.writes(name="Ougrée", postcode="4102", lat="50,598", lon="5,540")
    claire.clicks("Ajouter ce quartier")

    step(claire, "Inscrire un premier pair-aidant")
    claire.writes(display_name="Ana", contract="Volontaire", weekly_hours="10", max_persons="3", max_visits_per_day="2")
    claire.writes(max_travel_km="15", transport="En bus", neighbourhood="Ougrée", supervisor="Claire")
    claire.writes(initial_training_completed_on="2026-06-01", last_supervision_on="2026-12-20")
    claire.ticks("Soutien personnel", "français", "Peut aller seul ou seule à une visite")
    claire.clicks("Enregistrer")
    step(claire, "Noter ses heures libres")
    claire.clicks("Ana")
    claire.clicks("Disponibilités de la semaine")
    claire.is_free_on_weekdays()

    step(claire, "Inscrire un professionnel")
    claire.writes(display_name="Marc", function="Travail social")
    claire.ticks("français", "Demande des accompagnements")
    claire.clicks("Enregistrer")
    return invited(claire, "/pairs-aidants", "Ana"), invited(claire, "/partenaires", "Marc")


def step(claire: Somebody, name: str) -> None:
    """The next first step, as « Aujourd’hui » names it."""
    claire.open("/aujourdhui")
    assert claire.page.locator("[aria-current=step]").inner_text().startswith(name)
    claire.page.locator("[aria-current=step] a").click()
    claire.page.wait_for_load_state()


def invited(claire: Somebody, where: str, name: str) -> str:
    claire.open(where)
    claire.clicks(name)
    claire.clicks("Inviter")
    claire.writes(email=f"{name.lower()}@example.org")
    claire.clicks("Faire l’invitation")
    return claire.page.locator("#invite-link").input_value()


def join(ana: Somebody, marc: Somebody, for_ana: str, for_marc: str) -> None:
    ana.page.goto(for_ana)
    ana.clicks("Entrer")
    marc.page.goto(for_marc)
    joined_with_password(marc)
    marc.clicks("C’est fait, continuer")
    marc.open("/mes-disponibilites")
    marc.is_free_on_weekdays()


def ask(marc: Somebody) -> None:
    marc.open("/mes-demandes")
    marc.clicks("Nouvelle demande")
    marc.writes(pseudonym="Merle")
    marc.ticks("Pas encore, nous en parlons")
    marc.clicks("Continuer")
    marc.ticks("Soutien personnel")
    marc.clicks("Continuer")
    marc.ticks("En semaine, le matin", "En semaine, l’après-midi", "français")
    marc.page.locator("main [name=where][value=home]").check()
    marc.writes(neighbourhood="Ougrée")
    marc.clicks("Continuer")
    marc.clicks("Envoyer la demande")
    assert "la personne donne son accord" in marc.reads()


def note_the_yes(claire: Somebody) -> None:
    """Merle says yes on the phone, and somebody hears it."""
    claire.open("/aujourdhui")
    claire.clicks("Lire et décider")
    claire.opens("Noter l’accord")
    claire.ticks("Dit devant un témoin")
    claire.clicks("Noter l’accord")
    claire.clicks("Accepter la demande")


def let_in(claire: Somebody, merle: Somebody) -> None:
    claire.open("/comptes")
    claire.clicks("Lien personnel Merle")
    said = claire.reads()
    link = re.search(r"http://\S+/entrer/\S+", said)
    assert link, said
    merle.page.goto(link.group())
    merle.clicks("Entrer")


def subscribe(claire: Somebody, ana: Somebody, marc: Somebody, merle: Somebody) -> Feeds:
    """Each by their own page; the coordinator reads the calendar of the whole team."""
    claire.open("/reglages/calendriers")
    claire.page.locator("main [name=team]").check()
    claire.clicks("Enregistrer")
    claire.clicks("Voir et créer des adresses")
    claire.opens("Pour la coordination")
    claire.page.locator("details[open] button").last.click()
    address = claire.page.get_by_label("Adresse à copier").input_value()
    return Feeds({"claire": address, "ana": ana.subscribes(), "marc": marc.subscribes(), "merle": merle.subscribes()})


def propose(claire: Somebody) -> None:
    claire.open("/appariements")
    claire.clicks("Chercher un pair-aidant")
    claire.page.get_by_role("button", name="Proposer à Ana").wait_for()
    claire.clicks("Proposer à Ana")
    assert "Proposition envoyée aux deux" in claire.said
