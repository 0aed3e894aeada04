"""A day on which a lot goes on: the records behind pages that no link of a calm day leads to."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlmodel import col, select

from service import (
    absences,
    access,
    contact_cards,
    invitations_to_join,
    pairing_board,
    pairing_suppositions,
    pairings,
    partner_links,
    replans,
    right_requests,
    visits,
    weights,
)
from service.clock import RealClock
from service.hashes import hashed
from service.imports import shipped
from service.pairing_suppositions import Wish
from service.site import Actor, Site
from service.tables.access import Account, HalfSignIn, WebSession
from service.tables.emergencies import EmergencyOpening
from service.tables.follow import PartnerLink, PartnerRequest
from service.tables.pairings import Request, Visit
from service.tables.people import ContactCard, PeerHelper, Person, Professional
from service.tables.territory import Territory
from service.web.doors import cookie_name
from tests.browser import served
from tests.browser.atlas import Look
from tests.service.record.builders import a_party, a_person, a_territory
from tests.service.visits import seraing
from tests.service.web.calculating import Calculation
from tests.service.web.network import Browser
from tests.service.web.servers import server

NOBODY = ""
ROLES = ("coordinator", "peer_helper", "professional", "person", NOBODY)
"""Everybody who has pages; `NOBODY` has not signed in."""
FOREVER = timedelta(days=1)
DRAFTED = "Grive"
"""Whom a request is about that was begun and not sent."""
PASSED_ON = "n" * 43
"""The part of a link that only its reader knows: it is chosen here, for elsewhere its hash alone is kept."""
STEPS: tuple[dict[str, str | list[str]], ...] = (
    {"pseudonym": "Merle", "agreed": "yes", "how": "signed"},
    {"themes": ["housing"], "urgency": "soon", "frequency": "weekly"},
    {"moments": ["weekday_morning"], "languages": ["fr"], "living": "home", "where": "home"},
)


@dataclass
class Situation:
    """Where to begin besides the first page, by role, and what a browser of nobody in particular keeps."""

    begin: dict[str, list[str]] = field(default_factory=lambda: {role: [] for role in ROLES})
    cookies: dict[str, str] = field(default_factory=dict[str, str])

    def cookies_of(self, role: str) -> dict[str, str]:
        return self.cookies if role == NOBODY else {}


def busy(shared: Path) -> tuple[Path, Situation]:
    """The database of that day, made once for all workers of a run from the filled one, and where to begin there."""

    def make(making: Path) -> None:
        copy = making.parent / "situation.json.db"
        shutil.copy(served.made_once(shared, "seraing.db", served.fill), copy)
        site = served.site_on(copy, 8000)
        try:
            arranged = arrange(site)
        finally:
            site.db.close()
        making.write_bytes(msgspec.json.encode(arranged))

    told = served.made_once(shared / "busy", "situation.json", make)
    return told.parent / "situation.json.db", msgspec.json.decode(told.read_bytes(), type=Situation)


def arrange(site: Site) -> Situation:
    """Bring a filled database of Seraing to that day."""
    made = Situation()
    actor = served.coordinator(site)
    made.begin[NOBODY] += [
        *("/entrer", "/fin", "/entrer/courriel", "/entrer/mot-de-passe", "/entrer/second"),
        *("/mot-de-passe/oublie", f"/mot-de-passe/nouveau/{PASSED_ON}", "/nulle-part"),
    ]
    made.begin["coordinator"] += ["/compte/confirmer", "/compte/mot-de-passe", "/compte/adresse", "/compte/codes"]
    made.begin["coordinator"] += ["/compte/cles", "/nulle-part"]
    for role in ("peer_helper", "professional", "person"):
        made.begin[role] += ["/demandes", "/compte/confirmer"]
    _doors(site, actor, made)
    _partner(site, actor, made)
    _requests(site, made)
    _pairings(site, actor, made)
    _calculations(site, actor, made)
    _visits(site, actor, made)
    _people(site, actor, made)
    _emergencies(site, made)
    return made


class Reader(Browser):
    """Somebody at the pages of a site, without a server."""

    def __init__(self, site: Site) -> None:
        super().__init__(server(site))
        self.base_url = site.settings.base_url

    def fill(self, address: str, page: str, **fields: Any) -> Any:
        return self.post(address, data={"csrf": self.seal(page)} | fields, follow_redirects=False)

    def look(self, address: str, hear: Callable[[str], object] = str) -> Look:
        """What stands at an address; a page is heard."""
        answer = self.get(address, follow_redirects=False)
        if answer.status_code == 303:
            return Look(led_to=answer.headers["location"])
        if not answer.headers["content-type"].startswith("text/html"):
            return Look(is_page=False)
        hear(answer.text)
        return Look(links=tuple(map(html.unescape, re.findall(r'<a [^>]*?href="([^"]+)"', answer.text))))


def entered(site: Site, role: str, **cookies: str) -> Reader:
    """Somebody of this role; what is asked only of whoever just came in stays open."""
    client = Reader(site)
    client.cookies.update(cookies)
    if role:
        link = access.new_link(site, role)
        seal = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(link).text)
        assert seal is not None
        sent = {"csrf": seal[1], "token": link.rsplit("/", 1)[-1]}
        assert client.post("/session", data=sent, follow_redirects=False).status_code == 303
        stay(site)
    return client


def stay(site: Site) -> None:
    """Whoever came in counts as just come in, however long a look at all pages takes."""
    with site.db.begin() as tx:
        for session in tx.exec(select(WebSession)).all():
            session.confirmed_at = session.seen_at = RealClock().now() + FOREVER
            session.ends_at = RealClock().now() + FOREVER
            tx.add(session)


def _doors(site: Site, actor: Actor, made: Situation) -> None:
    made.begin[NOBODY].append(_path(access.new_link(site, "peer_helper")))
    invited = invitations_to_join.invite(site, actor, "professional", name="Odile", email="odile@mail.example")
    helper = invitations_to_join.renew(site, actor, _account(site, "peer_helper").public_id)
    made.begin[NOBODY] += [_path(invited.link), _path(helper.link)]
    now = RealClock().now()
    with site.db.begin() as tx:
        account = tx.exec(select(Account).where(Account.role == "coordinator")).first()
        assert account is not None
        half = HalfSignIn(account_id=account.id or 0, token_hash=hashed(PASSED_ON), made_at=now, ends_at=now + FOREVER)
        tx.add(half)
    made.cookies[cookie_name(site) + "-half"] = PASSED_ON


def _partner(site: Site, actor: Actor, made: Situation) -> None:
    """A partner's link, two drafts by it, and the mailed link that confirms a request."""
    professional = partner_links.choices(site, actor)[0].public_id
    start = _path(partner_links.make(site, actor, professional, "04 000 00 00", 10))
    client = entered(site, NOBODY)
    begun = client.fill(f"{start}/commencer", start).headers["location"].removesuffix("/1")
    for number, said in enumerate(STEPS, start=1):
        made.begin[NOBODY].append(f"{begun}/{number}")
        kept = client.fill(f"{begun}/{number}", f"{begun}/{number}", **said)
        assert kept.status_code == 303, re.findall(r"errmsg[^<]*<[^>]*>[^<]*|errsum.{400}", kept.text)
    made.begin[NOBODY] += [f"{begun}/4", start, f"/confirmer/{PASSED_ON}"]
    made.cookies |= {name: value for name, value in client.cookies.items() if name not in made.cookies}
    now = RealClock().now()
    with site.db.begin() as tx:
        link = tx.exec(select(PartnerLink)).one()
        tx.add(
            PartnerRequest(
                public_id=site.ids.new(),
                territory_id=link.territory_id,
                link_id=link.id or 0,
                token_hash=hashed(PASSED_ON),
                made_at=now,
                expires_at=now + FOREVER,
            )
        )


def _requests(site: Site, made: Situation) -> None:
    """A professional sends one request and begins another."""
    client = entered(site, "professional")
    for sends in (True, False):
        begun = client.fill("/mes-demandes/nouvelle", "/mes-demandes").headers["location"].removesuffix("/1")
        for number, said in enumerate(STEPS, start=1):
            named = {"pseudonym": DRAFTED} if not sends and number == 1 else {}
            answer = client.fill(f"{begun}/{number}", f"{begun}/{number}", **said | named)
            assert answer.status_code == 303, answer.text
        if sends:
            sent = client.fill(f"{begun}/envoyer", f"{begun}/4")
            assert sent.status_code == 303, sent.text
    made.begin["professional"] += [f"{begun}/{number}" for number in (1, 2, 3, 4)]
    with site.db() as tx:
        new = tx.exec(select(Request).order_by(col(Request.id).desc())).first()
        assert new is not None
        made.begin["professional"].append(f"/mes-demandes/{new.public_id}/corriger")


def _pairings(site: Site, actor: Actor, made: Situation) -> None:
    """Somebody is proposed to somebody, and neither has answered."""
    board = pairing_board.board(site, actor)
    assert board.current is not None
    proposed = pairings.propose(site, actor, board.current.person, board.offers[0].helper)
    made.begin["coordinator"] += [f"/binomes/{proposed}/papier", f"/binomes/{proposed}"]


def _calculations(site: Site, actor: Actor, made: Situation) -> None:
    """One of each kind that came to its end, and one that runs."""
    gone = pairing_suppositions.choices(site, actor, "fr").helpers[0][0]
    supposed = pairing_suppositions.ask(site, actor, Wish(weights={"travel": 3.0}, leave=(gone,)))
    Calculation(site).end()
    tried = weights.try_out(site, actor, {"travel": 3.0})
    Calculation(site).end()
    planned = visits.ask_for_plan(site, actor, served.MONDAY)
    seraing.carry_out(site, planned)
    replanned = replans.ask(site, actor, served.MONDAY)
    seraing.carry_out(site, replanned)
    made.begin["coordinator"] += [
        f"/appariements/et-si/{supposed}",
        f"/reglages/poids/essais/{tried}",
        f"/semaine/calculs/{planned}",
        f"/semaine/replanifications/{replanned}",
    ]
    waiting = pairings.ask_for_shortlists(site, actor)
    made.begin["coordinator"] += [f"/calculs/{waiting}", f"/calculs/{waiting}/etat", "/appariements/etat-du-calcul"]


def _visits(site: Site, actor: Actor, made: Situation) -> None:
    """
    Two visits of the helper who has most to see: one should be over since yesterday, one is today. One of somebody
    else falls away, so that it is to place again, and somebody is away for a week.
    """
    helper, person = (_signed_in(site, role).party_id for role in ("peer_helper", "person"))
    with site.db.begin() as tx:
        # The person who has most to see keeps their visit: it is looked at from their side.
        told = select(Visit).where(
            Visit.peer_helper_id == helper, Visit.person_id != person, col(Visit.published_at).is_not(None)
        )
        late, today = tx.exec(told.order_by(col(Visit.starts_at))).all()[:2]
        for row, back in ((late, 18), (today, -1)):
            row.starts_at = site.clock.now() - timedelta(hours=back)
            row.ends_at = row.starts_at + timedelta(hours=1)
            row.status = "confirmed"
        late.checked_in_at = late.starts_at
        tx.add_all((late, today))
        away = tx.exec(select(PeerHelper).where(PeerHelper.id != helper, PeerHelper.status == "active")).first()
        assert away is not None
        next_week = col(Visit.starts_at) > site.clock.now() + timedelta(days=7)
        planned = select(Visit.public_id).where(Visit.status == "planned", Visit.peer_helper_id != helper, next_week)
        falls_away = tx.exec(planned.order_by(col(Visit.starts_at))).first()
        assert falls_away is not None
        ids = (late.public_id, today.public_id, away.public_id)
    made.begin["coordinator"] += ["/retards", f"/semaine/{served.MONDAY}"]
    made.begin["peer_helper"] += [f"/agenda/visites/{ids[0]}/reporter", *(f"/agenda/visites/{one}" for one in ids[:2])]
    visits.cancel(site, actor, falls_away)
    absence = absences.enter(site, actor, ids[2], served.MONDAY, served.MONDAY + timedelta(days=4))
    made.begin["coordinator"].append(f"/absences/{absence}")


def _people(site: Site, actor: Actor, made: Situation) -> None:
    """Two records that look alike, somebody who wants to be forgotten, a phone number, files that were sent."""
    right = right_requests.ask(site, _signed_in(site, "person"), "erasure")
    made.begin["coordinator"].append(f"/droits/{right}/effacer")
    with site.db.begin() as tx:
        one, other = tx.exec(select(Person).where(Person.status == "waiting").order_by(col(Person.id))).all()[:2]
        other.pseudonym = f"{one.pseudonym}s"
        tx.add(other)
        alike = (one.public_id, other.public_id)
        helper = tx.exec(select(PeerHelper).order_by(col(PeerHelper.id))).first()
        assert helper is not None
        held = helper.public_id
    made.begin["coordinator"] += [
        f"/personnes/{alike[0]}/doublons/{alike[1]}",
        "/personnes/doublons",
        f"/pairs-aidants/{held}/coordonnees",
    ]
    persons = (shipped.path("seraing") / "persons.csv").read_text("utf-8").replace("weekly", "souvent", 1)
    client = entered(site, "coordinator")
    files = {"files": ("persons.csv", persons.encode(), "text/csv")}
    sent = client.post("/import/fichiers", data={"csrf": client.seal("/import")}, files=files, follow_redirects=False)
    made.begin["coordinator"].append(sent.headers["location"])


def _emergencies(site: Site, made: Situation) -> None:
    """Each of two coordinations opened a record of the other; the hour lasts as long as a look at all pages takes."""
    namur = a_territory(site, "BE-NAM")
    there = a_person(site, namur, "Sittelle")
    claire, here = _signed_in(site, "coordinator"), _signed_in(site, "person").party_id
    with site.db.begin() as tx:
        tx.get_one(Territory, namur).name = "Namur"
        told = {"phone": "0470 00 00 00", "address": "Rue Verte 3"}
        sealed = site.seals.seal(tx, there, contact_cards.place(there), told)
        tx.add(ContactCard(party_id=there, card_sealed=sealed))
        party = a_party(site, tx, "professional", namur)
        tx.add(
            Professional(
                id=party,
                public_id=site.ids.new(),
                ref="NAM-C1",
                territory_id=namur,
                display_name="Odette",
                roles=["coordinator"],
            )
        )
        account = Account(public_id=site.ids.new(), territory_id=namur, role="coordinator", party_id=party)
        tx.add(account)
        tx.flush()
        for territory, person, by in ((namur, there, claire.account_id), (claire.territory_id, here, account.id)):
            row = EmergencyOpening(
                public_id=site.ids.new(),
                territory_id=territory or 0,
                person_id=person,
                opened_by=by or 0,
                reason="lost",
                opened_at=RealClock().now() + FOREVER / 2,
            )
            tx.add(row)
            tx.flush()
            if territory == namur:
                made.begin["coordinator"].append(f"/urgences/{row.public_id}")


def _signed_in(site: Site, role: str) -> Actor:
    """Whoever comes in as this role."""
    found = access.visitor(site, str(entered(site, role).cookies.get(cookie_name(site))))
    assert found is not None
    return found.actor


def _account(site: Site, role: str) -> Account:
    with site.db() as tx:
        found = tx.exec(select(Account).where(Account.role == role).order_by(col(Account.id))).first()
        assert found is not None
        return found


def _path(link: str) -> str:
    return "/" + link.split("/", 3)[3]
