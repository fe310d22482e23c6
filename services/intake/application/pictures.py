"""Files looked at: their type by content and not by name, and of a picture the copy that may be shown."""

import warnings
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, Final, NamedTuple, cast, get_args

import puremagic
from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from services.intake.domain.evidence import Area, MediaType
from shared.law.legal_time import SHANGHAI

HEAD: Final = 64 * 1024
"""Bytes of a file's beginning by which its type is told."""
MOST_PIXELS: Final = 50_000_000
"""A small file can hold a picture that fills all memory."""
LONGEST_SIDE: Final = 1_600
_QUALITY: Final = 82
_SHOWABLE: Final = {"image/jpeg", "image/png", "image/webp"}
_KNOWN: Final[frozenset[str]] = frozenset(get_args(MediaType))
_OTHERWISE: Final = {
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "application/ogg": "audio/ogg",
    "image/heic": "image/heif",
}
_BY_ENDING: Final = {".m4a": "audio/mp4", ".amr": "audio/amr"}
"""Where the signature alone knows no media type."""


class Shown(NamedTuple):
    """The copy of a picture that may be shown."""

    jpeg: bytes
    width: int
    height: int


class Unshowable(Exception):
    """A picture that cannot be opened: broken, too large to be unpacked, or none at all."""


def media_type(head: bytes) -> MediaType | None:
    """The type that a file's contents show; None where it is none that is taken."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    best = max(match.confidence for match in found)
    likely = [match for match in found if match.confidence == best]
    for match in likely:
        if match.extension in _BY_ENDING:
            return cast("MediaType", _BY_ENDING[match.extension])
    for match in likely:
        type_ = _OTHERWISE.get(match.mime_type, match.mime_type)
        if type_ in _KNOWN:
            return cast("MediaType", type_)
    return None


def is_showable(type_: MediaType) -> bool:
    return type_ in _SHOWABLE


def shown(file: BinaryIO, code: str, at: datetime, covered: Sequence[Area] = ()) -> Shown:
    """A smaller copy, marked with code and day, without what the camera wrote into it: place, time, device."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(file, formats=("JPEG", "PNG", "WEBP"))
            if picture.width * picture.height > MOST_PIXELS:
                raise Unshowable
            picture.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = Image.new("RGB", upright.size, "white")
            layer = upright.convert("RGBA")
            plain.paste(layer, mask=layer.getchannel("A"))
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,  # as Pillow calls a broken PNG
    ) as error:
        raise Unshowable from error
    _cover(plain, covered)
    _mark(plain, f"{code}  {at.astimezone(SHANGHAI):%Y-%m-%d}")
    made = BytesIO()
    plain.save(made, "JPEG", quality=_QUALITY)
    return Shown(made.getvalue(), plain.width, plain.height)


def _cover(picture: Image.Image, areas: Sequence[Area]) -> None:
    """Painted over and not blurred: from a blurred face or plate it can be told again whose it is."""
    draw = ImageDraw.Draw(picture)
    for area in areas:
        left, top = area.left * picture.width // 1000, area.top * picture.height // 1000
        right = -(-(area.left + area.width) * picture.width // 1000)
        bottom = -(-(area.top + area.height) * picture.height // 1000)
        draw.rectangle((left, top, right, bottom), fill="black")


def _mark(picture: Image.Image, words: str) -> None:
    """Across the lower edge, on a dark strip, so that it can be read on any picture."""
    size = max(10, min(picture.width // 28, 40))
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(picture, "RGBA")
    height = size + size // 2
    draw.rectangle((0, picture.height - height, picture.width, picture.height), fill=(0, 0, 0, 140))
    draw.text((size // 2, picture.height - height + size // 5), words, font=font, fill=(255, 255, 255, 230))
