"""The same function under another name."""

import uuid

make_id = uuid.uuid4


def open_session(user_id: str) -> dict[str, str]:
    return {"user_id": user_id, "id": str(make_id()), "run": make_id().hex}
