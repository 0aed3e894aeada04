"""What is new for somebody reaches them once, by the way they chose; the coordinator says the rest."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import select

from locales import LANGS, translator
from service import mailing, message_memory, message_texts, message_ways, messages, notices, sms_carrier
from service.codes import NOTICES_TO_PARTIES
from service.errors import NotAllowed, NotFound
from service.message_texts import Facts
from service.site import Actor, Site
from service.tables.mail import MessageTold, OutboxMessage
from service.tables.pairings import Notice, Pairing, Request
from service.tables.people import ContactCard
from tests.service.mail.builders import CANARIES, CLAIRE, DALIA, NADIA, Post

NIGHT = datetime(2027, 1, 4, 1, tzinfo=UTC)
"""An hour of the first day in which nobody is reminded of anything."""

NOON = datetime(2027, 1, 4, 11, 30, tzinfo=UTC)


@dataclass
class Told:
    """The network at an hour of the test's; `by` are the ways that messages leave by."""

    post: Post
    sms: Path

    def at(self, moment: datetime, **settings: object) -> Site:
        self.post.now = moment
        site = self.post.site
        return replace(site, settings=site.settings.model_copy(update=settings))

    def turn(self, moment: datetime = NIGHT, **settings: object) -> list[EmailMessage]:
        """Messages that left in one round."""
        before = len(self.post.box.mails)
        mailing.turn(self.at(moment, **settings), lambda: moment)
        return self.post.box.read[before:]

    def propose(self, on: str = "2027-01-04") -> Pairing:
        with self.post.site.db.begin() as tx:
            row = tx.get_one(Pairing, self.post.of.pairing)
            row.status, row.person_answer, row.helper_answer = "proposed", "pending", "pending"
            row.proposed_on = date.fromisoformat(on)
            tx.add(row)
            return row

    def notice(self, code: str, party: int, **about: object) -> str:
        of = self.post.of
        row = Notice(
            public_id=self.post.site.ids.new(),
            territory_id=of.territory,
            party_id=party,
            code=code,
            person_id=of.dalia,
            pairing_id=of.pairing,
            at=NIGHT,
            **about,
        )
        self.post.of.add(row)
        return row.public_id

    def coordinator(self) -> Actor:
        return self.post.of.coordinator()

    def to_say(self, gateways: tuple[str, ...] = ()) -> list[messages.ToSay]:
        return messages.to_say(self.at(NIGHT), self.coordinator(), gateways)


@pytest.fixture
def told(post: Post, tmp_path: Path) -> Told:
    return Told(post, tmp_path / "sms")


def whom(mails: list[EmailMessage]) -> set[str]:
    return {str(mail["To"]) for mail in mails}


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return plain(body.get_content())


def subject_of(mail: EmailMessage) -> str:
    return plain(str(mail["Subject"]))


def plain(said: str) -> str:
    """French signs stand behind a space that does not break: here they are compared without."""
    return said.replace("\u202f", " ").replace("\u00a0", " ")


def card(told: Told, party: int, **fields: str) -> None:
    site = told.post.site
    with site.db.begin() as tx:
        row = tx.get(ContactCard, party)
        sealed = site.seals.seal(tx, party, f"contact_card.card_sealed:{party}", fields)
        if row is None:
            tx.add(ContactCard(party_id=party, card_sealed=sealed))
        else:
            row.card_sealed = sealed


def test_a_proposal_reaches_both_sides_once(told):
    told.propose()
    message_ways.choose(told.post.site, told.post.actor(told.post.of.dalia), way="email", reminders=True, language="nl")

    first, second = told.turn(), told.turn(NIGHT + timedelta(minutes=5))

    assert whom(first) == {NADIA, DALIA}
    assert second == []
    [to_nadia] = [mail for mail in first if mail["To"] == NADIA]
    assert subject_of(to_nadia) == "Une réponse à donner"
    assert "https://fil.example/propositions" in text_of(to_nadia)
    [to_dalia] = [mail for mail in first if mail["To"] == DALIA]
    assert subject_of(to_dalia) == translator("nl").gettext("Une réponse à donner")


def test_a_mail_has_one_button_and_nothing_that_is_loaded(told):
    told.propose()
    [mail] = [mail for mail in told.turn() if mail["To"] == NADIA]
    html = mail.get_body(("html",))

    assert html is not None
    page = html.get_content()
    assert page.count("<a ") == 1
    assert 'href="https://fil.example/propositions"' in page
    assert not any(tag in page for tag in ("<img", "<link", "<script", "url("))


def test_one_message_for_all_visits_that_were_published_together(told):
    published = NIGHT - timedelta(hours=1)
    for number, day in enumerate(("2027-01-11", "2027-01-18", "2027-01-25")):
        told.post.visit(f"v{number}", day, published_at=published)
    [mail] = [mail for mail in told.turn() if mail["To"] == NADIA]

    assert subject_of(mail) == "Des rencontres à confirmer"
    assert "3 rencontres sont à confirmer. La première : lundi 11 janvier" in text_of(mail)


def test_a_visit_that_moved_is_told_with_both_hours_and_not_twice(told):
    row = told.post.visit(published_at=NIGHT, helper_answer="accepted", person_answer="accepted")
    known = row.starts_at
    told.post.change(starts_at=known + timedelta(days=1), ends_at=known + timedelta(days=1, hours=1))
    told.notice("visit_moved", told.post.of.nadia, visit_id=row.id, known_start=known)

    [mail] = [mail for mail in told.turn() if mail["To"] == NADIA]
    assert "mardi 12 janvier" in text_of(mail)
    assert "lundi 11 janvier" in text_of(mail)
    assert notices.to_tell(told.at(NIGHT), told.coordinator()) == []
    assert [one.code for one in notices.own(told.at(NIGHT), told.post.of.helper())] == ["visit_moved"]


def test_a_proposal_that_waits_is_recalled_after_a_week_and_only_one_reminder_comes_a_day(told):
    told.propose("2027-01-03")
    told.turn()
    told.post.visit("v1", "2027-01-13", 10, helper_answer="accepted", person_answer="accepted")
    morning, afternoon = (datetime(2027, 1, 12, hour, 30, tzinfo=UTC) for hour in (8, 16))

    assert "Demain : 1 rencontre" not in [subject_of(mail) for mail in told.turn(morning)]
    assert [subject_of(mail) for mail in told.turn(afternoon) if mail["To"] == NADIA] == ["Demain : 1 rencontre"]
    waits = [mail for mail in told.turn(morning + timedelta(days=1)) if mail["To"] == NADIA]
    assert [subject_of(mail) for mail in waits] == ["Une proposition attend encore votre réponse"]
    assert told.turn(morning + timedelta(days=1, minutes=30)) == []


def test_a_reminder_of_tomorrow_names_the_hours(told):
    told.post.visit("v1", "2027-01-05", 10, helper_answer="accepted", person_answer="accepted")
    told.post.visit("v2", "2027-01-05", 14, helper_answer="accepted", person_answer="accepted")
    [mail] = [mail for mail in told.turn(datetime(2027, 1, 4, 16, 30, tzinfo=UTC)) if mail["To"] == NADIA]

    assert subject_of(mail) == "Demain : 2 rencontres"
    assert "10 h – 11 h" in text_of(mail)


def test_whoever_wants_no_reminders_gets_none(told):
    told.post.visit("v1", "2027-01-05", 10, helper_answer="accepted", person_answer="accepted")
    message_ways.choose(told.post.site, told.post.of.helper(), way="email", reminders=False, language="fr")

    assert NADIA not in whom(told.turn(datetime(2027, 1, 4, 16, 30, tzinfo=UTC)))


def test_whoever_wants_no_messages_is_on_the_coordinators_list(told):
    told.propose()
    message_ways.choose(told.post.site, told.post.of.helper(), way="none", reminders=False, language="fr")

    assert NADIA not in whom(told.turn())
    assert "Nadia" in [one.to.who for one in told.to_say(("email",))]


def test_without_any_gateway_everything_is_said_by_the_coordinator(told):
    pairing = told.propose()
    listed = told.to_say()

    assert [(one.to.who, one.code, one.about) for one in listed] == [
        ("Nadia", "proposal", pairing.public_id),
        ("Dalia", "proposal", pairing.public_id),
    ]
    assert listed[0].said.sms.endswith("https://fil.example/propositions")
    messages.say(told.at(NIGHT), told.coordinator(), listed[0].party, "proposal", pairing.public_id)
    assert [one.to.who for one in told.to_say()] == ["Dalia"]
    with pytest.raises(NotFound):
        messages.say(told.at(NIGHT), told.coordinator(), listed[0].party, "proposal", pairing.public_id)


def test_a_notice_that_was_said_is_told(told):
    public_id = told.notice("pairing_paused", told.post.of.dalia)
    [item] = [one for one in told.to_say() if one.about == public_id]
    messages.say(told.at(NIGHT), told.coordinator(), item.party, item.code, item.about)

    with told.post.site.db() as tx:
        assert tx.exec(select(Notice.told_at).where(Notice.public_id == public_id)).one() is not None


def codes_told(told: Told) -> set[str]:
    with told.post.site.db() as tx:
        return set(tx.exec(select(MessageTold.code)).all())


def test_what_was_told_is_forgotten_after_ninety_days_and_nobody_is_told_it_again(told):
    told.notice("pairing_paused", told.post.of.helper().party_id or 0)
    told.post.visit("v1", "2027-06-14", published_at=NIGHT - timedelta(hours=1))
    assert NADIA in whom(told.turn())

    assert message_memory.forget(told.at(NIGHT + timedelta(days=89))) == 0
    assert codes_told(told) == {"pairing_paused", "visits"}
    assert message_memory.forget(told.at(NIGHT + timedelta(days=90))) == 1
    assert message_memory.forget(told.at(NIGHT + timedelta(days=90))) == 0
    # The visit of June still waits for a yes.
    assert codes_told(told) == {"visits"}
    assert NADIA not in whom(told.turn(NIGHT + timedelta(days=90)))
    message_memory.forget(told.at(NIGHT + timedelta(days=200)))
    assert codes_told(told) == set()


def test_the_list_is_the_coordinators(told):
    told.propose()

    for actor in (told.post.of.helper(), told.post.actor(told.post.of.dalia)):
        with pytest.raises(NotAllowed):
            messages.to_say(told.at(NIGHT), actor, ())


def test_an_sms_goes_through_the_operators_command(told):
    told.propose()
    card(told, told.post.of.nadia, phone="0470 / 12.34.56")
    message_ways.choose(told.post.site, told.post.of.helper(), way="sms", reminders=True, language="fr")
    script = told.sms.with_suffix(".py")
    script.write_text("import sys; open(sys.argv[1], 'a').write(sys.argv[2] + ' ' + sys.stdin.read())")

    told.turn(sms_command=f"{sys.executable} {script} {told.sms}")
    assert not told.sms.exists(), "no telephone rings at night"
    told.turn(NOON, sms_command=f"{sys.executable} {script} {told.sms}")

    assert told.sms.read_text().startswith("0470123456 Une proposition vous attend.")
    assert len(told.sms.read_text()) < 11 + 160


@pytest.mark.parametrize(("ends", "state"), [(0, "sent"), (75, "waiting"), (1, "failed")])
def test_what_the_command_ends_with_decides(told, ends, state):
    told.propose()
    card(told, told.post.of.nadia, phone="+32470123456")
    message_ways.choose(told.post.site, told.post.of.helper(), way="sms", reminders=True, language="fr")
    told.turn(NOON, sms_command=f"{sys.executable} -c 'raise SystemExit({ends})'")

    with told.post.site.db() as tx:
        assert [row.state for row in tx.exec(select(OutboxMessage).where(OutboxMessage.kind == "sms"))] == [state]


@pytest.mark.parametrize(
    ("said", "number"),
    [("0470 12 34 56", "0470123456"), ("0032 470-12.34.56", "+32470123456"), ("chez Paul", None), ("-h; rm", None)],
)
def test_only_digits_go_to_the_command(said, number):
    assert sms_carrier.number(said) == number


def test_whoever_asked_hears_of_the_steps_of_their_request(told):
    of = told.post.of
    with told.post.site.db.begin() as tx:
        row = tx.get_one(Pairing, of.pairing)
        asked = Request(
            public_id=told.post.site.ids.new(),
            ref="SER-R900",
            territory_id=of.territory,
            received_on=date(2027, 1, 4),
            requested_by="professional",
            professional_id=of.claire,
            person_id=row.person_id,
            themes=["housing"],
            status="received",
        )
        tx.add(asked)

    [mail] = [mail for mail in told.turn() if mail["To"] == CLAIRE]
    assert subject_of(mail) == "Demande SER-R900 bien reçue"
    assert CLAIRE not in whom(told.turn(NIGHT + timedelta(days=40)))


@pytest.mark.parametrize("lang", LANGS)
def test_no_message_tells_more_than_day_hour_and_a_reference(lang):
    texts = translator(lang)
    facts = Facts(
        count=4,
        before=datetime(2027, 9, 22, 14, 30),  # noqa: DTZ001
        after=datetime(2027, 9, 29, 14, 30),  # noqa: DTZ001
        spans=((datetime(2027, 9, 22, 14, 30), datetime(2027, 9, 22, 15, 30)),) * 2,  # noqa: DTZ001
        ref="SER-R123",
    )
    for code in ("visits", "eve", "daily", *message_texts.WORDS, *NOTICES_TO_PARTIES):
        said = message_texts.message(texts, "https://fil.example", code, facts)
        assert len(said.sms) <= 160, f"{code}: {len(said.sms)}"
        assert not any(name in said.mail + said.subject for name in CANARIES)
        assert "%(" not in said.mail + said.subject


def test_two_servers_write_a_message_once(told):
    told.propose()
    site = told.at(NIGHT)
    messages.write_due(site, NIGHT, ("email",))
    with site.db.begin() as tx:
        told_of = tx.exec(select(MessageTold)).all()
    messages.write_due(site, NIGHT, ("email",))

    with site.db() as tx:
        assert len(tx.exec(select(MessageTold)).all()) == len(told_of) > 0
        assert len(tx.exec(select(OutboxMessage).where(OutboxMessage.kind == "message")).all()) == len(told_of)
