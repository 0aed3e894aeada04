"""A process that does what the server does for runs: `python -m tests.service.runs.a_server DATABASE_URL`."""

from __future__ import annotations

import sys
import time

from service import process
from service.database import Database
from tests.service.runs.builders import at_work
from tests.sites import a_site


def main() -> None:
    process.stop_in_order()
    with at_work(a_site(Database(sys.argv[1]), database_url=sys.argv[1])):
        print("ready", flush=True)
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main()
