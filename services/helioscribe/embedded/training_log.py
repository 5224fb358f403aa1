"""Progress of a training on a terminal: one line for each epoch, for people or as JSON."""

from __future__ import annotations

import json

import click

from helioscribe.domain.job import JobState
from helioscribe.domain.times import format_utc
from helioscribe.domain.training_run import EntryKind, RunEntry, TrainingStatus

__all__ = ["Telling", "say_status"]

_SHOWN = ("train_loss", "validation_loss", "validation_f1", "validation_auc", "learning_rate")
_STATES = {JobState.QUEUED: "waits for a worker", JobState.RUNNING: "a worker has it", JobState.FAILED: "failed"}


def say_status(status: TrainingStatus) -> None:
    """Print what is new as one line of JSON."""
    entries = [
        {
            "kind": one.kind.value,
            "name": one.name,
            "step": one.step,
            "values": dict(one.values),
            "key": one.key,
            "number": one.number,
            "at": one.at and format_utc(one.at),
        }
        for one in status.entries
    ]
    job = status.job
    click.echo(
        json.dumps(
            {
                "id": job.id,
                "state": job.state.value,
                "progress": job.progress,
                "time_left": status.time_left,
                "entries": entries,
            },
            ensure_ascii=False,
        )
    )


class Telling:
    """Prints the progress of a training on standard error; standard output is left to the command.

    Parameters
    ----------
    quiet
        Print nothing.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._state: JobState | None = None

    def tell(self, status: TrainingStatus) -> None:
        """Print what is new."""
        if self._quiet:
            return
        if status.job.state is not self._state and status.job.state in _STATES:
            self._line(f"{status.job.id} {_STATES[status.job.state]}")
        self._state = status.job.state
        most = int(status.job.payload.get("epochs", 0))
        for entry in status.entries:
            if entry.kind is EntryKind.EPOCH:
                self._line(_epoch(entry, most, status.time_left))
            elif entry.kind is EntryKind.METRIC:
                self._line(f"step {entry.step}  {entry.name} {entry.values.get('value')}")

    def _line(self, text: str) -> None:
        click.echo(text, err=True)


def _epoch(entry: RunEntry, most: int, left: float | None) -> str:
    shown = [f"{name} {entry.values[name]:.5g}" for name in _SHOWN if name in entry.values]
    took = f"{float(entry.values.get('seconds', 0)):.1f} s"
    rest = f"{_duration(left)} left" if left else ""
    return "  ".join(filter(None, (f"epoch {entry.step}/{most}", *shown, took, rest)))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
