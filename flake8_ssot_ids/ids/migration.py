"""Whether a file is a migration of a database, which has to do for ever what it did when it was written."""

from __future__ import annotations

import re

#: Folders of migrations: Django's, Alembic's, those of yoyo and of others that follow them.
_FOLDER = re.compile(r"(?:^|/)(?:migrations|alembic/versions|migrations?_versions)/(?:[^/]+/)*[^/]+$")
#: A revision of Alembic: it names itself and the one before.
_REVISION = re.compile(r"^revision\b[^=\n]*=[^=]", re.MULTILINE)
_DOWN = re.compile(r"^down_revision\b[^=\n]*=[^=]", re.MULTILINE)
#: A migration of Django.
_DJANGO = re.compile(r"^class Migration\(", re.MULTILINE)


def is_migration(path: str, text: str) -> bool:
    """Whether the file at ``path`` (with ``/``) with the source ``text`` is a migration of a database.

    Either the folder or the content says so.
    """
    if _FOLDER.search(path) is not None:
        return True
    return (_REVISION.search(text) is not None and _DOWN.search(text) is not None) or (
        _DJANGO.search(text) is not None
    )
