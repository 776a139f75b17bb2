"""Cuts of cameras as one number, by which Prometheus tells replicas apart."""

from prometheus_client import CollectorRegistry

from service.telemetry.commissioning_metrics import CommissioningMetrics, fingerprint


def test_equal_cuts_give_an_equal_number_in_whichever_order_and_others_another() -> None:
    assert fingerprint({"cam-1": 0.1, "cam-2": 0.2}) == fingerprint({"cam-2": 0.2, "cam-1": 0.1})
    others = [{}, {"cam-1": 0.1}, {"cam-1": 0.2}, {"cam-2": 0.1}, {"cam-1": 0.1, "cam-2": 0.2}]
    assert len({fingerprint(cuts) for cuts in others}) == len(others)


def test_the_number_survives_a_float_and_is_0_where_no_camera_has_a_cut() -> None:
    cuts: dict[str, float] = {}
    registry = CollectorRegistry()
    CommissioningMetrics(registry, dict, lambda: cuts)
    assert registry.get_sample_value("leak_inspection_camera_cuts_fingerprint") == 0
    cuts["cam-1"] = 0.1
    assert registry.get_sample_value("leak_inspection_camera_cuts_fingerprint") == fingerprint(cuts)
