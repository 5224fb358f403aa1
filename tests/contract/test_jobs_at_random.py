"""Random interleavings of workers that crash, a reaper and people: every job ends, and no two leases live at once."""

from itertools import count

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from helioscribe.domain.errors import LeaseLostError
from helioscribe.domain.job import TERMINAL, JobError, JobKind, JobState

WORKERS = st.sampled_from(["a", "b", "c"])
PAYLOAD = {"observation_id": "obs-1", "detector": "x"}
LEASES = st.sampled_from([1.0, 10.0, 60.0])


class Interleavings(RuleBasedStateMachine):
    jobs_known = Bundle("jobs_known")

    def __init__(self, stores, number):
        super().__init__()
        self.jobs, self.clock, self.number = stores.jobs, stores.clock, number
        self.made = set()
        # Who may work on a job, and until when at least.
        self.leases = {}

    def alive(self, job_id, worker=None):
        holder, until = self.leases.get(job_id, ("", self.clock.now))
        return until > self.clock.now and worker in (None, holder)

    @rule(target=jobs_known, key=st.integers(0, 3), attempts=st.integers(1, 3))
    def submit(self, key, attempts):
        job, new = self.jobs.submit(JobKind.DETECT, f"{self.number}:{key}", PAYLOAD, max_attempts=attempts)
        assert new == (job.id not in self.made)
        self.made.add(job.id)
        return job.id

    @rule(job_id=jobs_known, worker=WORKERS, lease=LEASES)
    def claim(self, job_id, worker, lease):
        held = self.alive(job_id)
        job = self.jobs.claim(job_id, worker=worker, lease=lease)
        if job is not None:
            assert not held, "two live leases"
            assert job.worker == worker
            self.leases[job_id] = (worker, job.lease_until)

    @rule(first=jobs_known, other=jobs_known, worker=WORKERS, lease=LEASES, along=st.integers(0, 3))
    def claim_together(self, first, other, worker, lease, along):
        held = {job_id for job_id in self.made if self.alive(job_id)}
        for job in self.jobs.claim_all([first, other], worker=worker, lease=lease, along={"detect x": along}):
            assert job.id not in held, "two live leases"
            assert job.id == first or job.attempts == 1
            self.leases[job.id] = (worker, job.lease_until)

    @rule(job_id=jobs_known, worker=WORKERS, lease=LEASES, progress=st.floats(0, 1))
    def renew(self, job_id, worker, lease, progress):
        self.as_holder(job_id, worker, lambda: self.jobs.renew(job_id, worker=worker, lease=lease, progress=progress))

    @rule(job_id=jobs_known, worker=WORKERS)
    def finish(self, job_id, worker):
        self.as_holder(job_id, worker, lambda: self.jobs.finish(job_id, worker=worker, result={"by": worker}))

    @rule(job_id=jobs_known, worker=WORKERS, retry_in=st.sampled_from([None, 0.0, 20.0]))
    def fail(self, job_id, worker, retry_in):
        error = JobError(code="unavailable", message="archive away")
        self.as_holder(job_id, worker, lambda: self.jobs.fail(job_id, worker=worker, error=error, retry_in=retry_in))

    def as_holder(self, job_id, worker, call):
        alive, before = self.alive(job_id, worker), self.jobs.get(job_id)
        try:
            job = call()
        except LeaseLostError:
            assert not alive, "a live lease was lost"
            assert self.jobs.get(job_id) == before
            return
        assert self.leases.get(job_id, ("",))[0] == worker, "a stranger changed a job"
        if job.state is JobState.RUNNING:
            self.leases[job_id] = (worker, job.lease_until)
        else:
            # Whoever ended a job may say so again.
            self.leases[job_id] = (worker, self.clock.now)

    @rule(job_id=jobs_known)
    def cancel(self, job_id):
        assert self.jobs.cancel(job_id).state is not JobState.QUEUED

    @rule(job_id=jobs_known)
    def retry(self, job_id):
        assert self.jobs.retry(job_id).state not in {JobState.FAILED, JobState.CANCELLED}

    @rule(seconds=st.sampled_from([0.5, 5.0, 31.0, 120.0]))
    def crash_and_wait(self, seconds):
        self.clock.advance(seconds)

    @rule()
    def reap(self):
        for job in self.jobs.reap():
            assert job.state is JobState.QUEUED
            assert not self.alive(job.id), "the reaper took a live lease"

    @invariant()
    def rows_are_sound(self):
        for job_id in self.made:
            job = self.jobs.get(job_id)
            assert (job.state is JobState.RUNNING) == (job.lease_until is not None)
            assert 0 <= job.attempts <= job.max_attempts
            assert job.worker or job.state in {JobState.QUEUED, JobState.CANCELLED, JobState.FAILED}
            assert job.state is not JobState.QUEUED or not job.cancel_requested

    def teardown(self):
        """With a reaper and workers that live, all that was submitted ends."""
        for _ in range(20):
            self.clock.advance(3600)
            for job in self.jobs.reap():
                if self.jobs.claim(job.id, worker="last", lease=60) is not None:
                    self.jobs.finish(job.id, worker="last", result={})
        assert all(self.jobs.get(job_id).state in TERMINAL for job_id in self.made)


def test_every_job_ends_and_no_two_leases_live_at_once(stores, request) -> None:
    examples = 60 if "memory" in request.node.name else 15
    numbers = count()
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        lambda: Interleavings(stores, next(numbers)),
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            # Shrinking would take minutes, and 40 steps can be read.
            phases=[Phase.reuse, Phase.generate],
            suppress_health_check=checks,
        ),
    )
