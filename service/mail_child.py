"""
The process that reads a mail: `python -m service.mail_child SECONDS MEBIBYTES CUT [RECIPIENT]`.

The mail comes on standard input; one JSON document goes out, a `mail_reading.Read`. It sees neither settings nor
database, opens nothing and writes nothing, and ends after one mail.
"""

from __future__ import annotations

import resource
import sys

import msgspec

from service.mail_reading import read_mail


def main() -> None:
    seconds, mebibytes, cut, *recipient = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (int(mebibytes) << 20, int(mebibytes) << 20))
    found = read_mail(sys.stdin.buffer.read(), "".join(recipient), cut=cut == "cut")
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
