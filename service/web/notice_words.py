"""Whom to tell what, and how, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from locales import N_
from service.notices import TO_COORDINATION, TO_PARTIES, NoticeView, Reached
from service.web.speech import Speech

SENTENCES: Mapping[str, str] = {**TO_PARTIES, **TO_COORDINATION}
AWAY_ONE_DAY = N_("%(name)s ne sera pas là le %(first)s. Voyez ce que cela touche.")
CHANNELS: Mapping[str, str] = {
    "sms": N_("par SMS"),
    "phone": N_("par téléphone"),
    "email": N_("par e-mail"),
    "via_professional": N_("par son professionnel"),
    "in_person": N_("de vive voix"),
    "own_page": N_("sur sa page"),
}


def told(notice: NoticeView, speech: Speech) -> str:
    """The sentence to say, or to read on the own page."""
    one_day = notice.first is not None and notice.first == notice.last
    return speech.gettext(
        AWAY_ONE_DAY if one_day else SENTENCES[notice.code],
        name=notice.name,
        day=speech.day(notice.before) if notice.before is not None else "",
        before=speech.moment(notice.before) if notice.before is not None else "",
        after=speech.moment(notice.after) if notice.after is not None else "",
        names=speech.and_list(notice.names),
        first=speech.day(notice.first) if notice.first is not None else "",
        last=speech.day(notice.last) if notice.last is not None else "",
    )


def how(one: Reached, speech: Speech) -> str:
    """« par SMS », « par Paul »."""
    return speech.gettext("par %(name)s", name=one.via) if one.via else speech.gettext(CHANNELS[one.how])


def whom(everybody: Iterable[Reached], speech: Speech) -> str:
    """« Rose (par SMS) et Karim (sur sa page) »."""
    return speech.and_list(
        [speech.gettext("%(who)s (%(how)s)", who=one.who, how=how(one, speech)) for one in everybody]
    )
