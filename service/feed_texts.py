"""What an entry says at each level (`settled.md` 5 and 19): never a theme or a home address."""

from __future__ import annotations

from dataclasses import dataclass

from locales import N_, Texts
from service.tables.people import Place

# A room of a ward or of a care service would say more than where; these places are open to everybody.
PUBLIC_PLACES = ("open_place", "town_hall", "neutral_place")

MEETINGS = {
    "concertation": N_("Concertation"),
    "group_monthly": N_("Réunion du groupement"),
    "local_council": N_("Conseil local"),
    "steering_committee": N_("Comité de pilotage"),
    "working_group": N_("Groupe de travail"),
    "intervision": N_("Intervision"),
    "peer_intervision": N_("Intervision des pairs-aidants"),
    "supervision": N_("Supervision"),
    "training": N_("Formation"),
    "exchange_table": N_("Table d’échange"),
    "public_event": N_("Événement public"),
}
# In the calendar of a room that others can see, these say only that it is taken.
NOT_PUBLIC = ("concertation", "intervision", "peer_intervision", "supervision")


@dataclass(frozen=True)
class Told:
    """Summary and location of one entry."""

    summary: str
    location: str = ""


@dataclass(frozen=True)
class Company:
    """Who else is at a visit, for the reader of the feed: the one who counts for the initial first."""

    reference: str
    names: tuple[str, ...]


def visit(texts: Texts, level: str, company: Company, *, first: bool, place: Place | None, home: bool) -> Told:
    """A visit, in the feed of one of those who take part."""
    if level == "busy":
        return busy(texts)
    if level == "initials":
        initial = f"{company.names[0][:1].upper()}."
        return Told(
            texts.gettext("Rencontre avec %(initial)s (%(reference)s)", initial=initial, reference=company.reference)
        )
    if level == "plain":
        names = texts.and_list(company.names)
        summary = (
            texts.gettext("Première rencontre avec %(names)s", names=names)
            if first
            else texts.gettext("Rencontre avec %(names)s", names=names)
        )
        return Told(summary, texts.gettext("Chez vous") if home else _address(place))
    summary = texts.gettext("Rencontre %(reference)s", reference=company.reference)
    return Told(summary, _public(place) if level == "place" else "")


def team_visit(texts: Texts, level: str, reference: str, helper: str, place: Place | None) -> Told:
    """A visit, in the feed of those who coordinate: whose it is only by the helper's first letter."""
    if level == "busy":
        return busy(texts)
    if level == "initials":
        initial = f"{helper[:1].upper()}."
        return Told(texts.gettext("Rencontre %(reference)s (%(initial)s)", reference=reference, initial=initial))
    return Told(
        texts.gettext("Rencontre %(reference)s", reference=reference), _public(place) if level == "place" else ""
    )


def group_meeting(texts: Texts, level: str, title: str, place: Place | None) -> Told:
    """A meeting of a working group, in the feed of that group."""
    if level == "busy":
        return busy(texts)
    code = "working_group"
    kind = texts.gettext(MEETINGS[code])
    return Told(title or kind, _public(place)) if level == "place" else Told(kind)


def meeting(texts: Texts, level: str, kind: str, reference: str, place: Place | None) -> Told:
    """A meeting, in the feed of one of those who take part."""
    if level == "busy":
        return busy(texts)
    if level == "minimal":
        return Told(texts.gettext("Réunion %(reference)s", reference=reference))
    where = {"place": _public(place), "plain": _address(place)}.get(level, "")
    return Told(texts.gettext(MEETINGS[kind]), where)


def host_slot(texts: Texts, level: str, name: str, reference: str, place: Place) -> Told:
    """A slot as host of an open session, in the host's feed."""
    if level == "busy":
        return busy(texts)
    if level == "minimal":
        return Told(texts.gettext("Permanence %(reference)s", reference=reference))
    return Told(texts.gettext("Permanence : %(name)s", name=name), _public(place) if level == "place" else "")


def open_session(texts: Texts, level: str, name: str, place: Place) -> Told:
    """An open session, in a public feed: its name is public."""
    if level == "busy":
        return busy(texts)
    return Told(name, _public(place)) if level == "place" else Told(without_street(name, place))


def public_meeting(texts: Texts, level: str, kind: str, title: str, place: Place | None) -> Told:
    """A meeting in the feed of a place or territory: by its title when it is public, else that the room is taken."""
    if level == "busy" or kind in NOT_PUBLIC:
        return busy(texts) if level == "busy" else Told(texts.gettext("Salle réservée"))
    return Told(
        title if kind == "public_event" and title else texts.gettext(MEETINGS[kind]),
        _public(place) if level == "place" else "",
    )


def without_street(name: str, place: Place) -> str:
    """A name that people know a place by, less the street that some write into it: that is for level *place*."""
    if not place.street or place.street not in name:
        return name
    return name.replace(place.street, "").strip(" ,–-") or name


def busy(texts: Texts) -> Told:
    return Told(texts.gettext("Occupé"))


def called_off(texts: Texts, summary: str) -> str:
    return texts.gettext("Annulé : %(what)s", what=summary)


def _public(place: Place | None) -> str:
    return _address(place) if place and place.kind in PUBLIC_PLACES else ""


def _address(place: Place | None) -> str:
    if place is None:
        return ""
    return f"{place.name}, {place.street}" if place.street and place.street not in place.name else place.name
