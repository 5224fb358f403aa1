"""What pictures need is loaded in a thread that the application waits for."""

import asyncio
import logging
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from helioscribe.web.warming import warming

FIRST_PICTURE = """
import asyncio, sys
from helioscribe.web.warming import warming

async def live():
    assert "matplotlib" not in sys.modules
    async with warming(None, after=0.0):
        while "matplotlib.dates" not in sys.modules:
            await asyncio.sleep(0.02)

asyncio.run(live())
assert "sunpy.visualization.colormaps" in sys.modules
"""


def test_libraries_are_loaded_while_the_application_serves():
    subprocess.run([sys.executable, "-c", FIRST_PICTURE], check=True, timeout=120)


def live(*steps, after=0.0, until=lambda: None):
    async def living():
        async with warming(None, after=after, steps=steps):
            await asyncio.to_thread(until)

    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop in this one
        thread.submit(asyncio.run, living()).result()


def test_whoever_ends_at_once_waits_for_nothing():
    done = []
    live(lambda: done.append(1), after=600.0)
    assert not done
    assert not [one for one in threading.enumerate() if one.name == "warming"]


def test_the_step_under_way_is_finished_and_no_other_begun():
    begun, go_on, done = threading.Event(), threading.Event(), []

    def first():
        begun.set()
        go_on.wait(10)
        done.append("first")

    def until():
        begun.wait(10)
        threading.Timer(0.1, go_on.set).start()

    live(first, lambda: done.append("second"), until=until)
    assert done == ["first"]


def test_what_cannot_be_loaded_is_said_and_the_rest_goes_on(caplog):
    later = threading.Event()

    def broken():
        raise ImportError("no such library")

    with caplog.at_level(logging.ERROR):
        live(broken, later.set, until=lambda: later.wait(10))
    assert later.is_set()
    assert "no such library" in caplog.text
