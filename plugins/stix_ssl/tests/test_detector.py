"""A map in, its cluster, oddity and source count out."""

from dataclasses import replace

import numpy as np
import pytest

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.testing import check_plugin, synthetic_light_curve
from helioscribe.sdk.testing.sun import synthetic_image, synthetic_x_ray_map
from helioscribe_stix_ssl.outputs import write

ONE, TWO = ((0.0, 0.0),), ((0.0, 0.0), (38.0, 25.0))


def score(result, name):
    return float(result.scores.values[0, result.scores.names.index(name)])


def test_promises_of_every_detector(models):
    report = check_plugin("stix-ssl", models=models)
    assert [finding for finding in report.findings if not finding.passed] == []
    assert len(report.findings) > 8


def test_two_sources_are_told_from_one(detect):
    one, two = (
        np.mean([score(detect(synthetic_x_ray_map(sources=s, seed=n)), "multiple") for n in range(4)])
        for s in (ONE, TWO)
    )
    assert one < 0.4
    assert two > one + 0.3


def test_notable_image_becomes_a_flare_with_what_was_seen(detect):
    image = synthetic_x_ray_map(sources=TWO)
    image = replace(image, header={**image.header, "UID": "2204146345", "PHOTONS": 5263})
    result = detect(image, multiple_threshold=0.0)
    (found,) = result.detections
    assert (found.event_type, found.time_range) == ("FL", image.time_range)
    assert "several sources" in found.measurements["seen"]
    assert found.measurements["image_uid"] == "2204146345"
    assert found.measurements["image_photons"] == 5263
    assert found.measurements["image_cluster"] == score(result, "cluster")
    # The brightest source is in the middle of the map.
    assert (found.position.tx, found.position.ty) == (pytest.approx(400, abs=1), pytest.approx(-150, abs=1))
    assert found.box.upper_right.tx > 435
    assert result.covered[0].state is CoverageState.PROCESSED


def test_usual_image_is_no_event_but_has_its_scores(detect):
    image = synthetic_x_ray_map()
    result = detect(image, anomaly_threshold=-10.0, multiple_threshold=1.0)
    assert result.detections == ()
    assert result.covered[0].state is CoverageState.NOTHING_FOUND
    assert np.isfinite(result.scores.values).all()
    assert len(detect(image, report="all").detections) == 1


def test_embedding_has_length_one_and_tells_alike_from_unlike(detect):
    images = [synthetic_x_ray_map(sources=s, seed=n) for s, n in ((ONE, 1), (ONE, 2), (TWO, 3))]
    a, b, c = (detect(image).embeddings["image"] for image in images)
    assert np.linalg.norm(a) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(a - b) < np.linalg.norm(a - c)


def test_box_of_a_back_projection_leaves_side_lobes_out(detect):
    image = synthetic_x_ray_map(sources=((0, 0), (90, 90)))
    image = replace(image, header={**image.header, "ALG_USED": "BPROJ"})
    (found,) = detect(image, report="all").detections
    assert found.box.upper_right.tx - found.box.lower_left.tx <= 25


def test_noise_is_odder_than_a_flare(detect):
    noise = np.random.default_rng(0).normal(size=(257, 257)).astype(np.float32)
    flare = synthetic_x_ray_map()
    assert score(detect(replace(flare, pixels=noise)), "anomaly") < score(detect(flare), "anomaly")


@pytest.mark.parametrize("edges", [(25.0, 50.0), (1.0, 10.0), (10.0, 4.0), (None, 10.0)])
def test_wrong_band(detect, edges):
    image = synthetic_x_ray_map()
    header = {
        key: value
        for key, value in (image.header | dict(zip(("ENERGY_L", "ENERGY_H"), edges, strict=True))).items()
        if value is not None
    }
    with pytest.raises(InvalidInputError, match="X-ray map within 3-30 keV"):
        detect(replace(image, header=header))


def test_other_products(detect):
    with pytest.raises(InvalidInputError, match="within 3-30 keV, got magnetogram"):
        detect(synthetic_image(instrument="STIX"))
    with pytest.raises(InvalidInputError, match="light_curve"):
        detect(synthetic_light_curve(minutes=5))


def test_encoder_of_another_shape(manifest, models):
    from helioscribe_stix_ssl.detector import create

    class Other:
        def __getitem__(self, name):
            return lambda image: {"embedding": np.ones((1, 512), np.float32)}

        def arrays(self, name):
            return models.arrays(name)

    with pytest.raises(InvalidInputError, match="must be trained together"):
        create(manifest.resolve_parameters()).detect(synthetic_x_ray_map(), Other())


def test_outputs(detect, tmp_path):
    pytest.importorskip("matplotlib")
    image = synthetic_x_ray_map(sources=TWO)
    paths = write(image, detect(image), tmp_path, stem="map", formats=("png", "csv"), dpi=60)
    assert [path.name for path in paths] == ["map_image.png", "map_scores.csv"]
    assert "anomaly" in paths[1].read_text()
    with pytest.raises(InvalidInputError, match="expected a STIX map"):
        write(synthetic_light_curve(minutes=5), detect(image), tmp_path, stem="x", formats=("png",), dpi=60)
