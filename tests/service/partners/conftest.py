"""The small network of the web tests, for each test its own."""

from __future__ import annotations

from tests.service.web.conftest import network

__all__ = ["network"]
