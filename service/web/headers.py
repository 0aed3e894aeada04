"""What stands on every answer (`security.md` B4), also where no handler answered."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from service.site import Site


def content_policy(tile_url: str) -> str:
    """The Content-Security-Policy; the one configured tile host joins `img-src`."""
    images = "img-src 'self' data:"
    tiles = urlsplit(tile_url)
    if tiles.netloc:
        images += f" {tiles.scheme}://{tiles.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            images,
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


class SafeHeaders:
    """A `before_send` hook; a header that the handler set itself stays."""

    def __init__(self, site: Site) -> None:
        self.headers = {
            "Content-Security-Policy": content_policy(site.settings.tile_url),
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        }
        if not site.settings.demo:
            self.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        message.setdefault("headers", [])
        headers = MutableScopeHeaders.from_message(message)
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        if not str(scope.get("path", "")).startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
