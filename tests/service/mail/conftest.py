from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.mail.builders import Post, a_post
from tests.service.mail.postbox import postbox


@pytest.fixture
def post() -> Iterator[Post]:
    """The network, and a mail server that takes everything."""
    with postbox() as box:
        yield a_post(box)
