"""A training service for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from support.training_place import TrainingPlace, served


@pytest.fixture
def place(request, stores, tmp_path) -> Iterator[TrainingPlace]:
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    place = TrainingPlace(stores, tmp_path / "scratch")
    with served(place) if request.param == "remote" else nullcontext():
        yield place
    torch.set_num_threads(threads)
