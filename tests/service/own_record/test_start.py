"""The person's own page: one thing at the top, and what can be changed at once (stories A1 and A2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from service import errors, own_moments, own_start
from service.clock import FixedClock
from service.site import Actor
from service.tables.pairings import Notice, Pairing, Visit
from service.tables.people import PeerHelper, Person
from service.tables.work import AuditEntry
from tests.service.web.network import MOMENT, Network, make_site
from tests.service.web.test_lives import in_review, paired, visit_of

SOON = MOMENT + timedelta(days=1, hours=3)


@pytest.fixture
def network() -> Network:
    return Network(make_site())


def actor(network: Network, name: str = "Yann", role: str = "person") -> Actor:
    return Actor(role, network.territories["SER"], party_id=int(network.ids[f"SER:{name}"]))


def first(network: Network) -> str:
    return own_start.start(network.site, actor(network)).first


def a_visit(network: Network, public_id: str) -> Visit:
    with network.site.db() as tx:
        return tx.exec(select(Visit).where(Visit.public_id == public_id)).one()


def test_whoever_comes_in_lands_on_their_page_and_nothing_is_asked(network: Network):
    yann = network.signed_in("person", "Yann")
    assert yann.read("/").headers["location"] == "/ma-page"
    text = yann.read("/ma-page").text

    assert "Bonjour Yann" in text
    assert "Vous n’avez rien à faire aujourd’hui." in text
    assert "Aucune rencontre n’est prévue." in text
    assert "Quitter vite" in text
    # What keeps « Quitter vite » in sight hangs on this, on pages that others have as well.
    for path in ("/ma-page", "/agenda", "/mes-binomes", "/mes-disponibilites", "/compte", "/aide"):
        assert '<body class="phone quick"' in yann.read(path).text, path
    assert '<body class="phone"' in network.signed_in("peer_helper", "Ana").read("/agenda").text


def test_a_proposal_says_who_and_why_and_offers_every_answer(network: Network):
    network.propose("Yann", "Ana")
    text = network.signed_in("person", "Yann").read("/ma-page").text

    for words in (
        "Pourquoi Ana ?",
        "Parle avec vous : français.",
        "Peut vous aider pour : logement.",
        "Oui, j’accepte",
        "Je ne peux pas",
        "J’aimerais en parler",
        "Je préfère quelqu’un d’autre",
    ):
        assert words in text
    assert "liens sociaux" not in text


def test_a_theme_that_the_helper_does_not_offer_is_no_reason(network: Network):
    network.propose("Yann", "Ana")
    with network.site.db.begin() as tx:
        helper = tx.get_one(PeerHelper, int(network.ids["SER:Ana"]))
        helper.themes = ["social"]
        tx.add(helper)

    assert "Peut vous aider pour" not in network.signed_in("person", "Yann").read("/ma-page").text


def test_one_thing_is_at_the_top_the_most_pressing_first(network: Network):
    late = replace(network.site, clock=FixedClock(MOMENT + timedelta(days=310)))
    assert own_start.start(late, actor(network)).first == "consent"
    pairing = in_review(network)
    assert first(network) == "trial"
    visit_of(network, pairing, SOON, kind="first_joint")
    assert first(network) == "visit"


def test_no_more_than_one_proposal_is_shown_whole(network: Network):
    network.propose("Yann", "Ana")
    with network.site.db.begin() as tx:
        row = tx.exec(select(Pairing)).one()
        tx.add(
            Pairing(
                public_id=network.site.ids.new(),
                ref="SER-B-2",
                territory_id=row.territory_id,
                person_id=row.person_id,
                peer_helper_id=int(network.ids["SER:Bilal"]),
                request_id=row.request_id,
                proposed_on=row.proposed_on,
                changed_at=MOMENT,
            )
        )
    text = network.signed_in("person", "Yann").read("/ma-page").text

    assert "2 personnes peuvent venir vous voir" in text
    assert "Ana et Bilal" in text
    assert "Oui, j’accepte" not in text


def test_the_next_meeting_says_when_where_and_with_whom_and_is_cancelled_without_a_reason(network: Network):
    visit = visit_of(network, paired(network), SOON)
    yann = network.signed_in("person", "Yann")
    text = yann.read("/ma-page").text
    assert "Mardi 5 janvier, 11\u00a0h\u00a0–\u00a012\u00a0h" in text
    assert "Chez vous" in text
    assert "Avec Ana" in text
    sent = yann.fill(f"/ma-page/rencontres/{visit}/annuler", "/ma-page", revision=1)

    assert sent.headers["location"] == "/ma-page?fait=meeting_cancelled"
    assert (a_visit(network, visit).status, a_visit(network, visit).reason) == ("cancelled", "by_person")


@pytest.mark.parametrize("reading", ["courante", "facile"])
def test_a_meeting_cancelled_by_mistake_is_brought_back_from_the_same_page(network: Network, reading: str):
    visit = visit_of(network, paired(network), SOON)
    yann = network.signed_in("person", "Yann")
    yann.read(f"/lecture/{reading}?retour=/ma-page")
    yann.fill(f"/ma-page/rencontres/{visit}/annuler", "/ma-page", revision=1)
    back = f"/agenda/visites/{visit}/reponse/reprendre"
    assert back in yann.read("/ma-page").text
    sent = yann.fill(back, "/ma-page", revision=a_visit(network, visit).revision, here="start")

    assert sent.headers["location"] == "/ma-page?fait=visit_answer_back"
    assert a_visit(network, visit).status == "planned"
    assert back not in yann.read("/ma-page").text


def test_a_visit_that_the_agenda_asks_about_is_asked_on_the_first_page_too(network: Network):
    pairing = paired(network)
    visit = visit_of(network, pairing, SOON)
    text = network.signed_in("person", "Yann").read("/ma-page").text

    assert first(network) == "visit"
    assert f"/ma-page/rencontres/{visit}/repondre" in text
    assert "Vous n’avez rien à faire aujourd’hui." not in text
    assert "Votre première rencontre" not in text


def test_the_person_takes_another_moment_and_the_helper_is_told_and_asked(network: Network):
    visit = visit_of(network, paired(network), SOON, status="confirmed", helper_answer="accepted")
    yann = network.signed_in("person", "Yann")
    moments = own_moments.moments(network.site, actor(network), visit)
    page = yann.read(f"/ma-page/rencontres/{visit}/moments").text
    sent = yann.fill(f"/ma-page/rencontres/{visit}/moments/choisir", "/ma-page", slot=moments[0].id, revision=1)

    assert list(moments) == sorted(moments, key=lambda one: one.start)
    assert all(one.id.endswith("|SER-H00") for one in moments)
    assert "À ces moments, tout le monde est libre." in page
    assert sent.headers["location"] == "/ma-page?fait=moment_chosen"
    row = a_visit(network, visit)
    assert (row.starts_at, row.status, row.helper_answer, row.person_answer) == (
        moments[0].start,
        "planned",
        "pending",
        "accepted",
    )
    with network.site.db() as tx:
        told = tx.exec(select(Notice.party_id).where(Notice.code == "visit_moved")).all()
        assert told == [int(network.ids["SER:Ana"])]
        assert "visit.moved" in tx.exec(select(AuditEntry.action)).all()


def test_a_moment_that_is_gone_a_page_that_is_old_and_another_helper_change_nothing(network: Network):
    visit = visit_of(network, paired(network), SOON)
    slot = own_moments.moments(network.site, actor(network), visit)[0].id
    for chosen, revision, error in (
        (slot.replace("SER-H00", "SER-H01"), 1, errors.RuleBroken),
        (slot.replace("2027-01", "2026-01"), 1, errors.RuleBroken),
        (slot, 7, errors.Outdated),
    ):
        with pytest.raises(error):
            own_moments.choose(network.site, actor(network), visit, chosen, revision=revision)

    assert a_visit(network, visit).starts_at == SOON


def test_nobody_else_moves_it_and_a_meeting_that_began_stays(network: Network):
    pairing = paired(network)
    visit = visit_of(network, pairing, SOON)
    begun = visit_of(network, pairing, MOMENT - timedelta(minutes=5))
    untold = visit_of(network, pairing, SOON + timedelta(days=7), published_at=None)

    with pytest.raises(errors.NotFound):
        own_moments.moments(network.site, actor(network, "Zoe"), visit)
    with pytest.raises(errors.NotAllowed):
        own_moments.moments(network.site, actor(network, "Ana", "peer_helper"), visit)
    with pytest.raises(errors.StepNotAllowed):
        own_moments.moments(network.site, actor(network), begun)
    with pytest.raises(errors.NotFound):
        own_moments.moments(network.site, actor(network), untold)


def test_a_pause_begins_at_once_and_ends_when_the_person_says_so(network: Network):
    pairing = paired(network)
    visit = visit_of(network, pairing, SOON)
    yann = network.signed_in("person", "Yann")
    assert "Votre place reste gardée." in yann.read("/ma-page").text
    sent = yann.fill(f"/ma-page/binomes/{pairing}/pause", "/ma-page", revision=2)
    assert sent.headers["location"] == "/ma-page?fait=own_pause"

    assert a_visit(network, visit).status == "cancelled"
    text = yann.read("/ma-page").text
    assert "Aucune rencontre n’est prévue." in text
    assert "Reprendre les visites" in text
    with network.site.db() as tx:
        revision = tx.exec(select(Pairing.revision)).one()
    sent = yann.fill(f"/ma-page/binomes/{pairing}/reprendre", "/ma-page", revision=revision)
    assert sent.headers["location"] == "/ma-page?fait=own_resumed"
    # What the pause cancelled does not come back by itself.
    assert "La coordination prévoit de nouvelles rencontres avec vous." in yann.read(sent.headers["location"]).text
    with network.site.db() as tx:
        assert tx.exec(select(Pairing.status)).one() == "active"
        assert tx.get_one(Person, int(network.ids["SER:Yann"])).status == "paired"


def test_once_the_consent_is_taken_back_nothing_is_left_on_the_page(network: Network):
    visit_of(network, paired(network), SOON)
    yann = network.signed_in("person", "Yann")
    yann.fill("/mon-accord/retirer/maintenant", "/mon-accord/retirer")
    start = own_start.start(network.site, actor(network))

    assert (start.visits, start.pairings, start.proposals, start.first) == ((), (), (), "")
    assert "Avec Ana" not in yann.read("/ma-page").text


def test_paper_holds_what_is_proposed_and_planned_and_names_nobody_in_its_title(network: Network):
    visit_of(network, paired(network), SOON)
    sheet = network.signed_in("person", "Yann").read("/ma-page/papier").text

    assert "Mardi 5 janvier, 11\u00a0h\u00a0–\u00a012\u00a0h" in sheet
    assert "Chez vous" in sheet
    title = sheet.split("<title>")[1].split("</title>")[0]
    assert title.startswith("Ma page, à imprimer")


def test_what_is_held_is_read_in_words_on_the_page_and_on_paper(network: Network):
    visit_of(network, paired(network), SOON)
    yann = network.signed_in("person", "Yann")
    for path in ("/mes-donnees", "/mes-donnees/papier"):
        text = yann.read(path).text
        for words in (
            "Yann",
            "français",
            "Molinay",
            "Par téléphone",
            "Une fois par semaine",
            "donné, jusqu’au",
            "logement",
        ):
            assert words in text
        assert "mardi 5 janvier 2027, 11\u00a0h" in text
        assert "mardi 5 janvier 2027, 12\u00a0h" in text
        assert "d’ailleurs" not in text
