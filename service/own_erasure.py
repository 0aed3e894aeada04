"""
Erasing a person at their wish (`security.md` G3): what tells of them goes at once, what counts stays without a name.

Card and free text lie under the person's data key: with it they are unreadable in backups too. Of visits, pairings and
requests only what counts stays, behind an anonymous record, and so do the proof of consent and the log, which hold no
content (`docs/decisions/0039`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, cast, or_
from sqlmodel import Session, col, delete, select, update

from locales import N_
from service import audit, clock, consents, own_keys, right_requests
from service.access_scope import only_coordinator
from service.clock import RealClock
from service.errors import StepNotAllowed
from service.lifecycles import step
from service.pairing_rows import hold_person
from service.site import Actor, Site
from service.tables.access import Account, Letter, SignInLink, Subscription, WebSession
from service.tables.calendars import BusyInterval, OtherCalendar
from service.tables.emergencies import EmergencyOpening
from service.tables.feeds import FeedBody
from service.tables.follow import SlotWish
from service.tables.mail import MailPreference, MailReply, MessagePreference, MessageTold, OutboxMessage
from service.tables.network import Alert, Goal, NetworkMember, Outcome, Situation
from service.tables.pairings import Need, Notice, Override, Pairing, Request, SetAside, TrialReview, Visit
from service.tables.people import (
    Absence,
    Availability,
    AvailabilityBefore,
    Conflict,
    ContactCard,
    MetBefore,
    Person,
    Refusal,
    Separation,
)
from service.tables.presence import VisitReport
from service.tables.rights import RightRequest
from service.tables.territory import Territory
from service.tables.work import ImportedValue, Run

REAL = RealClock()
EMPTY: dict[str, Any] = {
    "age_band": None,
    "gender": None,
    "languages": [],
    "neighbourhood_id": None,
    "street": "",
    "lat": None,
    "lon": None,
    "living_environment": "home",
    "meeting_place_id": None,
    "contact_channel": "in_person",
    "preferred_gender": None,
    "gender_preference": "none",
    "named_helper_id": None,
    "age_proximity": False,
    "experience_wished": [],
    "environment_flags": [],
    "two_person_visits": False,
    "interpreter_accepted": False,
    "off_in_school_holidays": False,
}
"""What the record says once it is anonymous: the value of a column that must have one says nothing."""
LEFT_OF: dict[Any, dict[str, Any]] = {
    Request: {"wished_first_visit_by": None, "urgency": "normal"},
    Situation: {"next_review_on": None},
    Pairing: {
        "person_answer_how": None,
        "usual_weekday": None,
        "usual_minute": None,
        "score": None,
        "score_by_criterion": None,
    },
    Visit: {"place_kind": "home", "place_id": None, "person_answer_how": None},
}
"""What no longer counts in the rows that stay, and what it says from then on."""
COUNTED = tuple(LEFT_OF)
BY_PERSON = (EmergencyOpening, MetBefore, Conflict, Refusal, Override, SetAside, Notice, Outcome)
BY_OWNER = (Availability, AvailabilityBefore, Absence)
BY_PARTY = (ContactCard, MailPreference, MessagePreference, MessageTold, MailReply, Notice)


def erase(site: Site, actor: Actor, right: str, *, revision: int) -> None:
    """
    Carry out an erasure that the person asked for; there is no way back. The files are cleaned after (`shredding`).

    Raises
    ------
    StepNotAllowed
        When the request is not an open one for erasure.
    """
    only_coordinator(actor)
    with site.db.begin() as tx:
        row = right_requests.hold(tx, actor, right, revision)
        if row.kind != "erasure":
            raise StepNotAllowed(N_("Cette demande n’est pas un effacement."))
        person = hold_person(tx, row.person_id)
        right_requests.end(tx, site, actor, row, "done")
        consents.end_in(tx, site, actor, person)
        tx.flush()
        _close_doors(tx, site, person)
        _forget(tx, site, person)
        _keep_what_counts(tx, site, person)
        _make_anonymous(tx, site, person)
        audit.note(tx, site, actor, "person.erased", "person", person.public_id)


def _close_doors(tx: Session, site: Site, person: Person) -> None:
    """Nobody comes in as this person any more, and their calendar addresses say that they stopped."""
    now = REAL.now()
    for account in tx.exec(select(Account).where(Account.party_id == person.id)).all():
        own_keys.end_all(tx, account, now)
        for table in (WebSession, SignInLink, Letter):
            tx.exec(delete(table).where(col(table.account_id) == account.id))
        account.active = False
        account.email_hash = account.email_sealed = account.pin_hash = account.password_hash = None
        tx.add(account)
    for address in tx.exec(select(Subscription).where(Subscription.owner_id == person.id)).all():
        if address.ended_at is None:
            address.ended_at = address.changed_at = site.clock.now()
        address.name, address.client, address.last_read_on = "", None, None
        tx.add(address)
    addresses = select(Subscription.id).where(Subscription.owner_id == person.id)
    tx.exec(delete(FeedBody).where(col(FeedBody.subscription_id).in_(addresses)))


def _forget(tx: Session, site: Site, person: Person) -> None:
    calendars = select(OtherCalendar.id).where(OtherCalendar.owner_id == person.id)
    tx.exec(delete(BusyInterval).where(col(BusyInterval.calendar_id).in_(calendars)))
    tx.exec(delete(OtherCalendar).where(col(OtherCalendar.owner_id) == person.id))
    for table in BY_PERSON:
        # What others still have to be told stays: it names nobody but by the anonymous record.
        theirs = (col(Notice.party_id).is_(None),) if table is Notice else ()
        tx.exec(delete(table).where(col(table.person_id) == person.id, *theirs))
    for table in BY_OWNER:
        tx.exec(delete(table).where(col(table.owner_id) == person.id))
    for table in BY_PARTY:
        tx.exec(delete(table).where(col(table.party_id) == person.id))
    tx.exec(delete(Separation).where(or_(*(column == person.id for column in _SEPARATED))))
    situations = select(Situation.id).where(Situation.person_id == person.id)
    requests = select(Request.id).where(Request.person_id == person.id)
    for table in (NetworkMember, Goal, Alert):
        tx.exec(delete(table).where(col(table.situation_id).in_(situations)))
    tx.exec(delete(Need).where(or_(col(Need.request_id).in_(requests), col(Need.situation_id).in_(situations))))
    tx.exec(update(Request).where(col(Request.person_id) == person.id).values(note_sealed=None))
    tx.exec(update(RightRequest).where(col(RightRequest.person_id) == person.id).values(words_sealed=None))
    waiting = col(OutboxMessage.party_id) == person.id
    now = site.clock.now()
    tx.exec(
        update(OutboxMessage)
        .where(waiting, col(OutboxMessage.state).in_(("waiting", "sending")))
        .values(state="lapsed", claim=None, claimed_until=None, ended_at=now)
    )
    tx.exec(update(OutboxMessage).where(waiting).values(content_sealed=None))
    _forget_imported(tx, person)
    _forget_runs(tx, person)
    site.seals.erase(tx, person.id)


_SEPARATED = (col(Separation.person_id), col(Separation.other_person_id))


def _forget_imported(tx: Session, person: Person) -> None:
    """What the last import said of the person's rows, whose references partners know."""
    refs = {person.ref}
    for table in COUNTED:
        refs.update(tx.exec(select(table.ref).where(table.person_id == person.id)).all())
    here = col(ImportedValue.territory_id) == person.territory_id
    tx.exec(
        delete(ImportedValue).where(
            here, or_(col(ImportedValue.row_key).contains(person.ref), col(ImportedValue.row_key).in_(refs))
        )
    )


def _keep_what_counts(tx: Session, site: Site, person: Person) -> None:
    """
    Who went when stays for the helper's hours and the reports; how the person lived and what they answered goes.

    References get another name: partners know the old ones from their own files.
    """
    for table in COUNTED:
        for row in tx.exec(select(table).where(table.person_id == person.id)).all():
            row.ref = f"X-{site.ids.new()[:12]}"
            for name, value in LEFT_OF[table].items():
                setattr(row, name, value)
            tx.add(row)
    pairings = select(Pairing.id).where(Pairing.person_id == person.id)
    visits = select(Visit.id).where(Visit.person_id == person.id)
    tx.exec(delete(TrialReview).where(col(TrialReview.pairing_id).in_(pairings)))
    tx.exec(delete(SlotWish).where(col(SlotWish.pairing_id).in_(pairings)))
    tx.exec(update(VisitReport).where(col(VisitReport.visit_id).in_(visits)).values(word_sealed=None))


def _forget_runs(tx: Session, person: Person) -> None:
    """
    Calculations that knew of the person are not kept: what went in says how they live.

    One that is under way is given up by its worker, which finds that its row is gone.
    """
    told = [
        cast(column, String).contains(word, autoescape=True)
        for column in (Run.snapshot, Run.draft, Run.result)
        for word in (person.public_id, person.ref)
    ]
    tx.exec(
        delete(Run).where(
            col(Run.territory_id) == person.territory_id,
            or_(*told),
        )
    )


def _make_anonymous(tx: Session, site: Site, person: Person) -> None:
    for name, value in EMPTY.items():
        setattr(person, name, value)
    # An opaque name of its own: the columns are unique in the territory.
    person.ref = person.pseudonym = f"X-{site.ids.new()[:12]}"
    if person.status != "closed":
        step("person", person.status, "closed")
        person.status = "closed"
    person.closed_on = clock.today(site.clock, tx.get_one(Territory, person.territory_id).timezone)
    person.changed_at = site.clock.now()
    tx.add(person)
    tx.flush()
