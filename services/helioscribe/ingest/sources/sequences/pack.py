"""Packs single frames into one tar file, together with wishes; equal frames give an identical file."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO, Self

from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.product import SolarImage
from helioscribe.ingest.source_file import SourceFile, gunzip_if_needed, safe_name
from helioscribe.ingest.sources.sequences.assemble import Frame, assembled

__all__ = ["FrameReader", "Wishes", "is_pack", "read_pack", "wishes_of", "write_pack"]

FrameReader = Callable[[bytes, str], SourceFile]
"""Reads the bytes of one frame, with a name for messages."""

_WISHES = "sequence.json"
_MAGIC, _AT = b"ustar", 257
_MOST_FRAMES = 20_000
_LARGEST_FRAME = 512 << 20
_LARGEST_WISHES = 1 << 16
_LARGEST_SIDE = 3000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How to make a sequence of the frames."""

    cutout: tuple[float, float, float, float] | None = None
    """Middle (west, north) at the first frame, width and height [arcsec]; it follows the Sun's rotation. None for all
    that the frames show."""

    tracked: bool = True
    """Whether a cut-out follows the Sun's rotation; otherwise its position on the sky is fixed."""

    missing: tuple[str, ...] = ()
    """One line for each frame that could not be downloaded."""

    @classmethod
    def parse(cls, text: bytes, name: str) -> Self:
        """Read them from JSON. Raises `InvalidInputError` for anything else."""
        try:
            given = json.loads(text)
            box = given.get("cutout")
            wishes = cls(
                cutout=None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                tracked=given.get("tracked", True) is True,
                missing=tuple(str(line)[:200] for line in given.get("missing", ())),
            )
        except (ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise InvalidInputError.wrap(error, doing=f"{name}: {_WISHES} cannot be read") from None
        return wishes.checked(name)

    def checked(self, name: str) -> Self:
        """Return the wishes after checking the cut-out. Raises `InvalidInputError` if it is impossible."""
        if self.cutout is not None:
            x, y, width, height = self.cutout
            # Written so that NaN fails too.
            if not (abs(x) < _LARGEST_SIDE and abs(y) < _LARGEST_SIDE and width > 0 and height > 0):
                raise InvalidInputError(f"{name}: cut-out {self.cutout}: expected X,Y,W,H in arcsec")
            if not (width <= _LARGEST_SIDE and height <= _LARGEST_SIDE):
                raise InvalidInputError(f"{name}: cut-out {self.cutout}: sides of at most {_LARGEST_SIDE:g} arcsec")
        return self


def is_pack(data: bytes) -> bool:
    """Whether a file is a tar."""
    return data[_AT : _AT + len(_MAGIC)] == _MAGIC


def write_pack(frames: Iterable[tuple[str, Callable[[], BinaryIO]]], target: BinaryIO, wishes: Wishes) -> None:
    """Pack frames; names are sorted, and no times or owners are written.

    Parameters
    ----------
    frames
        Name and opener of each file.
    target
        File to write to.
    wishes
        What to make of the frames.

    Raises
    ------
    InvalidInputError
        If two have one name.
    """
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as pack:
        if wishes != Wishes():
            _add(pack, _WISHES, json.dumps(asdict(wishes), sort_keys=True).encode())
        last = ""
        for name, open_ in sorted(frames, key=lambda one: one[0]):
            short = safe_name(name)[:95]
            if short == last:
                raise InvalidInputError(f"{short}: two frames of this name")
            last = short
            with open_() as stream:
                _add(pack, short, stream.read(_LARGEST_FRAME + 1))


def _add(pack: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o644
    pack.addfile(entry, io.BytesIO(data))


def wishes_of(data: bytes, name: str) -> Wishes:
    """Return the wishes of a pack. Raises `InvalidInputError` if it is broken."""
    for member, content in _members(data, name):
        if member == _WISHES:
            return Wishes.parse(content[:_LARGEST_WISHES], name)
    return Wishes()


def read_pack(data: bytes, name: str, wishes: Wishes, read: FrameReader) -> SourceFile:
    """Read the frames of a pack and make a sequence. Frames that cannot be used are left out, with a note.

    Parameters
    ----------
    data
        The tar.
    name
        For messages.
    wishes
        What to make of the frames.
    read
        The platform's reader of single files.

    Raises
    ------
    InvalidInputError
        If it is broken, or holds no two frames of one instrument and field.
    """
    frames, problems = list[Frame](), list[str]()
    for member, content in _members(data, name):
        if member == _WISHES:
            continue
        try:
            if is_pack(content):
                raise InvalidInputError(f"{member}: a pack in a pack")
            file = read(gunzip_if_needed(content, member, _LARGEST_FRAME), member)
            if not isinstance(file.product, SolarImage):
                raise InvalidInputError(f"{member}: {file.product.kind}; expected an image of the Sun")
        except HelioscribeError as error:
            problems.append(error.message[:200])
            continue
        frames.append(Frame.of(file, file.product, member))
    problems += wishes.missing
    return assembled(frames, name=name, cutout=wishes.cutout, tracked=wishes.tracked, problems=problems)


def _members(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as pack:
            for number, entry in enumerate(pack):
                if number > _MOST_FRAMES:
                    raise InvalidInputError(f"{name}: more than {_MOST_FRAMES} frames")
                # Only what is written in the file itself: no links, no devices, no holes.
                stream = pack.extractfile(entry) if entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) else None
                if stream is not None and not entry.sparse:
                    yield safe_name(entry.name), stream.read(_LARGEST_FRAME)
    except (tarfile.TarError, ValueError, OSError, EOFError, OverflowError) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: a broken pack of frames") from None
