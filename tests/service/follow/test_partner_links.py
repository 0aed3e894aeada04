"""A partner asks without an account: a link, four steps, a mail to confirm, and no name after that."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from service import network_texts, partner_links
from service.clock import FixedClock
from service.errors import LinkNotValid, NotAcceptable, StepNotAllowed
from service.network_texts import NetworkTexts
from service.tables.follow import PartnerLink, PartnerRequest
from service.tables.pairings import Request
from service.tables.people import Consent, Person, Professional
from service.tables.requests import RequestDraft
from tests import sites
from tests.service.follow.builders import Follow
from tests.service.requests.test_asking import FIRST, SECOND, THIRD
from tests.service.web.network import BASE, Browser, make_site

MAIL = "equipe@mail.example"


def link_of(follow: Follow, **said: Any) -> str:
    """The path of a new link for Paul's organisation."""
    with follow.site.db() as tx:
        paul = tx.exec(select(Professional).where(Professional.display_name == "Paul")).one()
    values = {"phone": "04 000 00 00", "per_day": 10} | said
    claire = follow.actor("coordinator", "Claire")
    return partner_links.make(follow.site, claire, paul.public_id, **values).removeprefix(BASE)


def filled(client: Browser, link: str, pseudonym: str = "Merle") -> str:
    """The three steps by a link; the path of the draft."""
    draft = str(client.fill(f"{link}/commencer", link).headers["location"]).rpartition("/")[0]
    for step, said in enumerate((FIRST | {"pseudonym": pseudonym}, SECOND, THIRD), 1):
        assert client.fill(f"{draft}/{step}", f"{draft}/{step}", **said).status_code == 303
    return draft


def asked(follow: Follow, client: Browser, draft: str, email: str = MAIL) -> str:
    """The path of the link in the mail."""
    assert client.fill(f"{draft}/envoyer", f"{draft}/4", email=email).status_code == 200
    found = re.search(r"http\S+(/confirmer/\S+)", follow.mails()[-1][2])
    assert found is not None
    return found[1]


def confirmed(client: Browser, link: str) -> Any:
    return client.fill("/confirmer", link, token=link.rpartition("/")[2])


def requests_of(follow: Follow) -> list[Request]:
    with follow.site.db() as tx:
        return [
            row
            for row in tx.exec(select(Request).order_by(col(Request.id)))
            if row.public_id not in follow.ids.values()
        ]


def test_a_request_comes_in_once_it_is_confirmed_and_not_before(follow: Follow):
    client = follow.client()
    link = asked(follow, client, filled(client, link_of(follow)))
    assert requests_of(follow) == []
    assert "Confirmer et envoyer" in client.read(link).text
    assert requests_of(follow) == []  # looking uses nothing up
    assert confirmed(client, link).status_code == 303

    [request] = requests_of(follow)
    assert request.status == "consent_pending"  # nobody knows who says that the person agreed
    with follow.site.db() as tx:
        consent = tx.exec(select(Consent).where(Consent.person_id == request.person_id)).one()
        assert consent.status == "pending"
        row = tx.exec(select(PartnerRequest)).one()
        assert MAIL.encode() not in (row.email_sealed or b"")
    seen = follow.signed_in("coordinator", "Claire")
    assert "Par un lien de partenaire, confirmé par e-mail" in seen.read("/demandes").text
    assert MAIL in seen.read(f"/demandes/{request.public_id}/messages").text


def test_the_same_link_tells_how_far_it_is_and_no_name(follow: Follow):
    client = follow.client()
    link = asked(follow, client, filled(client, link_of(follow)))
    confirmed(client, link)
    page = client.read(link).text

    assert "parlez-en avec elle" in page
    for name in ("Merle", "Paul", "Claire", "Ana", MAIL):
        assert name not in page


def test_a_confirmation_works_once(follow: Follow):
    client = follow.client()
    link = asked(follow, client, filled(client, link_of(follow)))
    confirmed(client, link)
    seal = client.seal("/entrer")
    again = client.post("/confirmer", data={"csrf": seal, "token": link.rpartition("/")[2]}, follow_redirects=False)

    assert again.status_code == 403
    assert len(requests_of(follow)) == 1


def test_a_confirmation_works_for_a_day(follow: Follow):
    client = follow.client()
    token = asked(follow, client, filled(client, link_of(follow))).rpartition("/")[2]
    with follow.site.db() as tx:
        ends = tx.exec(select(PartnerRequest)).one().expires_at
    with pytest.raises(LinkNotValid):
        partner_links.confirm(follow.site, token, "192.0.2.1", clock=FixedClock(ends))
    partner_links.confirm(follow.site, token, "192.0.2.1", clock=FixedClock(ends - timedelta(seconds=1)))

    assert len(requests_of(follow)) == 1


def test_the_answer_is_the_same_for_an_address_that_somebody_has(follow: Follow):
    follow.give_mail("Paul")
    client = follow.client()
    draft = filled(client, link_of(follow))

    def said(email: str) -> str:
        page = client.fill(f"{draft}/envoyer", f"{draft}/4", email=email)
        assert page.status_code == 200
        return str(page.text)

    assert said("paul@mail.example") == said("nobody@mail.example")


def test_a_pseudonym_that_is_known_here_is_not_told_and_gets_a_number(follow: Follow):
    client = follow.client()
    confirmed(client, asked(follow, client, filled(client, link_of(follow), "Rose")))
    with follow.site.db() as tx:
        assert tx.exec(select(Person).where(Person.pseudonym == "Rose 2")).one()


def test_the_first_page_offers_nobody_whom_the_carrier_accompanies(follow: Follow):
    client = follow.client()
    draft = filled(client, link_of(follow))

    page = client.read(f"{draft}/1").text
    for name in ("Rose", "Yann", "Zoe", "Paul"):
        assert name not in page


def test_a_draft_belongs_to_its_browser_and_not_to_the_carrier(follow: Follow):
    client = follow.client()
    link = link_of(follow)
    draft = filled(client, link)

    assert "Merle" in client.read(link).text
    assert follow.client().read(f"{draft}/1").status_code == 404
    assert "Merle" not in follow.client().read(link).text
    assert "Merle" not in follow.signed_in("professional", "Paul").read("/mes-demandes").text
    with follow.site.db() as tx:
        held = tx.exec(select(RequestDraft)).one()
        assert held.cookie_hash not in [one.value for one in client.cookies.jar]


def test_a_link_takes_no_more_than_its_number_a_day_and_keeps_what_was_written(follow: Follow):
    client = follow.client()
    link = link_of(follow, per_day=1)
    draft = filled(client, link)
    asked(follow, client, draft)

    assert client.fill(f"{draft}/envoyer", f"{draft}/4", email=MAIL).status_code == 409
    assert client.read(f"{draft}/4").status_code == 200


def test_an_unknown_link_and_a_stopped_one_look_the_same(follow: Follow):
    client = follow.client()
    link = link_of(follow)
    confirmation = asked(follow, client, filled(client, link))
    row = follow_link(follow)
    partner_links.stop(follow.site, follow.actor("coordinator", "Claire"), row.public_id, row.revision)
    unknown = client.read("/demander/" + "x" * 43)

    assert client.read(link).status_code == unknown.status_code == 403
    assert client.read(confirmation).status_code == 403


@pytest.mark.parametrize("change", [{"organisation_id": None}, {"status": "left"}])
def test_whoever_left_or_works_elsewhere_gets_no_more_requests_of_the_partner(follow: Follow, change: dict[str, Any]):
    client, claire = follow.client(), follow.actor("coordinator", "Claire")
    link = link_of(follow)
    confirmation = asked(follow, client, draft := filled(client, link))
    with follow.site.db.begin() as tx:
        tx.exec(select(Professional).where(Professional.display_name == "Paul")).one().sqlmodel_update(change)

    assert [client.read(address).status_code for address in (link, f"{draft}/4", confirmation)] == [403] * 3
    with pytest.raises(LinkNotValid):
        partner_links.confirm(follow.site, confirmation.rpartition("/")[2], "127.0.0.1")
    assert requests_of(follow) == []
    assert [one.state for one in partner_links.links(follow.site, claire)] == ["stopped"]
    with pytest.raises(StepNotAllowed):
        partner_links.renew(follow.site, claire, follow_link(follow).public_id, follow_link(follow).revision)


def follow_link(follow: Follow) -> PartnerLink:
    with follow.site.db() as tx:
        return tx.exec(select(PartnerLink)).one()


def test_a_new_address_ends_the_one_before(follow: Follow):
    link, row = link_of(follow), follow_link(follow)
    new = partner_links.renew(follow.site, follow.actor("coordinator", "Claire"), row.public_id, row.revision)
    client = follow.client()

    assert client.read(link).status_code == 403
    assert client.read(new.removeprefix(BASE)).status_code == 200
    assert link.rpartition("/")[2] not in repr(follow_link(follow))


def test_guessing_links_is_slowed_down(follow: Follow):
    client = follow.client()
    answers = [client.read(f"/demander/{number:043d}").status_code for number in range(31)]

    assert answers == [403] * 30 + [429]


def test_without_mail_the_page_gives_the_number_and_keeps_what_was_written():
    site = make_site()
    quiet = Follow(site)
    client = quiet.client()
    link = link_of(quiet)
    draft = filled(client, link)

    assert "04 000 00 00" in client.read(link).text
    last = client.read(f"{draft}/4").text
    assert "04 000 00 00" in last
    assert "Recevoir le lien" not in last
    assert client.fill(f"{draft}/envoyer", f"{draft}/4", email=MAIL).status_code == 409
    assert "Merle" in client.read(f"{draft}/4").text
    sites.give_back(site.db)


def test_an_address_that_is_none_comes_back(follow: Follow):
    client = follow.client()
    draft = filled(client, link_of(follow))
    answer = client.fill(f"{draft}/envoyer", f"{draft}/4", email="nobody")

    assert answer.status_code == 422
    assert "Cette adresse e-mail n’est pas complète" in answer.text
    assert follow.mails() == []


def test_the_mail_says_nothing_of_what_it_is_about(follow: Follow):
    client = follow.client()
    asked(follow, client, filled(client, link_of(follow)))
    [(to, subject, text)] = follow.mails()

    assert to == MAIL
    for word in ("Merle", "CPAS", "Seraing", "logement", "pair-aidan", "Paul", "demande"):
        assert word not in (subject + text).replace(BASE, "")


@pytest.mark.parametrize(
    "said", [{"per_day": 0}, {"per_day": 101}, {"phone": "call me"}], ids=["none", "many", "no phone"]
)
def test_a_link_that_makes_no_sense_is_not_made(follow: Follow, said: dict[str, Any]):
    with pytest.raises(NotAcceptable):
        link_of(follow, **said)


@pytest.mark.parametrize("said", ["", "dix", "1e3"])
def test_a_number_a_day_left_empty_or_not_a_number_is_asked_again(follow: Follow, said: str):
    client = follow.signed_in("coordinator", "Claire")
    here = "/reglages/liens-partenaires"
    choice = re.search(r'<option value="([0-9a-f]+)"', client.read(here).text)
    assert choice is not None
    answer = client.fill(here, here, professional=choice[1], phone="04 000 00 00", per_day=said)

    assert answer.status_code == 422
    assert "Choisissez un nombre entre 1 et 100." in answer.text
    assert 'value="04 000 00 00"' in answer.text


def test_a_coordinator_makes_and_stops_a_link_on_the_page(follow: Follow):
    client = follow.signed_in("coordinator", "Claire")
    here = "/reglages/liens-partenaires"
    choice = re.search(r'<option value="([0-9a-f]+)"', client.read(here).text)
    assert choice is not None
    made = client.fill(here, here, professional=choice[1], per_day="5")
    assert "/demander/" in made.text
    assert "/demander/" not in client.read(here).text
    row = follow_link(follow)
    stopped = client.fill(f"{here}/{row.public_id}/arreter", here, revision=row.revision)

    assert stopped.status_code == 303
    assert "Arrêté" in client.read(here).text


def test_the_link_to_confirm_stands_on_a_line_of_its_own_in_the_mail(follow: Follow):
    client = follow.client()
    link = asked(follow, client, filled(client, link_of(follow)))
    text = follow.mails()[-1][2]

    assert f"{BASE}{link}" in text.splitlines()
    assert text.splitlines()[0].startswith("Pour confirmer votre envoi")


def test_a_link_without_a_number_gives_the_one_of_the_network(follow: Follow):
    claire = follow.actor("coordinator", "Claire")
    network_texts.decide(follow.site, claire, NetworkTexts(phone="04 111 11 11"), 0)

    assert "04 111 11 11" in follow.client().read(link_of(follow, phone="")).text
    assert "04 222 22 22" in follow.client().read(link_of(follow, phone="04 222 22 22")).text
