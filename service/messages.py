"""
Messages to people: what is new for somebody, by mail or SMS, once; what no message can reach, the coordinator says.

As with invitations, what should be told is compared with what was told, so that no use case needs to know of messages
and none can forget one (`docs/decisions/0035-messages-by-comparison.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from locales import N_, translator
from service import audit, codes, notices, outbox
from service.access_scope import only_coordinator
from service.clock import today
from service.errors import NotFound
from service.letters import Letter
from service.message_dues import Due, due_in, is_within
from service.message_texts import REMINDERS, Message, message
from service.message_ways import Known, Way
from service.notices import Reached
from service.site import Actor, Site
from service.tables.mail import MessageTold
from service.tables.people import Party
from service.tables.territory import Territory

WAKING = (time(8), time(21))
"""Local hours in which a telephone may ring with an SMS."""
USEFUL = timedelta(days=2)
"""So long a message is tried."""
SAID_BY_COORDINATION = frozenset({"proposal", "visits"} | set(codes.NOTICES_TO_PARTIES))
"""What cannot wait for somebody to look at their page; reminders and news of requests can."""


@dataclass(frozen=True)
class ToSay:
    """One message that the coordinator says or copies: whom to tell, how, and its words in their language."""

    party: str
    code: str
    about: str
    to: Reached
    lang: str
    said: Message


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
        due = [one for one in due_in(tx, site, actor.territory_id or 0) if one.code in SAID_BY_COORDINATION]
        known = Known(tx, site, {one.party for one in due})
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
        for one in due_in(tx, site, actor.territory_id or 0):
            if (one.code, one.about) == (code, about) and Known(tx, site, [one.party]).public_id(one.party) == party:
                _note(tx, site, one, "said", site.clock.now(), by=actor.account_id)
                if code in codes.NOTICES_TO_PARTIES:
                    notices.mark_told(tx, site, actor, about)
                audit.note(tx, site, actor, "message.said", "party", party)
                return
    raise NotFound(N_("Ce message n’est plus à dire."))


def _write_territory(site: Site, territory_id: int, now: datetime, gateways: Collection[str]) -> int:
    with site.db() as tx:
        territory = tx.get_one(Territory, territory_id)
        day = today(site.clock, territory.timezone)
        awake = is_within(site.clock.now().astimezone(ZoneInfo(territory.timezone)), WAKING)
        due = due_in(tx, site, territory_id)
        known = Known(tx, site, {one.party for one in due})
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
