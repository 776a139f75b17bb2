from prometheus_client import CollectorRegistry

from service.telemetry.record_metrics import RecordMetrics


class FakeFollower:
    name = "webhook"
    behind = 7
    why: str | None = None


def test_a_follower_is_asked_at_each_scrape() -> None:
    registry = CollectorRegistry()
    follower = FakeFollower()
    RecordMetrics(registry).follows(follower)

    def state() -> tuple[float | None, float | None]:
        names = ("leak_inspection_follower_pending_entries", "leak_inspection_follower_up")
        pending, up = (registry.get_sample_value(name, {"follower": "webhook"}) for name in names)
        return pending, up

    assert state() == (7, 1)
    follower.behind, follower.why = 900, "no answer"
    assert state() == (900, 0)
