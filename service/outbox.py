"""
The outbox: mails are rows, written in the transaction of whatever they tell, and sent from there (`security.md` J6).

What holds, whatever dies and whenever:

- a mail is lost by no crash: it is a row before anything is sent, and a sender that dies before the content leaves
  gives it back when its time is over;
- a mail is sent by one sender at a time, since only one of those who want it turns `waiting` into `sending`;
- a mail leaves at most once by itself: the row says so before the first byte of the content leaves. When nobody can
  know whether the server took it (the process died, the line broke), the mail is doubtful; it is sent again only when
  the coordinator says so, under the same Message-ID.

Times are those of the machine, as for all leases (`settled.md` 1); they are arguments here.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, exists, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from service import codes
from service.letters import Letter, written
from service.site import Site
from service.tables.mail import OutboxMessage

log = logging.getLogger("lefil.mail")

MINUTE = timedelta(minutes=1)
PAUSES = (MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 240 * MINUTE, 720 * MINUTE, 720 * MINUTE, 1440 * MINUTE)
"""After each try that failed for now; after one more than these it is given up."""
JITTER = 0.2
"""Share of a pause by which it is made shorter or longer."""
LEASE = 10 * MINUTE
"""Longer than a sender may take for one mail (`mail_carrier.SECONDS` for each step of it)."""
CONTENT_DAYS = timedelta(days=30)
"""`security.md` G1: then the body goes."""
ROW_DAYS = timedelta(days=365)
"""Then the row goes too, as entries of the log do."""
MAILS = ("invitation", "account", "message")
SHORT_MESSAGES = ("sms",)
ARRIVED = ("sending", "sent", "doubtful")
"""States in which the recipient has the mail, or may have it."""


@dataclass(frozen=True)
class Mail:
    """
    One mail to hand to a server: envelope and content.

    Of kind `sms` it is a short message: `to` a telephone number, the content its text in UTF-8.
    """

    sender: str
    to: str
    content: bytes
    kind: str = "message"


@dataclass(frozen=True)
class Claimed:
    """A mail in the hands of one sender."""

    id: int
    claim: str
    mail: Mail


class NotNow(Exception):
    """The server did not take it, and says or shows that it might later; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Never(Exception):
    """The server will not take it; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unknown(Exception):
    """The content was under way when the line broke: it may have arrived or not."""


Send = Callable[[Mail, Callable[[], None]], None]
"""Hands one mail to a server and calls the function before the first byte of the content leaves."""


def put(
    tx: Session,
    site: Site,
    letter: Letter,
    *,
    kind: str,
    thread: str,
    now: datetime,
    territory: int | None = None,
    party: int | None = None,
    expires: datetime | None = None,
) -> OutboxMessage:
    """
    Put a mail into the outbox, in the caller's transaction.

    Parameters
    ----------
    thread
        What it is about: it takes the place of earlier mails of the same thread that have not begun to leave.
    party
        The recipient, under whose key the content is sealed; None seals it under the network's.
    expires
        From then on it is not sent any more.
    """
    domain = letter.sender.rpartition("@")[2]
    row = _new(tx, site, kind, thread, now, domain, territory=territory, party=party, expires=expires)
    content = written(letter, row.message_id, now).decode("ascii")
    return _sealed(tx, site, row, {"sender": letter.answers_to, "to": letter.to, "content": content})


def put_sms(
    tx: Session,
    site: Site,
    number: str,
    text: str,
    *,
    thread: str,
    now: datetime,
    territory: int,
    party: int,
    expires: datetime,
) -> OutboxMessage:
    """Put a short message to a telephone number into the outbox; the rest as for mails."""
    row = _new(tx, site, "sms", thread, now, "sms", territory=territory, party=party, expires=expires)
    return _sealed(tx, site, row, {"sender": "", "to": number, "content": text})


def _new(
    tx: Session,
    site: Site,
    kind: str,
    thread: str,
    now: datetime,
    domain: str,
    *,
    territory: int | None,
    party: int | None,
    expires: datetime | None,
) -> OutboxMessage:
    drop_waiting(tx, thread, now)
    return OutboxMessage(
        public_id=site.ids.new(),
        territory_id=territory,
        party_id=party,
        kind=kind,
        thread=thread,
        # From the operating system: two installations that share a domain never say the same.
        message_id=f"<{secrets.token_hex(16)}@{domain}>",
        made_at=now,
        next_try_at=now,
        expires_at=expires,
    )


def _sealed(tx: Session, site: Site, row: OutboxMessage, told: dict[str, str]) -> OutboxMessage:
    """Under the key of whoever it goes to, or the network's."""
    place = _place(row.public_id)
    if row.party_id is None:
        row.content_sealed = site.seals.seal_shared(tx, place, told)
    else:
        row.content_sealed = site.seals.seal(tx, row.party_id, place, told)
    tx.add(row)
    tx.flush()
    return row


def drop_waiting(tx: Session, thread: str, now: datetime) -> None:
    """Take back the mails of a thread that have not begun to leave, and what the coordinator is asked about them."""
    of_thread = col(OutboxMessage.thread) == thread
    _update(tx, of_thread & (col(OutboxMessage.state) == "waiting"), state="superseded", ended_at=now)
    stuck = col(OutboxMessage.state).in_(codes.OPEN_MAIL_STATES) & col(OutboxMessage.settled_at).is_(None)
    _update(tx, of_thread & stuck, settled_at=now)


def may_have_arrived(tx: Session, thread: str) -> bool:
    """Whether the recipient has any mail of this thread, as far as can be known."""
    return (
        tx.exec(
            select(OutboxMessage.id)
            .where(OutboxMessage.thread == thread, col(OutboxMessage.state).in_(ARRIVED))
            .limit(1)
        ).first()
        is not None
    )


def send_due(
    site: Site, send: Send, now: Callable[[], datetime], *, kinds: Sequence[str] = MAILS, most: int = 100
) -> int:
    """
    Send what is due, one mail after the other, until a server cannot be reached; how many were sent.

    `kinds` are those that `send` can hand over.

    No transaction is open while a server is spoken to.
    """
    recover(site, now())
    done = 0
    for _ in range(most):
        claimed = claim(site, now(), kinds)
        if claimed is None:
            break
        reachable = deliver(site, claimed, send, now)
        done += reachable is True
        if reachable is None:
            break
    return done


def deliver(site: Site, claimed: Claimed, send: Send, now: Callable[[], datetime]) -> bool | None:
    """Hand one mail over and note what came of it; True when it was sent, None when no server is there for others."""
    try:
        send(claimed.mail, lambda: _begin(site, claimed, now()))
    except _TakenOver:
        log.warning("a mail was taken over by another sender before it left")
        return False
    except NotNow as error:
        _again(site, claimed, error.reason, now())
        return None if error.reason in ("no_server", "sign_in") else False
    except Never as error:
        _end(site, claimed, "failed", now(), error.reason)
        return False
    except Unknown:
        _end(site, claimed, "doubtful", now(), "broken_off")
        return None
    _end(site, claimed, "sent", now())
    return True


def claim(site: Site, now: datetime, kinds: Sequence[str] = MAILS) -> Claimed | None:
    """Take the next mail that is due into one's hands; None when there is none."""
    with site.db() as tx:
        if _next(tx, now, kinds) is None:  # the usual case, in which nobody is kept from writing
            return None
    taken = secrets.token_hex(16)
    while True:
        with site.db.begin() as tx:
            _lapse(tx, now)
            row = _next(tx, now, kinds)
            if row is None:
                return None
            mine = (col(OutboxMessage.id) == row.id) & (col(OutboxMessage.state) == "waiting")
            values = {"state": "sending", "claim": taken, "claimed_until": now + LEASE, "data_at": None}
            if not _update(tx, mine, **values, attempts=OutboxMessage.attempts + 1):
                continue  # somebody was faster
            mail = _opened(tx, site, row)
            if mail is not None:
                return Claimed(row.id or 0, taken, mail)
            _update(tx, col(OutboxMessage.id) == row.id, state="failed", claim=None, reason="unreadable", ended_at=now)


def recover(site: Site, now: datetime) -> None:
    """What a sender left behind when it died: due again when the content had not begun to leave, doubtful otherwise."""
    left = (col(OutboxMessage.state) == "sending") & (col(OutboxMessage.claimed_until) < now)
    begun = col(OutboxMessage.data_at).is_not(None)
    with site.db() as tx:
        if tx.exec(select(OutboxMessage.id).where(left).limit(1)).first() is None:
            return
    with site.db.begin() as tx:
        doubtful = {"state": "doubtful", "reason": "broken_off", "ended_at": now}
        _update(tx, left & begun, claim=None, **doubtful)
        _update(tx, left & ~begun, claim=None, state="waiting", next_try_at=now)


def forget(site: Site, now: datetime) -> None:
    """Take away what was kept long enough: bodies after 30 days, rows after a year."""
    ended = col(OutboxMessage.ended_at)
    kept = col(OutboxMessage.content_sealed).is_not(None)
    with site.db.begin() as tx:
        _update(tx, (ended < now - CONTENT_DAYS) & kept, content_sealed=None)
        for row in tx.exec(select(OutboxMessage).where(ended < now - ROW_DAYS)):
            tx.delete(row)


def pause(public_id: str, attempts: int) -> timedelta | None:
    """How long to wait after so many tries, each mail a little differently; None when it is given up."""
    if attempts > len(PAUSES):
        return None
    drawn = hashlib.sha256(f"{public_id}:{attempts}".encode()).digest()[0] / 255
    return PAUSES[attempts - 1] * (1 - JITTER + 2 * JITTER * drawn)


class _TakenOver(Exception):
    """Another sender has this mail now."""


def _next(tx: Session, now: datetime, kinds: Sequence[str]) -> OutboxMessage | None:
    """The mail that waits longest; never one while another of its thread is under way, or they could cross."""
    other = aliased(OutboxMessage)
    under_way = exists().where(col(other.thread) == OutboxMessage.thread, col(other.state) == "sending")
    return tx.exec(
        select(OutboxMessage)
        .where(
            OutboxMessage.state == "waiting",
            col(OutboxMessage.kind).in_(kinds),
            col(OutboxMessage.next_try_at) <= now,
            ~under_way,
        )
        .order_by(col(OutboxMessage.next_try_at), col(OutboxMessage.id))
        .limit(1)
    ).first()


def _lapse(tx: Session, now: datetime) -> None:
    late = (col(OutboxMessage.state) == "waiting") & (col(OutboxMessage.expires_at) <= now)
    _update(tx, late, state="lapsed", ended_at=now)


def _begin(site: Site, claimed: Claimed, now: datetime) -> None:
    """From here on the mail may have arrived: written down before the first byte leaves."""
    with site.db.begin() as tx:
        if not _update(tx, _held(claimed), data_at=now, claimed_until=now + LEASE):
            raise _TakenOver


def _again(site: Site, claimed: Claimed, reason: str, now: datetime) -> None:
    with site.db.begin() as tx:
        row = tx.exec(select(OutboxMessage).where(_held(claimed))).first()
        if row is None:
            return
        later = pause(row.public_id, row.attempts)
        newer = select(OutboxMessage.id).where(OutboxMessage.thread == row.thread, col(OutboxMessage.id) > row.id)
        replaced = tx.exec(newer.limit(1)).first() is not None
        row.claim, row.data_at, row.reason = None, None, reason
        if replaced:
            row.state, row.ended_at = "superseded", now
        elif later is None:
            row.state, row.ended_at = "given_up", now
        else:
            row.state, row.next_try_at = "waiting", now + later
        tx.add(row)


def _end(site: Site, claimed: Claimed, state: str, now: datetime, reason: str | None = None) -> None:
    # Also when meanwhile somebody took the sender for dead and the mail for doubtful: it is the one who knows.
    doubted = (col(OutboxMessage.id) == claimed.id) & (col(OutboxMessage.state) == "doubtful")
    with site.db.begin() as tx:
        if not _update(tx, _held(claimed), state=state, claim=None, reason=reason, ended_at=now):
            _update(tx, doubted, state=state, reason=reason, ended_at=now)


def _held(claimed: Claimed) -> Any:
    return (col(OutboxMessage.id) == claimed.id) & (col(OutboxMessage.claim) == claimed.claim)


def _update(tx: Session, where: Any, **values: Any) -> int:
    """How many rows it was."""
    done = tx.execute(update(OutboxMessage).where(where).values(**values).execution_options(synchronize_session=False))
    return done.rowcount if isinstance(done, CursorResult) else 0


def _opened(tx: Session, site: Site, row: OutboxMessage) -> Mail | None:
    """What is sealed in it; None when its key was erased."""
    place, sealed = _place(row.public_id), row.content_sealed or b""
    try:
        if row.party_id is None:
            told = site.seals.open_shared(tx, place, sealed)
        else:
            told = site.seals.open(tx, row.party_id, place, sealed)
    except ValueError:
        return None
    return Mail(told["sender"], told["to"], told["content"].encode(), row.kind)


def _place(public_id: str) -> str:
    return f"outbox_message.content_sealed:{public_id}"
