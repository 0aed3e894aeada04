"""Files of partners: sent, looked at, and taken over only when the coordinator accepts the report."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect

from locales import N_
from service.access import Visitor
from service.errors import ImportNotAccepted
from service.imports import kept
from service.imports.differences import REMOVABLE, Choices
from service.imports.files import FILES
from service.imports.reading import MAX_BYTES
from service.site import Site
from service.web.doors import may
from service.web.forms import Form, Line, read, read_files
from service.web.pages import page, speech_of

COORDINATOR = may("coordinator")
NAMES = tuple(file.file_name for file in FILES)
UPLOAD_BYTES = 40 * 1024 * 1024
SHOWN = 100
"""Rows of a table on one page; the rest is counted."""


class ChoiceForm(Form):
    take: list[Line] = msgspec.field(default_factory=list)
    remove: list[Line] = msgspec.field(default_factory=list)


@get("/import", opt=COORDINATOR, sync_to_thread=True)
def import_page(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "import.html", names=NAMES, fault="")


@post("/import/fichiers", opt=COORDINATOR, request_max_body_size=UPLOAD_BYTES)
async def send_files(
    request: Request[Any, Any, Any], site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Look at the files and keep them with their report for 24 hours; nothing else is written."""
    files: dict[str, bytes] = {}
    for sent in (await read_files(request, "files")).getall("files", []):
        if not isinstance(sent, UploadFile):
            raise HTTPException(status_code=400, detail="text where a file is expected")
        name = sent.filename.replace("\\", "/").rsplit("/", 1)[-1].casefold()
        if name in NAMES:
            files[name] = await sent.read(MAX_BYTES + 1)
    speech = speech_of(request)

    def look() -> Response[Any]:
        try:
            if not files:
                raise ImportNotAccepted(N_("Choisissez au moins un fichier CSV connu, par exemple persons.csv."))
            report = kept.look(site, visitor.actor, files, language=speech.lang)
        except ImportNotAccepted as refused:
            fault = speech.gettext(str(refused), **refused.facts)
            return page(request, "import.html", status=422, names=NAMES, fault=fault)
        made = kept.keep_report(site, visitor.actor, files, report)
        return Redirect(f"/import/{made}?fait=files_read", status_code=303)

    return await sync_to_thread(look)


@get("/import/{public_id:str}", opt=COORDINATOR, sync_to_thread=True)
def report_page(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[str]:
    speech = speech_of(request)
    report = kept.open_report(site, visitor.actor, public_id, language=speech.lang)
    return page(
        request,
        "import_report.html",
        public_id=public_id,
        report=report,
        findings=[(one, one.message(speech.gettext)) for one in report.findings[:SHOWN]],
        hidden_findings=max(0, len(report.findings) - SHOWN) + sum(report.unlisted.values()),
        severities=Counter(one.severity for one in report.findings),
        conflicts=[one for one in report.differences if one.edited][:SHOWN],
        changed=sum(not one.edited for one in report.differences),
        vanished=report.vanished[:SHOWN],
        hidden_vanished=max(0, len(report.vanished) - SHOWN),
        removable=REMOVABLE,
    )


@post("/import/{public_id:str}/accepter", opt=COORDINATOR)
async def accept_files(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    form = await read(request, ChoiceForm)
    choices = Choices(frozenset(_triples(form.take)), frozenset(_pairs(form.remove)))
    await sync_to_thread(kept.accept_report, site, visitor.actor, public_id, choices)
    return Redirect("/import?fait=files_taken", status_code=303)


@post("/import/{public_id:str}/ecarter", opt=COORDINATOR)
async def drop_files(
    request: Request[Any, Any, Any],
    public_id: FromPath[str],
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Redirect:
    await read(request, Form)
    await sync_to_thread(kept.drop_report, site, visitor.actor, public_id)
    return Redirect("/import?fait=files_dropped", status_code=303)


def _triples(values: list[str]) -> list[tuple[str, str, str]]:
    split = [value.split("|", 2) for value in values]
    if any(len(parts) != 3 for parts in split):
        raise HTTPException(status_code=400, detail="a choice that the page does not offer")
    # The key comes last: it may hold anything.
    return [(file, key, column) for file, column, key in split]


def _pairs(values: list[str]) -> list[tuple[str, str]]:
    split = [value.split("|", 1) for value in values]
    if any(len(parts) != 2 for parts in split):
        raise HTTPException(status_code=400, detail="a choice that the page does not offer")
    return [(file, key) for file, key in split]


HANDLERS = [import_page, send_files, report_page, accept_files, drop_files]
