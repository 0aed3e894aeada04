"""Stories of professionals (P), of people accompanied (A) and of everyone (X), each told once."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar
from sqlmodel import select

from service.tables.pairings import Pairing
from service.tables.people import PeerHelper, Person
from tests.browser.stories.hand import Hand

WORDS = "J’ai connu l’hôpital, puis le jardin partagé. J’aime marcher."


def p1(hand: Hand) -> None:
    """A professional asks in four short steps without a word on diagnosis, and sees what becomes of it."""
    hand.opened_as("professional", "/mes-demandes")
    hand.presses("Nouvelle demande")
    page = hand.page
    hand.writes(page.get_by_label("Pseudonyme", exact=True), "Merle")
    hand.presses("Continuer")
    assert page.title().startswith("Erreur\N{NO-BREAK SPACE}:")
    assert "422" in hand.complaints.pop()  # the browser notes that the form was refused
    assert page.get_by_label("Pseudonyme", exact=True).input_value() == "Merle"
    hand.looks()
    hand.chooses(page.get_by_label("Oui, elle l’a dit elle-même"))
    hand.chooses(page.get_by_label("Signé sur papier"))
    asked = _asked(hand)
    hand.presses("Continuer")
    hand.chooses(page.locator("input[name=themes]"))
    hand.looks()
    asked |= _asked(hand)
    hand.presses("Enregistrer et finir plus tard")
    assert "Brouillon gardé" in hand.said
    hand.follows("Continuer (Merle)")
    if page.get_by_label("En semaine, le matin").count() == 0:
        hand.presses("Continuer")
    hand.chooses(page.get_by_label("En semaine, le matin"))
    hand.chooses(page.get_by_label(re.compile("^Chez la personne")))
    box = page.get_by_label("français")
    if not box.first.is_checked():
        hand.chooses(box)
    hand.looks()
    asked |= _asked(hand)
    hand.presses("Continuer")
    assert page.locator("h1").inner_text() == "Vérifiez avant d’envoyer"
    hand.looks()
    assert not {one for one in asked if re.search("diagnos|trait|treat|hospit|psy|maladie", one)}
    hand.presses("Envoyer la demande")
    assert "Demande envoyée" in hand.said
    hand.follows("Merle")
    assert "Prochaine étape : la coordination lit votre demande." in hand.reads()
    hand.looks()
    hand.follows("Écrire à la coordination")
    hand.looks()
    hand.opened_as("coordinator", "/demandes")
    assert page.get_by_role("heading", name=re.compile("^Merle")).is_visible()


def _asked(hand: Hand) -> set[str]:
    return set(hand.page.locator("main :is(input, select, textarea)").evaluate_all("all => all.map(one => one.name)"))


def p2(hand: Hand) -> None:
    """A professional chooses among moments of the three, hears what else is possible, and has the visit in a feed."""
    hand.opened_as("coordinator", f"/appariements/{_person(hand, 'SER-P024')}")
    for who in ("Genêt", "Nadia"):
        hand.opens(f"Noter la réponse de {who}")
        hand.chooses(hand.page.get_by_label("Oui", exact=True))
        hand.presses(f"Noter la réponse ({who})")
        assert "Réponse notée" in hand.said
    hand.opened_as("professional", "/mes-demandes", "SER-W13")
    hand.follows("Genêt")
    assert "Ces moments sont libres pour les trois" in hand.reads()
    hand.looks()
    hand.chooses(hand.page.get_by_label("Aucun ne me va"))
    hand.presses("Envoyer ma réponse")
    assert "avec la coordination ;" in hand.reads()
    moment = hand.page.locator("input[name=moment]").first
    start = datetime.fromisoformat(str(moment.get_attribute("value"))).astimezone(ZoneInfo("Europe/Brussels"))
    hand.chooses(moment)
    hand.presses("Envoyer ma réponse")
    assert "Vous avez choisi" in hand.reads()

    hand.opened_as("coordinator", f"/semaine/ajouter?jour={start:%Y-%m-%d}")
    hand.adds_visit("Genêt, avec Nadia", "Première rencontre", f"{start:%Y-%m-%d}", f"{start:%H:%M}")
    hand.opened_as("professional", "/abonnement", "SER-W13")
    hand.presses("Créer mon adresse")
    address = hand.page.get_by_label("Adresse à copier").input_value()
    found = Calendar.from_ical(hand.fetched(address).text()).events
    assert start in [one.start for one in found]
    hand.open("/mes-demandes")
    hand.follows("Genêt")
    assert "la première rencontre," in hand.reads()


def _person(hand: Hand, ref: str) -> str:
    with hand.site.db() as tx:
        return tx.exec(select(Person.public_id).where(Person.ref == ref)).one()


def a1(hand: Hand) -> None:
    """A person reads who would come, in that helper's own words, and says yes, no, someone else, or whom."""
    with hand.site.db() as tx:
        nadia = tx.exec(select(PeerHelper.public_id).where(PeerHelper.ref == "SER-H01")).one()
        paper = tx.exec(select(Pairing.public_id).where(Pairing.ref == "SER-B026")).one()
    hand.opened_as("coordinator", f"/pairs-aidants/{nadia}/modifier")
    hand.writes(hand.page.get_by_label("Ses propres mots"), WORDS)
    hand.presses(re.compile("^Enregistrer"))

    hand.opened_as("person", "/propositions", "SER-P024")
    said = hand.reads()
    assert "Avec Nadia" in said
    assert f"« {WORDS} »" in said
    assert "Parle avec vous : " in said
    assert "Vous aimeriez parler de : " in said
    assert "sans donner de raison" in said
    hand.looks()
    hand.opens("Je préfère quelqu’un d’autre")
    hand.writes(hand.page.get_by_label("Vous pensez à quelqu’un ? Écrivez son prénom."), "Giulia")
    hand.presses("Chercher quelqu’un d’autre (Nadia)")
    assert "Quelqu’un d’autre est recherché" in hand.said
    assert "Avec Nadia" not in hand.reads()

    hand.opened_as("person", "/propositions", "SER-P023")
    hand.presses("Reprendre ma réponse (Amina)")
    hand.presses("Je ne peux pas (Amina)")
    assert "Merci de nous l’avoir dit" in hand.said

    hand.opened_as("coordinator", f"/appariements/{_person(hand, 'SER-P024')}")
    assert "Nadia" not in [one.split()[0] for one in hand.page.locator("article.prop h3").all_inner_texts()]
    assert "La personne a demandé quelqu’un d’autre" in hand.reads()
    hand.open(f"/binomes/{paper}/papier")
    assert hand.page.locator("ul.boxes li").all_inner_texts()[:4] == [
        "Oui", "Je ne peux pas", "J’aimerais en parler", "Quelqu’un d’autre",
    ]  # fmt: skip
    hand.looks()
    hand.open(f"/appariements/{_person(hand, 'SER-P026')}")
    hand.opens("Noter la réponse de Lavande")
    hand.chooses(hand.page.get_by_label("Oui", exact=True))
    hand.chooses(hand.page.get_by_label("De vive voix"))
    hand.presses("Noter la réponse (Lavande)")
    assert "Réponse notée" in hand.said
    hand.opened_as("person", "/propositions", "SER-P026")
    assert "Vous avez dit oui" in hand.reads()


def a2(hand: Hand) -> None:
    """A person moves a visit, cancels one, pauses, and withdraws their consent; all are told, nobody why."""
    hand.opened_as("coordinator", "/semaine/2027-01-18/publier")
    hand.presses("Publier")
    hand.opened_as("person", "/agenda", "SER-P013")
    hand.looks()
    hand.presses(re.compile("^Oui, j’accepte"))
    hand.presses(re.compile("^Autre moment"))
    assert "un autre moment" in hand.said
    hand.opens("Changer ou annuler")
    hand.presses(re.compile("^Annuler la visite"))
    assert "Visite annulée" in hand.said
    hand.open("/mes-binomes")
    hand.opens("Faire une pause")
    hand.presses("Faire une pause (Philippe)")
    assert "Pause notée" in hand.said
    hand.presses("Reprendre les visites (Philippe)")
    assert "reprend" in hand.said

    hand.follows("Voir, renouveler ou retirer mon accord")
    hand.follows("Retirer mon accord…")
    hand.looks()
    hand.presses("Retirer mon accord maintenant")
    assert "Votre accord est retiré" in hand.said
    hand.open("/agenda")
    assert "Rien de prévu" in hand.reads()
    hand.opened_as("peer_helper", "/mes-binomes", "SER-H02")
    told = hand.reads()
    assert "Brume" in told
    assert "Avec Brume" not in told
    assert "accord" not in told.lower()
    hand.opened_as("coordinator", "/binomes")
    assert "À dire à Philippe, sans dire pourquoi" in hand.reads(hand.page.locator("aside").last)


def a3(hand: Hand) -> None:
    """One page of what is held, and who looked; a correction and an erasure are asked in one tap each."""
    hand.opened_as("coordinator", f"/personnes/{_person(hand, 'SER-P007')}")
    hand.opened_as("person", "/mes-donnees", "SER-P007")
    looked = hand.page.locator("section", has=hand.page.get_by_role("heading", name="Qui a regardé"))
    assert "A regardé votre page." in hand.reads(looked)
    hand.looks()
    for kind in ("Corriger quelque chose", "Tout effacer"):
        hand.presses(kind)
        assert "La coordination vous répond." in hand.said
    assert hand.page.locator("main .tag").all_inner_texts() == ["demandé", "demandé"]
    hand.opened_as("coordinator", "/droits")
    assert hand.page.get_by_role("heading", name=re.compile("Coquelicot")).count() == 2
    hand.looks()


def x1(hand: Hand) -> None:
    """Each role in its language from the foot of the page, on a small telephone, and with text twice as large."""
    for tag, role, path in (
        ("nl", "peer_helper", "/agenda"),
        ("de", "professional", "/mes-demandes"),
        ("en", "person", "/agenda"),
        ("fr", "coordinator", "/aujourdhui"),
    ):
        hand.opened_as(role, path)
        hand.use(hand.page.locator(f"footer a[hreflang={tag}]"))
        hand.page.wait_for_url(f"**{path}*")
        hand.reads_well(tag)
        hand.looks()
        size = hand.page.viewport_size
        # Twice as large by the browser's zoom, which leaves half as many pixels, then by larger letters alone.
        for width, letters in ((640, "100%"), (1280, "200%")):
            hand.page.set_viewport_size({"width": width, "height": 900})
            # Set from outside the page, as a reader's own settings are.
            hand.page.evaluate("size => { document.documentElement.style.fontSize = size }", letters)
            wide = hand.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{hand.page.url} is {wide} px too wide at {width} px with letters of {letters}"
        assert size is not None
        hand.page.set_viewport_size(size)
    hand.open("/aujourdhui")
    hand.presses("Déconnexion")
    assert "C’est fermé" in hand.said
