"""Passkeys, by a key that the test makes itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from service import access, invitations_to_join, passkeys, sign_ins
from service.errors import LinkNotValid, NotAcceptable, SignInFailed
from service.tables.access import Letter, Passkey, PasskeyChallenge
from tests.service.access.builders import BASE, EMAIL, HERE, PASSWORD, House, at
from tests.service.access.software_key import PRESENT, SoftwareKey

HOST = "fil.example"


def a_key(**bent: object) -> SoftwareKey:
    return SoftwareKey(**({"origin": BASE, "host": HOST} | bent))  # type: ignore[arg-type]


def joined(house: House, key: SoftwareKey) -> str:
    """The session of a coordinator who joined with a passkey alone."""
    token = house.invitation()
    options = invitations_to_join.ask_for_passkey(house.site, token, HERE, clock=at())
    return invitations_to_join.join_with_passkey(house.site, token, key.create(options), "Téléphone", HERE, clock=at())[
        0
    ]


def entered(house: House, key: SoftwareKey, **after: float) -> str:
    options = passkeys.ask_to_sign_in(house.site, clock=at(**after))
    return passkeys.enter(house.site, key.get(options), HERE, clock=at(**after))[0]


def test_a_coordinator_joins_and_comes_in_with_a_passkey_and_no_password(house: House):
    key = a_key()
    session = joined(house, key)

    assert house.is_in(session)
    assert house.is_in(entered(house, key))
    with house.site.db() as tx:
        assert tx.exec(select(Passkey)).one().sign_count == 1


def test_an_invitation_works_once_also_with_a_passkey(house: House):
    token = house.invitation()
    options = invitations_to_join.ask_for_passkey(house.site, token, HERE, clock=at())
    answer = a_key().create(options)
    invitations_to_join.join_with_passkey(house.site, token, answer, "", HERE, clock=at())

    with pytest.raises(LinkNotValid):
        invitations_to_join.join_with_passkey(house.site, token, answer, "", HERE, clock=at())


@pytest.mark.parametrize(
    "bent",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://fil.example"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
    ],
    ids=["another site", "without TLS", "for another host", "owner not verified", "nobody there"],
)
def test_a_key_that_says_something_else_is_not_kept_and_does_not_open(house: House, bent: dict[str, object]):
    with pytest.raises(NotAcceptable):
        joined(house, a_key(**bent))

    key = a_key()
    joined(house, key)
    for name, value in bent.items():
        setattr(key, name, value)
    with pytest.raises(SignInFailed):
        entered(house, key)


def test_another_key_with_the_same_name_does_not_open(house: House):
    joined(house, a_key())

    with pytest.raises(SignInFailed):
        entered(house, a_key())


def test_an_unknown_key_does_not_open(house: House):
    joined(house, a_key())

    with pytest.raises(SignInFailed):
        entered(house, a_key(id=b"nobody's"))


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", '{"id": 1}', '{"id": "x", "response": {"clientDataJSON": "é"}}']
)
def test_nonsense_is_refused_and_breaks_nothing(house: House, sent: str):
    with pytest.raises(SignInFailed):
        passkeys.enter(house.site, sent, HERE, clock=at())


@pytest.mark.parametrize(("seconds", "opens"), [(299, True), (300, False)])
def test_what_is_to_be_signed_lives_five_minutes(house: House, seconds: int, opens: bool):
    key = a_key()
    joined(house, key)
    answer = key.get(passkeys.ask_to_sign_in(house.site, clock=at()))

    if opens:
        assert passkeys.enter(house.site, answer, HERE, clock=at(seconds=seconds))
    else:
        with pytest.raises(SignInFailed):
            passkeys.enter(house.site, answer, HERE, clock=at(seconds=seconds))


def test_an_answer_opens_once_also_for_twenty_at_once(busy_house: House):
    key = a_key()
    joined(busy_house, key)
    answer = key.get(passkeys.ask_to_sign_in(busy_house.site, clock=at()))

    def come(number: int) -> bool:
        try:
            passkeys.enter(busy_house.site, answer, f"192.0.2.{number}", clock=at())
        except SignInFailed:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(come, range(20))).count(True) == 1


def test_an_answer_for_one_purpose_does_not_serve_another(house: House):
    key = a_key()
    joined(house, key)
    options = passkeys.ask_to_sign_in(house.site, "confirm", house.account("coordinator").id, clock=at())

    with pytest.raises(SignInFailed):
        passkeys.enter(house.site, key.get(options), HERE, clock=at())


def test_a_counter_that_goes_back_tells_of_a_copy(house: House):
    key = a_key()
    joined(house, key)
    entered(house, key)
    entered(house, key, seconds=1)
    key.count = 0

    with pytest.raises(SignInFailed):
        entered(house, key, seconds=2)


def test_only_the_hash_of_what_is_to_be_signed_is_kept(house: House):
    options = passkeys.ask_to_sign_in(house.site, clock=at())
    with house.site.db() as tx:
        kept = tx.exec(select(PasskeyChallenge)).one()

    assert kept.challenge_hash not in options
    assert len(kept.challenge_hash) == 64


def test_a_passkey_opens_while_passwords_are_held_back(house: House):
    house.joined()
    session = house.actor("coordinator")
    key = a_key()
    options = passkeys.ask_to_register(house.site, session.account_id or 0, "register", clock=at())
    passkeys.add(house.site, session, "no session of theirs", key.create(options), "Clé", clock=at())
    for _ in range(5):
        with pytest.raises(SignInFailed):
            sign_ins.with_password(house.site, EMAIL, "faux faux faux faux", HERE, clock=at())
    with pytest.raises(access.access_attempts.TooManyTries):
        sign_ins.with_password(house.site, EMAIL, PASSWORD, HERE, clock=at())

    assert house.is_in(entered(house, key))


def test_adding_a_passkey_ends_other_sessions_and_tells_its_owner(house: House):
    claire = house.joined()
    key = a_key()
    actor = house.actor("coordinator")
    options = passkeys.ask_to_register(house.site, claire.account.id or 0, "register", clock=at())
    passkeys.add(house.site, actor, "another session", key.create(options), "Clé", clock=at())

    assert not house.is_in(claire.session)
    with house.site.db() as tx:
        assert "factor_changed" in tx.exec(select(Letter.template)).all()


def test_the_last_way_in_cannot_be_removed(house: House):
    joined(house, a_key())
    actor = house.actor("coordinator")
    [held] = passkeys.held(house.site, actor)

    with pytest.raises(NotAcceptable):
        passkeys.remove(house.site, actor, "", held.public_id, clock=at())


def test_a_session_is_confirmed_by_a_passkey_of_one_s_own_only(house: House):
    key, other = a_key(), a_key(id=b"of Paul")
    session = joined(house, key)
    paul = house.account("professional", "Paul")
    token = house.invitation("professional", "Paul")
    options = invitations_to_join.ask_for_passkey(house.site, token, HERE, clock=at())
    invitations_to_join.join_with_passkey(house.site, token, other.create(options), "", HERE, clock=at())
    actor = house.actor("coordinator")

    def confirmed(by: SoftwareKey) -> None:
        asked = passkeys.ask_to_sign_in(house.site, "confirm", actor.account_id, clock=at(minutes=6))
        passkeys.confirm(house.site, actor, session, by.get(asked), HERE, clock=at(minutes=6))

    def fresh() -> bool:
        seen = access.visitor(house.site, session, clock=at(minutes=6))
        return seen is not None and seen.is_fresh

    assert not fresh()
    with pytest.raises(SignInFailed):
        confirmed(other)
    assert not fresh()
    confirmed(key)
    assert fresh()
    assert paul.active
