"""Whom a coordinator invites, and how the invited come in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from service import access, accounts, invitations_to_join, post
from service.errors import LinkNotValid, NotAcceptable, NotAllowed, NotFound, TooManyInvitations
from service.invitations_to_join import Invited
from service.tables.access import Account
from service.tables.mail import OutboxMessage
from service.tables.people import PeerHelper, Professional
from tests.service.access.builders import HERE, NOW, PASSWORD, House, at, code_at, words_of


def invited(house: House, role: str = "professional", **whom: str) -> Invited:
    whom = {"name": "Nadia", "email": "nadia@example.org"} | whom
    return invitations_to_join.invite(house.site, house.actor("coordinator"), role, clock=at(), **whom)


def token_of(one: Invited) -> str:
    return one.link.rsplit("/", 1)[-1]


def join(house: House, token: str, **after: float) -> Account:
    secret = invitations_to_join.joining(house.site, token, clock=at(**after)).secret
    code = code_at(secret, at(**after).now())
    return invitations_to_join.join(house.site, token, PASSWORD, code, HERE, clock=at(**after))[1]


@pytest.mark.parametrize("role", ["professional", "coordinator"])
def test_somebody_new_joins_in_their_role(house: House, role: str):
    account = join(house, token_of(invited(house, role)))

    assert account.role == role
    with house.site.db() as tx:
        row = tx.exec(select(Professional).where(Professional.id == account.party_id)).one()
        assert (row.display_name, row.roles) == ("Nadia", ["coordinator"] if role == "coordinator" else [])


def test_a_helper_who_is_there_is_in_at_once(house: House):
    had = house.account("peer_helper", "Ana").id
    with house.site.db.begin() as tx:
        tx.delete(tx.get_one(Account, had))
        helper = tx.exec(select(PeerHelper).where(PeerHelper.display_name == "Ana")).one()
    link = invited(house, "peer_helper", party_id=helper.public_id, email="")
    session, account = invitations_to_join.join_as_helper(house.site, token_of(link), HERE, clock=at())

    assert (account.role, account.party_id) == ("peer_helper", helper.id)
    assert house.is_in(session)


def test_staff_do_not_come_in_by_the_link_alone(house: House):
    token = token_of(invited(house))

    with pytest.raises(LinkNotValid):
        invitations_to_join.join_as_helper(house.site, token, HERE, clock=at())
    with pytest.raises(LinkNotValid):
        access.enter(house.site, token, HERE, clock=at())
    assert join(house, token).role == "professional"


def test_a_wrong_code_leaves_the_invitation_and_nobody_half_way(house: House):
    token = token_of(invited(house))
    with pytest.raises(NotAcceptable):
        invitations_to_join.join(house.site, token, PASSWORD, "000000", HERE, clock=at())
    with house.site.db() as tx:
        [account] = [one for one in tx.exec(select(Account)).all() if one.email_hash is not None]

    assert account.password_hash is None
    assert join(house, token).id == account.id


@pytest.mark.parametrize(("seconds", "opens"), [(-1, True), (0, False)])
def test_an_invitation_lives_seven_days(house: House, seconds: int, opens: bool):
    token = token_of(invited(house))

    if opens:
        assert join(house, token, days=7, seconds=seconds)
    else:
        with pytest.raises(LinkNotValid):
            invitations_to_join.joining(house.site, token, clock=at(days=7, seconds=seconds))


def test_a_new_invitation_ends_the_one_before(house: House):
    first = token_of(invited(house))
    with house.site.db() as tx:
        [account] = [one for one in tx.exec(select(Account)).all() if one.email_hash is not None]
    second = invitations_to_join.renew(house.site, house.actor("coordinator"), account.public_id, clock=at())

    with pytest.raises(LinkNotValid):
        join(house, first)
    assert join(house, token_of(second))


def test_whoever_joins_again_has_only_the_new_way_in(house: House):
    claire = house.joined()
    again = house.joined()

    assert not house.is_in(claire.session)
    assert house.is_in(again.session)
    assert set(claire.codes).isdisjoint(again.codes)
    assert claire.secret != again.secret


def test_of_twenty_with_one_invitation_exactly_one_joins(busy_house: House):
    token = token_of(invited(busy_house))
    code = code_at(invitations_to_join.joining(busy_house.site, token, clock=at()).secret, NOW)

    def come(number: int) -> bool:
        try:
            invitations_to_join.join(busy_house.site, token, PASSWORD, code, f"192.0.2.{number}", clock=at())
        except LinkNotValid:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(come, range(20))).count(True) == 1


def test_the_eleventh_invitation_of_an_hour_waits(house: House):
    for number in range(10):
        invited(house, name=f"N{number}", email=f"n{number}@example.org")
    with pytest.raises(TooManyInvitations) as refused:
        invited(house, name="N11", email="n11@example.org")
    later = invitations_to_join.invite(
        house.site, house.actor("coordinator"), "professional", name="N11", email="n11@example.org", clock=at(hours=1)
    )

    assert refused.value.seconds == 3600
    # Here no server sends mail: the coordinator hands the link over.
    assert not later.is_mailed


@pytest.mark.parametrize(
    "whom", [{"email": ""}, {"email": "no address"}, {"name": "  "}], ids=["no address", "not one", "no name"]
)
def test_an_invitation_needs_a_name_and_an_address(house: House, whom: dict[str, str]):
    with pytest.raises(NotAcceptable):
        invited(house, **whom)
    with house.site.db() as tx:
        assert [one for one in tx.exec(select(Professional)).all() if one.display_name == "Nadia"] == []


def test_one_address_is_of_one_account(house: House):
    invited(house)
    with pytest.raises(NotAcceptable):
        invited(house, name="Autre", email="NADIA@example.org ")


def test_a_professional_is_not_invited_as_a_helper(house: House):
    with house.site.db() as tx:
        paul = tx.exec(select(Professional).where(Professional.display_name == "Paul")).one()

    with pytest.raises(NotAcceptable):
        invited(house, "peer_helper", party_id=paul.public_id)


def test_nobody_of_another_territory_is_invited_or_closed(house: House):
    with house.site.db() as tx:
        ids = [one.public_id for one in tx.exec(select(Account)).all() if one.territory_id != 1]
        other = tx.exec(select(Professional).where(Professional.display_name == "Paul d’ailleurs")).one()

    with pytest.raises(NotFound):
        invited(house, party_id=other.public_id)
    for account in ids:
        with pytest.raises(NotFound):
            accounts.set_active(house.site, house.actor("coordinator"), account, active=False, clock=at())


def test_nobody_closes_their_own_account(house: House):
    with pytest.raises(NotAllowed):
        accounts.set_active(
            house.site, house.actor("coordinator"), house.account("coordinator").public_id, active=False, clock=at()
        )


def test_a_coordinator_invites_through_the_pages_and_the_link_shows_once(house: House):
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.cookies.set("__Host-lefil", claire.session)
    shown = visitor.fill("/comptes/inviter", "/comptes", role="professional", name="Nadia", email="nadia@example.org")
    again = visitor.read("/comptes")

    assert "Invitation pour Nadia" in words_of(shown)
    assert "https://fil.example/rejoindre/" in shown.text
    assert "/rejoindre/" not in again.text
    assert "Nadia Professionnelle ou professionnel Invitation envoyée" in words_of(again)


def test_where_mail_is_set_the_invitation_leaves_by_mail_and_no_letter_waits(house: House):
    settings = house.site.settings.model_copy(
        update={"smtp_url": "smtp://localhost:2525", "mail_from": "fil@example.org"}
    )
    site = replace(house.site, settings=settings)
    made = invitations_to_join.invite(
        site, house.actor("coordinator"), "professional", name="Nadia", email="nadia@example.org", clock=at()
    )
    with site.db() as tx:
        [mail] = tx.exec(select(OutboxMessage)).all()
        told = site.seals.open_shared(tx, f"outbox_message.content_sealed:{mail.public_id}", mail.content_sealed or b"")

    assert post.waiting(site, house.actor("coordinator"), clock=at()) == []
    assert (mail.kind, mail.party_id, mail.expires_at) == ("account", None, at(days=7).now())
    assert told["to"] == "nadia@example.org"
    assert token_of(made)[:20] in told["content"].replace("=\r\n", "").replace("=\n", "")
    assert "Nadia" not in told["content"]


def test_a_message_is_shown_once_to_whoever_hands_it_over(house: House):
    invited(house)
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.cookies.set("__Host-lefil", claire.session)
    [waiting] = [one for one in post.waiting(house.site, house.actor("coordinator")) if one.name == "Nadia"]
    shown = visitor.fill(f"/comptes/messages/{waiting.public_id}", "/comptes")
    again = visitor.fill(f"/comptes/messages/{waiting.public_id}", "/comptes")

    assert "https://fil.example/rejoindre/" in shown.text
    assert "nadia@example.org" in shown.text
    assert again.status_code == 404


@pytest.mark.parametrize("role", ["peer_helper", "professional", "person"])
def test_nobody_else_sees_the_accounts(house: House, role: str):
    session = house.joined("professional", "Paul", email="paul@example.org").session if role == "professional" else ""
    if role != "professional":
        token = access.new_link(house.site, role).rsplit("/", 1)[-1]
        session = access.enter(house.site, token, HERE)[0]
    visitor = house.visitor()
    visitor.cookies.set("__Host-lefil", session)

    assert visitor.read("/comptes").status_code in (303, 403)
    assert "Claire" not in visitor.read("/comptes").text.split("<main")[-1]
