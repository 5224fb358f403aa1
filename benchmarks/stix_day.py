"""One STIX day (21,600 samples of 4 s), our way and the naive way side by side.

Reading: the platform's reader (file to calibrated light curve) and windows as a view, against astropy table, DataFrame,
CSV on disk and a window a loop step. Scoring: the network of stix-lstm with its state carried along the series in
segments, against a network of the same size that starts every window of 30 samples from a zero state (torch, batches of
32 from a DataLoader).

    python benchmarks/stix_day.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np

WINDOW = 30


def best(action, rounds):
    """Return the shortest time: what the work takes when nothing else runs."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times)


def write_day(path):
    from astropy.io import fits

    rng = np.random.default_rng(0)
    n = 21600
    quiet = np.array([250, 50, 67, 863, 495])
    hump = 1 + 5 * np.exp(-((((np.arange(n) % 5000) - 2500) / 300.0) ** 2))
    counts = rng.poisson(quiet * hump[:, None])
    column = fits.Column
    data = fits.BinTableHDU.from_columns(
        [
            column("control_index", "J", array=np.zeros(n, "i4")),
            column("time", "J", unit="cs", array=(np.arange(n) * 400 + 200).astype("i4")),
            column("timedel", "I", unit="cs", array=np.full(n, 400, "i2")),
            column("triggers", "J", array=rng.poisson(5000, n).astype("i4")),
            column("triggers_comp_err", "E", array=rng.random(n).astype("f4")),
            column("rcr", "B", array=np.zeros(n, "u1")),
            column("counts", "5J", unit="count", array=counts.astype("i4")),
            column("counts_comp_err", "5E", unit="count", array=np.sqrt(counts).astype("f4")),
        ],
        name="DATA",
    )
    edges = np.array([4, 10, 15, 25, 50, 84], "f4")
    energies = fits.BinTableHDU.from_columns(
        [
            column("channel", "B", array=np.arange(5, dtype="u1")),
            column("e_low", "E", unit="keV", array=edges[:-1]),
            column("e_high", "E", unit="keV", array=edges[1:]),
        ],
        name="ENERGIES",
    )
    primary = fits.PrimaryHDU()
    primary.header.update({"DATE-BEG": "2024-05-20T00:00:00.000", "INSTRUME": "STIX", "TELESCOP": "SOLO/STIX"})
    fits.HDUList([primary, data, energies]).writeto(path)


def naive_read(path):
    import pandas as pd
    from astropy.io import fits

    with fits.open(path) as hdus:
        rows = hdus["DATA"].data
        columns = {
            name: rows[name].astype(rows[name].dtype.newbyteorder("="))
            for name in ("control_index", "time", "timedel", "triggers", "triggers_comp_err", "rcr")
        }
        for band in range(5):
            columns[f"counts_ch{band}"] = rows["counts"][:, band].astype("i4")
            columns[f"counts_err_ch{band}"] = rows["counts_comp_err"][:, band].astype("f4")
        frame = pd.DataFrame(columns)
    frame.to_csv(f"{path}.csv", index=False)
    frame = pd.read_csv(f"{path}.csv")
    counts = frame[[f"counts_ch{band}" for band in range(5)]].to_numpy("f4")
    return np.stack([counts[start : start + WINDOW] for start in range(len(counts) - WINDOW)])


def our_read(path):
    from helioscribe.ingest.readers import read_product

    counts = read_product(path).product.counts
    return np.lib.stride_tricks.sliding_window_view(counts[:-1], WINDOW, axis=0)


def scoring(path, rounds):
    """Return seconds a day: the detector, its network alone, and the network window by window in torch (scaled up)."""
    import torch

    from helioscribe.adapters.memory import MemoryModels
    from helioscribe.adapters.memory.artifacts import MemoryArtifacts
    from helioscribe.inference.host import DetectorHost
    from helioscribe.inference.options import Serving
    from helioscribe.ingest.readers import read_product
    from helioscribe_stix_lstm.detector import create

    curve = read_product(path).product
    days = curve.times.size
    # First: the runtime's threads go on spinning for a while after a call and would slow torch down.
    torch.set_num_threads(2)
    lstm = torch.nn.LSTM(9, 256, num_layers=3, batch_first=True, dropout=0.2).eval()
    head = torch.nn.Linear(256, 10).eval()
    series = torch.rand(2048 + WINDOW, 9)

    class Windows(torch.utils.data.Dataset):
        def __len__(self):
            return 2048

        def __getitem__(self, index):
            return series[index : index + WINDOW]

    def windows():
        with torch.no_grad():
            for batch in torch.utils.data.DataLoader(Windows(), batch_size=32):
                head(lstm(batch)[0][:, -1])

    slow = best(windows, max(rounds // 2, 1)) * days / 2048

    host = DetectorHost(models=MemoryModels(), artifacts=MemoryArtifacts(), serving=Serving(threads=2, cores=2))
    models = host.models_of("stix-lstm")
    detector = create(host.manifest("stix-lstm").resolve_parameters())
    whole = best(lambda: detector.detect(curve, models), rounds)

    segments = np.random.default_rng(0).normal(size=(32, -(-days // 32) + 300, 9)).astype(np.float32)
    network = best(lambda: models["network"](x=segments), rounds)

    return whole, network, slow


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.fits"
        write_day(path)
        our_read(path)
        ours, naive = best(lambda: our_read(path), 10 * rounds), best(lambda: naive_read(path), rounds)
        print(
            f"read and window a day   ours {ours * 1e3:8.1f} ms   naive {naive * 1e3:8.1f} ms   {naive / ours:6.1f} x"
        )
        whole, network, naive = scoring(path, rounds)
        print(f"score a day             ours {network:8.2f} s    naive {naive:8.2f} s    {naive / network:6.1f} x")
        print(f"find a day's flares     ours {whole:8.2f} s    (background, network, forest, segmentation)")


if __name__ == "__main__":
    main()
