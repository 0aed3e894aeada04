"""The easy-to-read version: chosen by anybody, kept by the browser, short in every sentence."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from service.tables.people import Professional
from service.web.pages import TEMPLATES
from tests.service.web.network import MOMENT, Browser, Network, make_site
from tests.service.web.test_lives import paired, visit_of

MOST_WORDS = 10
EASY = sorted(TEMPLATES.glob("easy_*.html"))
PAGES = ("/ma-page", "/propositions", "/mon-accord", "/mon-accord/retirer", "/mes-donnees")
ABBREVIATIONS = re.compile(r"\b(etc|ex|min|tél|M\.|Mme|cf|RDV|SMS|GPS)\b")


@pytest.fixture
def network() -> Network:
    return Network(make_site())


def classes(page: str) -> list[str]:
    """Of the main part of a page."""
    found = re.search(r'<main[^>]*class="([^"]*)"', page)
    assert found is not None
    return found[1].split()


def reading_easily(network: Network) -> Browser:
    yann = network.signed_in("person", "Yann")
    assert yann.read("/lecture/facile?retour=/ma-page").headers["location"] == "/ma-page"
    return yann


@pytest.mark.parametrize("path", PAGES)
def test_the_key_pages_have_an_easy_version_and_a_way_back(network: Network, path: str):
    network.propose("Yann", "Ana")
    yann = reading_easily(network)
    easy = yann.read(path).text
    yann.read("/lecture/courante")

    assert "easy" in classes(easy)
    assert "Version courante" in easy
    usual = yann.read(path).text
    assert "Version facile à lire" in usual
    assert "easy" not in classes(usual)


@pytest.mark.parametrize("path", ["/agenda", "/mes-binomes", "/aide"])
def test_a_helper_reads_easily_too_with_every_button(network: Network, path: str):
    visit_of(network, paired(network), MOMENT + timedelta(days=1, hours=3))
    ana = network.signed_in("peer_helper", "Ana")
    usual = ana.read(path).text
    ana.read("/lecture/facile")
    easy = ana.read(path).text

    assert "easy" in classes(easy)
    assert "Version courante" in easy
    assert "Version facile à lire" in usual
    main = [page.split("<main", 1)[1].split("</main>")[0] for page in (usual, easy)]
    actions = [set(re.findall(r'(?:form|)action="([^"]+)"', one)) for one in main]
    links = [{one for one in re.findall(r'href="(/[^"]+)"', text) if not one.startswith("/lecture")} for text in main]
    assert actions[0] <= actions[1]
    assert links[0] <= links[1]


def test_whom_to_call_is_named_with_one_full_stop(network: Network):
    with network.site.db.begin() as tx:
        claire = tx.exec(select(Professional).where(Professional.display_name == "Claire")).one()
        claire.display_name = "Claire D."
        tx.add(claire)
    yann = reading_easily(network)

    assert "Vous pouvez appeler Claire D.<" in yann.read("/aide").text


def test_the_moments_of_a_meeting_are_easy_to_read_too(network: Network):
    visit = visit_of(network, paired(network), MOMENT + timedelta(days=1, hours=3))
    page = reading_easily(network).read(f"/ma-page/rencontres/{visit}/moments").text

    assert "Choisissez un autre moment" in page
    assert "L’ancien moment est annulé." in page


def test_every_answer_is_there_in_the_easy_version(network: Network):
    pairing = network.propose("Yann", "Ana")
    yann = reading_easily(network)
    page = yann.read("/ma-page").text
    for said in ("accepted", "declined", "talk_first"):
        assert f'name="said" value="{said}"' in page
    assert "Je veux une autre personne" in page
    sent = yann.fill(f"/propositions/{pairing}/repondre", "/ma-page", said="accepted", revision=1)

    assert sent.status_code == 303
    assert "Vous avez dit oui." in yann.read("/ma-page").text


def test_the_choice_opens_no_page_of_somebody_else_and_no_other_value(network: Network):
    ana = network.signed_in("peer_helper", "Ana")
    ana.read("/lecture/facile")

    assert "easy" not in ana.read("/propositions").text.split("<main", 1)[1].split(">")[0]
    assert ana.read("/lecture/secrete").status_code in (400, 404)
    assert ana.read("/lecture/facile?retour=//ailleurs.example").headers["location"] == "/"


@pytest.mark.parametrize("template", EASY, ids=lambda path: path.stem)
def test_every_easy_sentence_is_short_and_holds_one_idea(template):
    found = re.findall(r'_\("([^"]+)"', template.read_text(encoding="utf-8"))
    plain = [re.sub(r"%\((\w+)\)s", r"\1", text) for text in found]
    sentences = [one for text in plain for one in re.split(r"(?<=[.?!]) ", text)]

    assert sentences
    assert [one for one in sentences if len(one.split()) > MOST_WORDS] == []
    assert [one for one in sentences if ABBREVIATIONS.search(one) or ";" in one or "(" in one] == []
