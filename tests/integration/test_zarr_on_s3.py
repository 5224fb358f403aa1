"""A store of images in a bucket is read as one in a folder is: listed, chosen from, few images and many, and joined."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from helioscribe.adapters.s3 import open_bucket
from helioscribe.domain.errors import NotFoundError, UnavailableError
from helioscribe.embedded.cli import cli
from helioscribe.ingest.sources.sdoml_zarr import SdomlStore
from helioscribe.ingest.sources.zarr_files import open_files
from support.zarr_store import make_channel, pixels_of

pytestmark = pytest.mark.integration

TIMES = [f"2014-02-03T02:{minute:02d}:11.34Z" for minute in (6, 0, 12, 18, 30, 24, 36, 42, 48)]


@pytest.fixture
def bucket(tmp_path, s3_url):
    """Address of a store in a bucket."""
    make_channel(tmp_path / "sun.zarr", times=TIMES, EXPTIME=[1.0, 3.0] * 4 + [1.0])
    open_bucket(s3_url)  # makes it
    address = s3_url.replace("?", "/sets/sun.zarr?")
    store = open_files(address).store
    for path in (tmp_path / "sun.zarr").rglob("*"):
        if path.is_file():
            store.put(str(path.relative_to(tmp_path / "sun.zarr")), path.read_bytes())
    return address


def test_a_bucket_is_read_as_a_folder_is(bucket):
    store = SdomlStore(bucket)
    assert store.channels() == [("2014", "171A")]
    channel = store.channel("2014", "171A")
    short = channel.select(where="EXPTIME < 2.0")
    assert len(short) == 5
    for index, image in zip(sorted(short), channel.read(short), strict=True):
        np.testing.assert_array_equal(image.pixels, pixels_of(index))
    np.testing.assert_array_equal(channel.image(7).pixels, pixels_of(7))


def test_a_bucket_is_ingested_from_the_command_line(bucket, tmp_path):
    arguments = ["ingest", bucket, "--channel", "171A", "--where", "EXPTIME < 2.0", "--cadence", "1440", "--json"]
    done = CliRunner().invoke(cli, ["--home", str(tmp_path / "home"), *arguments], prog_name="helioscribe")
    assert done.exit_code == 0, done.stderr
    names = [one["name"] for one in json.loads(done.stdout)]
    assert names == [f"sun.zarr.2014.171A.{index}.fits" for index in (0, 4, 8)]  # nearest to 02:00, 02:24, 02:48


def test_what_a_bucket_lacks_is_told(bucket, s3_url):
    with pytest.raises(NotFoundError):
        SdomlStore(bucket).channel("2015", "171A")
    nowhere = s3_url.replace(s3_url.split("@")[1].split("/")[0], "127.0.0.1:9").replace("?", "/sun.zarr?")
    with pytest.raises(UnavailableError):
        SdomlStore(nowhere).channels()
