"""Preparing images of 4096 x 4096: ours beside sunpy with aiapy, on the same files, in turns, one thread each.

    python benchmarks/fits_images.py [--rounds N]

Prints seconds of processor time (medians; other work on the machine counts little that way), their ratios, and how far
the results are apart. Then images a second over threads, by the clock.
"""

import argparse
import io
import os
import statistics
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore")

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import sunpy.map  # noqa: E402
from aiapy.calibrate import register  # noqa: E402
from astropy.io import fits  # noqa: E402

from helioscribe.ingest.readers import Reading, read_bytes  # noqa: E402

cv2.setNumThreads(1)
SIDE, SMALL = 4096, 512
READING = Reading(image_pixels=SMALL)
COMMON = {
    "CTYPE1": "HPLN-TAN",
    "CTYPE2": "HPLT-TAN",
    "CUNIT1": "arcsec",
    "CUNIT2": "arcsec",
    "CRVAL1": 0.0,
    "CRVAL2": 0.0,
    "CRPIX1": 2051.3,
    "CRPIX2": 2046.8,
    "DSUN_OBS": 1.49e11,
    "CRLN_OBS": 61.3,
    "CRLT_OBS": -7.2,
    "QUALITY": 0,
    "RSUN_REF": 696000000.0,
    "RSUN_OBS": 976.0,  # with this radius our grid is the plain way's
}
AIA = {
    "TELESCOP": "SDO/AIA",
    "INSTRUME": "AIA_3",
    "WAVELNTH": 171,
    "WAVEUNIT": "angstrom",
    "EXPTIME": 2.0,
    "LVL_NUM": 1.0,
    "CDELT1": 0.599489,
    "CDELT2": 0.599489,
    "CROTA2": 0.0193,
    "T_OBS": "2014-03-01T00:00:10Z",
    "DATE-OBS": "2014-03-01T00:00:09",
    "HGLN_OBS": 0.0,
    "HGLT_OBS": -7.2,
}
HMI = {
    "TELESCOP": "SDO/HMI",
    "INSTRUME": "HMI_FRONT2",
    "CONTENT": "MAGNETOGRAM",
    "BUNIT": "Gauss",
    "CDELT1": 0.504,
    "CDELT2": 0.504,
    "CROTA2": 179.93,
    "T_OBS": "2014.03.01_00:00:45_TAI",
    "DATE-OBS": "2014-03-01T00:00:09",
    "BSCALE": 0.1,
    "BZERO": 0.0,
    "BLANK": -(2**31),
}


def sun(kind):
    """A disk with structure on all scales down to four pixels, as camera counts with their noise."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    radius = np.hypot(x, y)
    scale = 0.6 if kind == "aia" else 0.504
    on = radius * scale < 970
    structure = sum(
        cv2.resize(rng.normal(size=(n, n)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for n in (16, 64, 256, 1024)
    )
    if kind == "aia":
        mean = np.where(on, 200 * np.exp(0.5 * structure), 60 * np.exp(-np.clip(radius * scale - 970, 0, None) / 60))
        return rng.poisson(np.clip(mean, 0, 16000)).astype(np.int16)
    return np.where(on, 100 * structure**3 + rng.normal(0, 60, structure.shape), -(2**31)).astype(np.int32)


def write(kind):
    image = fits.CompImageHDU(sun(kind), compression_type="RICE_1")
    for key, value in (COMMON | (AIA if kind == "aia" else HMI)).items():
        image.header[key] = value
    stream = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(stream, output_verify="silentfix+ignore")
    return stream.getvalue()


def plain(data):
    """The way of sunpy's and aiapy's documentation: a map, level 1.5, exposure, means of blocks."""
    with fits.open(io.BytesIO(data)) as file:
        original = sunpy.map.Map(file[1].data, file[1].header)
    level = register(original, missing=None if original.instrument.startswith("AIA") else np.nan)
    values = level.data / level.meta.get("exptime", 1.0)
    margin = (SIDE - values.shape[0]) // 2  # the result is a little smaller or larger, about the Sun's centre
    values = np.pad(values, margin, mode="edge") if margin >= 0 else values[-margin:margin, -margin:margin]
    factor = SIDE // SMALL
    return values.reshape(SMALL, factor, SMALL, factor).mean(axis=(1, 3))


def ours(data):
    return read_bytes(data, "a.fits", READING).product.pixels


def library(data):
    return fits.open(io.BytesIO(data), do_not_scale_image_data=True)[1].data


def in_turns(works, rounds):
    """Median seconds of processor time of each, warm."""
    times = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            begin = time.thread_time()
            work()
            if number:
                times[name].append(time.thread_time() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


def apart(found, expected):
    """Relative RMS within 0.9 of the Sun's radius."""
    inside = np.hypot(*(np.mgrid[:SMALL, :SMALL] - (SMALL - 1) / 2)) * 4.8 < 0.9 * 976
    return float(np.sqrt(np.mean((found - expected)[inside] ** 2) / np.mean(expected[inside] ** 2)))


def threads(data, rounds):
    rates = []
    for workers in (1, 2, 4):
        with ThreadPoolExecutor(workers) as pool:
            begin = time.perf_counter()
            list(pool.map(lambda _: ours(data), range(8 * rounds)))
            rates.append(8 * rounds / (time.perf_counter() - begin))
    return rates


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for kind in ("aia", "hmi"):
        data = write(kind)
        times = in_turns({way.__name__: lambda way=way, data=data: way(data) for way in (plain, ours, library)}, rounds)
        told = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in times.items())
        print(
            f"{kind}: {told} (decoding alone); {times['plain'] / times['ours']:.1f} x; apart {apart(ours(data), plain(data)):.1e}"
        )
        rates = threads(data, rounds)
        gains = ", ".join(f"{rate:.1f} ({rate * times['plain']:.0f} x plain)" for rate in rates)
        print(f"     1, 2, 4 threads: {gains} images/s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
