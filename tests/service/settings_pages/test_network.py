"""What a network decides about itself on its pages: texts, themes, neighbourhoods, map."""

from __future__ import annotations

import html
import json

import pytest
from sqlmodel import select

from service import network_areas, network_map, network_texts, network_themes
from service.errors import NotAcceptable, NotFound, Outdated
from service.network_areas import Said
from service.network_map import Tiles
from service.network_texts import NetworkTexts
from service.site import Actor
from service.tables.territory import Neighbourhood
from tests.service.settings_pages.test_weights import claire
from tests.service.web.network import Network

LABELS = {"fr": "jardin", "nl": "tuin", "de": "Garten", "en": "garden"}
SQUARE = {
    "type": "Feature",
    "properties": {},
    "geometry": {"type": "Polygon", "coordinates": [[[5.4, 50.5], [5.6, 50.5], [5.6, 50.7], [5.4, 50.7], [5.4, 50.5]]]},
}


def elsewhere(network: Network) -> Actor:
    return Actor("coordinator", network.territories["OTH"])


def read(network: Network, page: str, role: str = "coordinator", name: str = "Claire") -> str:
    return html.unescape(network.signed_in(role, name).read(page).text)


def test_the_index_leads_to_pages_that_are_there_and_to_no_other(network: Network):
    client = network.signed_in("coordinator", "Claire")
    page = client.read("/reglages").text
    links = [part.split('"')[0] for part in page.split('<li><a href="')[1:] if "/langue" not in part.split('"')[0]]
    settings = [link for link in links if not link.startswith("/theme/")]

    assert {"/reglages/poids", "/reglages/mots", "/reglages/carte", "/reglages/calendriers", "/import"} <= set(settings)
    assert {link: client.read(link).status_code for link in settings} == dict.fromkeys(settings, 200)


def test_phone_and_hours_stand_on_the_help_page_and_no_delay_is_promised_by_itself(network: Network):
    client = network.signed_in("coordinator", "Claire")
    before = read(network, "/aide", "peer_helper", "Ana")
    page = "/reglages/textes"
    sent = {"seen": "0", "language": ["fr"], "welcome": ["Soyez les bienvenus"], "hours": ["de 9 h à 12 h"]}
    answer = client.fill(f"{page}/changer", page, phone="04 000 00 00", days="", **sent)
    stale = client.fill(f"{page}/changer", page, phone="04 111 11 11", **sent)

    assert "04 000 00 00" not in before
    assert answer.headers["location"] == f"{page}?fait=texts_chosen"
    assert stale.status_code == 409
    assert "04 000 00 00" in read(network, "/aide", "peer_helper", "Ana")
    for role, name, path in (("peer_helper", "Ana", "/agenda/papier"), ("person", "Yann", "/ma-page/papier")):
        paper = read(network, path, role, name).lower().replace("\u00a0", " ")
        assert "appelez la coordination : 04 000 00 00" in paper, path
    talk = read(network, "/aide/parler", "person", "Yann")
    assert "tel:040000000" in talk
    assert "tel:040000000" in read(network, "/mon-accord", "person", "Yann")
    assert "n’a pas encore écrit son numéro" not in talk
    assert network_texts.seen_by(network.site, claire(network)).days is None
    assert network_texts.seen_by(network.site, elsewhere(network)) == NetworkTexts()
    assert "Soyez les bienvenus" not in network.client().read("/entrer").text, "two networks share this address"


@pytest.mark.parametrize(
    "texts",
    [
        NetworkTexts({"fr": "x" * 281}),
        NetworkTexts(hours={"fr": "x" * 121}),
        NetworkTexts(phone="appelez-moi"),
        NetworkTexts(days=0),
        NetworkTexts(days=31),
    ],
)
def test_texts_that_cannot_be_said_are_refused(network: Network, texts: NetworkTexts):
    with pytest.raises(NotAcceptable):
        network_texts.decide(network.site, claire(network), texts, 0)


def test_a_theme_of_its_own_is_offered_in_its_network_only(network: Network):
    client = network.signed_in("coordinator", "Claire")
    page = "/reglages/themes"
    added = client.fill(
        f"{page}/ajouter", page, code="garden", **{f"label_{tag}": text for tag, text in LABELS.items()}
    )
    chosen = client.fill(f"{page}/choisir", page, seen="0", used=["garden", "housing"])
    with network.site.db() as tx:
        here = [row.ref for row in network_themes.offered(tx, network.territories["SER"])]
        there = [row.ref for row in network_themes.offered(tx, network.territories["OTH"])]

    assert (added.status_code, chosen.status_code) == (303, 303)
    assert here == ["housing", "garden"]
    assert there == ["housing", "social"]
    with pytest.raises(NotFound):
        network_themes.call(network.site, elsewhere(network), "garden", LABELS, 1)
    with pytest.raises(NotFound):
        network_themes.call(network.site, claire(network), "housing", LABELS, 1)
    network_themes.call(network.site, claire(network), "garden", LABELS | {"fr": "potager"}, 1)
    assert "Potager" in read(network, page)
    with pytest.raises(Outdated):
        network_themes.call(network.site, claire(network), "garden", LABELS, 1)


def test_themes_that_cannot_be_are_refused(network: Network):
    for code, labels in (("Jardin!", LABELS), ("housing", LABELS), ("garden", LABELS | {"nl": " "})):
        with pytest.raises(NotAcceptable):
            network_themes.add(network.site, claire(network), code, labels)
    with pytest.raises(NotAcceptable):
        network_themes.choose(network.site, claire(network), ["unknown"], 0)


def test_a_neighbourhood_is_added_put_right_and_retired_but_never_deleted(network: Network):
    client = network.signed_in("coordinator", "Claire")
    page = "/reglages/quartiers"
    added = client.fill(f"{page}/ajouter", page, name="Ougrée", postcode="4102", lat="50,59", lon="5,54")
    areas = {one.said.name: one for one in network_areas.areas(network.site, claire(network))}
    lived_in = areas["Molinay"]
    retired = client.fill(f"{page}/{lived_in.public_id}/liste", page, revision="1", do="retire")
    with network.site.db() as tx:
        offered = [row.name for row in network_areas.offered(tx, network.territories["SER"])]
        kept = tx.exec(select(Neighbourhood).where(Neighbourhood.public_id == lived_in.public_id)).one()

    assert added.headers["location"] == f"{page}?fait=area_added"
    assert areas["Ougrée"].used == 0
    assert lived_in.used > 0
    assert retired.headers["location"] == f"{page}?fait=area_retired"
    assert offered == ["Ougrée"]
    assert kept.retired_on is not None
    assert client.fill(f"{page}/{lived_in.public_id}/liste", page, revision="1", do="back").status_code == 409
    assert "d’ailleurs" not in read(network, page)
    changed = client.fill(
        f"{page}/{areas['Ougrée'].public_id}/changer", page, name="Haut-Ougrée", lat="91", lon="5.5", revision="1"
    )
    assert changed.status_code == 422
    assert "Haut-Ougrée" in changed.text


def test_a_neighbourhood_of_another_territory_does_not_exist_here(network: Network):
    with network.site.db() as tx:
        other = tx.exec(select(Neighbourhood).where(Neighbourhood.territory_id == network.territories["OTH"])).one()
    client = network.signed_in("coordinator", "Claire")

    assert client.read(f"/reglages/quartiers/{other.public_id}").status_code == 404
    with pytest.raises(NotFound):
        network_areas.retire(network.site, claire(network), other.public_id, 1)
    with pytest.raises(NotAcceptable):
        network_areas.add(network.site, claire(network), Said("Molinay", "", "", 50, 5))


def test_borders_are_drawn_on_the_week_and_tiles_open_one_host_there_only(network: Network):
    client = network.signed_in("coordinator", "Claire")
    page, week = "/reglages/carte", "/semaine/2027-01-04"
    before = client.read(week)
    sent = client.post(
        f"{page}/limites",
        data={"csrf": client.seal(page), "seen": "0"},
        files={"file": ("s.geojson", json.dumps(SQUARE).encode(), "application/geo+json")},
        follow_redirects=False,
    )
    drawn = client.read(week)
    client.fill(
        f"{page}/fond", page, seen="0", url="https://carte.example.org/{z}/{x}/{y}.png", credit="© <b>Carte</b>"
    )
    tiled = client.read(week)

    assert sent.headers["location"] == f"{page}?fait=borders_taken"
    assert 'class="border"' not in before.text
    assert 'class="border"' in drawn.text
    assert "leaflet" not in drawn.text
    assert "img-src 'self' data:;" in drawn.headers["content-security-policy"]
    assert "img-src 'self' data: https://carte.example.org;" in tiled.headers["content-security-policy"]
    assert "leaflet.js" in tiled.text
    assert "<b>Carte" not in tiled.text
    assert "carte.example.org" not in client.read(page).headers["content-security-policy"]
    assert network_map.tiles(network.site, elsewhere(network)) == Tiles()


@pytest.mark.parametrize(
    "url",
    [
        "http://carte.example.org/{z}/{x}/{y}.png",
        "https://{s}.example.org/{z}/{x}/{y}.png",
        "https://{z}.example.org/{x}/{y}.png",
        "https://a.example.org/{z}/{x}.png",
        "https://me:secret@a.example.org/{z}/{x}/{y}.png",
        "https://a.example.org;script-src 'unsafe-inline'/{z}/{x}/{y}.png",
        "https://a.example.org https://b.example.org/{z}/{x}/{y}.png",
        "https://*/{z}/{x}/{y}.png",
        "javascript:alert(1)//{z}/{x}/{y}",
    ],
)
def test_tiles_come_from_one_https_host(network: Network, url: str):
    with pytest.raises(NotAcceptable):
        network_map.choose_tiles(network.site, claire(network), Tiles(url), 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"type": "Point", "coordinates": [5, 50]}',
        b'{"type": "LineString", "coordinates": [[5, 50], [5, 500]]}',
        b'{"type": "LineString", "coordinates": [[5, 50], [NaN, 5]]}',
        b'{"type": "LineString", "coordinates": [["a", 50], [5, 5]]}',
        b" " * (network_map.MOST_BYTES + 1),
    ],
)
def test_a_file_that_is_no_border_is_refused(content: bytes):
    with pytest.raises(NotAcceptable):
        network_map.read_borders(content)


def test_a_fine_border_is_thinned_out_and_stays_closed():
    ring = [[5 + number / 1e6, 50.0] for number in range(20_000)]
    [thin] = network_map.read_borders(json.dumps({"type": "LineString", "coordinates": ring}).encode())

    assert len(thin) <= network_map.MOST_POINTS + 1
    assert (thin[0], thin[-1]) == ([50.0, 5.0], [50.0, round(ring[-1][0], 5)])
