"""Copy what the pages need from node_modules into service/static/vendor, each with its licence."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "service" / "static" / "vendor"

SOURCE_SANS = "@fontsource-variable/source-sans-3"
ASSETS = (
    ("htmx.org", "dist/htmx.min.js", "htmx.min.js"),
    (SOURCE_SANS, "files/source-sans-3-latin-wght-normal.woff2", "source-sans-3-latin.woff2"),
    (SOURCE_SANS, "files/source-sans-3-latin-ext-wght-normal.woff2", "source-sans-3-latin-ext.woff2"),
    ("leaflet", "dist/leaflet.js", "leaflet/leaflet.js"),
    ("leaflet", "dist/leaflet.css", "leaflet/leaflet.css"),
    ("leaflet", "dist/images/layers.png", "leaflet/images/layers.png"),
    ("leaflet", "dist/images/layers-2x.png", "leaflet/images/layers-2x.png"),
    ("leaflet", "dist/images/marker-icon.png", "leaflet/images/marker-icon.png"),
    ("leaflet", "dist/images/marker-icon-2x.png", "leaflet/images/marker-icon-2x.png"),
    ("leaflet", "dist/images/marker-shadow.png", "leaflet/images/marker-shadow.png"),
    ("htmx.org", "LICENSE", "licences/htmx.txt"),
    (SOURCE_SANS, "LICENSE", "licences/source-sans-3.txt"),
    ("leaflet", "LICENSE", "licences/leaflet.txt"),
)
"""Package, its file, and the name under `service/static/vendor/`, which pages and style sheets rely on."""


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    for package, source, target in ASSETS:
        copy = VENDOR / target
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / package / source, copy)


if __name__ == "__main__":
    main()
