"""What every error of the service has in common."""

import httpx


def assert_problem(response: httpx.Response, status: int) -> dict[str, object]:
    """Every error is problem+json and says unknown and alarm; returns its body."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert (body["status"], body["verdict"], body["alarm"]) == (status, "unknown", True)
    assert body["request_id"] == response.headers["x-request-id"]
    return body
