"""Which ids mean the same while sockets and threads from before the migration are still around."""

from sqlalchemy import select

from netra_backend.app.db.connection import Database
from netra_backend.app.db.models import IdAlias
from shared.id_generation.migration_bridge import Alias, IdMigrationBridge


def load_bridge(database: Database) -> IdMigrationBridge:
    """A bridge that knows the alias rows, each for its owner alone (see ``scripts/write_alias_rows.py``)."""
    with database.transaction() as transaction:
        rows = transaction.scalars(select(IdAlias)).all()
    return IdMigrationBridge(aliases=[Alias(row.legacy_id, row.ssot_id, row.owner) for row in rows])
