"""Plain calls."""

import uuid


def new_order(customer: str, request_id: str | None = None) -> dict[str, str]:
    return {
        "order_id": str(uuid.uuid4()),
        "number": f"order_{uuid.uuid4().hex[:8]}",
        "request_id": request_id or f"req-{uuid.uuid4()}",
        "customer": customer,
    }
