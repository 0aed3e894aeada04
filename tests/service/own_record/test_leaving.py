"""« Quitter vite », and that whoever looked is named to the person."""

from __future__ import annotations

from tests.service.access.every_route import records
from tests.service.web.network import Network, make_site


def test_leaving_ends_on_a_page_that_tells_nothing():
    network = Network(make_site())
    yann = network.signed_in("person", "Yann")
    answer = yann.fill("/sortir", "/agenda")
    left = yann.read("/fin")

    assert answer.headers["location"] == "/fin"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert left.status_code == 200
    assert not any(word in left.text for word in ("Le Fil", "pair", "Seraing", "/entrer"))
    assert yann.read("/agenda").status_code == 303


def test_whoever_opens_the_record_is_named_to_the_person():
    network = Network(make_site())
    made = records.make(network)
    yann = network.signed_in("person", "Yann")
    assert "Personne n’a encore ouvert votre page." in yann.read("/mes-donnees").text
    claire = network.signed_in("coordinator", "Claire")
    assert claire.read(f"/personnes/{made['SER'].ids['person']}").status_code == 200

    assert "Claire" in yann.read("/mes-donnees").text
    zoe = network.signed_in("person", "Zoe")
    assert "Personne n’a encore ouvert votre page." in zoe.read("/mes-donnees").text
