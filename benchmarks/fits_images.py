"""Preparing images of 4096 x 4096: ours beside sunpy with aiapy, on the same files, one thread each.

    python benchmarks/fits_images.py [--rounds N]

Prints milliseconds (medians), ratios, and how far the results are apart. Then images a second over threads.
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
from astropy.io import fits  # noqa: E402

from helioscribe.ingest.readers import Reading, read_bytes  # noqa: E402

cv2.setNumThreads(1)
SIDE = 4096


def sun(kind):
    """A disk with structure on all scales, as camera counts."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    radius = np.hypot(x, y)
    scale = 0.6 if kind == "aia" else 0.504
    on = radius * scale < 970
    structure = sum(cv2.resize(rng.normal(size=(n, n)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for n in (16, 64, 256, 1024))
    if kind == "aia":
        mean = np.where(on, 200 * np.exp(0.5 * structure), 60 * np.exp(-np.clip(radius * scale - 970, 0, None) / 60))
        return rng.poisson(np.clip(mean, 0, 16000)).astype(np.int16)
    field = np.where(on, 100 * structure**3 + rng.normal(0, 60, structure.shape), -(2**31))
    return field.astype(np.int32)


def write(kind):
    header = fits.Header({
        "CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec", "CRVAL1": 0.0, "CRVAL2": 0.0,
        "CRPIX1": 2051.3, "CRPIX2": 2046.8, "DSUN_OBS": 1.49e11, "RSUN_OBS": 966.0, "HGLN_OBS": 0.0, "HGLT_OBS": 2.0,
        "QUALITY": 0, "RSUN_REF": 696000000.0,
    })  # fmt: skip
    if kind == "aia":
        header.update({
            "TELESCOP": "SDO/AIA", "INSTRUME": "AIA_3", "WAVELNTH": 171, "WAVEUNIT": "angstrom", "EXPTIME": 2.0, "LVL_NUM": 1.0,
            "CDELT1": 0.599489, "CDELT2": 0.599489, "CROTA2": 0.0193, "T_OBS": "2014-03-01T00:00:10Z", "DATE-OBS": "2014-03-01T00:00:09",
        })  # fmt: skip
    else:
        header.update({
            "TELESCOP": "SDO/HMI", "INSTRUME": "HMI_FRONT2", "CONTENT": "MAGNETOGRAM", "BUNIT": "Gauss", "CDELT1": 0.504, "CDELT2": 0.504,
            "CROTA2": 179.93, "T_OBS": "2014.03.01_00:00:45_TAI", "DATE-OBS": "2014-03-01T00:00:09", "BSCALE": 0.1, "BZERO": 0.0,
        })  # fmt: skip
    blank = {"BLANK": -(2**31)} if kind == "hmi" else {}
    image = fits.CompImageHDU(sun(kind), compression_type="RICE_1")
    for card in header.cards:
        image.header[card.keyword] = card.value
    for key, value in blank.items():
        image.header[key] = value
    stream = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(stream, output_verify="silentfix+ignore")
    return stream.getvalue()


def plain(data, side, kind):
    """The way of sunpy's and aiapy's documentation: a map, level 1.5, exposure, block means."""
    import sunpy.map

    with fits.open(io.BytesIO(data)) as file:
        original = sunpy.map.Map(file[1].data.astype(float), file[1].header)
    if kind == "aia":
        from aiapy.calibrate import register

        level = register(original)
        level = level / level.exposure_time
    else:
        level = original.rotate(recenter=True, missing=np.nan)
    # The Sun's centre comes to the middle of 4096 pixels, whatever size the result has.
    first = [round(float(center) - (SIDE - 1) / 2) for center in (level.reference_pixel.y.value, level.reference_pixel.x.value)]
    rows, columns = (np.clip(np.arange(at, at + SIDE), 0, level.data.shape[0] - 1) for at in first)
    values = level.data[np.ix_(rows, columns)]
    factor = SIDE // side
    return values[: side * factor, : side * factor].reshape(side, factor, side, factor).mean(axis=(1, 3))


def timed(work, rounds):
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        found = work()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times), found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    for kind in ("aia", "hmi"):
        data = write(kind)
        read_bytes(data, "warm.fits", Reading(image_pixels=512))
        theirs, _ = timed(lambda data=data, kind=kind: plain(data, 512, kind), 1)
        ours, source = timed(lambda data=data: read_bytes(data, "a.fits", Reading(image_pixels=512)), rounds)
        decode, _ = timed(lambda data=data: fits.open(io.BytesIO(data), do_not_scale_image_data=True)[1].data, rounds)
        print(f"{kind}: plain way {theirs:.0f} ms, ours {ours:.0f} ms, {theirs / ours:.1f} x; the library's decoding alone {decode:.0f} ms")
        if kind == "aia":
            # The plain way keeps 0.6 arcsec a pixel, ours one size of the Sun: both on the plain way's grid.
            grid = source.product.header["CDELT1"]
            print(f"     scale {grid:.4f} arcsec; at 976 arcsec, where both grids agree: {difference(data):.1e} relative RMS")
    threads(write("aia"), rounds)


def difference(data):
    """Relative RMS of both ways where the Sun's radius is the reference one, so that the grids are the same."""
    with fits.open(io.BytesIO(data)) as file:
        header, pixels = file[1].header, file[1].data
    header["RSUN_OBS"] = 976.0
    stream = io.BytesIO()
    image = fits.CompImageHDU(pixels, compression_type="RICE_1")
    for key in ("CTYPE1", "CTYPE2", "CUNIT1", "CUNIT2", "CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2", "CDELT1", "CDELT2", "CROTA2", "DSUN_OBS", "RSUN_OBS", "HGLN_OBS", "HGLT_OBS", "TELESCOP", "INSTRUME", "WAVELNTH", "WAVEUNIT", "EXPTIME", "T_OBS", "DATE-OBS", "QUALITY", "LVL_NUM"):
        image.header[key] = header[key]
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(stream, output_verify="silentfix+ignore")
    ours = read_bytes(stream.getvalue(), "a.fits", Reading(image_pixels=512)).product.pixels
    theirs = plain(stream.getvalue(), 512, "aia")
    inner = slice(8, -8)
    apart = (ours - theirs)[inner, inner]
    return float(np.sqrt(np.nanmean(apart**2)) / np.sqrt(np.nanmean(theirs[inner, inner] ** 2)))


def threads(data, rounds):
    rates = []
    for workers in (1, 2, 4):
        with ThreadPoolExecutor(workers) as pool:
            begin = time.perf_counter()
            list(pool.map(lambda _: read_bytes(data, "a.fits", Reading(image_pixels=512)), range(4 * rounds)))
            rates.append(4 * rounds / (time.perf_counter() - begin))
    print("threads 1, 2, 4: " + ", ".join(f"{rate:.1f}" for rate in rates) + " images/s")


if __name__ == "__main__":
    main()
