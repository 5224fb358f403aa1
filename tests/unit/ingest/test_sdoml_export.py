from dataclasses import replace

import numpy as np
import pytest
import zarr

from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.adapters.product_codec import encode_product
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import digest
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.ingest.readers import Reading, read_product
from helioscribe.ingest.sdoml_export import export_zarr, paced
from helioscribe.ingest.sources.sdoml_zarr import SdomlStore
from helioscribe.ports.artifacts import artifact_key
from support.factories import make_observation
from support.images import sun, write_image
from support.tiny_plugin import make_curve

MOMENTS = ("2014-02-03T00:00:10", "2014-02-03T00:11:00", "2014-02-03T00:13:00", "2014-02-03T00:36:00")


@pytest.fixture
def artifacts():
    return MemoryArtifacts()


@pytest.fixture
def observations(tmp_path, artifacts):
    """Full disks at some moments, ingested."""
    found = []
    for number, text in enumerate(MOMENTS):
        path = write_image(tmp_path / f"{number}.fits", sun(), T_OBS=f"{text}Z", CDELT1=10.0)
        source = read_product(path, Reading(image_pixels=128))
        data = encode_product(source.product)
        key = artifact_key("products", digest(data), ".safetensors")
        artifacts.put(key, data)
        moment = from_datetime64(source.product.time)
        found.append(
            make_observation(
                text,
                name=path.name,
                observatory="SDO",
                instrument="HMI",
                channel=source.channel,
                product_kind="solar_image",
                time_range=TimeRange(start=moment, end=moment),
                product_key=key,
                product_sha256=digest(data),
            )
        )
    return found


def test_the_nearest_image_of_every_step_is_chosen_and_gaps_stay(observations):
    assert [one.time_range.start.minute for one in paced(observations, None)] == [0, 11, 36]  # twelve minutes for HMI
    assert len(paced(observations, 60.0)) == 4


def test_what_is_exported_is_read_again_and_nothing_is_doubled(observations, artifacts, tmp_path):
    root, chosen = tmp_path / "out.zarr", paced(observations, None)
    made = export_zarr(root, chosen[:2], artifacts=artifacts, side=64)
    assert (made.written, made.present) == (2, 0)
    made = export_zarr(root, chosen, artifacts=artifacts, side=64)
    assert (made.written, made.present) == (1, 2)
    store = SdomlStore(str(root))
    assert store.channels() == [("2014", "magnetogram")]
    image = store.channel("2014", "magnetogram").image(0)
    assert (image.unit, image.instrument) == ("G", "HMI")
    row, column = np.unravel_index(np.nanargmax(image.pixels), image.pixels.shape)
    assert row > 32
    assert column > 32
    world = image.to_map()
    assert world.scale[0].value == pytest.approx(4.8 * 512 / 64 * 968.66 / 976, rel=1e-4)


def test_the_published_way_to_read_it_works(observations, artifacts, tmp_path):
    export_zarr(tmp_path / "out.zarr", observations, artifacts=artifacts, side=64)
    plain = zarr.open_group(tmp_path / "out.zarr", mode="r")["2014/magnetogram"]
    header = {key: values[2] for key, values in dict(plain.attrs).items()}
    assert (header["PIXLUNIT"], header["NAXIS1"]) == ("Gauss", 64)
    assert plain.shape == (4, 64, 64)
    assert plain.metadata.zarr_format == 2


def test_another_version_or_size_needs_another_folder(observations, artifacts, tmp_path):
    export_zarr(tmp_path / "out.zarr", observations[:1], artifacts=artifacts, side=64)
    with pytest.raises(InvalidInputError, match="version"):
        export_zarr(tmp_path / "out.zarr", observations, artifacts=artifacts, side=64, version="2")
    with pytest.raises(InvalidInputError, match="64 pixels wide"):
        export_zarr(tmp_path / "out.zarr", observations, artifacts=artifacts, side=32)


def test_what_cannot_be_binned_is_told_and_the_others_are_written(observations, artifacts, tmp_path):
    made = export_zarr(tmp_path / "new.zarr", observations, artifacts=artifacts, side=100)
    assert (made.written, made.present) == (0, 0)
    assert made.problems[0] == "0.fits: an image of 128 pixels cannot be binned to 100"
    odd = replace(
        observations[1], product_kind="light_curve", channel="171", name="odd.fits", product_key="products/odd"
    )
    artifacts.put("products/odd", encode_product(make_curve()))
    made = export_zarr(tmp_path / "new.zarr", [observations[0], odd, observations[2]], artifacts=artifacts, side=64)
    assert (made.written, made.problems) == (2, ("odd.fits: not an image of the full disk",))


def test_channels_of_other_instruments_keep_apart(tmp_path, artifacts):
    from helioscribe.ingest.sdoml_export import _channel_name

    image = read_product(write_image(tmp_path / "a.fits", sun()), Reading(image_pixels=128)).product
    names = [_channel_name(replace(image, instrument=of, channel="171")) for of in ("AIA", "EIT", "SWAP")]
    assert names == ["171A", "EIT_171A", "SWAP_171A"]


def test_many_images_are_written_together_and_go_on_where_they_were_ended(
    observations, artifacts, tmp_path, monkeypatch
):
    monkeypatch.setattr("helioscribe.ingest.sdoml_export._TOGETHER", 2)
    monkeypatch.setattr("helioscribe.ingest.sdoml_export._CHUNK", 2)
    root = tmp_path / "out.zarr"
    export_zarr(root, observations[:2], artifacts=artifacts, side=64)
    array = zarr.open_group(root, mode="a")["2014/magnetogram"]
    array.resize((4, 64, 64))  # a process was ended after pixels, before keywords
    made = export_zarr(root, observations, artifacts=artifacts, side=64)
    assert (made.written, made.present) == (2, 2)
    channel = SdomlStore(str(root)).channel("2014", "magnetogram")
    assert channel.problems == ()
    assert len(channel.images) == 4
    assert all(np.nanmax(image.pixels) > 100 for image in channel.read(range(4)))
