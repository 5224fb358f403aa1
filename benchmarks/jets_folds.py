"""All four folds of jet-rcnn: each event is held out once, and choices never see it.

    python benchmarks/jets_folds.py FOLDER --data DIR [--folds 0 1 2 3] [--set NAME=VALUE ...]

Trains the folds that FOLDER lacks, some 12 minutes of one core each, evaluates each on the events that it held out, and
prints the means over the folds, what plain measures reach, and how many jets of each event are found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np

from helioscribe_jet_rcnn.metrics import group_interval, wilson

ALL = "events that were held out"


def measured(folder: Path, data: Path, fold: int, settings: list[str]) -> None:
    home = ["--home", str(folder / f"home{fold}")]
    out, at = ["--output", str(folder / f"train{fold}")], ["--data", str(data)]
    chosen = [word for one in (f"fold={fold}", *settings) for word in ("--set", one)]
    subprocess.run(["helioscribe", "train", "jet-rcnn", *at, *chosen, "--promote", *out, *home], check=True)
    out = ["--output", str(folder / f"fold{fold}")]
    subprocess.run(["helioscribe", "evaluate", "jet-rcnn", *at, *out, *home], check=True, stdout=subprocess.DEVNULL)


def areas(found: list[dict]) -> dict:
    """Mean, least and largest area of each line over the folds, for each measure."""
    kinds = found[0]["areas under the ROC"]
    return {
        line: {
            measure: [round(float(of(values)), 3) for of in (np.mean, np.min, np.max)]
            for measure in kinds
            for values in [[one["areas under the ROC"][measure][line] for one in found]]
        }
        for line in kinds["jet-rcnn"]
    }


def shares(found: list[dict]) -> dict:
    told = {}
    for kind in found[0]["share above the threshold"]:
        rows = [one["share above the threshold"][kind] for one in found if kind in one["share above the threshold"]]
        of = sum(row["windows"] for row in rows)
        hits = sum(round(row["share"] * row["windows"]) for row in rows)
        told[kind] = {
            "said jet": hits,
            "of": of,
            "interval": wilson(hits, of),
            "by fold": [row["share"] for row in rows],
        }
    return told


def hourly(found: list[dict]) -> dict:
    """False alarms an hour of field without a jet, over all folds."""
    told = {}
    for kind in found[0]["false alarms an hour"]:
        rows = [one["false alarms an hour"][kind] for one in found if kind in one["false alarms an hour"]]
        hours, alarms = (round(sum(row[name] for row in rows), 2) for name in ("hours", "alarms"))
        told[kind] = {"hours": hours, "alarms": alarms, "an hour": round(alarms / hours, 2)}
    return told


def events(found: list[dict]) -> dict:
    rows = {name: row for one in found for name, row in one["real jets by event"]["events"].items()}
    hits = {name: (row["found"], row["of"]) for name, row in rows.items()}
    total = [sum(pair[side] for pair in hits.values()) for side in (0, 1)]
    return {"found": total[0], "of": total[1], "interval over events": group_interval(hits), "events": rows}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folds", type=int, nargs="+", default=[0, 1, 2, 3])
    parser.add_argument("--set", dest="settings", nargs="+", default=[], metavar="NAME=VALUE", help="of the recipe")
    args = parser.parse_args()
    for fold in args.folds:
        if not (args.folder / f"fold{fold}" / "metrics.json").is_file():
            measured(args.folder, args.data, fold, args.settings)
    found = [json.loads((args.folder / f"fold{fold}" / "metrics.json").read_text())[ALL] for fold in args.folds]
    chosen = [json.loads((args.folder / f"train{fold}" / "metrics.json").read_text()) for fold in args.folds]
    told = {
        "areas, mean, least and largest": areas(found),
        "at the thresholds": shares(found),
        "false alarms an hour": hourly(found),
        "real jets": events(found),
        "by fold": {
            fold: one["all windows"] | {"threshold": one["threshold"]}
            for fold, one in zip(args.folds, found, strict=True)
        },
        "choices": dict(zip(args.folds, chosen, strict=True)),
        "disputed": [one["disputed"] for one in found],
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
