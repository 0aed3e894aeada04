"""Write the next revision: what the tables say and the migrations do not yet."""

from __future__ import annotations

import sys

from service import migrations
from service.database import Database

if __name__ == "__main__":
    db = Database("sqlite://")
    with db.engine.connect() as connection:
        migrations.run(connection)
        alembic = migrations.commands(db.engine)
        alembic.config.attributes["connection"] = connection
        alembic.revision(sys.argv[1], autogenerate=True, rev_id=f"{len(migrations.known()) + 1:04}")
