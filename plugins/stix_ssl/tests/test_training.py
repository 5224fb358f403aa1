"""From a recipe to encoder and transforms that find what was planted."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from dataclasses import replace  # noqa: E402

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError  # noqa: E402
from helioscribe.domain.identity import digest  # noqa: E402
from helioscribe.domain.observation import observation_id  # noqa: E402
from helioscribe.sdk.labels import FILE, Label, write_labels  # noqa: E402
from helioscribe.sdk.testing.sun import synthetic_x_ray_map  # noqa: E402
from helioscribe_stix_ssl._oddity import layout  # noqa: E402
from helioscribe_stix_ssl._transforms import judge  # noqa: E402
from helioscribe_stix_ssl.training._clean import clean  # noqa: E402
from helioscribe_stix_ssl.training._embed import embedded, torch_encoder  # noqa: E402
from helioscribe_stix_ssl.training._instrument import ripples, spatial_frequencies, transform  # noqa: E402
from helioscribe_stix_ssl.training._labels import counted_sources  # noqa: E402
from helioscribe_stix_ssl.training._measure import planted, validation_metrics  # noqa: E402
from helioscribe_stix_ssl.training._planting import plant  # noqa: E402
from helioscribe_stix_ssl.training._scenes import artefact, draw_scene, observe  # noqa: E402
from helioscribe_stix_ssl.training._views import view  # noqa: E402
from helioscribe_stix_ssl.training.program import create  # noqa: E402

TINY = {
    "simulated": 60,
    "labelled": 50,
    "width": 32,
    "depth": 1,
    "heads": 2,
    "population": 40,
    "trees": 10,
    "components": 8,
    "clusters": 4,
    "previous": "",
    "first": 2,
}


@pytest.fixture(scope="module")
def program():
    torch.set_num_threads(1)
    return create()


@pytest.fixture(scope="module")
def options(program):
    return {**program.recipe(), **TINY}


@pytest.fixture(scope="module")
def data(program, options):
    return program.prepare(options, data=None, read=None)


def test_loss_falls(program, options, data):
    torch.manual_seed(0)
    network = program.network(options)
    batch = {name: torch.tensor(data.train.arrays[name][:16]) for name in ("images", "projected", "several")}
    steps = torch.optim.Adam(network.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        loss, _ = program.loss(network, batch)
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-3:]) < 0.7 * losses[0]


def test_transforms_fit_the_network(program, options, data):
    network = program.network(options).eval()
    arrays = program.arrays(network, data, options)["transforms"]
    maps, _ = planted(0, usual=6, odd=5)
    said = judge(arrays, embedded(torch_encoder(network.encoder), maps), layout(maps) / 255, np.zeros(len(maps), bool))
    assert said.cluster.shape == (16,)
    assert arrays["mean"].shape == (64,)

    class Models:
        def __getitem__(self, name):
            return lambda image: {"embedding": torch_encoder(network.encoder)(image)}

        def arrays(self, name):
            return arrays

    limits, found = validation_metrics(Models(), seed=0)
    assert set(limits) == {"multiple_threshold", "multiple_threshold_bproj"}
    assert all(0.5 <= limit <= 0.99 for limit in limits.values())
    assert set(found["planted_roc_auc"]) == {"multiple", "artefacts", "all"}


def test_parts_share_no_image(data):
    one, other = (set(map(bytes, part.arrays["images"])) for part in (data.train, data.validation))
    assert one & other == set()


def test_real_maps_and_labels_are_read(program, options, tmp_path):
    image = synthetic_x_ray_map()
    for name in ("a_map.fits", "b_map.fits", "c_map.fits"):
        (tmp_path / name).write_text(name)
    (tmp_path / "labels.csv").write_text("uid,sources\na,2\n")

    def read(path):
        if path.name == "c_map.fits":
            raise UnsupportedInputError("another thing")
        return replace(image, header={**image.header, "UID": path.name[0]})

    data = program.prepare(options, data=tmp_path, read=read)
    parts = (data.train.arrays, data.validation.arrays)
    real = np.concatenate([part["sources"][part["real"]] for part in parts])
    assert set(real.tolist()) == {2, -1}
    assert "2 maps, of which 1 have labels" in data.description["real"]
    (tmp_path / "labels.csv").write_text("uid,number\na,2\n")
    with pytest.raises(InvalidInputError, match="columns uid and sources"):
        program.prepare(options, data=tmp_path, read=read)


def test_reviews_count_before_counts_and_discarded_maps_are_left_out(program, options, tmp_path):
    image = synthetic_x_ray_map()
    for name in "abc":
        (tmp_path / f"{name}_map.fits").write_text(name)
    (tmp_path / "labels.csv").write_text("uid,sources\na,1\nb,1\n")
    known = {name: observation_id(digest(name.encode())) for name in "abc"}
    labels = [
        Label(kind="image", subject=known["a"], decision="", label="3 sources, one of them faint"),
        Label(kind="image", subject=known["b"], decision="discard", label="side lobes"),
        Label(kind="event", subject="evt-1", decision="reject"),
    ]
    with (tmp_path / FILE).open("w", newline="") as stream:
        write_labels(stream, labels)
    data = program.prepare(
        options, data=tmp_path, read=lambda path: replace(image, header={**image.header, "UID": path.name[0]})
    )
    parts = (data.train.arrays, data.validation.arrays)
    assert set(np.concatenate([part["sources"][part["real"]] for part in parts]).tolist()) == {3, -1}
    assert data.description["real"] == "2 maps, of which 1 have labels; 1 not used: discarded, or kept for tests"


def test_a_dataset_that_says_how_it_is_split_is_split_so(program, options, tmp_path):
    image, parts = synthetic_x_ray_map(), {"a": "validation", "b": "train", "c": "test"}
    for name in parts:
        (tmp_path / f"{name}_map.fits").write_text(name)
    (tmp_path / "labels.csv").write_text("uid,sources\na,1\nb,2\nc,3\n")
    (tmp_path / "split.csv").write_text(
        "\n".join(["path,part", *(f"{name}_map.fits,{part}" for name, part in parts.items())])
    )
    data = program.prepare(
        options, data=tmp_path, read=lambda path: replace(image, header={**image.header, "UID": path.name[0]})
    )
    found = [set(part.arrays["sources"][part.arrays["real"]].tolist()) for part in (data.train, data.validation)]
    assert found == [{2}, {1}]
    assert "1 train, 1 validation, 1 test" in data.description["split"]


@pytest.mark.parametrize(
    ("label", "count"),
    [
        ("2 sources", 2),
        ("1 source", 1),
        ("4", 4),
        ("Single, compact", 1),
        ("several", 2),
        ("noise only", 0),
        ("loop", None),
        ("2nd try", None),
    ],
)
def test_labels_speak_of_sources(label, count):
    assert counted_sources(label) == count


def test_training_goes_on_from_the_weights_of_an_earlier_graph(program, options, tmp_path):
    from helioscribe.training.export import export_graph

    first = program.network(options)
    path = tmp_path / "encoder.onnx"
    path.write_bytes(export_graph("encoder", program.graphs(first, options)["encoder"]).data)
    second = program.network({**options, "start": str(path)})
    images = torch.rand(2, 1, 224, 224)
    with torch.no_grad():
        torch.testing.assert_close(first.encoder.eval()(images), second.encoder.eval()(images))
    assert program.network({**program.recipe(), "start": "shipped"})
    for bad in (options | {"start": "shipped"}, options | {"start": str(tmp_path / "none.onnx")}):
        with pytest.raises(InvalidInputError, match="no encoder of this size"):
            program.network(bad)
    path.write_bytes(b"no graph")
    with pytest.raises(InvalidInputError, match="no encoder of this size"):
        program.network({**options, "start": str(path)})


def test_scenes_hold_what_they_say():
    rng = np.random.default_rng(0)
    for count in (1, 2, 3, 4):
        scene = draw_scene(rng, count=count, kind="compact")
        assert scene.count == count <= len(scene.sources)
    assert draw_scene(rng, kind="empty").count == 0
    shares = [draw_scene(rng, natural=True).count > 1 for _ in range(800)]
    assert 0.01 < np.mean(shares) < 0.08
    assert spatial_frequencies(0).shape == (30, 2)


def test_clean_finds_what_made_the_fourier_components():
    frequencies = spatial_frequencies(2)
    sources = np.array([[1.0, 0.0, 0.0, 3.0], [0.6, 40.0, -30.0, 3.0]])
    seen = transform(sources, frequencies)
    found, dirty = clean(seen, frequencies, width=16), ripples(seen, frequencies)
    rows, columns = ((56 + 112 / 177 * sources[:, axis]).astype(int) for axis in (2, 1))
    first, second = found[rows, columns] / found.max()
    assert first > 0.9
    assert second == pytest.approx(0.6, abs=0.1)
    lobes = []
    for image in (found / found.max(), dirty / dirty.max()):
        for row, column in zip(rows, columns, strict=True):
            image[row - 12 : row + 13, column - 12 : column + 13] = 0
        lobes.append(abs(image).max())
    assert lobes[0] < 0.1 < 0.3 < lobes[1]


def test_maps_show_their_sources():
    rng = np.random.default_rng(1)
    bright = [(observe(rng, draw_scene(rng, count=n, kind="compact")) > 150).sum() for n in (1, 4) for _ in range(30)]
    assert np.median(bright[30:]) > 1.3 * np.median(bright[:30])
    for kind in ("stripes", "empty", "edge", "hole", "hot"):
        assert artefact(rng, kind).shape == (112, 112)
    with pytest.raises(ValueError, match="no artefact"):
        artefact(rng, "nothing")


def test_what_is_planted_is_there():
    torch.manual_seed(0)
    rng = np.random.default_rng(3)
    maps = torch.tensor(np.stack([observe(rng, draw_scene(rng, count=1, kind="compact")) for _ in range(90)]))
    seen, kinds = plant(maps, torch.zeros(90, dtype=torch.bool))
    assert seen.shape == maps.shape
    torch.testing.assert_close(seen.amax((1, 2)), torch.full((90,), 255.0))
    assert (seen.amin((1, 2)).abs() < 1e-3).all()
    assert set(kinds.tolist()) == {0, 1, 2}
    # Where only one is said to be, the peak stays and nothing as bright lies aside.
    middle = slice(36, 76)
    beside = seen.clone()
    beside[:, middle, middle] = 0
    rise = (beside.amax((1, 2)) > 100).float()
    assert float(rise[kinds == 1].mean()) > float(rise[kinds == 0].mean()) + 0.2
    # What showed several sources before is no single flare, whatever was planted in it.
    assert set(plant(maps, torch.ones(90, dtype=torch.bool))[1].tolist()) == {1, 2}


def test_views_stay_images():
    maps = torch.tensor(planted(0, usual=4, odd=5)[0])
    seen = view(maps, 64)
    assert seen.shape == (len(maps), 1, 64, 64)
    assert float(seen.min()) >= 0
    assert float(seen.max()) <= 1
