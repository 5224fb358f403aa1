"""What a job costs beside its work: core time of message, lease, heartbeat and end, against that of detectors.

    python benchmarks/dispatch.py [--jobs 500]

Jobs with nothing to do go through the embedded platform's queue, runner and SQLite job store, as detection jobs do;
then each detector that finds real observations in the demo's data works on one directly.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobKind
from helioscribe.domain.product import LightCurve
from helioscribe.embedded.platform import Embedded
from helioscribe.inference.host import Source
from helioscribe.runtime.runner import JobContext, JobRunner

ROUNDS = 3


def empty_jobs(embedded: Embedded, jobs: int, round_: int) -> float:
    """Return the core time of one job with nothing to do [s]."""
    def nothing(_: JobContext) -> Mapping[str, Any]:
        return {}

    platform = embedded.platform
    runner = JobRunner(jobs=platform.jobs, catalogue=platform.catalogue, handlers={JobKind.DETECT: nothing}, worker="bench")
    begun = time.process_time()
    submitted = [platform.jobs.submit(JobKind.DETECT, f"{round_}-{number}", {})[0] for number in range(jobs)]
    for job in submitted:
        runner.run(job.id)
    return (time.process_time() - begun) / jobs


def day_of_curves() -> LightCurve:
    """Return a synthetic day of STIX with noise and a flare."""
    n, noise = 21_600, np.random.default_rng(1)
    counts = noise.poisson(40, (n, 5)).astype(float)
    counts[9_000:9_200] += 400
    return LightCurve(
        observatory="Solar Orbiter", instrument="STIX",
        times=np.datetime64("2022-03-28", "ns") + np.arange(n) * np.timedelta64(4, "s"),
        exposure=np.full(n, 4.0), counts=counts, errors=np.sqrt(counts + 1),
        energies=np.array([(4, 10), (10, 15), (15, 25), (25, 50), (50, 84)], float), live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8), good=np.ones(n, bool), light_travel_time=338.4,
    )  # fmt: skip


def detection(embedded: Embedded, detector: str, product: LightCurve) -> float:
    """Return the core time of one run of a detector [s]."""
    begun = time.process_time()
    embedded.host.run(detector, product, source=Source(observation_ids=(), input_sha256=digest(b"bench")))
    return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=500)
    asked = parser.parse_args()
    product = day_of_curves()
    with tempfile.TemporaryDirectory() as home, Embedded(Path(home), work=False) as embedded:
        embedded.host.install_models()
        detection(embedded, "stix-lstm", product)
        empty, full = [], []
        for round_ in range(ROUNDS):
            empty.append(empty_jobs(embedded, asked.jobs, round_))
            full.append(detection(embedded, "stix-lstm", product))
        cost, work = statistics.median(empty), statistics.median(full)
    print(f"a job with nothing to do: {cost * 1e3:.2f} ms of core time")
    print(f"stix-lstm on a day: {work * 1e3:.0f} ms; the job around it is {cost / (cost + work):.2%} of both")
    print(f"5 % is reached by work of {19 * cost * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
