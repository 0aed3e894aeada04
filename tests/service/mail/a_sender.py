"""
A process that writes or sends mails, and may be killed at a point of its way:
`python -m tests.service.mail.a_sender DATABASE_URL SMTP_URL POINT`.

Points: `written` (a mail was put into the outbox, nothing more), `claimed` (it is marked, nothing was sent), `accepted`
(the server took it, nothing is written down), or `none`. At its point the process says so and waits to be killed.
"""

from __future__ import annotations

import sys
import time

from service import outbox
from service.clock import RealClock
from service.database import Database
from service.letters import Letter
from service.mail_carrier import Carrier
from service.mail_server import mail_server
from service.outbox import Mail
from tests.sites import a_site


def main() -> None:
    database, url, point = sys.argv[1:]
    site = a_site(Database(database), database_url=database)
    carrier = Carrier(mail_server(url))

    def send(mail: Mail, begin: object) -> None:
        if point == "claimed":
            _wait()
        carrier.send(mail, begin)  # type: ignore[arg-type]
        if point == "accepted":
            _wait()

    print("ready", flush=True)
    sys.stdin.readline()
    if point == "written":
        letter = Letter("nadia@mail.example", "agenda@fil.example", "agenda@fil.example", "Rencontre", "Une rencontre.")
        with site.db.begin() as tx:
            outbox.put(tx, site, letter, kind="invitation", thread="t", now=RealClock().now())
        _wait()
    done = outbox.send_due(site, send, RealClock().now)
    carrier.close()
    print(done, flush=True)


def _wait() -> None:
    print("here", flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main()
