"""The peer helper's stories (H), each told once; whoever carries them out and how is not their concern."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from tests.browser.stories.hand import Hand

VISIT_ENDS = datetime(2027, 1, 11, 11, 30, tzinfo=UTC)
"""Of Sandrine's visit to Fougère, an hour and a half long."""


def h1(hand: Hand) -> None:
    """Answer a proposal without a reason; after both said yes the first visit is offered within 14 days."""
    hand.opened_as("peer_helper", "/propositions", "SER-H13")
    hand.looks()
    assert not hand.page.locator("main textarea, main select, main input[type=text]").count()
    hand.presses("J’aimerais en parler (Lavande)")
    assert "La coordination vous appelle" in hand.said
    hand.presses("Reprendre ma réponse (Lavande)")
    hand.presses("Je ne peux pas (Lavande)")
    assert "Merci de nous l’avoir dit" in hand.said
    hand.presses("Reprendre ma réponse (Lavande)")  # the thumb slipped
    hand.presses("Je ne peux pas (Lavande)")
    assert "Vous avez dit non pour Lavande" in hand.reads()
    assert "Avec Lavande" not in hand.reads()

    hand.opened_as("peer_helper", "/propositions", "SER-H01")
    hand.presses("Oui, j’accepte (Genêt)")
    assert "Votre oui est noté" in hand.said
    hand.opened_as("person", "/propositions", "SER-P024")
    hand.presses("Oui, j’accepte (Nadia)")
    hand.opened_as("coordinator", "/semaine/ajouter?jour=2027-01-11")
    hand.adds_visit("Genêt, avec Nadia", "Première rencontre")

    hand.opened_as("peer_helper", "/agenda", "SER-H01")
    first = hand.page.locator("section", has=hand.page.get_by_role("heading", name="Avec Genêt"))
    days = [int(one) for one in re.findall(r"(\d+) janvier", hand.reads(first.first))]
    assert days, hand.reads(first.first)
    assert 4 < days[0] <= 4 + 14
    hand.looks()
    hand.use(first.get_by_role("button", name=re.compile("^Oui, j’accepte")))
    assert "Votre oui est noté" in hand.said


def h2(hand: Hand) -> None:
    """A helper's agenda in their own calendar, at the right hour in winter and in summer, until they stop it."""
    hand.opened_as("coordinator", "/semaine/ajouter?jour=2027-03-22")
    hand.adds_visit("Coquelicot, avec Luca", "Rencontre avec la famille")
    hand.open("/semaine/ajouter?jour=2027-03-29")
    hand.adds_visit("Coquelicot, avec Luca", "Rencontre avec la famille")

    hand.opened_as("peer_helper", "/abonnement", "SER-H10")
    hand.presses("Créer mon adresse")
    assert "Adresse créée" in hand.said
    hand.looks()
    address = hand.page.get_by_label("Adresse à copier").input_value()
    events = _events(hand.fetched(address).text())
    local = {
        one.start.astimezone(ZoneInfo("Europe/Brussels")).isoformat()
        for one in events
        if isinstance(one.start, datetime)
    }
    assert {"2027-03-25T17:00:00+01:00", "2027-04-01T17:00:00+02:00"} <= local
    said = " ".join(f"{one.get('SUMMARY')} {one.get('DESCRIPTION', '')} {one.get('LOCATION', '')}" for one in events)
    assert "Coquelicot" not in said
    assert {str(one.get("CLASS")) for one in events} == {"PRIVATE"}

    hand.opens("J’ai perdu mon téléphone")
    hand.presses(re.compile("^Arrêter l’abonnement"))
    (only,) = _events(hand.fetched(address).text())
    assert "Abonnement arrêté" in str(only.get("SUMMARY"))
    hand.later(hand.watch.now() + timedelta(days=31))
    assert hand.fetched(address).status == 410


def _events(feed: str) -> list[Event]:
    """What a calendar program reads; it refuses a feed that is not valid."""
    found = Calendar.from_ical(feed)
    assert found.errors == []
    return [one for one in found.events if not one.errors]


def h3(hand: Hand) -> None:
    """A helper lowers their limits, then rests; each time the next calculation keeps to it."""
    hand.opened_as("peer_helper", "/mes-limites", "SER-H03")
    hand.looks()
    hand.writes(hand.page.get_by_label("Heures par semaine, au plus"), "12")
    hand.writes(hand.page.get_by_label("Personnes que j’accompagne, au plus"), "2")
    hand.writes(hand.page.get_by_label("Visites par jour, au plus"), "2")
    dog = hand.page.locator("input[name=cannot][value=dog]")
    if not dog.is_checked():
        hand.chooses(dog)
    hand.presses("Enregistrer mes limites")
    assert "Les prochaines propositions en tiennent compte" in hand.said
    hand.open("/mes-limites")
    assert hand.page.get_by_label("Heures par semaine, au plus").input_value() == "12"
    assert hand.page.get_by_label("Visites par jour, au plus").input_value() == "2"
    assert dog.is_checked()
    _gone(hand, "Plus de place : 2 accompagnements sur 2.")

    hand.opened_as("peer_helper", "/mes-limites", "SER-H03")
    hand.writes(hand.page.get_by_label("Personnes que j’accompagne, au plus"), "6")
    hand.presses("Enregistrer mes limites")
    hand.open("/mes-limites")
    hand.presses("Je me repose")
    assert hand.page.get_by_role("heading", name="Vous vous reposez").is_visible()
    _gone(hand, "Ne prend pas de nouvelle personne en ce moment.")


def _gone(hand: Hand, why: str) -> None:
    """Giulia is proposed to nobody any more, and it is said why."""
    hand.opened_as("coordinator", "/appariements")
    hand.presses("Recalculer les propositions")
    hand.calculated()
    hand.open("/appariements")
    hand.use(hand.page.locator(".queue a", has_text="Bouleau"))
    assert hand.page.get_by_role("button", name=re.compile("^Proposer à")).count()
    assert not hand.page.get_by_role("button", name="Proposer à Giulia").count()
    hand.opens("Pourquoi pas les autres ?")
    assert why in hand.reads(hand.page.locator(".why li", has=hand.page.locator("b", has_text="Giulia")))


def h4(hand: Hand) -> None:
    """Arrive and leave by one tap each; half an hour after the end the coordinator sees who did not say so."""
    hand.later(VISIT_ENDS - timedelta(minutes=95))
    hand.opened_as("peer_helper", "/agenda", "SER-H09")
    hand.looks()
    hand.presses(re.compile("^Je suis là.*Fougère"))
    assert "vous êtes sur place" in hand.said
    answer = hand.page.reload()
    assert answer is not None
    assert "geolocation=()" in answer.headers["permissions-policy"]

    hand.later(VISIT_ENDS + timedelta(minutes=29))
    hand.opened_as("coordinator", "/retards")
    late = hand.page.locator("li.ask", has_text="Avec Fougère")
    assert not late.count()
    hand.later(VISIT_ENDS + timedelta(minutes=30))
    hand.open("/aujourdhui")
    assert "Sandrine" in hand.reads(hand.page.locator("ul.pressing"))
    hand.open("/retards")
    assert "Sandrine" in hand.reads(late)
    assert "Arrivée dite à 10 h 55." in hand.reads(late)
    hand.looks()
    hand.use(late.get_by_role("button", name=re.compile("^Jointe, tout va bien")))
    assert not late.count()
    hand.presses("Annuler : pas encore jointe")
    assert late.count()

    hand.opened_as("peer_helper", "/agenda", "SER-H09")
    hand.presses(re.compile("^Je pars.*Fougère"))
    assert "la visite est finie" in hand.said
    hand.opened_as("coordinator", "/retards")
    assert not late.count()
