"""While a visit is dragged or its moment is chosen, the rules against it are said at once, and nothing is written."""

from __future__ import annotations

from datetime import date

from tests.service.web.network import Network
from tests.service.web.test_weeks import WEEK, make_visit, visit_of


def tried(network: Network, query: str, *, role: str = "coordinator") -> tuple[int, str]:
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    before = visit_of(network, public_id)
    answer = network.signed_in(role).read(f"/semaine/visites/{public_id}/essai{query}")
    assert visit_of(network, public_id) == before
    return answer.status_code, answer.text


def test_a_moment_that_breaks_rules_is_answered_with_each_of_them(network: Network):
    status, text = tried(network, "?day=2027-01-12&hour=21:00")

    assert status == 200
    assert "Ana : pas disponible à ce moment." in text
    assert "Les visites ont lieu entre 8\u00a0h et 20\u00a0h." in text
    assert "<html" not in text


def test_a_moment_that_keeps_every_rule_is_possible(network: Network):
    assert "Ce moment est possible." in tried(network, "?day=2027-01-12&hour=14:00")[1]


def test_half_a_moment_is_not_answered_yet_and_a_wrong_one_in_words(network: Network):
    assert tried(network, "?day=2027-01-12")[1].strip() == ""


def test_what_is_no_moment_is_answered_in_words(network: Network):
    assert "Choisissez un jour." in tried(network, "?day=tomorrow&hour=14:00")[1]


def test_only_the_coordinator_tries_moments(network: Network):
    assert tried(network, "?day=2027-01-12&hour=14:00", role="peer_helper")[0] in (403, 404)


def test_the_page_of_a_visit_opens_at_the_moment_where_it_was_dropped(network: Network):
    public_id = make_visit(network, "Yann", "Ana", date(2027, 1, 12), 10)
    client = network.signed_in("coordinator")
    page = f"/semaine/visites/{public_id}"
    free, night = (client.read(f"{page}?day=2027-01-12&hour={hour}").text for hour in ("14:00", "21:00"))

    assert 'value="2027-01-12"' in free
    assert "Ce moment est possible." in free
    assert "Ana : pas disponible à ce moment." in night
    assert f'href="{page}" data-dialog="" data-at="10:00"' in client.read(WEEK).text
