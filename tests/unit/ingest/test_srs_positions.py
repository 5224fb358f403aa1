"""Real images of five instruments with the regions that NOAA reports: signals lie where it says, turned to the image's time.

Of each image all eight orientations are compared: the right one must show far more of the regions' signal at their
places than any that is mirrored or turned.
"""

import csv
import gzip
import re
from datetime import timedelta

import numpy as np
import pytest

from helioscribe.domain.rotation import projected, rotation_rate
from helioscribe.domain.times import from_datetime64
from helioscribe.ingest.readers import read_product
from support.data import real_file

NEAR = 50.0
"""Arcseconds around NOAA's position, which is given in whole degrees."""

MAGNETOGRAM, DARK, BRIGHT = "field", "dark", "bright"

ORIENTATIONS = [lambda x, y, a=a, b=b: (a * x, b * y) for a in (1, -1) for b in (1, -1)]
ORIENTATIONS += [lambda x, y, a=a, b=b: (a * y, b * x) for a in (1, -1) for b in (1, -1)]


def regions(moment):
    """Places (longitude, latitude) [deg] of spotted regions of some size at a moment, from the nearest day's summary."""
    table = real_file("magnetograms/labels/mount_wilson_dataset.csv.gz")
    nearest = (moment + timedelta(hours=12)).replace(hour=0, minute=0, second=0, microsecond=0)
    later = (moment - nearest) / timedelta(days=1)
    with gzip.open(table, "rt") as stream:
        for row in csv.DictReader(stream):
            if row["date"] == f"{nearest:%Y-%m-%d}" and float(row["area"] or 0) >= 30:
                north, up, west, across = re.fullmatch(r"([NS])(\d+)([EW])(\d+)", row["location"]).groups()
                latitude = int(up) * (1 if north == "N" else -1)
                longitude = int(across) * (1 if west == "W" else -1) + rotation_rate(latitude) * later
                if abs(longitude) < 75:
                    yield longitude, latitude


def standing_out(image, what):
    """What stands out of the mean disk, and each pixel's place (west, north) [arcsec]."""
    step = max(1, image.pixels.shape[0] // 256)  # prepared disks lie in the middle; so do coarser ones
    side, scale = image.pixels.shape[0] // step, float(image.header["CDELT1"]) * step
    north, west = (np.mgrid[:side, :side] - (side - 1) / 2) * scale
    values = np.where(image.mask, np.nan, image.pixels).astype(float)
    values = values.reshape(side, step, side, step).mean(axis=(1, 3))
    radius = np.hypot(west, north) / float(image.header["RSUN_OBS"])
    values[radius > 1.05] = np.nan
    if what == MAGNETOGRAM:
        return np.abs(values), west, north
    rings = (radius * 50).astype(int)
    quiet = np.array([np.nanmedian(values[rings == ring]) if (rings == ring).any() else np.nan for ring in range(53)])
    return (values - quiet[np.minimum(rings, 52)]) * (-1 if what == DARK else 1), west, north


@pytest.mark.parametrize(
    ("file", "instrument", "what"),
    [
        ("magnetograms/fulldisk/mdi.fd_M_96m_lev182.19991211_173600_TAI.data.fits", "MDI", MAGNETOGRAM),
        ("magnetograms/continuum/resampled_hmi_20140301.fits", "HMI", DARK),
        ("euv_fulldisk/2010_12_06__18_56_41_105__SDO_HMI_HMI_continuum.jp2", "HMI", DARK),
        ("euv_fulldisk/aia_171_level1.fits", "AIA", BRIGHT),
        ("euv_fulldisk/2024_04_16__13_00_13_908__SOHO_EIT_EIT_171.jp2", "EIT", BRIGHT),
        ("euv_fulldisk/swap_20130612_0.jp2", "SWAP", BRIGHT),
    ],
)
def test_regions_lie_where_noaa_says(file, instrument, what):
    image = read_product(real_file(file)).product
    assert image.instrument == instrument
    signal, west, north = standing_out(image, what)
    found = [projected(*place, image.observer) for place in regions(from_datetime64(image.time))]
    assert found
    assert all(found)

    def seen(turned):
        places = [turned(place.tx, place.ty) for place in found]
        return np.mean([np.nanquantile(signal[np.hypot(west - x, north - y) < NEAR], 0.95) for x, y in places])

    right, *others = (seen(turned) for turned in ORIENTATIONS)
    assert right > 1.5 * max(others)
