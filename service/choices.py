"""What a person may answer beside yes and no: somebody else, and whom they have in mind (story A1)."""

from __future__ import annotations

from sqlmodel import Session, col, select

from locales import N_
from service import audit, pairings
from service.errors import StepNotAllowed
from service.site import Actor, Site
from service.tables.pairings import Pairing
from service.tables.people import PeerHelper, Person


def ask_for_another(
    site: Site, actor: Actor, pairing: str, named: str = "", *, how: str = "own_page", revision: int | None = None
) -> None:
    """
    The person would rather have somebody else, and may name who: the proposal closes, they go on waiting.

    `named` is a first name as the person knows it, from an open place for example; no list of helpers is shown to them.

    Raises
    ------
    StepNotAllowed
        When no helper of the territory is known by this name, several are, or it is the one just proposed.
    """
    with site.db.begin() as tx:
        row = pairings.answer_in(tx, site, actor, pairing, "person", "declined", how, revision)
        if named.strip():
            helper = _known_as(tx, row, named)
            person = tx.get_one(Person, row.person_id)
            person.named_helper_id = helper.id
            tx.add(person)
            audit.note(tx, site, actor, "person.named_helper", "person", person.public_id)


def _known_as(tx: Session, row: Pairing, named: str) -> PeerHelper:
    wanted = " ".join(named.split()).casefold()
    helpers = tx.exec(
        select(PeerHelper).where(PeerHelper.territory_id == row.territory_id, col(PeerHelper.status) == "active")
    ).all()
    found = [one for one in helpers if one.display_name.casefold() == wanted]
    if len(found) != 1:
        raise StepNotAllowed(
            N_("Nous ne trouvons pas ce prénom. Répondez sans prénom : la coordination vous appelle pour en parler.")
        )
    if found[0].id == row.peer_helper_id:
        raise StepNotAllowed(N_("C’est le prénom de la personne proposée."))
    return found[0]
