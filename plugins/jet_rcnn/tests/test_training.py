"""The training program on a small labelled folder."""

import shutil

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.readers import read_product
from helioscribe_jet_rcnn.data.kinds import CONFIRMED, KINDS, QUIET, SHUFFLED, WHOLE
from helioscribe_jet_rcnn.training.program import create
from support.cubes import write_cube

torch = pytest.importorskip("torch")

from helioscribe_jet_rcnn.training._losses import turned  # noqa: E402
from helioscribe_jet_rcnn.training._network import Network  # noqa: E402


def read(path):
    return read_product(path).product


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Eight events with a bright, growing line each, and one that volunteers did not agree on."""
    place = tmp_path_factory.mktemp("jets")
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:40, :60]
    rows = ["file,label,event_group,votes_yes,votes_no"]
    for group in range(9):
        cube = 90 + 25 * np.sin(x / 5 + group) * np.cos(y / 4) + rng.standard_normal((12, 40, 60))
        for frame in range(4, 8):
            cube[frame] += 90 * ((abs(x - 30) < 2) & (y > 10) & (y < 10 + 6 * (frame - 3)))
        write_cube(place / f"{group}.fits", np.clip(cube, 0, 255).astype(np.uint8))
        rows.append(f"{group}.fits,{'ambiguous' if group == 8 else 'jet'},{group},4,0")
    (place / "labels.csv").write_text("\n".join(rows) + "\n")
    return place


@pytest.fixture(scope="module")
def trained(folder):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    program = create()
    options = {**program.recipe(), "windows": 24, "channels": "2-2-2-2-2", "hidden": 4, "encoder_steps": 2}
    data = program.prepare(options, data=folder, read=read)
    return program, options, data, program.network(options)


def test_no_event_is_in_two_parts(trained):
    _, _, data, _ = trained
    held = {int(group) for group in data.description["held_out_groups"]}
    train, choices = (set(part.arrays["group"].tolist()) - {-1} for part in (data.train, data.validation))
    assert held
    assert train
    assert choices == {int(group) for group in data.description["groups_for_choices"]}
    assert not train & held
    assert not choices & (train | held)
    assert 8 not in train | choices | held


def test_what_nobody_outlined_is_no_target_of_the_map(trained):
    _, _, data, _ = trained
    kinds, lit = data.train.arrays["kind"], data.train.arrays["lit"][:, 0, 0, 0]
    shuffled, quiet, jet = (KINDS.index(name) for name in (SHUFFLED, QUIET, WHOLE))
    assert set(lit[np.isin(kinds, (shuffled, jet))].tolist()) == {-1}
    assert set(lit[kinds == quiet].tolist()) == {0}


def test_the_loss_falls_and_then_the_encoder_rests(trained):
    program, _, data, network = trained
    batch = {name: torch.tensor(array[:6]) for name, array in data.train.arrays.items()}
    optimizer = torch.optim.Adam(network.parameters(), 0.01)
    encoder, head = ([p.detach().clone() for p in part.parameters()] for part in (network.encoder, network.head))
    network.train()
    for step in range(4):
        if step == 2:
            encoder = [p.detach().clone() for p in network.encoder.parameters()]
        loss, parts = program.loss(network, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert set(parts) == {"window", "map", "real_map"}
    assert all(torch.equal(one, other) for one, other in zip(encoder, network.encoder.parameters(), strict=True))
    assert not all(torch.equal(one, other) for one, other in zip(head, network.head.parameters(), strict=True))


def test_scores_do_not_depend_on_the_neighbours(trained):
    program, _, data, network = trained
    network.eval()
    batch = {name: torch.tensor(array[:5]) for name, array in data.validation.arrays.items()}
    with torch.no_grad():
        _, together = program.scores(network, batch)
        alone = torch.cat(
            [
                program.scores(network, {name: array[row : row + 1] for name, array in batch.items()})[1]
                for row in range(5)
            ]
        )
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)


@pytest.mark.parametrize("number", range(8))
def test_all_frames_of_a_window_are_turned_alike(number):
    frame = torch.arange(12.0).reshape(1, 3, 4)[:, :3, :3]
    window = turned(torch.cat([frame, frame]), number)
    assert torch.equal(window[0], window[1])
    assert sorted(window[0].flatten().tolist()) == sorted(frame.flatten().tolist())


def test_eight_turns_are_eight():
    frame = torch.arange(9.0).reshape(3, 3)
    assert len({tuple(turned(frame, number).flatten().tolist()) for number in range(8)}) == 8


def test_graphs_say_what_the_network_says(trained):
    from helioscribe.training.export import export_graph
    from helioscribe.training.parity import OnnxModels, check_parity

    program, options, data, network = trained
    exported = {}
    for name, graph in program.graphs(network, options).items():
        exported[name] = export_graph(name, graph)
        assert check_parity(exported[name], graph, {}, seed=0)["max_abs_diff"] < 1e-5
    arrays = program.arrays(network, data, options)
    assert set(arrays["input"]) == {"mean", "std", "clip", "held_out_groups"}
    found, metrics = program.thresholds(OnnxModels(exported, arrays), data, options)
    assert found == {}
    assert sum(kind["windows"] for kind in metrics["probability by kind"].values()) == len(data.validation.arrays["x"])


def test_the_host_chooses_the_threshold_and_shows_mistakes(trained):
    from helioscribe.sdk.scoring import Deciding, Showing

    program, _, data, _ = trained
    assert isinstance(program, Deciding)
    assert isinstance(program, Showing)
    picture = program.picture({name: array[0] for name, array in data.validation.arrays.items()})
    assert picture.startswith(b"GIF")


def test_frames_are_drawn_in_their_order():
    network = Network(channels=(2, 2, 2, 2, 2), hidden=2, encoder_steps=10, frames=3)
    network.train()
    _, places, mask = network(torch.zeros(2, 30, 4, 166, 166), torch.tensor([12, 30]), torch.ones(2))
    assert mask.sum(1).tolist() == [3, 3]
    assert not mask[0, 12:].any()
    assert len(places) == 6


@pytest.mark.parametrize(
    ("changes", "said"), [({"fold": 4}, "fold: expected 0 to 3"), ({"channels": "3-4"}, "channels: expected five")]
)
def test_wrong_settings_are_told(folder, changes, said):
    program = create()
    options = {**program.recipe(), **changes}
    with pytest.raises(InvalidInputError, match=said):
        program.prepare(options, data=folder, read=read) if "fold" in changes else program.network(options)


def test_too_few_events_are_told(folder, tmp_path):
    (tmp_path / "labels.csv").write_text("\n".join((folder / "labels.csv").read_text().splitlines()[:3]))
    for number in range(2):
        (tmp_path / f"{number}.fits").symlink_to(folder / f"{number}.fits")
    with pytest.raises(InvalidInputError, match="jets of too few events"):
        create().prepare(create().recipe(), data=tmp_path, read=read)


def test_without_a_folder_there_is_nothing_to_learn():
    with pytest.raises(InvalidInputError, match="expected a folder"):
        create().prepare(create().recipe(), data=None, read=read)


def test_a_dataset_that_says_how_it_is_split_is_split_so(folder, tmp_path):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    parts = ["train"] * 4 + ["validation"] * 2 + ["test"] * 2
    rows = [f"{group}.fits,{part},{group}" for group, part in enumerate(parts)]
    labels = (folder / "labels.csv").read_text()
    (tmp_path / "labels.csv").write_text(labels.replace("0.fits,jet", "0.fits,no jet"))
    (tmp_path / "split.csv").write_text("\n".join(["path,part,group", *rows]) + "\n")
    program = create()
    data = program.prepare({**program.recipe(), "windows": 12}, data=tmp_path, read=read)
    train, validation = (set(part.arrays["group"].tolist()) - {-1} for part in (data.train, data.validation))
    assert train <= {0, 1, 2, 3}
    assert validation == {4, 5}
    arrays = data.train.arrays
    assert set(arrays["kind"][arrays["group"] == 0].tolist()) == {KINDS.index(CONFIRMED)}
    assert not arrays["label"][arrays["group"] == 0].any()
    assert data.description["held_out_groups"] == ["6", "7"]
    assert "4 train, 2 validation, 2 test" in data.description["split"]
