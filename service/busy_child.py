"""
The process that reads a foreign calendar: `python -m service.busy_child SECONDS MEBIBYTES BEGINS ENDS ZONE`.

The file comes on standard input; one JSON document goes out: ``{"busy": [[start, end], …]}`` or ``{"error": code}``. It
sees neither settings nor database, opens nothing and writes nothing, and ends after one file.
"""

from __future__ import annotations

import resource
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from calendars.reading import busy
from calendars.reading_lines import Unreadable

TOO_MUCH_MEMORY = "TOO_MUCH_MEMORY"


def main() -> None:
    seconds, mebibytes, begins, ends, zone = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_AS, (int(mebibytes) << 20, int(mebibytes) << 20))
    try:
        content = sys.stdin.buffer.read()
        found = busy(content, datetime.fromisoformat(begins), datetime.fromisoformat(ends), ZoneInfo(zone))
        answer = msgspec.json.encode({"busy": found})
    except Unreadable as refused:
        answer = msgspec.json.encode({"error": refused.code})
    except MemoryError:
        answer = msgspec.json.encode({"error": TOO_MUCH_MEMORY})
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
