"""
Messages to people: what is new for somebody, by mail or SMS, once; what no message can reach, the coordinator says.

As with invitations, what should be told is compared with what was told, so that no use case needs to know of messages
and none can forget one (`docs/decisions/0035-messages-by-comparison.md`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from locales import N_, translator
from service import audit, codes, contact_cards, duties, invitations, notices, outbox, rows, sms_carrier, todo_kinds
from service.access_scope import only_coordinator
from service.clock import today
from service.errors import NotAllowed, NotFound
from service.letters import Letter
from service.message_texts import NOTHING, REMINDERS, Facts, Message, message
from service.notices import Reached
from service.pairing_data import LAPSE_DAYS
from service.site import Actor, Site
from service.tables.access import Account
from service.tables.mail import MessagePreference, MessageTold
from service.tables.pairings import Notice, Pairing, Request, Visit
from service.tables.people import Party, PeerHelper, Person, Professional
from service.tables.territory import Territory
from service.visit_notices import parties_of

ROLES = ("peer_helper", "professional", "person", "coordinator")
EVE = (time(16), time(21))
"""Local hours in which tomorrow's visits are recalled."""
MORNING = (time(8), time(12))
"""Local hours of the coordinator's daily mail, and of the reminder of a proposal that still waits."""
WAKING = (time(8), time(21))
"""Local hours in which a telephone may ring with an SMS."""
AGAIN_AFTER = timedelta(days=7)
"""Since somebody was told of a proposal that still waits for them."""
SEARCHING_AFTER = 14
"""Days after which whoever asked hears that the search goes on."""
RECENT = 3
"""Days within which a step of a request is news: an import or a new server tells nobody of last year."""
USEFUL = timedelta(days=2)
"""So long a message is tried."""
SAID_BY_COORDINATION = frozenset({"proposal", "visits"} | set(codes.NOTICES_TO_PARTIES))
"""What cannot wait for somebody to look at their page; reminders and news of requests can."""


@dataclass(frozen=True)
class Due:
    """One thing that somebody should hear; `about` tells it from every other."""

    party: int
    code: str
    about: str
    facts: Facts = NOTHING


@dataclass(frozen=True)
class Way:
    """How a message reaches somebody: `email`, `sms`, or `none`; `address` is where, empty when there is nothing."""

    how: str
    address: str
    language: str
    reminders: bool = True

    def reaches(self, gateways: Collection[str]) -> bool:
        return bool(self.address) and self.how in gateways


@dataclass(frozen=True)
class Choice:
    """What somebody chose about messages, for their page; `ways` are those that can reach them."""

    way: str
    reminders: bool
    language: str
    ways: tuple[str, ...]


@dataclass(frozen=True)
class ToSay:
    """One message that the coordinator says or copies: whom to tell, how, and its words in their language."""

    party: str
    code: str
    about: str
    to: Reached
    lang: str
    said: Message


def choice(site: Site, actor: Actor) -> Choice:
    """What holds for the actor now."""
    party = _own_party(actor)
    with site.db() as tx:
        known = _Known(tx, site, [party])
        way = known.way(party)
    return Choice(way.how, way.reminders, way.language, known.possible(party))


def choose(site: Site, actor: Actor, *, way: str, reminders: bool, language: str) -> None:
    """
    Get messages this way from now on.

    Raises
    ------
    NotAllowed
        When the actor is nobody who gets messages, or the way is none.
    """
    party = _own_party(actor)
    if way not in codes.MESSAGE_CHOICES or language not in codes.LANGS:
        raise NotAllowed
    with site.db.begin() as tx:
        row = tx.get(MessagePreference, party) or MessagePreference(
            party_id=party, territory_id=actor.territory_id or 0, way=way, changed_at=site.clock.now()
        )
        row.way, row.reminders, row.language, row.changed_at = way, reminders, language, site.clock.now()
        tx.add(row)
        audit.note(tx, site, actor, "message.chosen", "party")


def write_due(site: Site, now: datetime, gateways: Collection[str]) -> int:
    """
    Put into the outbox what can be sent and was not told yet; how many messages.

    Parameters
    ----------
    gateways
        The ways that messages can leave by here: `email`, `sms`.
    """
    with site.db() as tx:
        territories = [row.id or 0 for row in tx.exec(select(Territory)).all()]
    return sum(_write_territory(site, territory, now, gateways) for territory in territories)


def to_say(site: Site, actor: Actor, gateways: Collection[str]) -> list[ToSay]:
    """
    What the coordinator says or copies, since no message reaches them: the text is the one that would be sent.

    Raises
    ------
    NotAllowed
        When the actor does not coordinate.
    """
    only_coordinator(actor)
    with site.db() as tx:
        due = [one for one in _due(tx, site, actor.territory_id or 0) if one.code in SAID_BY_COORDINATION]
        known = _Known(tx, site, {one.party for one in due})
        return [
            ToSay(
                party=known.public_id(one.party),
                code=one.code,
                about=one.about,
                to=notices.reached(tx, known.parties[one.party]),
                lang=known.way(one.party).language,
                said=message(translator(known.way(one.party).language), site.settings.base_url, one.code, one.facts),
            )
            for one in due
            if not known.way(one.party).reaches(gateways)
        ]


def say(site: Site, actor: Actor, party: str, code: str, about: str) -> None:
    """
    Note that the coordinator said it.

    Raises
    ------
    NotFound
        When nothing of the kind is to be said: somebody else said it, or it is over.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        for one in _due(tx, site, actor.territory_id or 0):
            if (one.code, one.about) == (code, about) and _Known(tx, site, [one.party]).public_id(one.party) == party:
                _note(tx, site, one, "said", site.clock.now(), by=actor.account_id)
                if code in codes.NOTICES_TO_PARTIES:
                    notices.mark_told(tx, site, actor, about)
                audit.note(tx, site, actor, "message.said", "party", party)
                return
    raise NotFound(N_("Ce message n’est plus à dire."))


class _Known:
    """How each of some people is reached, read at once."""

    def __init__(self, tx: Session, site: Site, parties: Collection[int]) -> None:
        self.parties = rows.by_id(tx, Party, parties)
        self._people = {
            **rows.by_id(tx, Person, parties),
            **rows.by_id(tx, PeerHelper, parties),
            **rows.by_id(tx, Professional, parties),
        }
        chosen = select(MessagePreference).where(col(MessagePreference.party_id).in_(parties))
        self._chosen = {row.party_id: row for row in tx.exec(chosen).all()}
        spoken = select(Account).where(col(Account.party_id).in_(parties), col(Account.active).is_(True))
        self._languages = {row.party_id: row.language for row in tx.exec(spoken).all()}
        self._mails = invitations.addresses(tx, site, parties)
        self._numbers = {
            party: found
            for party, card in contact_cards.of(tx, site, parties).items()
            if (found := sms_carrier.number(card.get("phone", ""))) is not None
        }

    def public_id(self, party: int) -> str:
        return self._people[party].public_id

    def possible(self, party: int) -> tuple[str, ...]:
        """Ways that an address is known for."""
        return tuple(how for how, known in (("email", self._mails), ("sms", self._numbers)) if party in known)

    def way(self, party: int) -> Way:
        """The one they chose, a person's own channel, else the first that an address is known for."""
        row = self._chosen.get(party)
        how = row.way if row is not None else self._usual(party)
        address = {"email": self._mails, "sms": self._numbers}.get(how, {}).get(party, "")
        language = row.language if row is not None else self._languages.get(party, "fr")
        return Way(how, address, language, row is None or row.reminders)

    def _usual(self, party: int) -> str:
        somebody = self._people[party]
        if isinstance(somebody, Person):
            return somebody.contact_channel if somebody.contact_channel in ("email", "sms") else "none"
        return next(iter(self.possible(party)), "none")


def _write_territory(site: Site, territory_id: int, now: datetime, gateways: Collection[str]) -> int:
    with site.db() as tx:
        territory = tx.get_one(Territory, territory_id)
        day = today(site.clock, territory.timezone)
        awake = _within(site.clock.now().astimezone(ZoneInfo(territory.timezone)), WAKING)
        due = _due(tx, site, territory_id)
        known = _Known(tx, site, {one.party for one in due})
        reminded = set(
            tx.exec(
                select(MessageTold.party_id).where(
                    MessageTold.territory_id == territory_id,
                    MessageTold.on == day,
                    col(MessageTold.code).in_(REMINDERS),
                )
            ).all()
        )
    written = 0
    for one in due:
        way = known.way(one.party)
        if way.how == "sms" and not awake:
            continue
        if not way.reaches(gateways) or (one.code in REMINDERS and (not way.reminders or one.party in reminded)):
            continue
        try:
            with site.db.begin() as tx:
                # Noted first: of two processes that compare at once, one writes.
                _note(tx, site, one, way.how, now)
                _put(tx, site, one, way, territory_id, now)
        except IntegrityError:
            continue
        written += 1
        if one.code in REMINDERS:
            reminded.add(one.party)
    return written


def _put(tx: Session, site: Site, one: Due, way: Way, territory_id: int, now: datetime) -> None:
    said = message(translator(way.language), site.settings.base_url, one.code, one.facts)
    thread = f"message:{one.party}:{one.code}:{one.about}"
    if way.how == "sms":
        outbox.put_sms(
            tx,
            site,
            way.address,
            said.sms,
            thread=thread,
            now=now,
            territory=territory_id,
            party=one.party,
            expires=now + USEFUL,
        )
        return
    sender = site.settings.mail_from
    letter = Letter(
        to=way.address,
        sender=sender,
        answers_to=sender,
        subject=said.subject,
        text=said.mail,
        button=(said.button, said.link),
    )
    outbox.put(
        tx,
        site,
        letter,
        kind="message",
        thread=thread,
        now=now,
        territory=territory_id,
        party=one.party,
        expires=now + USEFUL,
    )


def _note(tx: Session, site: Site, one: Due, way: str, at: datetime, *, by: int | None = None) -> None:
    territory = tx.get_one(Party, one.party).territory_id
    zone = tx.get_one(Territory, territory).timezone
    tx.add(
        MessageTold(
            territory_id=territory,
            party_id=one.party,
            code=one.code,
            about=one.about,
            way=way,
            on=today(site.clock, zone),
            at=at,
            by=by,
        )
    )
    tx.flush()


def _due(tx: Session, site: Site, territory_id: int) -> list[Due]:
    """What people should hear and were not told, in the order in which it came."""
    territory = tx.get_one(Territory, territory_id)
    zone = ZoneInfo(territory.timezone)
    now = site.clock.now().astimezone(zone)
    found = [
        *_proposals(tx, territory_id, now.date()),
        *_visits(tx, territory_id, now),
        *_notices(tx, territory_id, zone),
        *_requests(tx, territory_id, now.date()),
        *(_tomorrow(tx, territory_id, now) if _within(now, EVE) else ()),
        *(_daily(tx, site, territory, now.date()) if _within(now, MORNING) else ()),
    ]
    told = {
        (row.party_id, row.code, row.about): row.on
        for row in tx.exec(
            select(MessageTold).where(
                MessageTold.territory_id == territory_id,
                col(MessageTold.party_id).in_({one.party for one in found}),
            )
        ).all()
    }
    if _within(now, MORNING):
        # Whoever is reminded of tomorrow's visits this afternoon is not reminded of anything else today.
        busy = {one.party for one in _tomorrow(tx, territory_id, now)}
        found += [
            replace(one, code="proposal_again")
            for one in found
            if one.code == "proposal" and one.party not in busy and _long_ago(told.get(_key(one)), now.date())
        ]
    return [one for one in found if _key(one) not in told]


def _key(one: Due) -> tuple[int, str, str]:
    return one.party, one.code, one.about


def _long_ago(day: date | None, today: date) -> bool:
    return day is not None and today - day >= AGAIN_AFTER


def _within(now: datetime, hours: tuple[time, time]) -> bool:
    return hours[0] <= now.time() < hours[1]


def _proposals(tx: Session, territory_id: int, day: date) -> Iterable[Due]:
    open_ones = select(Pairing).where(
        Pairing.territory_id == territory_id,
        Pairing.status == "proposed",
        col(Pairing.proposed_on) > day - timedelta(days=LAPSE_DAYS),
    )
    for row in tx.exec(open_ones.order_by(col(Pairing.proposed_on), Pairing.ref)).all():
        for party, answer in ((row.peer_helper_id, row.helper_answer), (row.person_id, row.person_answer)):
            if answer == "pending":
                yield Due(party, "proposal", row.public_id)


def _visits(tx: Session, territory_id: int, now: datetime) -> Iterable[Due]:
    """Visits that wait for a yes: one message for all that were published since the last one."""
    asked = select(Visit).where(
        Visit.territory_id == territory_id,
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        col(Visit.published_at).is_not(None),
        col(Visit.starts_at) > now,
    )
    waiting: defaultdict[int, list[Visit]] = defaultdict(list)
    for row in tx.exec(asked.order_by(col(Visit.starts_at), Visit.ref)).all():
        for party, answer in ((row.peer_helper_id, row.helper_answer), (row.person_id, row.person_answer)):
            if answer == "pending":
                waiting[party].append(row)
    for party, visits in waiting.items():
        last = max(row.published_at for row in visits if row.published_at is not None)
        first = visits[0].starts_at.astimezone(now.tzinfo)
        yield Due(party, "visits", last.isoformat(), Facts(count=len(visits), after=first))


def _notices(tx: Session, territory_id: int, zone: ZoneInfo) -> Iterable[Due]:
    untold = (
        select(Notice, Visit)
        .join(Visit, col(Visit.id) == Notice.visit_id, isouter=True)
        .where(Notice.territory_id == territory_id, col(Notice.told_at).is_(None), col(Notice.party_id).is_not(None))
    )
    for row, visit in tx.exec(untold.order_by(col(Notice.at), col(Notice.id))).all():
        after = visit.starts_at.astimezone(zone) if visit is not None else None
        before = row.known_start.astimezone(zone) if row.known_start is not None else after
        yield Due(row.party_id or 0, row.code, row.public_id, Facts(before=before, after=after))


def _requests(tx: Session, territory_id: int, day: date) -> Iterable[Due]:
    """Steps of a request that are news to whoever asked."""
    fresh = day - timedelta(days=RECENT)
    asked = (
        select(Request, Pairing)
        .join(
            Pairing,
            (col(Pairing.request_id) == Request.id) & col(Pairing.status).in_(codes.LIVE_PAIRING_STATES),
            isouter=True,
        )
        .where(Request.territory_id == territory_id, col(Request.professional_id).is_not(None))
        .where(col(Request.status).not_in(("closed", "redirected")))
    )
    for request, pairing in tx.exec(asked.order_by(Request.ref)).all():
        party, facts = request.professional_id or 0, Facts(ref=request.ref)
        if request.received_on > fresh:
            yield Due(party, "request_received", request.public_id, facts)
        answers = [
            said
            for said in ((pairing.person_answer_on, pairing.helper_answer_on) if pairing is not None else ())
            if said
        ]
        if pairing is not None and pairing.status != "proposed" and answers and max(answers) > fresh:
            yield Due(party, "request_found", request.public_id, facts)
        waits = (day - request.received_on).days
        if request.status == "waiting" and SEARCHING_AFTER <= waits < SEARCHING_AFTER + RECENT:
            yield Due(party, "request_searching", request.public_id, facts)


def _tomorrow(tx: Session, territory_id: int, now: datetime) -> Iterable[Due]:
    day = now.date() + timedelta(days=1)
    start = datetime.combine(day, time(), now.tzinfo)
    coming = select(Visit).where(
        Visit.territory_id == territory_id,
        col(Visit.status).in_(codes.LIVE_VISIT_STATES),
        col(Visit.published_at).is_not(None),
        col(Visit.starts_at) >= start,
        col(Visit.starts_at) < datetime.combine(day + timedelta(days=1), time(), now.tzinfo),
    )
    for party, visits in _by_party(tx.exec(coming.order_by(col(Visit.starts_at), Visit.ref)).all()).items():
        spans = tuple((row.starts_at.astimezone(now.tzinfo), row.ends_at.astimezone(now.tzinfo)) for row in visits)
        yield Due(party, "eve", day.isoformat(), Facts(count=len(spans), spans=spans))


def _by_party(visits: Iterable[Visit]) -> dict[int, list[Visit]]:
    found: defaultdict[int, list[Visit]] = defaultdict(list)
    for row in visits:
        if row.helper_answer != "declined" and row.person_answer != "declined":
            for party in parties_of(row):
                found[party].append(row)
    return found


def _daily(tx: Session, site: Site, territory: Territory, day: date) -> Iterable[Due]:
    """For whoever coordinates today, how many things wait; nothing to do, no mail."""
    number = todo_kinds.count(tx, todo_kinds.Day.of(site.clock.now(), territory))
    for account in duties.on_duty(tx, territory.id, day) if number else ():
        if account.party_id is not None:
            yield Due(account.party_id, "daily", day.isoformat(), Facts(count=number))


def _own_party(actor: Actor) -> int:
    if actor.role not in ROLES or actor.party_id is None:
        raise NotAllowed
    return actor.party_id
