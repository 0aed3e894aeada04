"""Of all that stands in the records, nothing leaves in the mails and short messages of a day (`security.md` C3, F2)."""

from __future__ import annotations

import email
import re
from email.policy import default

from sqlmodel import Session, select

from service import invitations, messages
from service.contact_cards import place as card_place
from service.site import Site
from service.tables.mail import MailPreference, OutboxMessage
from service.tables.people import ContactCard, Party, PeerHelper, Person, Professional
from tests.service.access.every_route import records
from tests.service.access.every_route.canaries import Elements, hanging_on, plant, write_about
from tests.service.web.network import MOMENT, Network, make_site

WORD = "CANARI-MAIL"
TELLS_NOTHING = {"pairing-ref", "request-ref", "visit-uid"}
"""What may leave: short references, and the name of an entry that calendars need to follow it."""


def reachable(tx: Session, site: Site) -> None:
    """Everybody has an address and a number, and wants their visits by mail; persons by short message."""
    for party in tx.exec(select(Party)).all():
        own = {"email": f"p{party.id}@mail.example", "phone": f"+3247012{party.id or 0:04d}", "address": WORD}
        if party.kind in ("person", "peer_helper"):
            held = tx.get(ContactCard, party.id) or ContactCard(party_id=party.id or 0, card_sealed=b"")
            held.card_sealed = site.seals.seal(tx, party.id or 0, card_place(party.id or 0), own)
            tx.add(held)
        if party.kind in ("peer_helper", "professional"):
            tx.add(
                MailPreference(party_id=party.id or 0, territory_id=party.territory_id, active=True, changed_at=MOMENT)
            )
    for person in tx.exec(select(Person)).all():
        person.contact_channel = "sms"
    for professional in tx.exec(select(Professional)).all():
        professional.email = f"p{professional.id}@mail.example"


def said_in(tx: Session, site: Site, row: OutboxMessage) -> str:
    """All that a message says, decoded: its subject, its parts, the calendar entry in it."""
    place = f"outbox_message.content_sealed:{row.public_id}"
    content = str(site.seals.open(tx, row.party_id or 0, place, row.content_sealed or b"")["content"])
    if row.kind == "sms":
        return content
    mail = email.message_from_string(content, policy=default)
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    pages = [part.get_content() for part in mail.walk() if part.get_content_type() == "text/html"]
    assert [name for page in pages for name in Elements(page).names if "canari" in name] == []
    return "\n".join([str(mail.items()), *(one if isinstance(one, str) else one.decode() for one in parts)])


def test_nothing_of_the_records_leaves_in_mails_and_short_messages():
    network = Network(make_site(mail_from="fil@mail.example"))
    site = network.site
    records.make(network)
    with site.db.begin() as tx:
        write_about(tx, site, set(tx.exec(select(Person.id)).all()))
        planted = plant(tx, site.seals, WORD, hanging_on(tx, {"territory": set(network.territories.values())}))
        reachable(tx, site)
    before = messages.write_due(site, MOMENT, ("email", "sms")) + invitations.write_due(site, MOMENT)
    with site.db() as tx:
        rows = tx.exec(select(OutboxMessage).where(OutboxMessage.state == "waiting")).all()
        left = [(row.kind, said_in(tx, site, row)) for row in rows]
        names = tx.exec(select(PeerHelper.display_name)).all()
    site.db.close()

    assert before == len(left)
    assert {kind for kind, _ in left} == {"message", "sms", "invitation"}
    told = {column for _, said in left for column in re.findall(rf"{WORD}[\w-]*", re.sub(r"\r\n[ \t]", "", said))}
    assert {re.sub(rf"{WORD}-|-\d+$", "", column) for column in told} == TELLS_NOTHING
    assert {"peer_helper.display_name", "person.pseudonym", "place.name", "territory.name"} <= planted
    assert all(WORD in name for name in names)
