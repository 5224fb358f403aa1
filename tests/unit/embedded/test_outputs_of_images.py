import pytest

from helioscribe.embedded.inputs.files import find_inputs
from helioscribe.embedded.outputs import write_outputs
from helioscribe.embedded.platform import Embedded
from helioscribe.embedded.runs import run_inputs
from support.images import sun, write_image

NAMES = ("hmi.M_720s.20140301_000000_TAI.fits", "hmi.M_720s.20140301_001200_TAI.fits")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    for number, name in enumerate(NAMES):
        write_image(tmp_path / "in" / name, sun(), T_OBS=f"2014-03-01T00:{number}0:00Z")
    return tmp_path


def test_a_folder_gives_pictures_of_every_image(folder):
    with Embedded(folder / "home") as embedded:
        outcomes = run_inputs(embedded, find_inputs([str(folder / "in")]), detectors=(), parameters={}, quiet=True)
        (folder / "out").mkdir()
        paths = [path for outcome in outcomes for path in write_outputs(embedded, outcome, folder / "out")]
    assert sorted(path.name for path in paths) == [name.replace(".fits", ".png") for name in NAMES]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
