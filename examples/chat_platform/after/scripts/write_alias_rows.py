"""Give the open sockets and the threads of the time before the migration a name in the new spelling.

    SSOT_IDS_MAP_KEY=… python scripts/write_alias_rows.py BACKEND_URL STATE.json

Nothing is renamed: each row says that for one owner an old id and a new one mean the same. May be repeated.
The key must be the same in all services that have to agree on the new names.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import select  # noqa: E402

from netra_backend.app.db.connection import Database  # noqa: E402
from netra_backend.app.db.models import ChatThread, IdAlias  # noqa: E402
from shared.id_generation.migration_bridge import Alias, IdMigrationBridge  # noqa: E402


def write_alias_rows(database: Database, sockets: list[dict[str, Any]], key: str) -> int:
    """Write the rows that are not there yet; how many there were."""
    bridge = IdMigrationBridge(key=key)
    database.create_tables()
    with database.transaction() as transaction:
        aliases = [
            bridge.alias_for(thread.id, thread.user_id, kind="thread")
            for thread in transaction.scalars(select(ChatThread))
        ]
        for socket in sockets:
            for field, kind in (("connection_id", "ws_conn"), ("channel_id", "channel")):
                aliases.append(bridge.alias_for(socket[field], socket["user_id"], kind=kind))
        new = [alias for alias in aliases if _is_missing(transaction, alias)]
        transaction.add_all(
            IdAlias(owner=alias.owner, legacy_id=alias.legacy_id, ssot_id=alias.ssot_id) for alias in new
        )
    return len(new)


def _is_missing(transaction: Any, alias: Alias) -> bool:
    is_older = alias.legacy_id != alias.ssot_id
    return is_older and transaction.get(IdAlias, (alias.owner, alias.legacy_id)) is None


def main(url: str, state: Path) -> None:
    """Write the rows and say how many."""
    database = Database(url)
    sockets = json.loads(state.read_text(encoding="utf-8"))["sockets"]
    try:
        print(write_alias_rows(database, sockets, os.environ["SSOT_IDS_MAP_KEY"]), "alias rows written")
    finally:
        database.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
