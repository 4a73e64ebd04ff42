"""The one place where ids are made. Its own use of uuid4 is no finding."""

import uuid


class IdGenerator:
    @staticmethod
    def generate_base_id(kind: str) -> str:
        return f"{kind}_{uuid.uuid4().hex}"

    @staticmethod
    def generate_uuid() -> uuid.UUID:
        return uuid.uuid4()
