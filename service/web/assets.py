"""
The styles, scripts and fonts of the pages, compressed once and kept by browsers.

They hold nothing of anybody, so that compressing them tells nothing; pages are not compressed, as they carry the seal
of their forms beside what somebody may have chosen to write. An address that names its content (`asset`) is kept for a
year, any other one is asked again, and answered by 304 while it is the same.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from service.web.doors import ANYONE

STATIC = Path(__file__).parent.parent / "static"
TEXT = (".css", ".js", ".svg", ".txt")
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".css": "text/css", ".svg": "image/svg+xml"}
KEPT = "public, max-age=31536000, immutable"
ASKED_AGAIN = "public, no-cache"


@dataclass(frozen=True)
class Asset:
    content: bytes
    packed: bytes | None
    kind: str
    mark: str


def asset(name: str) -> str:
    """The address of a file of `service/static`, with a mark of its content."""
    return f"/static/{name}?v={assets()[name].mark}"


@cache
def assets() -> dict[str, Asset]:
    """Every file by its name below `static`, read once in this process."""
    return {path.relative_to(STATIC).as_posix(): _read(path) for path in sorted(STATIC.rglob("*")) if path.is_file()}


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    if path.parent == STATIC and path.suffix in (".css", ".js"):
        content = _without_notes(content)
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, mtime=0) if path.suffix in TEXT else None
    return Asset(content, packed, kind, hashlib.sha256(content).hexdigest()[:12])


def _without_notes(content: bytes) -> bytes:
    """Our own styles and scripts without indentation and without comments on lines of their own: browsers need none."""
    lines = (line.strip() for line in re.sub(rb"(?m)^\s*/\*.*?\*/\s*$", b"", content, flags=re.DOTALL).split(b"\n"))
    return b"\n".join(line for line in lines if line and not line.startswith(b"//")) + b"\n"


@get("/static/{path:path}", opt=ANYONE, include_in_schema=False, sync_to_thread=False)
def static_file(request: Request[Any, Any, Any], path: FromPath[Path]) -> Response[bytes]:
    found = assets().get(path.as_posix().lstrip("/"))
    if found is None:
        raise NotFoundException
    zipped = found.packed is not None and "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{found.mark}{"-gzip" if zipped else ""}"'
    headers = {
        "ETag": tag,
        "Cache-Control": KEPT if request.query_params.get("v") == found.mark else ASKED_AGAIN,
    }
    if found.packed is not None:
        headers["Vary"] = "Accept-Encoding"
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers, media_type=found.kind)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    body = found.packed if zipped and found.packed is not None else found.content
    return Response(body, headers=headers, media_type=found.kind)


HANDLERS = [static_file]
