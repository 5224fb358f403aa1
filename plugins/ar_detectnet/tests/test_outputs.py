import csv
from dataclasses import replace

import numpy as np
import pytest

from helioscribe.domain.detection import Detection, DetectionResult
from helioscribe.sdk.discovery import find_plugin
from helioscribe_ar_detectnet import outputs
from helioscribe_ar_detectnet.detector import create
from helioscribe_ar_detectnet.evaluation import evaluate
from helioscribe_ar_detectnet.evaluation._baseline import classical_boxes
from helioscribe_ar_detectnet.evaluation._robustness import robustness
from helioscribe_ar_detectnet.evaluation._scores import area_under_roc, average_precision, class_scores, interval
from helioscribe_ar_detectnet.evaluation._simulated import as_image
from helioscribe_ar_detectnet.simulation.scenes import make_scene
from support.data import real_file

PARAMETERS = find_plugin("ar-detectnet").manifest.resolve_parameters({})


@pytest.fixture(scope="module")
def seen(models):
    image = as_image(make_scene(np.random.default_rng(12)).field)
    return image, create(PARAMETERS).detect(image, models)


def test_a_disk_a_crop_a_region_and_a_table(seen, tmp_path):
    image, result = seen
    assert result.detections
    paths = outputs.write(image, result, tmp_path, stem="day", formats=("png", "csv"), dpi=60)
    assert [path.name for path in paths][:2] == ["day.png", "day_region01.png"]
    assert sum(path.name.startswith("day_region") for path in paths) == len(result.detections)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths if path.suffix == ".png")
    with (tmp_path / "day.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["ar_mtwilsoncls"] for row in rows] == [one.measurements["ar_mtwilsoncls"] for one in result.detections]


def test_average_precision_by_hand():
    assert average_precision([(0.9, True), (0.8, False), (0.7, True)], 2) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision([], 3) == 0.0
    # Low scores count too: a box that a threshold would hide adds to the recall.
    assert average_precision([(0.9, True), (0.06, True)], 2) == 1.0


def test_class_scores_by_hand():
    scores = class_scores([("BETA", "BETA"), ("BETA", "ALPHA"), ("ALPHA", "ALPHA"), ("BETA", "BETA")])
    assert scores["class_accuracy"] == scores["class_accuracy_of_always_beta"] == 0.75
    assert scores["balanced_accuracy"] == pytest.approx((1 + 2 / 3) / 2)
    assert scores["balanced_accuracy_of_always_beta"] == 0.5
    assert scores["confusion"][1][:2] == [1, 2]
    low, high = scores["class_accuracy_95"]
    assert low < 0.75 < high
    assert area_under_roc([0.1, 0.9, 0.5], [False, True, True]) == 1.0
    assert area_under_roc([0.1], [True]) is None
    assert interval([]) == []


def test_real_disks_are_evaluated(models, tmp_path):
    from helioscribe.ingest.readers import read_product

    folder = real_file("magnetograms/fulldisk_labels.csv").parent
    result = evaluate(
        folder,
        read=lambda path: read_product(path).product,
        folder=tmp_path,
        scene_count=4,
        detect=lambda product, changes: create({**PARAMETERS, **changes}).detect(product, models),
    )
    real = result["real disks"]
    assert real["disks"] == 3
    assert real["boxes_on_spotless_disks"] == 0
    assert real["recall"] >= 0.75
    assert all(one["kept"] >= 0.5 for one in result["other instruments"].values())
    assert real["intervals_95"]["f1"][0] <= real["f1"] <= real["intervals_95"]["f1"][1]
    assert len(result["real regions"]["rows"]) == 15
    suns = result["simulated suns"]
    assert suns["intervals_95"]["ap_at_iou_0.5"][0] <= suns["ap_at_iou_0.5"] <= suns["intervals_95"]["ap_at_iou_0.5"][1]
    assert real["f1"] >= result["real disks, classical baseline"]["f1"]
    assert (tmp_path / "confusion_simulated.png").exists()


def test_robustness_tells_what_a_weaker_instrument_loses():
    def detect(image, _):
        at = {1000.0: 10.0, 3000.0: -40.0}
        seen = [place for limit, place in at.items() if image.pixels.max() >= 0.9 * limit]
        told = {"ar_mtwilsoncls": "BETA", "hgs_y": 5.0}
        one = Detection(event_type="AR", time_range=image.time_range)
        found = tuple(replace(one, measurements=told | {"hgs_x": place}) for place in seen)
        return DetectionResult(detections=found, covered=())

    field = np.zeros((512, 512), np.float32)
    field[200:204, 300:304] = 3000
    told = robustness([as_image(field)], detect)
    same = {"regions": 2, "kept": 1.0, "new": 0.0, "shift_deg": 0.0, "same_class": 1.0}
    assert told["fields 1.25 times as strong"] == same
    assert told["fields 0.8 times as strong"]["kept"] == 0.5
    assert told["pixels twice as wide"]["kept"] == 1.0


def test_the_baseline_finds_what_stands_out():
    from helioscribe_ar_detectnet._disk import read_disk

    scene = make_scene(np.random.default_rng(12))
    assert len(classical_boxes(read_disk(as_image(scene.field)))) >= 1
