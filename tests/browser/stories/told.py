"""The stories, each told once and named by its code; whoever carries them out and how is not their concern."""

from __future__ import annotations

import re

from sqlmodel import select

from service.tables.people import Person
from tests.browser.stories.hand import Hand

WEEK = "/semaine/2027-01-11"
NOBODY = {"SER-P058", "SER-P059", "SER-P060"}


def c1(hand: Hand) -> None:
    """Pairings proposed for everyone waiting: exactly three people have nobody, and each is told what blocks."""
    hand.opened_as("coordinator", "/appariements")
    hand.looks()
    with hand.site.db() as tx:
        refs = {person.public_id: person.ref for person in tx.exec(select(Person)).all()}
    queue = hand.page.locator(".queue li")
    without = queue.filter(has_text="Aucun pair-aidant possible").locator("a")
    found = {refs[str(link.get_attribute("href")).rsplit("/", 1)[-1]] for link in without.all()}
    assert found == NOBODY, sorted(found)
    offered = queue.filter(has_text=re.compile(r"[1-3]\spropositions?|Quand une place se libère|Réponse attendue"))
    assert offered.count(), queue.all_inner_texts()[:5]
    assert offered.count() == queue.count() - len(NOBODY)
    hand.use(without.first)
    assert "Ce qui ouvrirait une possibilité" in hand.reads()


def c2(hand: Hand) -> None:
    """Understand a proposal, take another helper, and lift a rule, which is written down."""
    hand.opened_as("coordinator", "/appariements")
    hand.opens("Voir le calcul détaillé")
    assert "Valeur sur 100" in hand.reads()
    hand.opens("Pourquoi pas les autres ?")
    rules = hand.page.locator("details", has=hand.page.locator("summary", has_text="Lever une règle pour")).last
    hand.use(rules.locator("summary").last)
    hand.chooses(rules.locator("input[name=rule]"))
    hand.chooses(rules.locator("input[name=reason]"))
    hand.use(rules.get_by_role("button", name=re.compile("^Lever cette règle")))
    assert hand.page.get_by_role("heading", name="Règles levées").is_visible()
    hand.opens("Journal des règles levées")
    hand.looks()
    hand.presses(re.compile("^Proposer à"))
    assert "Proposition envoyée" in hand.said


def c5(hand: Hand) -> None:
    """A pairing ends without a reason asked of the person."""
    hand.opened_as("coordinator", "/binomes")
    hand.follows("Coquelicot et Luca")
    hand.looks()
    hand.opens("Choisir un motif")
    hand.chooses(hand.page.get_by_label("Les besoins ont changé"))
    hand.presses("Terminer ce binôme")
    assert "Binôme terminé" in hand.said
    hand.open("/binomes")
    assert "À dire à Luca, sans dire pourquoi" in hand.page.locator("aside").last.inner_text()


def c6(hand: Hand) -> None:
    """A report before anything is written."""
    hand.opened_as("coordinator", "/import")
    head = "owner_type;owner_id;start_date;end_date;start_time;end_time;kind\n"
    row = "peer_helper;SER-X99;2027-02-01;2027-02-05;;;planned\n"
    # The choice of a file is the system's own window, which no page can drive.
    hand.page.get_by_label("Fichiers CSV du réseau").set_input_files(
        files=[{"name": "absences.csv", "mimeType": "text/csv", "buffer": (head + row).encode()}]
    )
    hand.presses("Lire les fichiers")
    assert "Rien n’est encore enregistré" in hand.said
    finding = hand.page.locator("tr", has_text="owner_id").inner_text()
    assert "absences.csv" in finding
    assert "SER-X99" in finding
    hand.looks()
    hand.presses("Ne rien reprendre")
    assert "Rien n’a été enregistré" in hand.said


def h1(hand: Hand) -> None:
    """A helper answers for a visit without a reason."""
    hand.opened_as("peer_helper", "/agenda")
    hand.looks()
    yes = hand.page.get_by_role("button", name="Oui, j’accepte")
    before = yes.count()
    hand.use(yes)
    assert "Votre oui est noté" in hand.said
    assert yes.count() == before - 1


def h2(hand: Hand) -> None:
    """A helper's agenda in their own calendar, until they stop it: emptied first."""
    hand.opened_as("peer_helper", "/abonnement")
    hand.presses("Créer mon adresse")
    assert "Adresse créée" in hand.said
    hand.looks()
    address = hand.page.get_by_label("Adresse à copier").input_value()
    feed = hand.context.request.get(address).text()
    assert feed.startswith("BEGIN:VCALENDAR")
    assert "BEGIN:VEVENT" in feed
    hand.opens("J’ai perdu mon téléphone")
    hand.presses(re.compile("^Arrêter l’abonnement"))
    stopped = hand.context.request.get(address).text()
    assert stopped.count("BEGIN:VEVENT") == 1
    assert "Abonnement arrêté" in stopped


def h3(hand: Hand) -> None:
    """A helper lowers their limits and rests."""
    hand.opened_as("peer_helper", "/mes-limites")
    hand.looks()
    hand.writes(hand.page.get_by_label("Visites par jour, au plus"), "2")
    hand.presses("Enregistrer mes limites")
    hand.open("/mes-limites")
    assert hand.page.get_by_label("Visites par jour, au plus").input_value() == "2"
    hand.presses("Je me repose")
    assert hand.page.get_by_role("heading", name="Vous vous reposez").is_visible()


def p1(hand: Hand) -> None:
    """A professional asks in four steps, and sees what becomes of it."""
    hand.opened_as("professional", "/mes-demandes")
    hand.presses("Nouvelle demande")
    page = hand.page
    hand.writes(page.get_by_label("Pseudonyme", exact=True), "Merle")
    hand.chooses(page.get_by_label("Oui, elle l’a dit elle-même"))
    hand.chooses(page.get_by_label("Signé sur papier"))
    hand.presses("Continuer")
    hand.chooses(page.locator("input[name=themes]"))
    hand.looks()
    hand.presses("Continuer")
    hand.chooses(page.get_by_label("En semaine, le matin"))
    hand.chooses(page.get_by_label(re.compile("^Chez la personne")))
    box = page.get_by_label("français")
    if not box.first.is_checked():
        hand.chooses(box)
    hand.presses("Continuer")
    assert page.locator("h1").inner_text() == "Vérifiez avant d’envoyer"
    hand.presses("Envoyer la demande")
    assert "Demande envoyée" in hand.said
    assert "Merle" in hand.reads()


def a2(hand: Hand) -> None:
    """A person withdraws their consent, after reading what that does; nothing is planned any more."""
    hand.opened_as("person", "/mes-binomes", "SER-P007")
    hand.follows("Voir, renouveler ou retirer mon accord")
    hand.follows("Retirer mon accord…")
    hand.looks()
    hand.presses("Retirer mon accord maintenant")
    assert "Votre accord est retiré" in hand.said
    hand.open("/agenda")
    assert "Rien de prévu" in hand.reads()


def x1(hand: Hand) -> None:
    """Four languages from the foot of the page, and text twice as large."""
    hand.opened_as("peer_helper", "/agenda")
    for tag in ("nl", "de", "en", "fr"):
        hand.use(hand.page.locator(f"footer a[hreflang={tag}]"))
        hand.page.wait_for_url("**/agenda*")
        hand.reads_well(tag)
        hand.looks()
    hand.page.set_viewport_size({"width": 1280, "height": 900})
    # Set from outside the page, as a reader's own settings are.
    hand.page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = hand.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{hand.page.url} is {wide} px too wide with large text"


STORIES = (c1, c2, c5, c6, h1, h2, h3, p1, a2, x1)
