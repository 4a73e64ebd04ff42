"""The auth service's database: SQLite through SQLAlchemy 2."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from auth_service.auth_core.database.models import Base


class AuthDatabase:
    """One engine, and sessions that commit or roll back as a whole."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    def create_tables(self) -> None:
        """Make the tables that are not there yet."""
        Base.metadata.create_all(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are kept if nothing is raised."""
        with self._sessions.begin() as session:
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
