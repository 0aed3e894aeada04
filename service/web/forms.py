"""What a form may bring: known fields only, clean text (`security.md` H1)."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import HTTPException

Line = Annotated[str, msgspec.Meta(max_length=400)]
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""What word processors and web pages leave in copied text, and nobody sees: it goes, so that nothing is refused."""
Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class Form(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The fields of one form; the seal was checked before the handler."""

    csrf: str = ""


T = TypeVar("T", bound=Form)


async def read(request: Request[Any, Any, Any], kind: type[T]) -> T:
    """
    The fields sent, converted to the form's types.

    Raises
    ------
    HTTPException
        With status 400 when a field is missing, unknown, or not of its type.
    """
    sent = await request.form()
    fields: dict[str, Any] = {}
    lists = {field.name for field in msgspec.structs.fields(kind) if "list" in str(field.type).lower()}
    for name in sent:
        values = [_clean(value) for value in sent.getall(name)]
        fields[name] = values if name in lists else values[-1]
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise HTTPException(status_code=400, detail="a field is missing or not valid") from error


async def read_files(request: Request[Any, Any, Any], *names: str) -> FormMultiDict:
    """
    The parts of a form that brings files; `names` are those that it may have beside the seal.

    Raises
    ------
    HTTPException
        With status 400 when there is another one.
    """
    sent = await request.form()
    if not {"csrf", *names}.issuperset(sent):
        raise HTTPException(status_code=400, detail="a field is not known")
    return sent


def _clean(value: Any) -> str:
    if not isinstance(value, str):
        raise HTTPException(status_code=400, detail="a file where text is expected")
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").translate(INVISIBLE))
    for character in text:
        if (
            character not in "\n\t"
            and unicodedata.category(character) in ("Cc", "Cs", "Cf")
            and character not in "\u200c\u200d"
        ):
            raise HTTPException(status_code=400, detail="a character that text does not have")
    return text
