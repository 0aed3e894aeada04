"""What addresses and slots of an older version become."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import text

from service import migrations
from service.database import Database, upgrade, verify

THIS = import_module("service.migrations.versions.0006_kinds_of_feeds")
OLD_ROWS = """
INSERT INTO territory (id, public_id, ref, name, country, region, timezone, default_language, languages, lat, lon,
  school_calendar, max_travel_km, demo, revision)
  VALUES (1, 't', 'BE-SER', 'Seraing', 'BE', '', 'Europe/Brussels', 'fr', '[]', 50.6, 5.5, '', 8, false, 1);
INSERT INTO party (id, kind, territory_id) VALUES (1, 'peer_helper', 1), (2, 'place', 1);
INSERT INTO place (id, public_id, ref, territory_id, name, kind, street, capacity, step_free, revision)
  VALUES (2, 'p', 'SER-L01', 1, 'Café Bavard', 'open_place', '', 0, true, 1);
INSERT INTO open_session (id, public_id, ref, territory_id, place_id, name, weekday, start_minute, end_minute,
  hosts_min, valid_from, on_public_holidays, on_school_holidays, uid, sequence, changed_at, revision)
  VALUES (1, 's', 'SER-S01', 1, 2, 'Café', 2, 990, 1140, 2, '2026-09-01', false, true, 's@lefil', 4, '2026-12-01', 1);
INSERT INTO open_session_host (id, open_session_id, "on", host_id, status)
  VALUES (1, 1, '2027-01-12', 1, 'proposed'), (2, 1, '2027-01-19', 1, 'confirmed');
INSERT INTO open_session_day (id, open_session_id, "on", status)
  VALUES (1, 1, '2027-01-12', 'held'), (2, 1, '2027-01-19', 'cancelled');
INSERT INTO subscription (id, public_id, territory_id, owner_id, name, level, language, secret_hash, created_at,
  changed_at, renewed)
  VALUES (1, 'a', 1, 1, '', 'minimal', 'fr', 'a', '2026-12-01', '2026-12-01', false),
  (2, 'b', 1, 2, '', 'minimal', 'fr', 'b', '2026-12-01', '2026-12-01', false),
  (3, 'c', 1, NULL, '', 'minimal', 'fr', 'c', '2026-12-01', '2026-12-01', false)
"""


def test_older_addresses_get_their_kind_and_no_slot_falls_below_what_was_sent(empty_db: Database):
    with empty_db.engine.begin() as connection:
        migrations.run(connection, str(THIS.down_revision))
        for statement in OLD_ROWS.split(";"):
            connection.execute(text(statement))

    upgrade(empty_db)

    verify(empty_db)
    with empty_db() as tx:
        found = tx.connection()
        kinds = found.execute(text("SELECT kind, with_cancelled, meeting_id FROM subscription ORDER BY id")).all()
        slots = found.execute(text("SELECT sequence, changed_at FROM open_session_host ORDER BY id")).all()
        days = found.execute(text("SELECT sequence, changed_at FROM open_session_day ORDER BY id")).all()
        series = found.execute(text("SELECT sequence, changed_at FROM open_session")).one()
    assert [(kind, bool(shown), group) for kind, shown, group in kinds] == [
        ("own", True, None),
        ("place", True, None),
        ("territory", True, None),
    ]
    assert {changed for _, changed in (*slots, *days)} == {series.changed_at}
    # Before, a slot told 3 x the series + 0 proposed, 1 confirmed, 2 called off; now the sum of all that changed.
    called_off = days[1].sequence + 1
    assert series.sequence + slots[0].sequence >= 3 * series.sequence
    assert series.sequence + slots[1].sequence + called_off >= 3 * series.sequence + 2
    assert days[0].sequence == 0
