"""Sequences from the command line: folders, stores, files, and cut-outs of a catalogue."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from helioscribe.adapters.product_codec import decode_product
from helioscribe.domain.errors import InvalidInputError
from helioscribe.embedded.commands.detect import detect
from helioscribe.embedded.commands.fetch import fetch
from helioscribe.embedded.commands.ingest import ingest
from helioscribe.embedded.commands.plot import plot
from helioscribe.embedded.inputs.sequences import sequence_inputs
from helioscribe.embedded.platform import Embedded
from support.archive_of_frames import frame_server
from support.cubes import write_cube
from support.images import sun, write_image


def aia(path, minute: int):
    path.parent.mkdir(parents=True, exist_ok=True)
    changes = {
        "TELESCOP": "SDO/AIA",
        "INSTRUME": "AIA_4",
        "CONTENT": None,
        "WAVELNTH": 304,
        "BUNIT": "DN",
        "EXPTIME": 2.0,
    }
    return write_image(
        path, sun(60, scale=40.0), CDELT1=40.0, CDELT2=40.0, T_OBS=f"2014-03-01T00:{minute:02d}:00Z", **changes
    )


def run(command, *arguments: object):
    return CliRunner().invoke(command, [str(one) for one in arguments], catch_exceptions=False)


def product_of(home, observation_id: str):
    with Embedded(home, work=False) as embedded:
        found = embedded.platform.catalogue.observation(observation_id)
        return found, decode_product(embedded.platform.artifacts.get(found.product_key, limit=1 << 30))


def test_each_folder_is_a_sequence_and_twice_is_once(tmp_path, home) -> None:
    for name in ("one", "two"):
        for minute in range(3):
            aia(tmp_path / "data" / name / f"{minute}.fits", minute + (10 if name == "two" else 0))
    arguments = ("--sequence", tmp_path / "data", "--home", home, "--json")
    first, again = (json.loads(run(ingest, *arguments).output) for _ in range(2))
    assert [row["name"] for row in first] == ["one.tar", "two.tar"]
    assert first == again
    observation, sequence = product_of(home, first[0]["observation_id"])
    assert observation.product_kind == "image_sequence"
    assert len(sequence.times) == 3


def test_full_disks_are_cut_on_the_fly(tmp_path, home) -> None:
    for minute in range(2):
        aia(tmp_path / "disks" / f"{minute}.fits", minute)
    answer = run(ingest, "--sequence", tmp_path / "disks", "--cutout", "400,300,400,200", "--home", home, "--json")
    _, sequence = product_of(home, json.loads(answer.output)[0]["observation_id"])
    assert sequence.pixels.shape == (2, 5, 10)


def test_what_is_looked_at_with_output_is_drawn_and_filmed(tmp_path, home) -> None:
    cube = write_cube(tmp_path / "cube.fits")
    done = run(detect, cube, "-d", "jet-rcnn", "--output", tmp_path / "out", "--home", home)
    assert done.exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"cube.png", "cube.gif"}


def test_a_cube_is_plotted_and_filmed(tmp_path, home) -> None:
    cube = write_cube(tmp_path / "cube.fits")
    for ending in ("png", "gif"):
        done = run(plot, cube, "-o", tmp_path / f"a.{ending}", "--home", home)
        assert done.exit_code == 0
    assert (tmp_path / "a.gif").read_bytes()[:3] == b"GIF"


@pytest.mark.parametrize("cutout", ["1,2,3", "a,b,c,d", "0,0,0,5"])
def test_a_wrong_cut_out_is_told(tmp_path, home, cutout) -> None:
    with pytest.raises(InvalidInputError, match="expected X,Y,W,H"):
        run(ingest, "--sequence", aia(tmp_path / "a.fits", 0), "--cutout", cutout, "--home", home)


def test_an_empty_folder_is_told(tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInputError, match="holds no files"):
        sequence_inputs([str(tmp_path / "empty")])


def test_rows_of_a_catalogue_become_sequences(tmp_path, home, monkeypatch) -> None:
    path = tmp_path / "jets.csv"
    path.write_text(
        "id,date,x,y\ndisk,2014-03-01T00:10:00,200,-300\nlimb,2014-03-01T01:00:00,980,0\nlate,2014-03-02T01:00:00,0,0\n"
    )
    with frame_server() as server:
        monkeypatch.setenv("HELIOSCRIBE_JSOC_SERVER", server.url)
        arguments = ("aia", "--catalogue", path, "--minutes", 2, "--email", "a@example.org", "--home", home)
        done = run(fetch, *arguments)
        asked = [str(query) for query in server.exports]
        run(fetch, *arguments)
    assert done.exit_code != 0
    # A middle on the disk is followed; one beyond the limb stays where it is.
    assert ["t=0," in asked[0], "t=1," in asked[1]] == [True, True]
    assert all("width=300.0" in one and "height=300.0" in one for one in asked)
    with Embedded(home, work=False) as embedded:
        found = list(embedded.platform.catalogue.observations())
        ledger = embedded.platform.catalogue.failures()
    assert sorted(one.name for one in found) == ["jet_20140301T001000_disk.tar", "jet_20140301T010000_limb.tar"]
    assert all(one.instrument == "AIA" and one.channel == "304" for one in found)
    assert any("jet_20140302T010000_late" in failure.subject for failure in ledger)
