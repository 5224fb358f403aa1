"""Threads that begin with different parts of a library do not break each other's imports."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest

from helioscribe.domain.libraries import load


@pytest.fixture
def tangled(tmp_path, monkeypatch):
    """The name of a library that takes its time and imports a part of itself, as sunpy does."""
    name = f"tangled_{abs(hash(tmp_path)):x}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").write_text(f"import time\nBASE = 1\ntime.sleep(0.3)\nfrom {name}.two import VALUE\n")
    (folder / "one.py").write_text(f"from {name}.two import VALUE\n")
    (folder / "two.py").write_text(f"from {name} import BASE\nVALUE = BASE + 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for known in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[known]


def test_parts_that_several_threads_want_at_once(tangled):
    def use(part):
        load(tangled)
        return import_module(f"{tangled}.{part}").VALUE

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(use, "one")
        time.sleep(0.1)  # by now the first thread holds the library, and will want the part of the second
        second = pool.submit(use, "two")
        assert (first.result(), second.result()) == (2, 2)


def test_what_is_not_installed():
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        load("no_such_library")
