"""Records of nothing."""

from datetime import timedelta

from helioscribe.adapters.memory import MemoryCatalogue
from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.event import hek_record
from helioscribe.runtime.nothing_reported import nothing_reported
from support.factories import make_coverage, make_observation, make_run, span

NOTHING, FAILED = CoverageState.NOTHING_FOUND, CoverageState.FAILED


def covered(start: float, end: float, state: CoverageState):
    return make_coverage(span=CoveredSpan(time_range=span(start, end), state=state))


def test_quiet_stretches_become_records_in_the_earths_time() -> None:
    catalogue = MemoryCatalogue()
    catalogue.add_observation(make_observation())
    parts = (covered(0, 600, NOTHING), covered(600, 800, CoverageState.PROCESSED), covered(800, 900, NOTHING))
    catalogue.record_run(make_run(detections=(), coverage=parts))
    catalogue.add_coverage([make_coverage(method_id="", span=CoveredSpan(time_range=span(900, 999), state=FAILED))])
    found = list(nothing_reported(catalogue, detector="stix-lstm"))
    delay = timedelta(seconds=338.4)
    assert [event.time_range for event in found] == [span(0, 600).shifted(delay), span(800, 900).shifted(delay)]
    assert {event.event_type for event in found} == {"NR"}
    assert hek_record(found[0])["frm_name"] == "Helioscribe STIX LSTM"
    assert [event.id for event in nothing_reported(catalogue)] == [event.id for event in found]
    assert list(nothing_reported(catalogue, time_range=span(610, 700))) == []
    assert len(catalogue.watch()) == 0
