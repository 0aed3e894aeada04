"""The coordinator's stories (C), each told once; whoever carries them out and how is not their concern."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlmodel import select

from service.imports import folder, shipped
from service.tables.people import Person
from tests.browser.stories.hand import Hand

NOBODY = {
    "SER-P058": "Un pair-aidant ou une pair-aidante qui parle tigrigna.",
    "SER-P059": "Une pair-aidante qui parle turc.",
    "SER-P060": "Un moment en journée, par exemple le lundi 9 h – 12 h 30.",
}
"""Whom nobody suits, and the smallest change that would open a possibility."""
OFFERS = re.compile(r'<h3 id="o\d+">(\S+) .*?<b>([\d,]+)</b></td></tr></tfoot>', re.DOTALL)
NEVER_LIFTED = ("CONSENT", "GENDER", "CONFLICT", "REFUSED")
ABSENCES = "owner_type,owner_id,start_date,end_date,start_time,end_time,kind\n"


def c1(hand: Hand) -> None:
    """Pairings proposed for everyone waiting: exactly three people have nobody, and each is told what blocks."""
    hand.opened_as("coordinator", "/appariements")
    hand.looks()
    queue = hand.page.locator(".queue li")
    offered = queue.filter(has_text=re.compile(r"[1-3]\spropositions?")).count()
    assert offered == queue.count() - len(NOBODY) - queue.filter(has_text="Réponse attendue").count()
    without = queue.filter(has_text="Aucun pair-aidant possible").locator("a")
    with hand.site.db() as tx:
        refs = {f"/appariements/{person.public_id}": person.ref for person in tx.exec(select(Person)).all()}
    found = {refs[str(link.get_attribute("href"))]: link for link in without.all()}
    assert found.keys() == NOBODY.keys()
    before = _offers(hand)

    hand.presses("Recalculer les propositions")
    hand.calculated()
    hand.open("/appariements")
    assert "Vérifié : aucune autre répartition ne sert mieux tout le monde." in hand.reads()
    assert _offers(hand) == before
    for ref, change in NOBODY.items():
        hand.use(hand.page.locator(f".queue a[href='{next(path for path, one in refs.items() if one == ref)}']"))
        assert f"Ce qui ouvrirait une possibilité : {change}" in hand.reads()
    hand.looks()


def _offers(hand: Hand) -> dict[str, list[tuple[str, ...]]]:
    """Whom each page of the queue offers, with how many points."""
    links = [str(link.get_attribute("href")) for link in hand.page.locator(".queue li a").all()]
    found = {link: OFFERS.findall(hand.fetched(hand.site.settings.base_url + link).text()) for link in links}
    assert sum(map(len, found.values())) > len(links)
    return found


def c2(hand: Hand) -> None:
    """Understand a proposal, take another helper, and lift a rule, which is written down; four are never lifted."""
    hand.opened_as("coordinator", "/appariements")
    hand.opens("Voir le calcul détaillé")
    assert "Valeur sur 100" in hand.reads()
    other = hand.page.get_by_role("button", name=re.compile("^Proposer à")).nth(1).inner_text().rsplit(" ", 1)[-1]
    hand.opens("Pourquoi pas les autres ?")
    rules = hand.page.locator("details", has=hand.page.locator("summary", has_text="Lever une règle pour")).last
    hand.use(rules.locator("summary").last)
    form = {
        name: rules.locator(f"input[name={name}]").first.get_attribute("value") or ""
        for name in ("csrf", "helper", "reason")
    }
    person = hand.page.locator(".queue a[aria-current]").first.get_attribute("href")
    hand.chooses(rules.locator("input[name=rule]"))
    hand.chooses(rules.locator("input[name=reason]"))
    hand.use(rules.get_by_role("button", name=re.compile("^Lever cette règle")))
    assert hand.page.get_by_role("heading", name="Règles levées").is_visible()
    hand.opens("Journal des règles levées")
    log = hand.page.locator("details", has_text="Journal des règles levées").last.locator("li")
    assert log.count() == 1
    hand.looks()

    offered = hand.page.locator("input[name=rule]").evaluate_all("all => all.map(one => one.value)")
    assert not set(NEVER_LIFTED) & set(offered)
    for rule in NEVER_LIFTED:
        # No page has such a button, so the form is written by hand.
        answer = hand.sent(f"{person}/lever", form | {"rule": rule})
        assert 400 <= answer.status < 500, rule
    hand.open(str(person))
    assert log.count() == 1

    hand.opens("Écarter…")
    hand.chooses(hand.page.get_by_label("Pas maintenant"))
    hand.presses(re.compile("^Écarter"))
    assert "Proposition écartée" in hand.said
    hand.opens("Pourquoi pas les autres ?")
    hand.presses("Remettre dans la liste")
    assert "remise dans la liste" in hand.said

    hand.presses(re.compile("^Proposer à"))
    assert "Proposition envoyée" in hand.said
    hand.presses("Retirer et proposer quelqu’un d’autre")
    hand.presses(f"Proposer à {other}")
    assert "Proposition envoyée" in hand.said
    assert hand.page.locator("article.prop h3").inner_text() == other


def c4(hand: Hand) -> None:
    """An absence, entered once: what it touches, a plan with few changes, and whom to tell by their own channel."""
    hand.opened_as("coordinator", "/semaine/2027-01-11")
    hand.follows("Noter une absence")
    hand.picks(hand.page.get_by_label("Qui est absent, ou quel lieu ferme"), "Chantal")
    hand.writes(hand.page.get_by_label("Premier jour"), "2027-01-12")
    hand.presses("Noter et voir ce que cela touche")
    assert "Absence notée." in hand.said
    counts = {
        one.locator("h2").inner_text(): one.locator(".count").inner_text()
        for one in hand.page.locator(".stack .card").all()
    }
    assert counts == {"Visites": "2", "Réunions": "1", "Permanences": "1"}
    hand.looks()

    chosen = hand.page.get_by_role("button", name="Chercher la suite")
    if chosen.count():
        hand.use(chosen)
    else:
        hand.follows("Voir ce qui peut changer")
    hand.calculated()
    hand.page.reload()
    plan = hand.page.locator("section.card", has=hand.page.locator("input[name=keep]")).first
    lines = plan.locator("li", has=hand.page.locator("input[name=keep]"))
    assert 2 <= lines.count() <= 4, hand.reads(plan)
    assert "À prévenir :" in hand.reads(plan)
    hand.looks()
    hand.use(plan.get_by_role("button", name=re.compile("^Appliquer les changements cochés")))
    assert "Changements appliqués." in hand.said
    hand.open("/binomes")
    told = hand.reads(hand.page.locator("aside").last)
    assert "À dire à Chantal, sans dire pourquoi" in told
    channels = hand.page.locator("aside").last.locator("li .tag").all_inner_texts()
    assert len(channels) >= 2
    assert all(channels)
    hand.open("/semaine/2027-01-11?jour=2027-01-12")
    row = hand.page.locator("tr", has=hand.page.locator("th", has_text="Chantal"))
    assert row.locator("td[data-day='2027-01-12'] .chip").count() == 0
    moves_a_visit(hand)


def moves_a_visit(hand: Hand) -> None:
    """By dragging it to another day where there is a mouse and a week to see, by its dialog or its page elsewhere."""
    hand.open("/semaine/2027-01-11")
    chip = hand.page.locator("td[data-day='2027-01-11'] .chip").first
    if hand.way.script and hand.way.hand == "mouse" and hand.way.width == 1280:
        opened = hand.drags(chip, chip.locator("xpath=ancestor::tr").locator("td[data-day='2027-01-12']"))
        hand.chooses(opened.locator("input[name=slot]"))
    else:
        opened = hand.unfolds(chip)
    hand.use(opened.get_by_role("button", name="Déplacer", exact=True))
    assert "Visite déplacée" in hand.said


def c5(hand: Hand) -> None:
    """A trial comes to its review, a side stops without a reason, and the two are never proposed again."""
    # The third visit of the trial, on the day it has lasted four weeks.
    hand.later(datetime(2027, 1, 11, 13, tzinfo=UTC))
    hand.opened_as("coordinator", "/binomes")
    hand.follows("Fougère et Sandrine")
    assert not hand.page.get_by_role("heading", name="Bilan de la période d’essai").count()
    hand.presses("A eu lieu")
    assert hand.page.get_by_role("heading", name="Bilan de la période d’essai").is_visible()
    hand.looks()
    hand.open("/binomes")
    assert hand.page.get_by_role("link", name="Noter le bilan (Fougère)").is_visible()

    hand.opened_as("peer_helper", "/mes-binomes", "SER-H09")
    hand.presses("Je continue (Fougère)")
    assert "Votre réponse est notée" in hand.said
    hand.opened_as("person", "/mes-binomes", "SER-P022")
    assert "je continue" not in hand.reads()  # what the helper answered is not told
    assert not hand.page.locator("main textarea, main select").count()
    hand.looks()
    hand.presses("J’arrête (Sandrine)")
    assert "C’est arrêté" in hand.said

    hand.opened_as("coordinator", "/binomes")
    assert "À dire à Sandrine, sans dire pourquoi" in hand.reads(hand.page.locator("aside").last)
    hand.open("/appariements")
    hand.presses("Recalculer les propositions")
    hand.calculated()
    hand.open("/appariements")
    hand.use(hand.page.locator(".queue a", has_text="Fougère"))
    assert hand.page.get_by_role("button", name=re.compile("^Proposer à")).count()
    assert not hand.page.get_by_role("button", name="Proposer à Sandrine").count()
    hand.opens("Pourquoi pas les autres ?")
    left = hand.page.locator(".why li", has=hand.page.locator("b", has_text="Sandrine"))
    assert "Ne convient pas pour cette personne." in hand.reads(left)
    assert not left.get_by_text("Lever une règle").count()

    hand.open("/binomes")
    hand.follows("Coquelicot et Luca")
    hand.opens("Choisir les jours")
    hand.presses("Mettre en pause et annuler ces visites")
    assert "Pause notée" in hand.said
    hand.presses("Reprendre aujourd’hui")
    assert "reprend" in hand.said
    hand.opens("Choisir un motif")
    hand.chooses(hand.page.get_by_label("Les besoins ont changé"))
    hand.presses("Terminer ce binôme")
    assert "Binôme terminé" in hand.said
    hand.looks()
    hand.open("/binomes")
    assert "À dire à Luca, sans dire pourquoi" in hand.reads(hand.page.locator("aside").last)


def c6(hand: Hand) -> None:
    """Each finding with file, line, column, code and sentence; nothing before it is accepted; clean files have none."""
    hand.opened_as("coordinator", "/import")
    wrong = ABSENCES.replace(",", ";") + "peer_helper;SER-X99;2027-02-01;2027-02-05;;;planned\n"
    _send(hand, {"absences.csv": wrong.encode()})
    assert "Rien n’est encore enregistré" in hand.said
    findings = hand.page.locator("section", has=hand.page.locator("#h-found"))
    titles = findings.locator("th").all_inner_texts()
    cells = [row.locator("td").all_inner_texts() for row in findings.locator("tbody tr").all()]
    found = {row["Code"]: row for row in (dict(zip(titles, one, strict=True)) for one in cells)}
    assert found.keys() == {"UNKNOWN_REFERENCE", "DELIMITER"}
    unknown = found["UNKNOWN_REFERENCE"]
    assert (unknown["Fichier"], unknown["Ligne"], unknown["Colonne"]) == ("absences.csv", "2", "owner_id")
    assert "« SER-X99 » n’existe pas" in unknown["Message"].replace("\N{NO-BREAK SPACE}", " ")
    hand.looks()
    hand.use(hand.page.locator("footer a[hreflang=en]"))
    assert "SER-X99" in hand.reads()
    assert "n’existe pas" not in hand.reads()
    hand.use(hand.page.locator("footer a[hreflang=fr]"))
    hand.presses("Ne rien reprendre")
    assert "Rien n’a été enregistré" in hand.said

    clean = folder.read(shipped.path("seraing"))
    _send(
        hand, {name: clean[name] for name in ("organisations.csv", "peer_helpers.csv", "persons.csv", "requests.csv")}
    )
    assert "Rien à signaler." in hand.reads()
    hand.presses("Ne rien reprendre")

    _send(hand, {"absences.csv": (ABSENCES + "peer_helper,SER-H03,2027-02-22,2027-02-23,,,planned\n").encode()})
    assert "Rien à signaler." in hand.reads()
    report = hand.page.url.removeprefix(hand.site.settings.base_url)
    hand.open("/absences")
    known = hand.page.locator("section li", has_text="Giulia")
    before = known.count()
    hand.open(report)
    hand.presses("Reprendre ces lignes")
    assert "Tout est enregistré" in hand.said
    hand.open("/absences")
    assert known.count() == before + 1


def _send(hand: Hand, files: dict[str, bytes]) -> None:
    # The choice of a file is the system's own window, which no page can drive.
    hand.page.get_by_label("Fichiers CSV du réseau").set_input_files(
        files=[{"name": name, "mimeType": "text/csv", "buffer": content} for name, content in files.items()]
    )
    hand.presses("Lire les fichiers")
