"""Holds the answers of the interface for programs against its own document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    """The operation that answers at an address."""
    for template, item in document["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            return item.get(method.lower(), item)
    raise KeyError(path)


def complaints(document: dict[str, Any], method: str, path: str, answer: Any) -> list[str]:
    """What is not as the document says about an answer; empty when it is."""
    described = operation(document, method, path)
    responses = described.get("responses")
    if responses is None:  # a method that this address does not know: any operation of it says what 405 looks like
        responses = next(iter(described.values()))["responses"]
    given = responses.get(str(answer.status_code))
    if given is None:
        return [f"{method} {path} never answers {answer.status_code}"]
    media = answer.headers["content-type"].split(";")[0]
    if media not in given["content"]:
        return [f"{method} {path} never answers with {media}"]
    return list(_wrong(document, given["content"][media]["schema"], answer.json(), "$"))


def _wrong(document: dict[str, Any], schema: dict[str, Any], value: Any, at: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if "oneOf" in schema:
        if sum(not list(_wrong(document, one, value, at)) for one in schema["oneOf"]) != 1:
            yield f"{at}: not exactly one of the shapes"
        return
    kinds = TYPES[schema["type"]]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"{at}: {type(value).__name__} where {schema['type']} is said"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} is not like {schema['pattern']}"
    if schema.get("format") == "date-time":
        datetime.fromisoformat(value)
    if value < schema["minimum"] if "minimum" in schema else False:
        yield f"{at}: {value} is too small"
    if value > schema["maximum"] if "maximum" in schema else False:
        yield f"{at}: {value} is too large"
    if schema["type"] == "array":
        for number, item in enumerate(value):
            yield from _wrong(document, schema["items"], item, f"{at}[{number}]")
    if schema["type"] == "object":
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{at}: {name} is missing"
        for name, item in value.items():
            if name in properties:
                yield from _wrong(document, properties[name], item, f"{at}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{at}: {name} is not said"
