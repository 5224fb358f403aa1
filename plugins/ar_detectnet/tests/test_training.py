import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.discovery import find_plugin
from helioscribe.sdk.training import Split, TrainingData
from helioscribe_ar_detectnet._crops import Window, planes
from helioscribe_ar_detectnet._grid import SQUARES
from helioscribe_ar_detectnet._inputs import disk_planes

torch = pytest.importorskip("torch", reason="training needs torch")

from helioscribe_ar_detectnet.training._batches import _exchanged, prepared, stacked  # noqa: E402
from helioscribe_ar_detectnet.training._features import FEATURES, features  # noqa: E402
from helioscribe_ar_detectnet.training._network import box_loss, coverage_loss  # noqa: E402
from helioscribe_ar_detectnet.training.program import create  # noqa: E402


def test_losses_are_those_of_the_equations():
    wanted, said = torch.zeros(2, 1, 2), torch.tensor([[[0.5, 0.0]], [[1.0, 0.2]]])
    assert coverage_loss(said, wanted, torch.ones_like(wanted)).item() == pytest.approx((0.25 + 1.0 + 0.04) / 4)
    corners = torch.tensor([[[[1.0]], [[-2.0]], [[3.0]], [[4.0]]]])
    assert box_loss(corners, torch.zeros_like(corners), torch.ones(1, 1, 1, 1)).item() == pytest.approx(5.0)
    assert box_loss(corners, torch.zeros_like(corners), torch.zeros(1, 1, 1, 1)).item() == 0.0


@pytest.fixture(scope="module")
def data():
    return create().prepare(create().recipe() | {"scenes": 6}, data=None, read=None)


def batch_of(split):
    return {name: torch.tensor(array) for name, array in split.arrays.items()}


def test_networks_see_in_training_what_they_see_in_use(data):
    field = data.train.arrays["field"]
    x = stacked(torch.tensor(field).float())
    np.testing.assert_allclose(x.numpy(), np.stack([disk_planes(one) for one in field]), atol=1e-5)


def test_mirrors_keep_targets_on_their_regions(data):
    batch = batch_of(data.train)
    for seed in range(6):
        torch.manual_seed(seed)
        ready = prepared(batch, augment=True)
        inside = ready["coverage"].repeat_interleave(8, 1).repeat_interleave(8, 2) > 0
        strength = ready["x"][:, 0].abs()
        if inside.any():
            assert strength[inside].mean() > 2 * strength[~inside].mean()
    assert ready["coverage"].shape[1:] == (SQUARES, SQUARES)


def test_a_small_region_counts_as_much_as_a_large_one(data):
    ready = prepared(batch_of(data.train), augment=False)
    for coverage, weight, corner_weight, spotted in zip(
        ready["coverage"], ready["weight"], ready["corner_weight"], data.train.arrays["spotted"], strict=True
    ):
        regions = int((spotted > 0).sum())
        assert weight[coverage > 0].sum().item() == pytest.approx(16.0 * regions, rel=0.01)
        assert bool((corner_weight > 0).any()) == (regions > 0)


def test_hemispheres_of_two_suns_make_one():
    field = torch.stack([torch.full((512, 512), value) for value in (1.0, 2.0, 3.0)])
    boxes = torch.zeros(3, 2, 4)
    boxes[0] = torch.tensor([[10.0, 100, 30, 120], [50.0, 400, 70, 420]])
    boxes[1] = torch.tensor([[10.0, 300, 30, 320], [50.0, 90, 70, 110]])
    boxes[2, 0] = torch.tensor([10.0, 250, 30, 270])  # across the equator: nothing is exchanged with it
    spotted = torch.tensor([[1, -1], [1, 1], [1, 0]], dtype=torch.int8)
    field, boxes, spotted = _exchanged(field, boxes, spotted)
    assert (field[0, :256] == 1).all()
    assert (field[0, 256:] == 2).all()
    assert boxes[0][spotted[0] > 0].tolist() == [[10, 100, 30, 120], [10, 300, 30, 320]]
    assert not (spotted[0] < 0).any()
    assert (field[1] == 2).all()
    assert (field[2] == 3).all()
    assert boxes[2][spotted[2] != 0].tolist() == [[10, 250, 30, 270]]


def test_plage_is_neither_right_nor_wrong(data):
    batch = batch_of(data.train)
    batch["spotted"] = -batch["spotted"].abs()
    ready = prepared(batch, augment=False)
    assert not ready["coverage"].any()
    assert (ready["weight"] == 0).any()


def test_a_few_steps_lower_the_loss_and_the_graphs_are_as_declared(data):
    program = create()
    options = program.recipe() | {"width": 8}
    torch.manual_seed(0)
    network = program.network(options)
    adam = torch.optim.Adam(network.parameters(), lr=0.003)
    batch, losses = batch_of(data.train), []
    for _ in range(8):
        loss, parts = program.loss(network, batch)
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(float(loss.detach()))
    assert set(parts) == {"coverage", "box", "class"}
    assert min(losses[4:]) < losses[0]
    graphs = program.graphs(network.eval(), options)
    with torch.no_grad():
        coverage, corners = graphs["detector"].module(torch.zeros(1, 2, 512, 512))
    assert (coverage.shape, corners.shape) == ((1, 64, 64), (1, 4, 64, 64))
    assert ((coverage >= 0) & (coverage <= 1)).all()


def test_the_dataset_says_what_is_real(data):
    assert isinstance(data, TrainingData)
    assert isinstance(data.train, Split)
    assert data.description["real_patches"] == 0
    assert "simulated" in data.description


def trained(folder, **options):
    from helioscribe.adapters.memory import MemoryModels
    from helioscribe.adapters.memory.artifacts import MemoryArtifacts
    from helioscribe.training.train import train

    return train(
        "ar-detectnet",
        {"scenes": 8, "epochs": 1, "width": 8, **options},
        data=None,
        read=None,
        registry=MemoryModels(),
        artifacts=MemoryArtifacts(),
        folder=folder,
        device="cpu",
    )


def test_the_classifier_is_trained_alone_and_the_detector_stays(tmp_path):
    card = trained(tmp_path, networks="classifier")
    shipped = find_plugin("ar-detectnet").manifest.models
    assert card.files["detector"].sha256 == shipped["detector"].sha256
    assert card.files["classifier"].sha256 != shipped["classifier"].sha256
    assert set(card.thresholds) == {"class_temperature"}
    with pytest.raises(InvalidInputError, match="networks: expected both, detector, classifier, got 'neither'"):
        trained(tmp_path / "neither", networks="neither")


def test_turning_a_crop_or_exchanging_polarities_changes_no_feature(data):
    crop = data.train.arrays["crops"][0, 0]
    one, turned, other, mirrored = (
        features(torch.tensor(planes(field.copy(), Window(x=255.5, y=255.5, size=48.0)))[None])
        for field in (crop, crop[::-1, ::-1], -crop, crop[:, ::-1])
    )
    for changed in (turned, other, mirrored):
        torch.testing.assert_close(changed, one, atol=2e-3, rtol=2e-3)
    stronger = features(torch.tensor(planes(2.0 * crop, Window(x=255.5, y=255.5, size=48.0)))[None])
    assert (stronger[0, :12] >= one[0, :12]).all()
    assert one.shape == (1, FEATURES)


def test_a_line_parts_a_bipole_and_not_a_mixed_group():
    field = np.zeros((128, 128), np.float32)
    field[40:60, 20:40], field[40:60, 80:100] = 1000, -1000
    mixed = field.copy()
    mixed[40:60, 85:90] = 1000
    astray = [
        features(torch.tensor(planes(one, Window(x=255.5, y=255.5, size=48.0)))[None])[0, 20:22].max()
        for one in (field, mixed)
    ]
    assert astray[0] < 0.01
    assert astray[1] > 0.1


def test_the_whole_way_from_recipe_to_card(tmp_path):
    card = trained(tmp_path)
    assert set(card.files) == {"detector", "classifier"}
    assert 0.2 <= card.thresholds["threshold"] <= 0.8
    assert card.dataset["real_patches"] == 0
