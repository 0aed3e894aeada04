"""Sign-in by link, sessions, forms, and that every handler says who may use it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from litestar import get, post
from litestar.exceptions import ImproperlyConfiguredException
from sqlmodel import select

from service import access, own_keys
from service.clock import FixedClock
from service.errors import LinkNotValid
from service.site import Actor
from service.tables.access import Account, SignInLink, WebSession
from service.tables.people import Person
from service.web.doors import ANYONE, RULE, Rule, check_rules, may
from tests.service.web.network import BASE, MOMENT, Network, make_site


def rows(network: Network, table: type) -> int:
    with network.site.db() as tx:
        return len(tx.exec(select(table)).all())


def test_a_link_opens_the_first_page_of_its_role(network: Network):
    client = network.signed_in("coordinator")

    assert client.read("/").headers["location"] == "/aujourdhui"
    assert "Claire" in client.read("/aujourdhui").text


def test_opening_a_link_does_not_use_it_up(network: Network):
    link = access.new_link(network.site, "coordinator")
    scanner = network.client()
    for _ in range(3):
        assert scanner.read(link.removeprefix(BASE)).status_code == 200

    assert rows(network, WebSession) == 0
    network.client().enter(link)


def test_a_used_link_says_so(network: Network):
    link = access.new_link(network.site, "coordinator")
    network.client().enter(link)
    answer = network.client().fill("/session", "/entrer", token=link)

    assert answer.status_code == 403
    assert "Ce lien ne marche plus" in answer.text


def test_a_code_that_was_mistyped_can_be_corrected_where_it_was_typed(network: Network):
    answer = network.client().fill("/session", "/entrer", token="7K2M-XXXX-YYYY-ZZZZ", typed="code")

    assert answer.status_code == 403
    assert "Cela n’ouvre pas. Vérifiez ce que vous avez écrit, puis réessayez." in answer.text
    assert 'value="7K2M-XXXX-YYYY-ZZZZ"' in answer.text
    assert "Ce lien ne marche plus" not in answer.text


def test_a_wrong_pin_beside_a_personal_link_is_asked_for_again(network: Network):
    claire = Actor("coordinator", network.territories["SER"])
    with network.site.db() as tx:
        yann = tx.get_one(Person, int(network.ids["SER:Yann"]))
        account = tx.exec(select(Account).where(Account.party_id == yann.id)).one()
    own_keys.set_pin(network.site, Actor("person", yann.territory_id, account_id=account.id, party_id=yann.id), "2580")
    secret = own_keys.make(network.site, claire, yann.public_id, "link").secret
    assert 'name="typed" value="pin"' in network.client().read(f"/entrer/{secret}").text
    answer = network.client().fill("/session", f"/entrer/{secret}", token=secret, pin="2581", typed="pin")

    assert answer.status_code == 403
    assert "Cela n’ouvre pas." in answer.text
    assert 'name="pin"' in answer.text
    assert "Ce lien ne marche plus" not in answer.text


def test_a_mailed_link_ends_after_ten_minutes(network: Network):
    token = access.new_link(network.site, "coordinator", lives=timedelta(minutes=10), clock=FixedClock(MOMENT))
    token = token.rsplit("/", 1)[-1]
    with pytest.raises(LinkNotValid):
        access.enter(network.site, token, "1.2.3.4", clock=FixedClock(MOMENT + timedelta(minutes=10)))
    session, _ = access.enter(network.site, token, "1.2.3.4", clock=FixedClock(MOMENT + timedelta(seconds=599)))

    assert access.visitor(network.site, session, clock=FixedClock(MOMENT + timedelta(seconds=600))) is not None


def test_only_the_hash_of_a_link_is_kept(network: Network):
    token = access.new_link(network.site, "coordinator").rsplit("/", 1)[-1]
    with network.site.db() as tx:
        link = tx.exec(select(SignInLink)).one()

    assert len(token) >= 43  # 256 bits
    assert link.token_hash == access.hashed(token)
    assert link.expires_at is None


@pytest.mark.parametrize(
    ("role", "idle", "whole"),
    [
        ("coordinator", timedelta(minutes=30), timedelta(hours=12)),
        ("peer_helper", timedelta(hours=12), timedelta(days=7)),
    ],
)
def test_a_session_ends_when_idle_and_at_the_latest_after_its_limit(
    network: Network, role: str, idle: timedelta, whole: timedelta
):
    def seen(session: str, after: timedelta) -> bool:
        return access.visitor(network.site, session, clock=FixedClock(MOMENT + after)) is not None

    def fresh() -> str:
        token = access.new_link(network.site, role).rsplit("/", 1)[-1]
        return access.enter(network.site, token, "1.2.3.4", clock=FixedClock(MOMENT))[0]

    second = timedelta(seconds=1)
    assert seen(fresh(), idle - second)
    assert not seen(fresh(), idle)
    busy, at = fresh(), timedelta()
    while at + idle / 2 < whole:
        at += idle / 2
        assert seen(busy, at)
    assert seen(busy, whole - second)
    assert not seen(busy, whole)


def test_a_session_id_that_we_did_not_give_is_not_adopted(network: Network):
    client = network.client()
    client.cookies.set("lefil", "chosen-by-somebody-else", domain="127.0.0.1", path="/")
    client.enter(access.new_link(network.site, "coordinator"))

    assert client.cookies["lefil"] != "chosen-by-somebody-else"
    with network.site.db() as tx:
        assert tx.exec(select(WebSession.token_hash)).one() == access.hashed(client.cookies["lefil"])


def test_signing_in_again_ends_the_session_before(network: Network):
    client = network.signed_in("coordinator")
    before = client.cookies["lefil"]
    client.enter(access.new_link(network.site, "peer_helper"))

    assert client.cookies["lefil"] != before
    assert access.visitor(network.site, before) is None


def test_log_out_erases_the_session_so_that_its_cookie_is_dead(network: Network):
    client = network.signed_in("coordinator")
    stolen = client.cookies["lefil"]
    answer = client.fill("/sortir", "/demandes")

    assert answer.status_code == 303
    assert '"cache"' in answer.headers["clear-site-data"]
    assert rows(network, WebSession) == 0
    again = network.client()
    again.cookies.set("lefil", stolen)
    assert again.read("/demandes").headers["location"] == "/entrer"


def test_two_hundred_visits_make_no_row(network: Network):
    for _ in range(200):
        network.client().read("/entrer")

    assert rows(network, WebSession) == 0


def test_the_session_cookie_is_locked_to_the_host_on_https():
    site = make_site(demo=False, base_url="https://fil.example")
    network = Network(site)
    client = network.client()
    client.base_url = "https://fil.example"
    seal = client.seal("/entrer")
    link = access.new_link(site, "peer_helper")
    answer = client.post("/session", data={"csrf": seal, "token": link}, follow_redirects=False)

    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-lefil="))
    assert answer.status_code == 303
    for word in ("Secure", "HttpOnly", "Path=/"):
        assert word.lower() in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert "domain" not in cookie.lower()
    site.db.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "http://127.0.0.1.elsewhere.example:8000"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_the_right_seal(network: Network, headers: dict[str, str]):
    client = network.signed_in("coordinator")
    seal = client.seal("/demandes")
    answer = client.post("/sortir", data={"csrf": seal}, headers=headers, follow_redirects=False)

    assert answer.status_code == 403
    assert client.read("/demandes").status_code == 200


@pytest.mark.parametrize("seal", ["", "0", "é", "0" * 64, "\x00"])
def test_an_odd_seal_is_refused_and_breaks_nothing(network: Network, seal: str):
    client = network.signed_in("coordinator")

    assert client.post("/sortir", data={"csrf": seal}, follow_redirects=False).status_code == 403


def test_the_seal_of_another_session_is_refused(network: Network):
    other = network.signed_in("coordinator").seal("/demandes")
    client = network.signed_in("coordinator")

    assert client.post("/sortir", data={"csrf": other}, follow_redirects=False).status_code == 403


def test_an_origin_that_is_null_counts_as_absent(network: Network):
    client = network.signed_in("coordinator")
    seal = client.seal("/demandes")

    assert client.post("/sortir", data={"csrf": seal}, headers={"origin": "null"}, follow_redirects=False).is_redirect


def test_signing_in_needs_a_seal_too(network: Network):
    link = access.new_link(network.site, "coordinator")

    assert network.client().post("/session", data={"token": link}, follow_redirects=False).status_code == 403


def test_the_thirty_first_try_from_an_address_has_to_wait(network: Network):
    client = network.client()
    seal = client.seal("/entrer")
    tries = [client.post("/session", data={"csrf": seal, "token": f"x{n}"}) for n in range(31)]

    assert [answer.status_code for answer in tries] == [403] * 30 + [429]
    assert int(tries[-1].headers["retry-after"]) <= 900


def test_addresses_of_one_ipv6_network_are_counted_together(network: Network):
    from service import access_attempts

    subjects = {access_attempts.subject(f"2001:db8:1:2::{n:x}") for n in range(1, 50)}

    assert subjects == {"2001:db8:1:2::/64"}


def test_every_handler_says_who_may_use_it(network: Network):
    check_rules(network.app)
    told = [h.opt[RULE] for route in network.app.routes for h in getattr(route, "route_handlers", []) if RULE in h.opt]

    assert len(told) > 10
    assert all(isinstance(rule, Rule) for rule in told)


def test_a_handler_without_a_rule_keeps_the_server_from_starting(network: Network):
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "open to all"

    network.app.register(forgotten)
    with pytest.raises(ImproperlyConfiguredException, match="/forgotten"):
        check_rules(network.app)


def test_a_handler_with_its_own_hook_before_the_check_of_forms_keeps_it_from_starting(network: Network):
    @get("/early", opt=ANYONE, before_request=lambda _: None, sync_to_thread=False)
    def early() -> str:
        return "too early"

    network.app.register(early)
    with pytest.raises(ImproperlyConfiguredException, match="/early"):
        check_rules(network.app)


ABOUT_RECORDS = {
    "/dossiers/{file}": (may("coordinator"), "nothing says which record /dossiers/{file} is about"),
    "/personnes/{person}/lettres/{letter}": (may("coordinator"), "nothing says which record"),
    "/personnes/{person}/notes": (ANYONE, "open to everybody"),
    "/lieux/{owner}/clefs": (may("coordinator", "professional"), "lets in professional, who may not see a place"),
    "/agenda/visites/{visit}/deplacer": (may("professional"), "lets in professional, who may not change a visit"),
}
"""Routes that the table of access does not bear, and what the server says of them."""


@pytest.mark.parametrize("path", ABOUT_RECORDS)
def test_a_route_that_contradicts_the_table_of_access_keeps_the_server_from_starting(path: str, network: Network):
    opt, says = ABOUT_RECORDS[path]

    @post(path.replace("}", ":str}"), opt=opt, sync_to_thread=False)
    def changes() -> None: ...

    @get(path.replace("}", ":str}"), opt=opt, sync_to_thread=False)
    def shows() -> None: ...

    network.app.register(changes if "change" in says else shows)
    with pytest.raises(ImproperlyConfiguredException, match=re.escape(says)):
        check_rules(network.app)


def test_who_joins_a_visit_may_look_at_it(network: Network):
    @get("/agenda/visites/{visit:str}/regarder", opt=may("professional"), sync_to_thread=False)
    def shows() -> None: ...

    network.app.register(shows)
    check_rules(network.app)


def test_a_link_back_never_leaves_the_site(network: Network):
    for back in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "elsewhere"):
        answer = network.client().get("/langue/nl", params={"retour": back}, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_what_ended_is_swept_when_the_server_starts(network: Network):
    token = access.new_link(network.site, "coordinator", lives=timedelta(minutes=10), clock=FixedClock(MOMENT))
    access.enter(network.site, token.rsplit("/", 1)[-1], "1.2.3.4", clock=FixedClock(MOMENT))
    access.sweep(network.site, clock=FixedClock(MOMENT + timedelta(hours=12) - timedelta(seconds=1)))
    assert (rows(network, WebSession), rows(network, SignInLink)) == (1, 1)
    access.sweep(network.site, clock=FixedClock(MOMENT + timedelta(days=2)))

    assert (rows(network, WebSession), rows(network, SignInLink)) == (0, 0)


def test_a_closed_account_is_out_at_the_next_request(network: Network):
    client = network.signed_in("coordinator")
    with network.site.db.begin() as tx:
        for account in tx.exec(select(Account).where(Account.role == "coordinator")):
            account.active = False

    assert client.read("/demandes").headers["location"] == "/entrer"


def test_of_twenty_who_come_with_one_link_exactly_one_gets_in(tmp_path: Path):
    network = Network(make_site(database_url=f"sqlite:///{tmp_path}/lefil.db"))
    token = access.new_link(network.site, "coordinator").rsplit("/", 1)[-1]

    def come(_: int) -> bool:
        try:
            access.enter(network.site, token, "1.2.3.4")
        except LinkNotValid:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        entered = list(pool.map(come, range(20)))

    assert entered.count(True) == 1
    network.site.db.close()
