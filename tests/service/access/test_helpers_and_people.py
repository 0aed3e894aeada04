"""Peer helpers by mailed link or code, persons by their own link or paper code; each sees what is theirs."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from service import access, accounts, audit, mail_addresses, mailed_links, own_keys, post
from service.access_attempts import TooManyTries
from service.errors import LinkNotValid, NotAcceptable, NotFound, SignInFailed
from service.hashes import hashed
from service.site import Site
from service.tables.access import Account, OwnKey, SignInLink, WebSession
from service.tables.people import Party, PeerHelper
from tests.service.access.builders import HERE, House, at, words_of
from tests.service.record import builders

MAIL = "ana@example.org"
DEVICE = "the browser of Ana, which asked"


@pytest.fixture
def ana(house: House) -> Account:
    """A helper whose address is known."""
    account = house.account("peer_helper", "Ana")
    with house.site.db.begin() as tx:
        kept = tx.get_one(Account, account.id)
        mail_addresses.put(tx, house.site, kept, MAIL)
    return account


def asked(house: House) -> dict[str, str]:
    """The letter with link and code, as it reaches Ana."""
    mailed_links.ask_for_link(house.site, MAIL, DEVICE, HERE, clock=at())
    [waiting] = [
        one for one in post.waiting(house.site, house.actor("coordinator"), clock=at()) if one.template == "sign_in"
    ]
    return post.hand_over(house.site, house.actor("coordinator"), waiting.public_id, clock=at())[1]


def test_the_link_opens_the_agenda_on_any_device(house: House, ana: Account):
    token = asked(house)["link"].rsplit("/", 1)[-1]
    session, account = access.enter(house.site, token, HERE, clock=at())

    assert account.id == ana.id
    assert house.is_in(session)


def test_the_code_opens_only_where_it_was_asked_for(house: House, ana: Account):
    code = asked(house)["code"]
    with pytest.raises(SignInFailed):
        mailed_links.enter_with_code(house.site, "another browser", code, HERE, clock=at())
    session, account = mailed_links.enter_with_code(house.site, DEVICE, code.lower(), HERE, clock=at())

    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    assert (account.id, house.is_in(session)) == (ana.id, True)
    with pytest.raises(SignInFailed):
        mailed_links.enter_with_code(house.site, DEVICE, code, HERE, clock=at())


@pytest.mark.usefixtures("ana")
def test_link_and_code_are_one_ticket(house: House):
    letter = asked(house)
    mailed_links.enter_with_code(house.site, DEVICE, letter["code"], HERE, clock=at())

    with pytest.raises(LinkNotValid):
        access.enter(house.site, letter["link"].rsplit("/", 1)[-1], HERE, clock=at())


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(("seconds", "opens"), [(599, True), (600, False)])
def test_link_and_code_live_ten_minutes(house: House, seconds: int, opens: bool):
    first, second = asked(house), asked(house)

    def come() -> None:
        access.enter(house.site, first["link"].rsplit("/", 1)[-1], HERE, clock=at(seconds=seconds))
        mailed_links.enter_with_code(house.site, DEVICE, second["code"], HERE, clock=at(seconds=seconds))

    if opens:
        come()
    else:
        with pytest.raises(LinkNotValid):
            access.enter(house.site, first["link"].rsplit("/", 1)[-1], HERE, clock=at(seconds=seconds))
        with pytest.raises(SignInFailed):
            mailed_links.enter_with_code(house.site, DEVICE, second["code"], HERE, clock=at(seconds=seconds))


@pytest.mark.usefixtures("ana")
def test_neither_link_nor_code_is_in_the_database(house: House):
    letter = asked(house)
    with house.site.db() as tx:
        link = tx.exec(select(SignInLink)).one()

    assert link.token_hash == hashed(letter["link"].rsplit("/", 1)[-1])
    assert letter["code"].replace("-", "") not in str(link.model_dump())


@pytest.mark.usefixtures("ana")
def test_a_helper_comes_in_through_the_pages(house: House):
    visitor = house.visitor()
    visitor.fill("/entrer/courriel/demander", "/entrer/courriel", email=MAIL)
    coordinator = house.actor("coordinator")
    [waiting] = post.waiting(house.site, coordinator)
    code = post.hand_over(house.site, coordinator, waiting.public_id)[1]["code"]
    answer = visitor.fill("/entrer/courriel/code", "/entrer/courriel", code=code)

    assert answer.headers["location"] == "/agenda?fait=entered"
    assert visitor.read("/agenda").status_code == 200
    assert visitor.read("/demandes").status_code == 403


def test_a_sixth_link_in_a_quarter_of_an_hour_is_not_sent(house: House, ana: Account):
    for _ in range(5):
        mailed_links.ask_for_link(house.site, MAIL, DEVICE, HERE, clock=at())
    with pytest.raises(TooManyTries):
        mailed_links.ask_for_link(house.site, MAIL, DEVICE, HERE, clock=at())

    assert ana.active


def test_a_paper_code_opens_the_person_s_own_page_and_nothing_else(house: House):
    code = house.own("Yann")
    visitor = house.visitor()
    answer = visitor.fill("/session", "/entrer", token=code.lower().replace("-", " "))

    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)  # 16 of 32 signs: 80 bits
    assert answer.headers["location"] == "/ma-page?fait=entered"
    assert visitor.read("/demandes").status_code == 403
    assert "Zoe" not in visitor.read("/mon-accord").text + visitor.read("/agenda").text


def test_signs_that_look_alike_are_read_alike():
    assert own_keys.as_code("oil0-l1Io") == "01101110"


def test_a_personal_link_opens_again_until_it_is_renewed(house: House):
    link = house.own("Yann", "link")
    for minutes in (0, 60 * 24 * 30):
        assert access.enter(house.site, link, HERE, clock=at(minutes=minutes))[1].role == "person"
    renewed = house.own("Yann", "link")

    with pytest.raises(LinkNotValid):
        access.enter(house.site, link, HERE, clock=at())
    assert access.enter(house.site, renewed, HERE, clock=at())[1].role == "person"


@pytest.mark.parametrize(("seconds", "opens"), [(-1, True), (0, False)])
def test_paper_lives_a_year(house: House, seconds: int, opens: bool):
    code = house.own()
    clock = at(days=365, seconds=seconds)

    if opens:
        access.enter(house.site, code, HERE, clock=clock)
    else:
        with pytest.raises(LinkNotValid):
            access.enter(house.site, code, HERE, clock=clock)


def test_a_pin_makes_a_found_paper_worthless(house: House):
    code = house.own("Yann")
    own_keys.set_pin(house.site, house.actor("person", "Yann"), "2580", clock=at())
    for pin in ("", "2581", "25800"):
        with pytest.raises(LinkNotValid):
            access.enter(house.site, code, HERE, pin=pin, clock=at())

    assert house.is_in(access.enter(house.site, code, HERE, pin="2580", clock=at())[0])


def test_a_pin_cannot_be_tried_out(house: House):
    code = house.own("Yann")
    own_keys.set_pin(house.site, house.actor("person", "Yann"), "2580", clock=at())
    for number in range(5):
        with pytest.raises(LinkNotValid):
            access.enter(house.site, code, f"192.0.2.{number}", pin=f"000{number}", clock=at())

    with pytest.raises(TooManyTries):
        access.enter(house.site, code, "192.0.2.99", pin="2580", clock=at())
    assert house.is_in(access.enter(house.site, code, "192.0.2.99", pin="2580", clock=at(seconds=60))[0], seconds=60)


@pytest.mark.parametrize("pin", ["123", "123456789", "abcd", "7777"])
def test_a_pin_has_four_to_eight_digits_that_differ(house: House, pin: str):
    with pytest.raises(NotAcceptable):
        own_keys.set_pin(house.site, house.actor("person", "Yann"), pin, clock=at())


def test_only_the_hash_of_paper_is_kept(house: House):
    code, link = house.own("Yann", "code"), house.own("Yann", "link")
    with house.site.db() as tx:
        kept = {key.kind: key.secret_hash for key in tx.exec(select(OwnKey)).all()}

    assert kept == {"code": hashed(code.replace("-", "")), "link": hashed(link)}
    assert len(link) >= 43  # 256 bits


def test_a_person_of_another_territory_gets_nothing(house: House):
    with pytest.raises(NotFound):
        own_keys.make(house.site, house.actor("coordinator"), house.person_id("Yann d’ailleurs"), "code", clock=at())


def test_ended_paper_opens_nothing(house: House):
    code, link = house.own("Yann", "code"), house.own("Yann", "link")
    own_keys.end(house.site, house.actor("coordinator"), house.person_id("Yann"), clock=at())

    for secret in (code, link):
        with pytest.raises(LinkNotValid):
            access.enter(house.site, secret, HERE, clock=at())


def test_paper_is_shown_once_and_who_made_it_is_in_the_log(house: House):
    claire = house.really_joined()
    visitor = house.visitor()
    visitor.cookies.set("__Host-lefil", claire.session)
    shown = visitor.fill(f"/comptes/personnes/{house.person_id('Yann')}/code", "/comptes")
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", words_of(shown))

    assert code is not None
    assert "Yann" in words_of(shown)
    assert code[0] not in visitor.read("/comptes").text
    with house.site.db() as tx:
        assert audit.verify(tx, house.site.seals) is None


@pytest.mark.parametrize(
    ("role", "idle", "whole"),
    [
        ("peer_helper", timedelta(hours=12), timedelta(days=7)),
        ("person", timedelta(hours=12), timedelta(days=7)),
    ],
)
def test_sessions_of_helpers_and_persons_end_at_their_limits(
    house: House, role: str, idle: timedelta, whole: timedelta
):
    def fresh() -> str:
        token = access.new_link(house.site, role, clock=at()).rsplit("/", 1)[-1]
        return access.enter(house.site, token, HERE, clock=at())[0]

    second = timedelta(seconds=1)
    busy, moment = fresh(), timedelta()

    assert house.is_in(fresh(), seconds=(idle - second).total_seconds())
    assert not house.is_in(fresh(), seconds=idle.total_seconds())
    while moment + idle / 2 < whole:
        moment += idle / 2
        assert house.is_in(busy, seconds=moment.total_seconds())
    assert house.is_in(busy, seconds=(whole - second).total_seconds())
    assert not house.is_in(busy, seconds=whole.total_seconds())


def test_a_slow_request_does_not_bring_an_ended_session_back(busy_house: House, monkeypatch: pytest.MonkeyPatch):
    house = busy_house
    token = access.new_link(house.site, "peer_helper", clock=at()).rsplit("/", 1)[-1]
    session = access.enter(house.site, token, HERE, clock=at())[0]
    name_of = access.name_of

    def slowly(*given: object) -> str:
        """While this request looks, the log-out of another goes through."""
        name = name_of(*given)  # type: ignore[arg-type]
        access.leave(house.site, session)
        return name

    monkeypatch.setattr(access, "name_of", slowly)
    access.visitor(house.site, session, clock=at(minutes=10))
    monkeypatch.undo()

    assert not house.is_in(session, minutes=10)
    with house.site.db() as tx:
        assert tx.exec(select(WebSession)).all() == []


def test_nobody_ends_the_session_of_somebody_else(house: House):
    token = access.new_link(house.site, "peer_helper", clock=at()).rsplit("/", 1)[-1]
    session = access.enter(house.site, token, HERE, clock=at())[0]
    with house.site.db() as tx:
        theirs = tx.exec(select(WebSession.public_id)).one()

    with pytest.raises(NotFound):
        accounts.end_session(house.site, house.actor("person", "Yann"), theirs)
    assert house.is_in(session)


def a_helper(site: Site) -> Account:
    """A helper with an account, on either engine."""
    tandem = builders.a_pairing(site)
    with site.db.begin() as tx:
        helper = tx.exec(select(PeerHelper)).first()
        assert helper is not None
        assert tandem is not None
        territory = tx.get_one(Party, helper.id).territory_id
        account = Account(
            public_id=site.ids.new(), territory_id=territory, role="peer_helper", party_id=helper.id, language="fr"
        )
        tx.add(account)
    return account


def test_of_twenty_with_one_link_exactly_one_gets_in_on_either_engine(site: Site):
    a_helper(site)
    token = access.new_link(site, "peer_helper", lives=timedelta(minutes=10), clock=at()).rsplit("/", 1)[-1]

    def come(number: int) -> bool:
        try:
            access.enter(site, token, f"192.0.2.{number}", clock=at())
        except LinkNotValid:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        entered = list(pool.map(come, range(20)))

    assert entered.count(True) == 1
    with site.db() as tx:
        assert len(tx.exec(select(WebSession)).all()) == 1
