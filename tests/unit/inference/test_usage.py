from prometheus_client import CollectorRegistry, generate_latest

from helioscribe.domain.serving import GraphUsage, Tally
from helioscribe.inference.usage import UsageCollector

USED = GraphUsage(
    name="stix-lstm.network",
    version="1.0.0",
    items=12,
    runs=3,
    waiting=2,
    memory=1 << 20,
    success=Tally(count=4, ns=8_000_000),
    queue=Tally(count=4, ns=1_000_000),
    running=Tally(count=3, ns=5_000_000),
    failures={"expired": Tally(count=2, ns=10)},
)


class Server:
    def usage(self):
        return [USED]


def test_tritons_names_with_what_was_counted():
    registry = CollectorRegistry()
    registry.register(UsageCollector(Server()))
    labels = {"model": "stix-lstm.network", "version": "1.0.0"}
    read = {
        name: registry.get_sample_value(f"nv_inference_{name}", labels)
        for name in (
            "request_success",
            "count",
            "exec_count",
            "request_duration_us",
            "compute_infer_duration_us",
            "pending_request_count",
        )
    }
    assert read == {
        "request_success": 4,
        "count": 12,
        "exec_count": 3,
        "request_duration_us": 8000,
        "compute_infer_duration_us": 5000,
        "pending_request_count": 2,
    }
    assert registry.get_sample_value("nv_inference_request_failure", labels | {"reason": "EXPIRED"}) == 2
    text = generate_latest(registry).decode()
    assert 'nv_inference_count{model="stix-lstm.network",version="1.0.0"} 12.0' in text
    assert "_total" not in text
