"""Many files and observations in one question, and the pictures that come back."""

import io

import pytest
from PIL import Image

from helioscribe.adapters.product_codec import encode_product
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.identity import digest
from helioscribe.domain.output import OutputFile
from support.curves import stix_csv
from support.factories import make_observation
from support.tiny_plugin import make_curve


@pytest.fixture
def platform(platform):
    """The server does the jobs that come."""
    platform.work()
    return platform


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for seed in (1, 2):
        (folder / f"{seed}.csv").write_bytes(stix_csv(seed))
    (folder / "broken.fits").write_bytes(b"SIMPLE  =  T" + b" " * 4000)
    return folder


def known(platform, id_, **changes):
    curve = make_curve(**changes)
    encoded = encode_product(curve)
    made = make_observation(
        id=id_,
        sha256=digest(id_.encode()),
        name=f"{id_}.fits",
        product_key=f"products/{id_}",
        product_sha256=digest(encoded),
        time_range=curve.time_range,
    )
    platform.inference.artifacts.put(made.product_key, encoded)
    platform.catalogue.add_observation(made)
    return made


def test_a_folder_is_looked_at_and_a_bad_file_stops_nothing(client, folder, tmp_path):
    looked = {one.name: one for one in client.many.detect(folder, "tiny", level=1.0)}
    assert looked["broken.fits"].finding is None
    assert looked["broken.fits"].error.message
    for name in ("1.csv", "2.csv"):
        assert looked[name].error is None
        assert looked[name].finding.method.parameters["level"] == 1.0
        run = client.catalogue.runs(observation_id=looked[name].observation_id)[-1]
        assert [one.id for one in run.detections] == [one.id for one in looked[name].finding.detections]
        assert looked[name].finding.covered
    paths = client.many.save(looked["1.csv"].outputs, tmp_path / "plots")
    assert [path.name for path in paths] == ["1_tiny.png", "1_tiny.csv"]
    assert paths[1].read_text() == "1"


def test_what_cannot_be_used_is_told_beside_what_can(platform, client):
    good = known(platform, "obs-1")
    lost = known(platform, "obs-2")
    platform.inference.artifacts.delete(lost.product_key)
    told = {one.observation_id: one for one in client.many.detect([good.id, lost.id, "obs-none"], "tiny")}
    assert told[good.id].finding.detections
    assert told[good.id].outputs[0].name == "obs-1_tiny.png"
    assert told[lost.id].error.code == told["obs-none"].error.code == "not_found"


def test_the_same_question_again_gives_the_same_answer_and_doubles_nothing(platform, client):
    good = known(platform, "obs-1")
    first, second = (next(client.many.detect(good.id, "tiny")) for _ in range(2))
    assert first.outputs == second.outputs
    assert [one.id for one in first.finding.detections] == [one.id for one in second.finding.detections]
    assert len(platform.catalogue.runs(observation_id=good.id)) == 1
    assert next(client.many.detect(good.id, "tiny", formats=())).outputs == ()


def test_pictures_become_a_film(platform, client, tmp_path):
    one = known(platform, "obs-1").id
    frames = [next(client.many.detect(one, "tiny", formats=("png",), level=level)).outputs[0] for level in (100.0, 1e6)]
    (path,) = client.many.save([client.many.film(frames, milliseconds=40)], tmp_path)
    with Image.open(path) as film:
        assert (film.format, film.n_frames, film.info["duration"]) == ("GIF", 2, 40)


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda many: list(many.detect("obs-1", "nobody")), NotFoundError),
        (lambda many: list(many.detect("obs-1", "tiny", colour=3)), InvalidInputError),
        (lambda many: list(many.detect("obs-1", "tiny", formats=("exe",))), InvalidInputError),
        (lambda many: list(many.detect("obs-1", "tiny", dpi=7)), InvalidInputError),
        (lambda many: b"".join(many.detection.output("models/ab/secret.onnx")), InvalidInputError),
        (lambda many: b"".join(many.detection.output("outputs/../raw/x")), InvalidInputError),
        (lambda many: b"".join(many.detection.output("outputs/ab/none.png")), NotFoundError),
        (lambda many: many.film([]), InvalidInputError),
        (lambda many: many.film([], milliseconds=-1), InvalidInputError),
    ],
)
def test_what_nobody_can_answer_is_refused(client, ask, error):
    with pytest.raises(error):
        ask(client.many)


def test_a_server_does_not_choose_the_place_of_a_file(client, tmp_path):
    for name in ("../x.png", "/etc/x", ".hidden", ""):
        with pytest.raises(InvalidInputError):
            client.many.save([OutputFile(name=name, key="outputs/ab/x.png", size=1)], tmp_path)


def test_only_pictures_of_one_size_become_a_film(platform, client):
    def kept(data):
        key = f"outputs/{digest(data)}.png"
        platform.inference.artifacts.put(key, data)
        return OutputFile(name="x.png", key=key, size=len(data))

    def picture(width):
        stream = io.BytesIO()
        Image.new("L", (width, 20)).save(stream, "PNG")
        return kept(stream.getvalue())

    with pytest.raises(InvalidInputError, match="picture 2"):
        client.many.film([picture(20), picture(30)])
    with pytest.raises(InvalidInputError, match="picture 1"):
        client.many.film([kept(b"no picture")])
