import pytest
from click.testing import CliRunner

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.embedded.cli import cli
from helioscribe.embedded.inputs.zarr import Choice, zarr_inputs
from support.zarr_store import change_attributes, make_channel

TIMES = [f"2014-02-03T02:{minute:02d}:11.34Z" for minute in (6, 0, 12, 18, 30, 24)]


@pytest.fixture
def store(tmp_path):
    make_channel(tmp_path / "sun.zarr", times=TIMES)
    make_channel(tmp_path / "sun.zarr", name="304A", times=TIMES[:3])
    return tmp_path / "sun.zarr"


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_chosen_images_become_observations_once(store, home):
    arguments = ("--home", home, "ingest", store, "--channel", "171A", "--where", "EXPTIME < 1.95")
    first, again = invoke(*arguments), invoke(*arguments)
    assert first.exit_code == 0
    assert first.output.count("obs-") == 2
    assert "sun.zarr.2014.171A.0.fits" in first.output
    assert again.output == first.output


def test_bad_parts_are_told_and_the_rest_goes_on(store, home):
    change_attributes(store / "2014" / "171A", EXPTIME=[2.0], T_OBS=["never", *TIMES[1:]])
    (store / "2014" / "171A" / "1.0.0").write_bytes(b"cut")
    (store / "2014" / "304A" / ".zattrs").unlink()
    done = invoke("--home", home, "ingest", store)
    assert done.exit_code == 2
    assert done.output.count("obs-") == 3
    failures = invoke("--home", home, "failures").output
    assert "EXPTIME has 1 values for 6 images" in failures
    assert "image 0 has no time" in failures
    assert failures.count("the chunk is cut off or broken") == 2
    assert "no headers in .zattrs" in failures


def test_an_empty_choice_is_told(store):
    with pytest.raises(NotFoundError, match="it has 171A, 304A"):
        zarr_inputs(str(store), Choice(channels=("94A",)))
    with pytest.raises(NotFoundError, match="no image of that"):
        zarr_inputs(str(store), Choice(where="EXPTIME > 100"))
    with pytest.raises(InvalidInputError, match="selection"):
        zarr_inputs(str(store), Choice(where="EXPTIME"))
