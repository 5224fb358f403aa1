"""What every `RunLog` does."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.training_run import EntryKind, RunEntry
from helioscribe.ports.run_log import RunLog


@pytest.fixture
def run_log(stores) -> RunLog:
    return stores.run_log


def epoch(step, **values):
    return RunEntry(kind=EntryKind.EPOCH, step=step, values={"train_loss": 0.5, **values}, key=f"checkpoints/{step}")


def test_entries_come_back_in_order_and_numbered(run_log):
    begin = RunEntry(kind=EntryKind.BEGIN, step=1, values={"device": "cpu", "gpu": None, "epochs": [1, 2]})
    assert run_log.append("job-1", [begin, epoch(1)]) == 2
    assert run_log.append("job-1", [epoch(2, note="ü\x00")]) == 1
    found = run_log.read("job-1")
    assert [entry.number for entry in found] == [1, 2, 3]
    assert [(entry.kind, entry.step, entry.key) for entry in found] == [
        (EntryKind.BEGIN, 1, ""),
        (EntryKind.EPOCH, 1, "checkpoints/1"),
        (EntryKind.EPOCH, 2, "checkpoints/2"),
    ]
    assert found[0].values == {"device": "cpu", "gpu": None, "epochs": [1, 2]}
    assert all(entry.at is not None and entry.at.tzinfo is not None for entry in found)
    assert run_log.read("job-1", after=2) == found[2:]
    assert run_log.read("job-1", after=3) == []


def test_what_is_told_twice_is_kept_once(run_log):
    run_log.append("job-1", [epoch(1), epoch(1, train_loss=0.1)])
    assert run_log.append("job-1", [epoch(1, train_loss=0.2), epoch(2)]) == 1
    assert [(entry.step, entry.values["train_loss"]) for entry in run_log.read("job-1")] == [(1, 0.5), (2, 0.5)]


def test_logs_do_not_mix(run_log):
    run_log.append("job-1", [epoch(1)])
    assert run_log.append("job-2", [epoch(1)]) == 1
    assert len(run_log.read("job-1")) == 1
    assert run_log.read("nope") == []
    assert run_log.append("job-1", []) == 0


def test_numbers_that_are_none_are_refused_and_nothing_is_kept(run_log):
    with pytest.raises(InvalidInputError):
        run_log.append("job-1", [epoch(1), epoch(2, train_loss=float("nan"))])
    assert run_log.read("job-1") == []
    with pytest.raises(InvalidInputError, match="step"):
        epoch(-1)


def test_two_workers_leave_no_gap_and_no_double(run_log):
    start = Barrier(2)

    def write(_):
        start.wait()
        return sum(run_log.append("job-1", [epoch(step)]) for step in range(1, 9))

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(write, range(2))) == 8
    found = run_log.read("job-1")
    assert [entry.number for entry in found] == list(range(1, 9))
    assert sorted(entry.step for entry in found) == list(range(1, 9))
