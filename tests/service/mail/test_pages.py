"""The pages of invitations and mails: who may open them, what they say, and what they never show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from service import mail_addresses, mailing, outbox
from service.letters import Letter
from service.outbox import Never
from service.tables.access import Account
from service.tables.mail import MailPreference, MailReply
from service.tables.people import PeerHelper
from tests import sites
from tests.service.mail.builders import NOW
from tests.service.web.network import MOMENT, Network, make_site


@pytest.fixture
def network() -> Iterator[Network]:
    site = make_site(smtp_url="smtp://127.0.0.1:2525", mail_from="agenda@fil.example")
    yield Network(site)
    sites.give_back(site.db)


def give_ana_an_address(network: Network) -> int:
    with network.site.db.begin() as tx:
        ana = tx.exec(select(PeerHelper).where(PeerHelper.display_name == "Ana")).one()
        account = tx.exec(select(Account).where(Account.party_id == ana.id, Account.role == "peer_helper")).one()
        mail_addresses.put(tx, network.site, account, "ana.lambert@mail.example")
        tx.add(account)
        return ana.id


def a_refused_mail(network: Network, party: int) -> str:
    letter = Letter(
        "ana.lambert@mail.example", "agenda@fil.example", "agenda@fil.example", "Rencontre", "Une phrase à garder."
    )
    with network.site.db.begin() as tx:
        territory = network.territories["SER"]
        kept = {"kind": "invitation", "thread": "t", "now": NOW, "party": party, "territory": territory}
        row = outbox.put(tx, network.site, letter, **kept)

    def refuse(*_: object) -> None:
        raise Never("address")

    outbox.send_due(network.site, refuse, lambda: NOW)
    return row.public_id


def an_answer(network: Network, party: int, said: str) -> str:
    with network.site.db.begin() as tx:
        row = MailReply(
            public_id=network.site.ids.new(),
            message_hash=said,
            territory_id=network.territories["SER"],
            party_id=party,
            said=said,
            outcome="to_read",
            at=MOMENT,
            starts_at=MOMENT,
            ends_at=MOMENT + timedelta(hours=1),
        )
        tx.add(row)
        return row.public_id


def test_without_a_known_address_the_page_says_what_to_do(network: Network):
    page = network.signed_in("peer_helper", "Ana").read("/invitations").text

    assert "Aucune adresse e-mail n’est connue" in page
    assert 'action="/invitations/choisir"' not in page


def test_a_helper_chooses_mails_and_stops_them(network: Network):
    ana = give_ana_an_address(network)
    client = network.signed_in("peer_helper", "Ana")
    assert "/invitations" in client.read("/abonnement").text
    page = client.read("/invitations").text
    assert "a…@mail.example" in page
    assert "ana.lambert" not in page

    answer = client.fill("/invitations/choisir", "/invitations", by_mail="yes", level="busy", language="nl")
    assert (answer.status_code, answer.headers["location"]) == (303, "/invitations?fait=mails_chosen")
    with network.site.db() as tx:
        row = tx.get_one(MailPreference, ana)
        assert (row.active, row.level, row.language) == (True, "busy", "nl")
    client.fill("/invitations/choisir", "/invitations", by_mail="no", level="busy", language="nl")
    with network.site.db() as tx:
        assert tx.get_one(MailPreference, ana).active is False


@pytest.mark.parametrize("sent", [{"level": "plain"}, {"language": "xx"}, {"by_mail": "maybe"}, {"party": "1"}])
def test_a_choice_that_is_none_is_refused(network: Network, sent: dict[str, str]):
    give_ana_an_address(network)
    client = network.signed_in("peer_helper", "Ana")
    fields = {"by_mail": "yes", "level": "minimal", "language": "fr"} | sent

    assert client.fill("/invitations/choisir", "/invitations", **fields).status_code == 400


def test_each_page_is_for_its_roles_only(network: Network):
    assert network.signed_in("coordinator").read("/invitations").status_code == 403
    for role in ("peer_helper", "person", "professional"):
        client = network.signed_in(role)
        assert client.read("/invitations").status_code == 200
        assert client.read("/courriels").status_code == 403


def test_the_coordinator_sees_whom_a_mail_did_not_reach_and_how_to_reach_them_but_not_what_it_said(network: Network):
    ana = give_ana_an_address(network)
    mail = a_refused_mail(network, ana)
    client = network.signed_in("coordinator")
    page = client.read("/courriels").text

    assert "Ana" in page
    assert "sur sa page" in page
    assert "Cette adresse n’existe pas" in page
    assert "Une phrase à garder" not in page
    assert "ana.lambert" not in page
    assert "/courriels" in client.read("/binomes").text
    assert client.fill(f"/courriels/{mail}/renvoyer", "/courriels").status_code == 303
    assert "1 e-mail attend son départ" in client.read("/courriels").text


def test_what_was_said_otherwise_leaves_the_list(network: Network):
    mail = a_refused_mail(network, give_ana_an_address(network))
    client = network.signed_in("coordinator")
    assert client.fill(f"/courriels/{mail}/regler", "/courriels").status_code == 303

    assert "Tout est parti" in client.read("/courriels").text
    assert client.fill(f"/courriels/{mail}/regler", "/demandes").status_code == 404


@pytest.mark.parametrize("said", ["other_time", "declined", "accepted", "bounced", "unreadable"])
def test_answers_to_read_are_said_in_words_until_they_are_dealt_with(network: Network, said: str):
    reply = an_answer(network, give_ana_an_address(network), said)
    client = network.signed_in("coordinator")
    page = client.read("/courriels").text
    assert "Ana" in page
    assert said not in page

    assert client.fill(f"/courriels/reponses/{reply}/vu", "/courriels").status_code == 303
    assert "Aucune réponse à lire" in client.read("/courriels").text


def test_where_no_mail_server_is_set_the_page_says_so():
    site = make_site()
    network = Network(site)
    give_ana_an_address(network)
    helper = network.signed_in("peer_helper", "Ana")
    helper.fill("/invitations/choisir", "/invitations", by_mail="yes", level="minimal", language="fr")

    assert "n’envoie pas encore d’e-mails" in helper.read("/invitations").text
    page = network.signed_in("coordinator").read("/courriels").text
    assert "n’est pas réglé" in page
    assert "1 personne attend des invitations" in page
    sites.give_back(site.db)


def test_a_demonstration_sends_to_this_machine_only():
    away = make_site(smtp_url="smtp://mail.example", mail_from="agenda@fil.example")
    here = make_site(smtp_url="smtp://localhost:2525", mail_from="agenda@fil.example")

    assert mailing.server_of(away.settings) is None
    assert mailing.server_of(here.settings) is not None
    for site in (away, here):
        sites.give_back(site.db)
