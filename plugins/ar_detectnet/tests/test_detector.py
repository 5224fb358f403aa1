from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from astropy.io import fits

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.readers import read_product
from helioscribe.sdk.discovery import find_plugin
from helioscribe.sdk.testing import synthetic_light_curve
from helioscribe_ar_detectnet._disk import read_disk
from helioscribe_ar_detectnet._measure import measure
from helioscribe_ar_detectnet.detector import create
from helioscribe_ar_detectnet.evaluation._simulated import as_image
from helioscribe_ar_detectnet.simulation.disk import Instrument, Placed, render
from helioscribe_ar_detectnet.simulation.region import make_region
from helioscribe_ar_detectnet.simulation.scenes import place_region
from support.data import real_file

MANIFEST = find_plugin("ar-detectnet").manifest


def sun(kind="BETA", longitude=20.0, latitude=15.0, *, seed=3, network=8.0):
    rng = np.random.default_rng(seed)
    placed = []
    if kind:
        patch = make_region(rng, kind, north=latitude > 0, leading=1, latitude=latitude)
        placed = [Placed(patch=patch, longitude=longitude, latitude=latitude)]
    return render(rng, placed, Instrument(network=network))


def detect(image, models, **parameters):
    return create(MANIFEST.resolve_parameters(parameters)).detect(image, models)


@pytest.mark.parametrize(("longitude", "latitude"), [(30, 20), (-30, 20), (30, -20), (-30, -20)])
def test_a_region_is_found_in_its_quadrant(models, longitude, latitude):
    scene = sun("BETA-GAMMA", longitude, latitude)
    found = detect(as_image(scene.field), models)
    (best, *_) = sorted(found.detections, key=lambda one: -one.probability)
    assert best.event_type == "AR"
    assert best.measurements["hgs_x"] == pytest.approx(longitude, abs=7)
    assert best.measurements["hgs_y"] == pytest.approx(latitude, abs=7)
    assert (np.sign(best.position.tx), np.sign(best.position.ty)) == (np.sign(longitude), np.sign(latitude))
    assert best.box.lower_left.tx < best.position.tx < best.box.upper_right.tx
    assert found.covered[0].state is CoverageState.PROCESSED


def test_a_quiet_sun_has_nothing(models):
    found = detect(as_image(sun("").field), models)
    assert found.detections == ()
    assert found.covered[0].state is CoverageState.NOTHING_FOUND


@pytest.mark.parametrize("name", ["hmi.M_720s_nrt.20190116_140000_TAI.fits", "tdbqa190121t1614.fits.gz"])
def test_a_real_quiet_sun_has_nothing(models, name):
    image = read_product(real_file(f"magnetograms/fulldisk/{name}")).product
    assert detect(image, models).detections == ()


def edges(detections):
    """West and north [arcsec] of boxes' corners and of regions, shape (region, 3, 2), those in the west first."""
    found = [
        [(place.tx, place.ty) for place in (one.box.lower_left, one.box.upper_right, one.position)]
        for one in detections
    ]
    return np.array(sorted(np.sort(found, axis=1).tolist()))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("across", "up"), [(1, -1), (-1, 1), (-1, -1)])
def test_mirrors_and_polarities_do_not_matter(models, sign, across, up):
    rng = np.random.default_rng(5)
    places = ((-50, 20, "BETA"), (-8, -14, "BETA-GAMMA"), (15, 11, "ALPHA"), (48, -22, "BETA-DELTA"))
    placed = [place_region(rng, kind, longitude, latitude, leading=1) for longitude, latitude, kind in places]
    field = render(rng, placed, Instrument()).field
    plain = edges(detect(as_image(field), models).detections)
    other = edges(detect(as_image(sign * field[::up, ::across]), models).detections)
    assert len(plain) > 2
    np.testing.assert_allclose(edges_turned(other, across, up), plain, atol=0.5)


def edges_turned(found, across, up):
    return np.array(sorted(np.sort(found * [across, up], axis=1).tolist()))


def half_turn(data, header):
    header["CROTA2"] = (header.get("CROTA2", 0.0) + 180) % 360
    for key, side in zip(("CRPIX1", "CRPIX2"), data.shape[::-1], strict=True):
        header[key] = side + 1 - header[key]
    return data[::-1, ::-1]


def cropped(data, header):
    header["CRPIX1"] -= 15
    header["CRPIX2"] -= 10
    return data[10:-12, 15:-8]


def other_sign_and_twice_the_pixels(data, header):
    for key in ("CRPIX1", "CRPIX2"):
        header[key] = (header[key] - 0.5) * 2 + 0.5
    for key in ("CDELT1", "CDELT2"):
        header[key] /= 2
    for key in ("R_SUN", "SOLAR_R"):
        if key in header:
            header[key] *= 2
    return -data.repeat(2, axis=0).repeat(2, axis=1)


@pytest.mark.parametrize("changed", [half_turn, cropped, other_sign_and_twice_the_pixels])
def test_a_real_disk_has_the_same_regions_however_it_was_taken(models, tmp_path, changed):
    path = real_file("magnetograms/fulldisk/mdi.fd_M_96m_lev182.19991211_173600_TAI.data.fits")
    with fits.open(path) as hdus:
        image = next(hdu for hdu in hdus if hdu.data is not None)
        header = image.header.copy()
        data = changed(image.data.astype(np.float32), header)
    for key in ("BSCALE", "BZERO", "BLANK"):
        header.remove(key, ignore_missing=True)
    fits.PrimaryHDU(data, header).writeto(tmp_path / "other.fits", output_verify="silentfix")
    plain, other = (detect(read_product(one).product, models).detections for one in (path, tmp_path / "other.fits"))
    assert len(plain) == 8
    places = [sorted((one.measurements["hgs_x"], one.measurements["hgs_y"]) for one in side) for side in (plain, other)]
    np.testing.assert_allclose(places[1], places[0], atol=0.5)


@pytest.mark.parametrize("off", [(2.0, -1.5), (-2.0, 3.0)])
def test_a_center_told_a_little_wrong_makes_no_regions_of_the_limb(models, tmp_path, off):
    with fits.open(real_file("magnetograms/fulldisk/tdbqa190121t1614.fits.gz")) as hdus:
        for key, pixels in zip(("CRPIX1", "CRPIX2"), off, strict=True):
            hdus[0].header[key] += pixels
        hdus.writeto(tmp_path / "gong.fits", output_verify="silentfix")
    assert detect(read_product(tmp_path / "gong.fits").product, models).detections == ()


def test_noaa_numbers_are_matched_after_rotation(models):
    image = replace(as_image(sun("BETA", 20, 15).field), time=np.datetime64(datetime(2014, 1, 2), "ns"))
    table = "2014-01-01T00:00:00Z; 11944 N15W07; 11946 S10E40"
    found = detect(image, models, noaa_regions=table).detections
    assert found[0].measurements["ar_noaanum"] == 11944


def test_a_number_goes_to_one_region_only(models):
    rng = np.random.default_rng(3)
    placed = [place_region(rng, "BETA-GAMMA", longitude, 15, leading=1) for longitude in (10, 26)]
    image = replace(as_image(render(rng, placed, Instrument()).field), time=np.datetime64(datetime(2014, 1, 1), "ns"))
    found = detect(image, models, noaa_regions="2014-01-01T00:00:00Z; 11944 N15W14").detections
    assert len(found) > 1
    assert [one.measurements.get("ar_noaanum") for one in found].count(11944) == 1


def test_probabilities_of_classes_are_tempered_and_add_up(models):
    image = as_image(sun("BETA-GAMMA-DELTA").field)
    sharp, soft = (detect(image, models, class_temperature=one).detections[0].measurements for one in (0.5, 5.0))
    assert sharp["ar_mtwilsoncls"] == soft["ar_mtwilsoncls"]
    assert sharp["mt_wilson_probability"] > soft["mt_wilson_probability"] > 1 / 8
    assert 0 <= sharp["delta_probability"] <= 1
    assert 0 <= sharp["gamma_probability"] <= 1


def test_the_class_does_not_depend_on_polarity_or_orientation(models):
    crop = read_disk(as_image(sun("BETA-GAMMA").field)).crop(np.array([320.0, 290.0, 390.0, 340.0]))
    other, weaker = (np.concatenate([factor * crop[:1], crop[1:]]) for factor in (-1, 0.5))
    said = models["classifier"](x=np.stack([crop, crop[:, ::-1, ::-1], other, weaker]))["probability"]
    np.testing.assert_allclose(said[1:3], said[[0, 0]], atol=2e-3)
    assert np.abs(said[3] - said[0]).max() > 0.01


def test_flux_and_area_do_not_depend_on_the_place():
    values = []
    for longitude in (0, 45):
        scene = sun("BETA", longitude, 10, network=0.0)
        disk = read_disk(as_image(scene.field))
        values.append(measure(disk, scene.boxes[0].astype(float)).measurements)
    assert values[0]["unsignedflux"] == pytest.approx(values[1]["unsignedflux"], rel=0.35)
    assert values[0]["ar_axislength"] == pytest.approx(values[1]["ar_axislength"], rel=0.35)
    assert 1e20 < values[0]["unsignedflux"] < 1e24
    assert values[0]["area_atdiskcenter"] >= values[0]["area_raw"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"unit": "display"}, "gauss"),
        ({"header": {"CTYPE1": "CRLN-CEA"}}, "full disks"),
        (
            {"header": {"CTYPE1": "HPLN-TAN", "CDELT1": 2.0, "RSUN_OBS": 976.0, "CRPIX1": 256.5, "CRPIX2": 256.5}},
            "prepared",
        ),
        ({"pixels": np.zeros((300, 400), np.float32), "mask": np.zeros((300, 400), bool)}, "squares"),
        ({"mask": np.ones((512, 512), bool)}, "no pixel"),
    ],
)
def test_what_is_no_prepared_full_disk_is_refused(models, change, told):
    with pytest.raises(InvalidInputError, match=told):
        detect(replace(as_image(sun("").field), **change), models)


def test_a_light_curve_is_refused(models):
    with pytest.raises(InvalidInputError, match="images"):
        detect(synthetic_light_curve(), models)


def test_a_bad_table_is_refused():
    with pytest.raises(InvalidInputError, match="noaa_regions"):
        create(MANIFEST.resolve_parameters({"noaa_regions": "11944 somewhere"}))


def test_time_is_that_of_the_image(models):
    image = as_image(sun("BETA").field)
    found = detect(image, models).detections[0]
    assert found.time_range.start == found.peak_time == datetime(2014, 1, 1, tzinfo=UTC)
