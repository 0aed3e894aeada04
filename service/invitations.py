"""
Invitations by mail, for whoever prefers them to a feed: same entries, same UID, same SEQUENCE.

What was sent to whom is kept (`tables/mail.Invitation`) and held against what is true now. So no use case that changes
a visit needs to know of invitations, and none can forget them; the mail and the note that it was written go into the
database together (`docs/decisions/0020-invitations-by-comparison.md`).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from calendars.addresses import tagged
from calendars.feed import Event, Series
from calendars.horizon import Horizon
from calendars.invitations import Attendee, Method, PartStat, invitation
from locales import Texts
from service import feed_entries, feed_texts, outbox
from service.clock import today
from service.errors import Outdated
from service.feed_entries import Reader
from service.invitation_choices import address_of
from service.letters import Letter
from service.site import Site
from service.tables.mail import Invitation, MailPreference
from service.tables.pairings import Visit
from service.tables.people import Party
from service.tables.territory import Territory
from service.tables.work import AuditEntry
from service.terms import texts_of

LOOK_ANYWAY = timedelta(minutes=10)
"""Everything is compared at least so often, whatever the log says."""
DIFFERENT = "again"
"""A digest that no entry has: what it stands for is sent again."""
PARTSTATS: Mapping[str, PartStat] = {
    "pending": "NEEDS-ACTION",
    "accepted": "ACCEPTED",
    "other_time": "TENTATIVE",
    "declined": "NEEDS-ACTION",
}


@dataclass(frozen=True)
class Entry:
    """One entry of a recipient, and whether they are asked for an answer."""

    shown: Event | Series
    visit_id: int | None
    answers: bool
    said: PartStat

    @property
    def event(self) -> Event:
        return self.shown.first if isinstance(self.shown, Series) else self.shown


@dataclass(frozen=True)
class Step:
    """
    One mail to write.

    `entry` is None when the recipient has no part in it any more, or gets no mails any more (`stopped`).
    """

    method: Method
    uid: str
    entry: Entry | None
    sent_before: bool
    stopped: bool = False


class Years(Horizon):
    """
    Last year, this one and the next, whole.

    A feed moves its window each week; here every move of the window would be a mail about each series.
    """

    @property
    def first_day(self) -> date:
        return date(self.monday.year - 1, 1, 1)

    @property
    def last_day(self) -> date:
        return date(self.monday.year + 1, 12, 31)


class Watch:
    """
    Whether anything may have changed since the last look, by the log: each change of the record has its entry there.

    One for each process; a look too many does no harm.
    """

    def __init__(self) -> None:
        self._seen: tuple[int, date] | None = None
        self._looked: datetime | None = None

    def is_due(self, site: Site, now: datetime) -> bool:
        with site.db() as tx:
            last = tx.exec(select(func.max(AuditEntry.id))).one() or 0
        mark = (last, site.clock.now().date())
        due = self._looked is None or mark != self._seen or now - self._looked >= LOOK_ANYWAY
        if due:
            self._seen, self._looked = mark, now
        return due

    def again(self) -> None:
        """The look did not come to its end."""
        self._looked = None


def write_due(site: Site, now: datetime, watch: Watch | None = None) -> int:
    """
    Put into the outbox what recipients do not know yet; how many mails.

    One transaction for each recipient. Two processes that compare at once write once: the second one finds that an
    invitation is not as it was, or is there already, and leaves that recipient for its next look.
    """
    if watch is not None and not watch.is_due(site, now):
        return 0
    with site.db() as tx:
        # Also those who stopped: what they were sent is taken back.
        parties = tx.exec(select(MailPreference.party_id).order_by(col(MailPreference.party_id))).all()
    written = 0
    for party in parties:
        with site.db() as tx:
            if not _steps(tx, site, party):
                continue
        try:
            with site.db.begin() as tx:
                steps = _steps(tx, site, party)
                for step in steps:
                    written += _write(tx, site, party, step, now)
        except (IntegrityError, Outdated):
            if watch is not None:
                watch.again()
    return written


def send_once_more(tx: Session, row: Invitation) -> None:
    """The recipient's calendar asked for the entry: it goes out with the next look."""
    row.digest = DIFFERENT
    tx.add(row)


def _steps(tx: Session, site: Site, party_id: int) -> list[Step]:
    """What a recipient should be told now."""
    preference = tx.get_one(MailPreference, party_id, populate_existing=True)
    address = address_of(tx, site, party_id)
    if address is None:
        return []
    now = site.clock.now()
    sent = {row.uid: row for row in tx.exec(select(Invitation).where(Invitation.party_id == party_id))}
    entries = _entries(tx, site, preference) if preference.active else {}
    steps: list[Step] = []
    for uid, entry in sorted(entries.items(), key=lambda pair: (_span(pair[1].shown)[0], pair[0])):
        row = sent.get(uid)
        off = entry.event.status == "CANCELLED"
        if _span(entry.shown)[1] <= now:
            continue
        if row is None:
            if not off:
                steps.append(Step("REQUEST", uid, entry, sent_before=False))
        elif off and row.told == "REQUEST":
            steps.append(Step("CANCEL", uid, entry, sent_before=True))
        elif not off and (row.told == "CANCEL" or row.digest != digest(entry, preference, address)):
            steps.append(Step("REQUEST", uid, entry, sent_before=row.told == "REQUEST"))
    for uid, row in sorted(sent.items()):
        if uid not in entries and row.told == "REQUEST" and row.ends_at > now:
            steps.append(Step("CANCEL", uid, None, sent_before=True, stopped=not preference.active))
    return steps


def _entries(tx: Session, site: Site, preference: MailPreference) -> dict[str, Entry]:
    """The visits and meetings of a recipient as a feed of their level shows them, by UID."""
    territory = tx.get_one(Territory, preference.territory_id)
    party = tx.get_one(Party, preference.party_id)
    horizon = Years.of(today(site.clock, territory.timezone), territory.timezone)
    texts = texts_of(tx, preference.territory_id, preference.language)
    reader = Reader(territory, horizon, texts, preference.level)
    events = feed_entries.visits(tx, reader, party.kind, preference.party_id)
    rows = {row.uid: row for row in tx.exec(select(Visit).where(col(Visit.uid).in_([one.uid for one in events])))}
    found = {event.uid: _of_visit(event, rows[event.uid], preference.party_id) for event in events}
    single, series = feed_entries.meetings(tx, reader, preference.party_id)
    for shown in (*single, *series):
        uid = shown.first.uid if isinstance(shown, Series) else shown.uid
        found[uid] = Entry(shown, None, answers=False, said="NEEDS-ACTION")
    return found


def _of_visit(event: Event, row: Visit, party_id: int) -> Entry:
    answer = {row.peer_helper_id: row.helper_answer, row.person_id: row.person_answer}.get(party_id)
    if answer is None:  # who comes along is not asked
        return Entry(event, row.id, answers=False, said="NEEDS-ACTION")
    return Entry(event, row.id, answers=answer != "accepted", said=PARTSTATS[answer])


def digest(entry: Entry, preference: MailPreference, address: str) -> str:
    """
    Stands for what a recipient sees of an entry: a mail goes out when it differs.

    SEQUENCE is not part of it, nor what they answered: neither is seen. A visit that moved and came back at once is as
    they know it.
    """
    event = entry.event
    seen: list[object] = [
        *(moment.isoformat() for moment in _span(entry.shown)),
        event.start.isoformat(),
        event.end.isoformat(),
        event.summary,
        event.location,
        event.status,
        preference.language,
        address,
    ]
    if isinstance(entry.shown, Series):
        seen += [entry.shown.rule.pattern, str(entry.shown.rule.until), [str(at) for at in entry.shown.skipped]]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _write(tx: Session, site: Site, party_id: int, step: Step, now: datetime) -> int:
    """One mail into the outbox, and that it is there, in one transaction."""
    preference = tx.get_one(MailPreference, party_id)
    address = address_of(tx, site, party_id) or ""
    row = tx.exec(select(Invitation).where(Invitation.party_id == party_id, Invitation.uid == step.uid)).first()
    if row is None:
        row = _new(tx, site, preference, step.uid, now)
    thread = f"invitation:{row.public_id}"
    texts = texts_of(tx, preference.territory_id, preference.language)
    shown = step.entry.shown if step.entry is not None else _as_it_was(row, feed_texts.busy(texts).summary)
    entry = step.entry or Entry(shown, row.visit_id, answers=False, said="NEEDS-ACTION")
    row.told, row.sequence, row.told_at = step.method, entry.event.sequence, now
    row.digest = digest(entry, preference, address)
    row.starts_at, row.ends_at = _span(shown)
    row.visit_id = entry.visit_id
    tx.add(row)
    tx.flush()
    if step.method == "CANCEL" and not outbox.may_have_arrived(tx, thread):
        outbox.drop_waiting(tx, thread, now)  # they never heard of it
        return 0
    token = _token(tx, site, row)
    sender = site.settings.mail_from
    territory = tx.get_one(Territory, preference.territory_id)
    asked = entry.answers and step.method == "REQUEST"
    attendee = Attendee(address, asked, entry.said)
    organizer = tagged(sender, token)
    subject, text = _words(site, texts, territory, step, entry, asked)
    letter = Letter(
        to=address,
        sender=sender,
        answers_to=organizer,
        subject=subject,
        text=text,
        calendar=(step.method, invitation(step.method, shown, organizer, attendee, now)),
    )
    outbox.put(
        tx,
        site,
        letter,
        kind="invitation",
        thread=thread,
        now=now,
        territory=preference.territory_id,
        party=party_id,
        expires=row.ends_at,
    )
    return 1


def _new(tx: Session, site: Site, preference: MailPreference, uid: str, now: datetime) -> Invitation:
    row = Invitation(
        public_id=site.ids.new(),
        territory_id=preference.territory_id,
        party_id=preference.party_id,
        uid=uid,
        told="REQUEST",
        sequence=0,
        digest="",
        starts_at=now,
        ends_at=now,
        token_hash="",
        made_at=now,
        told_at=now,
    )
    _new_token(tx, site, row)
    return row


def _token(tx: Session, site: Site, row: Invitation) -> str:
    """The secret of an invitation; a new one where the key of the old one was erased."""
    try:
        return site.seals.open(tx, row.party_id, _place(row), row.token_sealed or b"")
    except ValueError:
        return _new_token(tx, site, row)


def _new_token(tx: Session, site: Site, row: Invitation) -> str:
    # Always from the operating system (`settled.md` 2); lower case, as some mail servers write addresses anew.
    token = secrets.token_hex(16)
    row.token_hash, row.token_sealed = hashed(token), site.seals.seal(tx, row.party_id, _place(row), token)
    return token


def _as_it_was(row: Invitation, summary: str) -> Event:
    """An entry that the recipient has no part in any more, as they know it; no word of what it was."""
    return Event(
        uid=row.uid,
        changed=row.told_at,
        sequence=row.sequence,
        start=row.starts_at,
        end=row.ends_at,
        summary=summary,
        status="CANCELLED",
    )


def _span(shown: Event | Series) -> tuple[datetime, datetime]:
    """From its first moment to its last one; of a series, to the end of the day of its last one."""
    event = shown.first if isinstance(shown, Series) else shown
    if not isinstance(event.start, datetime) or not isinstance(event.end, datetime):
        raise TypeError("visits and meetings have hours")
    if isinstance(shown, Series) and shown.rule.until is not None:
        return event.start, shown.rule.until.replace(tzinfo=ZoneInfo(shown.zone)) + timedelta(days=1)
    return event.start, event.end


def _words(site: Site, texts: Texts, territory: Territory, step: Step, entry: Entry, asked: bool) -> tuple[str, str]:
    """Subject and text: date and hour, and nothing more that tells (`settled.md` 21)."""
    zone = ZoneInfo(territory.timezone)
    start, end = (at.astimezone(zone) for at in (entry.event.start, entry.event.end) if isinstance(at, datetime))
    day, hour = texts.day(start, year=True), texts.time_of_day(start)
    page = site.settings.base_url.rstrip("/")
    when = texts.gettext("%(day)s, %(hours)s", day=texts.at_start(day), hours=texts.span(start, end))
    if step.method == "CANCEL" and step.entry is None:
        subject = texts.gettext("Sortie de votre agenda : %(day)s à %(hour)s", day=day, hour=hour)
        said = (
            texts.gettext("Vous ne recevez plus d’invitations par e-mail. La rencontre reste prévue.")
            if step.stopped
            else texts.gettext("Cette rencontre aura lieu sans vous.")
        )
    elif step.method == "CANCEL":
        subject = texts.gettext("Annulée : rencontre du %(day)s à %(hour)s", day=day, hour=hour)
        said = texts.gettext("Cette rencontre n’a pas lieu.")
    elif step.sent_before:
        subject = texts.gettext("Changement : rencontre le %(day)s à %(hour)s", day=day, hour=hour)
        said = texts.gettext("Votre rencontre a changé. Voici ce qui vaut maintenant.")
    else:
        subject = texts.gettext("Rencontre le %(day)s à %(hour)s", day=day, hour=hour)
        said = texts.gettext("Une rencontre est prévue avec vous.")
    lines = [said, "", when, ""]
    if asked:
        lines += [texts.gettext("Répondez avec votre agenda, ou sur votre page :"), f"{page}/agenda", ""]
    if not step.stopped:
        lines += [texts.gettext("Ne plus recevoir ces e-mails :"), f"{page}/invitations", ""]
    return subject, "\n".join(lines)


def hashed(token: str) -> str:
    """What the database finds a token by: 16 random bytes need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _place(row: Invitation) -> str:
    return f"invitation.token_sealed:{row.public_id}"
