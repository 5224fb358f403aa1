import struct

import cv2
import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.readers import read_product
from support.images import HMI, sun

SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"


def xml(**changes):
    values = HMI | {"CRPIX1": 120.5, "CRPIX2": 120.5} | changes
    cards = "".join(f"<{key}>{value}</{key}>" for key, value in values.items() if value is not None)
    return f"<meta><fits>{cards}</fits><helioviewer/></meta>".encode()


def box(kind, content):
    return struct.pack(">I4s", len(content) + 8, kind) + content


def write(path, *, header=None):
    """A JPEG 2000 file as Helioviewer makes them: boxes of the encoder, and the header after the first."""
    values = np.clip(np.nan_to_num(sun()) / 4, 0, 255).astype(np.uint8)[::-1]
    stream = cv2.imencode(".jp2", values)[1].tobytes()
    header = xml() if header is None else header
    ftyp = 12 + struct.unpack(">I", stream[12:16])[0]
    path.write_bytes(stream[:ftyp] + (box(b"xml ", header) if header else b"") + stream[ftyp:])
    return path


def test_values_are_for_the_eye_and_never_gauss(tmp_path):
    source = read_product(write(tmp_path / "a.jp2"))
    image = source.product
    assert (image.unit, image.instrument, image.channel, source.channel) == (
        "display",
        "HMI",
        "magnetogram",
        "magnetogram (display)",
    )
    assert "display values" in source.quality[0]
    row, column = np.unravel_index(np.nanargmax(image.pixels), image.pixels.shape)
    assert row > image.pixels.shape[0] / 2
    assert column > image.pixels.shape[1] / 2


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"", "without a FITS header"),
        (b"<meta><fits>", "broken XML"),
        (b"<meta/>", "no element <fits>"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><meta><fits><A>&a;</A></fits></meta>", "document type"),
        (xml(CTYPE1="pixels"), "without solar coordinates"),
        (b" " * (5 << 20), "too large"),
    ],
)
def test_a_bad_header_is_refused(tmp_path, header, told):
    with pytest.raises(InvalidInputError, match=told):
        read_product(write(tmp_path / "a.jp2", header=header))


def test_a_file_without_an_image_is_refused(tmp_path):
    (tmp_path / "a.jp2").write_bytes(SIGNATURE + box(b"xml ", xml()))
    with pytest.raises(InvalidInputError, match="without an image"):
        read_product(tmp_path / "a.jp2")


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path):
    stream = b"\xff\x4f\xff\x51" + struct.pack(">HHII", 47, 0, 2_000_000, 2_000_000) + bytes(60)
    (tmp_path / "a.jp2").write_bytes(SIGNATURE + box(b"xml ", xml()) + box(b"jp2c", stream))
    with pytest.raises(InvalidInputError, match="a side"):
        read_product(tmp_path / "a.jp2")


def test_rubbish_in_the_code_stream_is_refused(tmp_path):
    stream = b"\xff\x4f\xff\x51" + struct.pack(">HHII", 47, 0, 240, 240) + bytes(range(256)) * 4
    (tmp_path / "a.jp2").write_bytes(SIGNATURE + box(b"xml ", xml()) + box(b"jp2c", stream))
    with pytest.raises(InvalidInputError, match="broken JPEG 2000"):
        read_product(tmp_path / "a.jp2")
