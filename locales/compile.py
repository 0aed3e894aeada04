"""
Compile the catalogs: ``python -m locales.compile``.

The build of the wheel runs this file on its own, so it imports nothing of the project.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE = Path(__file__).parent
# babel writes these two dates into every catalog; a fixed one keeps equal catalogs equal to the byte.
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def compiled(po: Path) -> bytes:
    """The binary form of one catalog."""
    with po.open("rb") as file:
        catalog = read_po(file, locale=po.parent.parent.name, domain=po.stem)
    catalog.creation_date = catalog.revision_date = NO_DATE
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def compile_all(folder: Path = HERE) -> list[Path]:
    """Write the `.mo` beside each `.po`; gives the files written."""
    written: list[Path] = []
    for po in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        mo.write_bytes(compiled(po))
        written.append(mo)
    return written


if __name__ == "__main__":
    print(f"{len(compile_all())} catalogs compiled")
