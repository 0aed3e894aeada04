"""
A process that sends what is due, and is killed at a point of its way:
`python -m tests.service.mail.a_sender DATABASE_URL SMTP_URL POINT`.

Points: `claimed` (the row is marked, nothing was sent), `accepted` (the server took it, nothing is written down), or
`none`. At its point the process says so and waits to be killed.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from service import outbox
from service.clock import RealClock
from service.database import Database
from service.mail_server import mail_server
from service.mailing import Carrier
from service.outbox import Mail
from tests.sites import a_site


def main() -> None:
    database, url, point, hours = sys.argv[1:]
    site = a_site(Database(database), database_url=database)
    carrier = Carrier(mail_server(url))
    late = timedelta(hours=float(hours))

    def send(mail: Mail, begin: object) -> None:
        if point == "claimed":
            _wait()
        carrier.send(mail, begin)  # type: ignore[arg-type]
        if point == "accepted":
            _wait()

    print("ready", flush=True)
    sys.stdin.readline()
    done = outbox.send_due(site, send, lambda: RealClock().now() + late)
    carrier.close()
    print(done, flush=True)


def _wait() -> None:
    print("here", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main()
