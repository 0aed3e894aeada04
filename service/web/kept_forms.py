"""Forms of records that the coordination keeps: one page for every kind, drawn from its sheet."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response

from service import kept_records
from service.kept_records import Blank, Kind
from service.sheets import Field, Outcome, Said, Sheet, allowed, fields_of
from service.site import Actor, Site
from service.web.forms import Form, Line
from service.web.pages import page, speech_of

Text = Annotated[str, msgspec.Meta(max_length=2000)]
SHOWN_AT_ONCE = 8
"""Of a long list so many choices are seen at once, with those that are taken; the others unfold."""
SPARE = 4
"""A list that is longer by no more than this is not folded."""


class KeptForm(Form):
    """`revision` 0 is of a record that is still to be made; `sure` that a name alike is somebody else's."""

    revision: int = 0
    sure: Line = ""


def form_of(name: str, sheet: Sheet) -> type[KeptForm]:
    """The fields that the page of a sheet sends."""
    wanted: list[Any] = [
        (one.name, list[Line], msgspec.field(default_factory=list[Line]))
        if one.kind == "several"
        else (one.name, Text, "")
        for one in fields_of(sheet)
    ]
    made: Any = msgspec.defstruct(
        name, wanted, bases=(KeptForm,), forbid_unknown_fields=True, kw_only=True, module=__name__
    )
    return made


def said_of(form: KeptForm) -> Said:
    return {
        name: value for name, value in msgspec.structs.asdict(form).items() if name not in ("csrf", "revision", "sure")
    }


def send(site: Site, actor: Actor, kind: Kind, public_id: str | None, form: KeptForm) -> Outcome:
    return kept_records.save(site, actor, kind, public_id, said_of(form), revision=form.revision, sure=bool(form.sure))


def shown(
    request: Request[Any, Any, Any],
    kind: Kind,
    blank: Blank,
    *,
    title: str,
    action: str,
    back: str,
    twin_page: str,
    form: KeptForm | None = None,
    outcome: Outcome | None = None,
) -> Response[str]:
    """
    The form, empty or as it was sent, with what hinders it.

    `twin_page` is the address of the records of its kind, to which the id of one that may be the same is added.
    """
    outcome = outcome or Outcome(revision=blank.revision)
    gettext = speech_of(request).gettext

    def choices(one: Field) -> list[tuple[str, str]]:
        known = allowed(one, blank.offered)
        return [(code, gettext(text) if one.choices is not None else text) for code, text in known.items()]

    def worded(one: Field, value: str | list[str]) -> str:
        if one.kind == "yes":
            return gettext("Oui") if value else gettext("Non")
        known = dict(choices(one)) if one.kind in ("one", "several") else {}
        if isinstance(value, list):
            return speech_of(request).and_list(known.get(code, code) for code in value)
        return known.get(value, value)

    def parted(one: Field, value: list[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """The choices that are seen at once, and those that unfold."""
        known = choices(one)
        if len(known) <= SHOWN_AT_ONCE + SPARE:
            return known, []
        at_once = [entry for n, entry in enumerate(known) if n < SHOWN_AT_ONCE or entry[0] in value]
        return at_once, [entry for entry in known if entry not in at_once]

    status = 409 if outcome.differences else 422 if outcome.wrong or outcome.twins else 200
    return page(
        request,
        "kept_form.html",
        status=status,
        kind=kind,
        blank=blank,
        answers=said_of(form) if form is not None else blank.said,
        heading=title,
        action=action,
        back=back,
        twin_page=twin_page,
        outcome=outcome,
        wrong=outcome.wrong,
        labels={one.name: one.label for one in fields_of(kind.sheet)},
        choices=choices,
        worded=worded,
        parted=parted,
    )
