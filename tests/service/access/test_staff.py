"""Two factors for whoever sees several people's data."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from service import access, accounts, mail_addresses, mailed_links, passwords, post, sign_ins
from service.errors import LinkNotValid, NotAcceptable, SignInFailed
from service.hashes import hashed
from service.site import Site
from service.tables.access import (
    Account,
    Authenticator,
    HalfSignIn,
    Letter,
    OwnKey,
    RecoveryCode,
    SignInLink,
    WebSession,
)
from tests.service.access.builders import EMAIL, HERE, NEW_PASSWORD, NOW, PASSWORD, House, at, words_of


def count(site: Site, table: type) -> int:
    with site.db() as tx:
        return len(tx.exec(select(table)).all())


def come_in(house: House, code: str, **after: float) -> str:
    half = sign_ins.with_password(house.site, EMAIL, PASSWORD, HERE, clock=at(**after))
    return sign_ins.with_code(house.site, half, code, HERE, clock=at(**after))[0]


def test_a_coordinator_comes_in_with_password_and_code(house: House):
    claire = house.really_joined()
    visitor = house.visitor()
    first = visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
    halfway = visitor.read("/demandes")
    second = visitor.fill("/entrer/second/verifier", "/entrer/second", code=claire.code_now())

    assert first.headers["location"] == "/entrer/second"
    assert halfway.headers["location"] == "/entrer"
    assert second.headers["location"] == "/aujourdhui?fait=entered"
    assert "Claire" in visitor.read("/aujourdhui").text


def test_a_right_password_alone_is_no_session(house: House):
    house.joined()
    before = count(house.site, WebSession)
    half = sign_ins.with_password(house.site, EMAIL, PASSWORD, HERE, clock=at())

    assert access.visitor(house.site, half, clock=at()) is None
    assert count(house.site, WebSession) == before
    assert count(house.site, HalfSignIn) == 1


@pytest.mark.parametrize(("seconds", "opens"), [(299, True), (300, False)])
def test_the_second_factor_has_five_minutes(house: House, seconds: int, opens: bool):
    claire = house.joined()
    half = sign_ins.with_password(house.site, EMAIL, PASSWORD, HERE, clock=at())

    assert (sign_ins.half_way(house.site, half, clock=at(seconds=seconds)) == claire.account.id) is opens


def test_a_code_opens_once_also_when_it_is_typed_otherwise(house: House):
    claire = house.joined()
    code = claire.code()
    come_in(house, code)

    for again in (code, f"{code[:3]} {code[3:]}", f"{code[:3]}-{code[3:]}"):
        with pytest.raises(SignInFailed):
            come_in(house, again, seconds=1)


def test_a_code_typed_with_a_blank_is_the_same_code(house: House):
    code = house.joined().code()

    assert house.is_in(come_in(house, f" {code[:3]} {code[3:]} "))


def test_an_earlier_code_does_not_open_after_a_later_one(house: House):
    claire = house.joined()
    earlier, later = claire.code(seconds=-30), claire.code()
    come_in(house, later)

    with pytest.raises(SignInFailed):
        come_in(house, earlier)


def test_a_paper_code_opens_once_in_place_of_the_application(house: House):
    claire = house.joined()

    assert len(set(claire.codes)) == 10
    assert house.is_in(come_in(house, claire.codes[3].lower().replace("-", " ")))
    with pytest.raises(SignInFailed):
        come_in(house, claire.codes[3])


def test_the_secret_and_the_codes_are_not_in_the_database(house: House):
    claire = house.joined()
    with house.site.db() as tx:
        kept = tx.exec(select(Authenticator)).one()
        hashes = set(tx.exec(select(RecoveryCode.code_hash)).all())
        account = tx.get_one(Account, claire.account.id)

    assert claire.secret.encode() not in kept.secret_sealed
    assert hashes.isdisjoint({hashed(code) for code in claire.codes})
    assert str(account.password_hash).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert EMAIL.encode() not in (account.email_sealed or b"")


def test_known_and_unknown_addresses_get_the_same_answer(house: House):
    house.really_joined()
    visitor = house.visitor()
    seal = visitor.seal("/entrer/mot-de-passe")

    for path in ("/entrer/mot-de-passe/verifier", "/mot-de-passe/oublie/demander", "/entrer/courriel/demander"):
        extra = {"password": "quelque chose de faux"} if path.endswith("verifier") else {}
        known, unknown = (
            visitor.post(path, data={"csrf": seal, "email": email} | extra, follow_redirects=False)
            for email in (EMAIL, "nobody@example.org")
        )
        assert known.content == unknown.content
        assert known.status_code == unknown.status_code
        shown = [
            {name: value for name, value in answer.headers.items() if name != "set-cookie"}
            for answer in (known, unknown)
        ]
        assert shown[0] == shown[1]


def test_an_unknown_address_costs_a_hash_as_well(house: House, monkeypatch: pytest.MonkeyPatch):
    house.joined()
    asked: list[str | None] = []
    verify = passwords.verify

    def noted(kept: str | None, given: str) -> bool:
        asked.append(kept)
        return verify(kept, given)

    monkeypatch.setattr(passwords, "verify", noted)
    for email in (EMAIL, "nobody@example.org"):
        with pytest.raises(SignInFailed):
            sign_ins.with_password(house.site, email, "faux faux faux faux", HERE, clock=at())

    assert [kept is None for kept in asked] == [False, True]


def test_a_link_alone_lets_no_coordinator_in(house: House):
    link = access.new_link(house.site, "coordinator", clock=at())
    token = link.rsplit("/", 1)[-1]

    assert "/rejoindre/" in link
    with pytest.raises(LinkNotValid):
        access.enter(house.site, token, HERE, clock=at())


def test_a_forgotten_password_is_chosen_anew_and_the_codes_stay(house: House):
    claire = house.joined()
    mailed_links.ask_for_reset(house.site, EMAIL.upper(), HERE, clock=at())
    letter = last_letter(house)
    token = letter["link"].rsplit("/", 1)[-1]
    with pytest.raises(NotAcceptable):
        mailed_links.reset_password(house.site, token, "trop court", HERE, clock=at())
    mailed_links.reset_password(house.site, token, NEW_PASSWORD, HERE, clock=at())

    assert not house.is_in(claire.session)
    with pytest.raises(SignInFailed):
        sign_ins.with_password(house.site, EMAIL, PASSWORD, HERE, clock=at())
    half = sign_ins.with_password(house.site, EMAIL, NEW_PASSWORD, HERE, clock=at())
    assert house.is_in(sign_ins.with_code(house.site, half, claire.code(), HERE, clock=at())[0])
    with pytest.raises(LinkNotValid):
        mailed_links.reset_password(house.site, token, PASSWORD, HERE, clock=at())


@pytest.mark.parametrize(("seconds", "opens"), [(599, True), (600, False)])
def test_a_link_for_a_password_lives_ten_minutes(house: House, seconds: int, opens: bool):
    house.joined()
    mailed_links.ask_for_reset(house.site, EMAIL, HERE, clock=at())
    token = last_letter(house)["link"].rsplit("/", 1)[-1]

    if opens:
        mailed_links.reset_password(house.site, token, NEW_PASSWORD, HERE, clock=at(seconds=seconds))
    else:
        with pytest.raises(LinkNotValid):
            mailed_links.reset_password(house.site, token, NEW_PASSWORD, HERE, clock=at(seconds=seconds))


def last_letter(house: House) -> dict[str, str]:
    with house.site.db() as tx:
        newest = tx.exec(select(Letter).order_by(Letter.id.desc())).first()  # type: ignore[union-attr]
    assert newest is not None
    return post.hand_over(house.site, house.actor("coordinator"), newest.public_id, clock=at())[1]


def test_of_twenty_with_one_code_exactly_one_comes_in(busy_house: House):
    claire = busy_house.joined()
    halves = [sign_ins.with_password(busy_house.site, EMAIL, PASSWORD, HERE, clock=at()) for _ in range(4)]
    code = claire.code()

    def come(number: int) -> bool:
        try:
            sign_ins.with_code(busy_house.site, halves[number % 4], code, f"192.0.2.{number}", clock=at())
        except SignInFailed:
            return False
        except access.access_attempts.TooManyTries:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        entered = list(pool.map(come, range(20)))

    assert entered.count(True) == 1


def test_no_log_holds_password_code_token_or_address(house: House, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password="faux faux faux faux")
    visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
    code = claire.code_now()
    visitor.fill("/entrer/second/verifier", "/entrer/second", code=code)
    link = access.new_link(house.site, "peer_helper")
    visitor.get(link.removeprefix("https://fil.example"))
    told = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records if "lefil" in record.name)

    assert "POST" in told
    session, token = visitor.cookies["__Host-lefil"], link.rsplit("/", 1)[-1]
    for secret in (PASSWORD, EMAIL, token, claire.secret, "faux faux", session):
        assert secret not in told


@pytest.mark.parametrize(
    "password",
    [
        "azertyuiop123",
        "motdepasse2027",
        "Bonjour!Bonjour!",
        "abcabcabcabcabc",
        "123456789012",
        "Wachtwoord2027!",
        "Passwort1234567",
        "LeFilSeraing2027",
        "claire-claire-2027",
        "P@ssw0rd12345",
        "aaaaaaaaaaaaaaaa",
        "elevencharz",
        "x" * 129,
    ],
)
def test_passwords_that_others_try_early_are_refused(password: str):
    with pytest.raises(NotAcceptable):
        passwords.check(password, ["Claire", "Seraing", "claire", "example.org"])


@pytest.mark.parametrize(
    "password", [PASSWORD, NEW_PASSWORD, "Zq7#mVt2!pLw", "vélo bleu, lune à midi", "correct cheval batterie agrafe"]
)
def test_long_uncommon_passwords_are_taken_as_typed(password: str):
    passwords.check(password, ["Claire", "Seraing", "claire", "example.org"])
    kept = passwords.hash_of(password)

    assert passwords.verify(kept, password)
    assert not passwords.verify(kept, password + " ")
    assert not passwords.verify(kept, password.upper())


def test_the_list_of_common_passwords_is_long_enough():
    assert len(passwords.common()) >= 20_000
    assert {"azerty", "soleil", "wachtwoord", "passwort", "password"} <= passwords.common()


def test_a_session_id_that_we_did_not_give_is_not_adopted_and_the_one_before_ends(house: House):
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.cookies.set("__Host-lefil", claire.session)
    visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
    visitor.fill("/entrer/second/verifier", "/entrer/second", code=claire.code_now())
    given = [cookie.value for cookie in visitor.cookies.jar if cookie.name == "__Host-lefil"]

    assert access.visitor(house.site, claire.session) is None
    assert any(access.visitor(house.site, str(token)) for token in given)
    with house.site.db() as tx:
        assert hashed("chosen by somebody else") not in tx.exec(select(WebSession.token_hash)).all()


@pytest.mark.parametrize(("role", "name"), [("peer_helper", "Ana"), ("person", "Yann")])
def test_whoever_comes_by_link_has_no_way_in_by_password(house: House, role: str, name: str):
    account = house.account(role, name)
    with house.site.db.begin() as tx:
        kept = tx.get_one(Account, account.id)
        mail_addresses.put(tx, house.site, kept, "own@example.org")
        kept.password_hash = passwords.hash_of(PASSWORD)

    with pytest.raises(SignInFailed):
        sign_ins.with_password(house.site, "own@example.org", PASSWORD, HERE, clock=at())


@pytest.mark.parametrize(("role", "name"), [("coordinator", "Claire"), ("professional", "Paul")])
def test_staff_have_no_way_in_by_mailed_link_or_paper(house: House, role: str, name: str):
    account = house.account(role, name)
    device, secret = "a browser", "a secret of 256 bits, to be sure"
    with house.site.db.begin() as tx:
        mail_addresses.put(tx, house.site, tx.get_one(Account, account.id), "own@example.org")
        key = {"secret_hash": hashed(secret), "made_at": NOW, "expires_at": NOW + timedelta(days=1)}
        tx.add(OwnKey(account_id=account.id or 0, kind="link", **key))
        link = {"token_hash": hashed("token"), "made_at": NOW, "expires_at": NOW + timedelta(days=1)}
        tx.add(SignInLink(account_id=account.id or 0, **link))
    mailed_links.ask_for_link(house.site, "own@example.org", device, HERE, clock=at())

    assert count(house.site, Letter) == 0
    for given in (secret, "token"):
        with pytest.raises(LinkNotValid):
            access.enter(house.site, given, HERE, clock=at())


@pytest.mark.parametrize(
    ("idle", "whole"), [(timedelta(minutes=30), timedelta(hours=12))], ids=["30 minutes, 12 hours"]
)
def test_sessions_of_staff_end_at_their_limits(house: House, idle: timedelta, whole: timedelta):
    second = timedelta(seconds=1)
    quiet = house.joined(minutes=0).session
    assert house.is_in(quiet, seconds=(idle - second).total_seconds())
    quiet = house.joined(minutes=0).session
    assert not house.is_in(quiet, seconds=idle.total_seconds())
    busy, moment = house.joined(minutes=0).session, timedelta()
    while moment + idle / 2 < whole:
        moment += idle / 2
        assert house.is_in(busy, seconds=moment.total_seconds())
    assert house.is_in(busy, seconds=(whole - second).total_seconds())
    assert not house.is_in(busy, seconds=whole.total_seconds())


def test_a_page_of_an_account_shows_its_sessions_and_ends_the_others(house: House):
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
    visitor.fill("/entrer/second/verifier", "/entrer/second", code=claire.code_now())
    shown = words_of(visitor.read("/compte"))
    answer = visitor.fill("/compte/sessions/terminer-les-autres", "/compte")

    assert "Firefox, Linux ici" in shown
    assert answer.headers["location"] == "/compte?fait=sessions_ended"
    assert access.visitor(house.site, claire.session) is None
    assert visitor.read("/compte").status_code == 200


def test_a_closed_account_is_out_at_once_and_cannot_come_back(house: House):
    paul = house.joined("professional", "Paul", email="paul@example.org")
    assert house.is_in(paul.session)
    accounts.set_active(house.site, house.actor("coordinator"), paul.account.public_id, active=False, clock=at())

    assert not house.is_in(paul.session)
    assert count(house.site, WebSession) == 0
    with pytest.raises(SignInFailed):
        sign_ins.with_password(house.site, "paul@example.org", PASSWORD, HERE, clock=at())


def test_factors_change_only_within_five_minutes_of_a_proof(house: House):
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
    visitor.fill("/entrer/second/verifier", "/entrer/second", code=claire.code_now())
    with house.site.db.begin() as tx:
        for session in tx.exec(select(WebSession)).all():
            session.confirmed_at -= timedelta(minutes=5)
    pages = ("/compte/mot-de-passe", "/compte/codes", "/compte/cles", "/compte/adresse", "/urgences/ouvrir")
    sent_away = [visitor.read(path).headers.get("location") for path in pages]
    confirmed = visitor.fill(
        "/compte/confirmer/mot-de-passe", "/compte/confirmer", password=PASSWORD, back="/compte/mot-de-passe"
    )
    before = visitor.cookies["__Host-lefil"]
    changed = visitor.fill("/compte/mot-de-passe/changer", "/compte/mot-de-passe", password=NEW_PASSWORD)

    assert sent_away == [f"/compte/confirmer?retour={path}" for path in pages]
    assert confirmed.headers["location"] == "/compte/mot-de-passe?fait=confirmed"
    assert changed.headers["location"] == "/compte?fait=password_changed"
    assert visitor.cookies["__Host-lefil"] != before
    assert access.visitor(house.site, before) is None
    assert access.visitor(house.site, claire.session) is None
    with house.site.db() as tx:
        assert "password_changed" in tx.exec(select(Letter.template)).all()


def test_whoever_must_confirm_while_sending_comes_back_to_the_page_of_the_form(house: House):
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.fill("/entrer/mot-de-passe/verifier", "/entrer/mot-de-passe", email=EMAIL, password=PASSWORD)
    visitor.fill("/entrer/second/verifier", "/entrer/second", code=claire.code_now())
    with house.site.db.begin() as tx:
        for session in tx.exec(select(WebSession)).all():
            session.confirmed_at -= timedelta(minutes=5)
    sent = {
        path: visitor.fill(path, "/compte", secret="nothing-of-this").headers["location"]
        for path in (
            "/compte/mot-de-passe/changer",
            "/compte/cles/some-key/retirer",
            "/reglages/calendriers/adresses/creer",
            "/urgences/ouvrir/maintenant",
        )
    }

    assert sent == {
        "/compte/mot-de-passe/changer": "/compte/confirmer?retour=/compte/mot-de-passe",
        "/compte/cles/some-key/retirer": "/compte/confirmer?retour=/compte/cles",
        "/reglages/calendriers/adresses/creer": "/compte/confirmer?retour=/reglages/calendriers/adresses",
        "/urgences/ouvrir/maintenant": "/compte/confirmer?retour=/urgences/ouvrir",
    }
