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
        assert "Votre oui est noté" in ana.said
        merle.clicks("Oui, j’accepte")
        assert "Vous avez dit oui tous les deux" in merle.reads()
        assert feeds.changes() == NOBODY

        choose_a_moment(marc)
        place_the_first_visit(claire)
        assert feeds.changes() == NOBODY
        publish(claire, "2027-01-04")
        assert feeds.changes() == everybody("+ 2027-01-05 09:00 Rencontre BE-B001 TENTATIVE")
        say_yes(ana, "/agenda")
        assert feeds.changes() == NOBODY
        say_yes(merle, "/agenda")
        assert feeds.changes() == everybody("~ 2027-01-05 09:00 Rencontre BE-B001 CONFIRMED")

        morning.becomes("2027-01-05T12:00")
        note_as_held(ana)
        # The entry says the same to whoever reads it: it was looked at again, and is no newer version.
        assert feeds.changes() == everybody("DTSTAMP, LAST-MODIFIED")
        assert "À l’essai" in trial(claire)

        calculate(claire)
        assert feeds.changes() == NOBODY
        publish(claire, "2027-01-11")
        assert feeds.changes() == pair(
            "+ 2027-01-11 10:00 Rencontre BE-B001 TENTATIVE", "+ 2027-01-15 10:00 Rencontre BE-B001 TENTATIVE"
        )

        be_away(ana, "2027-01-11")
        assert feeds.changes() == NOBODY
        replan(claire)
        assert feeds.changes() == pair("~ 2027-01-12 10:00 Rencontre BE-B001 TENTATIVE")
        publish(claire, "2027-01-25")
        assert feeds.changes() == pair(
            "+ 2027-01-25 10:00 Rencontre BE-B001 TENTATIVE", "+ 2027-01-28 10:00 Rencontre BE-B001 TENTATIVE"
        )

        withdraw(merle)
        assert feeds.changes() == pair(
            "~ 2027-01-12 10:00 Annulé : Rencontre BE-B001 CANCELLED",
            "~ 2027-01-15 10:00 Annulé : Rencontre BE-B001 CANCELLED",
            "~ 2027-01-25 10:00 Annulé : Rencontre BE-B001 CANCELLED",
            "~ 2027-01-28 10:00 Annulé : Rencontre BE-B001 CANCELLED",
        )
        assert "L’accompagnement avec Merle s’arrête" in told(ana)
        assert "Aucun binôme en cours" in told(claire, "/binomes")


def everybody(*entries: str) -> dict[str, list[str]]:
    return {who: list(entries) for who in ("claire", "ana", "marc", "merle")}


def pair(*entries: str) -> dict[str, list[str]]:
    """What the two and the team read, and the professional does not: these visits are not his."""
    return {who: list(entries) for who in ("claire", "ana", "merle")}


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
    claire.open("/personnes")
    claire.clicks("Merle")
    claire.clicks("Donner un lien ou un code")
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


def say_yes(somebody: Somebody, where: str) -> None:
    somebody.open(where)
    somebody.clicks("Oui, j’accepte")
    assert "Votre oui est noté" in somebody.said


def choose_a_moment(marc: Somebody) -> None:
    marc.open("/mes-demandes")
    marc.clicks("Merle")
    marc.page.get_by_label(re.compile("Ce moment me va.*mardi 5 janvier, 9")).check()
    marc.clicks("Envoyer ma réponse")
    assert "C’est noté" in marc.said


def place_the_first_visit(claire: Somebody) -> None:
    claire.open("/aujourdhui")
    claire.clicks("Prévoir la rencontre")
    claire.clicks("Placer la rencontre")
    claire.page.get_by_label("Choisir un autre moment").check()
    claire.writes(day="2027-01-05", hour="09:00")
    claire.clicks("Ajouter la visite")
    assert "Visite placée" in claire.said


def publish(claire: Somebody, monday: str) -> None:
    claire.open(f"/semaine/{monday}")
    claire.clicks("Publier la semaine")
    claire.clicks("Publier")
    assert "Semaine publiée" in claire.said


def note_as_held(ana: Somebody) -> None:
    ana.open("/mes-binomes")
    ana.clicks("Oui, elle a eu lieu")
    assert "C’est noté" in ana.said


def trial(claire: Somebody) -> str:
    claire.open("/binomes")
    claire.clicks("Merle et Ana")
    return claire.reads()


def calculate(claire: Somebody) -> None:
    """The coming weeks, to look at and to apply."""
    claire.open("/semaine/2027-01-11")
    claire.clicks("Recalculer")
    apply(claire)


def apply(claire: Somebody) -> None:
    """What a calculation found, once it is done: the page goes there by itself."""
    claire.page.get_by_role("button", name="Appliquer les changements cochés").first.wait_for()
    claire.clicks("Appliquer les changements cochés")
    assert "Changements appliqués" in claire.said


def be_away(ana: Somebody, day: str) -> None:
    ana.open("/agenda")
    ana.clicks("Noter une absence")
    ana.page.get_by_label("Premier jour", exact=True).fill(day)
    ana.clicks("Prévenir la coordination")
    assert "La coordination est prévenue" in ana.said


def replan(claire: Somebody) -> None:
    claire.open("/absences")
    claire.clicks("Voir ce que cela touche")
    claire.clicks("Chercher la suite")
    apply(claire)


def withdraw(merle: Somebody) -> None:
    merle.open("/mes-binomes")
    merle.clicks("Voir, renouveler ou retirer mon accord")
    merle.clicks("Retirer mon accord…")
    merle.clicks("Retirer mon accord maintenant")
    assert "Votre accord est retiré" in merle.said


def told(somebody: Somebody, where: str = "/agenda") -> str:
    somebody.open(where)
    return somebody.reads()
