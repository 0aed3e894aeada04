"""The interface for programs: its document, and what every answer of it may be instead (RFC 9457)."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme

from service.web.api_shapes import Problem
from service.web.doors import ANYONE

VERSION = "1"
BODY_BYTES = 1024 * 1024
"""Most that a program may send at once (`security.md` H1)."""
TYPE = "application/problem+json"
WORDS = {
    400: "What was sent is no JSON, or a field is missing, unknown or not of its type.",
    401: "Nobody is signed in.",
    403: "Not for this role, or the value of the header `x-csrf-token` is missing or too old.",
    404: "There is nothing of that kind, or it may not be seen.",
    405: "This address knows other methods.",
    409: "It cannot be done now: another calculation is under way, or there is no answer yet.",
    413: "Too much was sent.",
    422: "It makes no sense to calculate with, or the key came with another request before.",
    429: "Too many calculations within an hour; the header `Retry-After` says when it works again.",
    500: "A fault of the service; nothing is half done.",
}
READING = (401, 403, 404, 405, 500)
STOPPING = (401, 403, 404, 405, 413, 500)
ASKING = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500)


def faults(*statuses: int) -> dict[int, ResponseSpec]:
    """The problem documents that a handler may answer with."""
    return {
        status: ResponseSpec(Problem, description=WORDS[status], media_type=TYPE, generate_examples=False)
        for status in statuses
    }


def document(handlers: Sequence[HTTPRouteHandler]) -> bytes:
    """The OpenAPI document of these handlers; it holds no data of anybody."""
    config = OpenAPIConfig(
        title="Le Fil",
        version=VERSION,
        summary="Pairing of people who wait with peer helpers",
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "session": SecurityScheme(
                    type="apiKey",
                    name="__Host-lefil",
                    security_scheme_in="cookie",
                    description="The session of a coordinator, from the sign-in page (`lefil` in demo mode).",
                ),
                "form": SecurityScheme(
                    type="apiKey",
                    name="x-csrf-token",
                    security_scheme_in="header",
                    description="The value of the hidden field `csrf` of any page of the session, for what changes.",
                ),
            }
        ),
        security=[{"session": [], "form": []}],
    )
    # An application of its own, only to be described: the real one shows nothing of its pages.
    described = Litestar(
        [copy.deepcopy(one) for one in handlers],
        dependencies={name: Provide(lambda: None, sync_to_thread=False) for name in ("site", "visitor")},
        openapi_config=config,
    )
    schema = described.openapi_schema.to_schema()
    _made_strict(schema)
    return msgspec.json.encode(schema, order="sorted")


def _made_strict(schema: dict[str, Any]) -> None:
    """What the framework does not say by itself: no other fields, and where nothing need be sent."""
    for shape in schema["components"]["schemas"].values():
        if shape.get("type") == "object":
            shape["additionalProperties"] = False
    for operation in schema["paths"].values():
        body = operation.get("post", {}).get("requestBody")
        for content in body["content"].values() if body else ():
            if {"type": "null"} in content["schema"].get("oneOf", ()):
                content["schema"] = next(one for one in content["schema"]["oneOf"] if one != {"type": "null"})
                body["required"] = False


def router(handlers: Sequence[HTTPRouteHandler]) -> Router:
    """Everything under `/api`, with its own document."""
    described: list[bytes] = []

    @get("/api/openapi.json", opt=ANYONE, sync_to_thread=True)
    def openapi() -> Response[bytes]:
        """The document of the interface."""
        if not described:
            described.append(document(handlers))
        return Response(described[0], media_type="application/json")

    return Router("/", route_handlers=[*handlers, openapi], request_max_body_size=BODY_BYTES)
