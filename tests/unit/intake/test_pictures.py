"""Files looked at: by their contents and not their names; the shown copy carries nothing of the camera."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from services.intake.application import pictures
from tests.unit.intake import desk as d

FTYP = b"\x00\x00\x00\x20ftyp%s\x00\x00\x02\x00isomiso2avc1mp41" + bytes(200)


def picture(form: str = "JPEG", size: tuple[int, int] = (400, 300), **saved: Any) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "olive").save(made, form, **saved)
    return made.getvalue()


def with_exif(**more: Any) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    exif[0x0112] = 6  # turned to the right
    exif.get_ifd(0x8825)[2] = (37.0, 52.0, 30.0)  # where it was taken
    return picture(exif=exif, **more)


@pytest.mark.parametrize(
    ("content", "type_"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (FTYP % b"isom", "video/mp4"),
        (FTYP % b"M4A ", "audio/mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + bytes(200), "video/quicktime"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(400), "audio/mpeg"),
        (b"#!AMR\n" + b"\x3c" * 100, "audio/amr"),
        (b"OggS\x00\x02" + bytes(100), "audio/ogg"),
        (b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00" + bytes(100), "audio/wav"),
        (
            b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\x82\x84webm" + bytes(90),
            "video/webm",
        ),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200), "image/heif"),
    ],
)
def test_a_file_is_what_its_contents_say(content: bytes, type_: str) -> None:
    assert pictures.media_type(content) == type_


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"MZ\x90\x00" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        picture("GIF"),
        "一段文字".encode(),
        b"\x00",
        b"",
    ],
)
def test_what_can_run_or_unpack_or_is_nothing_known_is_not_taken(content: bytes) -> None:
    assert pictures.media_type(content) is None


def test_the_shown_copy_is_turned_upright_smaller_and_tells_nothing_of_the_camera() -> None:
    original = with_exif(size=(3_000, 2_000))
    shown = pictures.shown(BytesIO(original), "WG-261123-06BZ-592W", d.MONDAY)
    copy = Image.open(BytesIO(shown.jpeg))
    assert (shown.width, shown.height) == copy.size == (1_067, 1_600)
    assert not copy.getexif()
    assert b"CameraMaker" in original
    assert b"CameraMaker" not in shown.jpeg
    assert "exif" not in copy.info


def test_the_shown_copy_is_marked_at_its_lower_edge_and_nowhere_else() -> None:
    copy = Image.open(BytesIO(pictures.shown(BytesIO(picture()), "WG-261123-06BZ-592W", d.MONDAY).jpeg))
    colours = {copy.getpixel((x, y)) for x in range(0, 400, 3) for y in range(285, 300)}
    assert len(colours) > 10
    assert len({copy.getpixel((x, 40)) for x in range(0, 400, 7)}) == 1


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_transparent_pictures_are_shown_on_white(form: str) -> None:
    made = BytesIO()
    Image.new("RGBA", (300, 200), (0, 0, 0, 0)).save(made, form)
    copy = Image.open(BytesIO(pictures.shown(BytesIO(made.getvalue()), "WG", d.MONDAY).jpeg))
    assert copy.getpixel((150, 40)) == (255, 255, 255)


def _bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that would unpack to gigabytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        _bomb(8_000, 8_000),
        _bomb(12_000, 12_000),
        _bomb(60_000, 60_000),
        picture()[:300],
        picture("PNG")[:60],
        b"\x89PNG\r\n\x1a\n" + bytes(50),
    ],
)
def test_a_picture_that_is_broken_or_would_fill_all_memory_is_not_opened(content: bytes) -> None:
    with pytest.raises(pictures.Unshowable):
        pictures.shown(BytesIO(content), "WG", d.MONDAY)


def test_what_is_covered_is_painted_over_and_the_rest_is_as_it_was() -> None:
    plain = Image.open(BytesIO(pictures.shown(BytesIO(picture()), d.CODE, d.MONDAY).jpeg))
    made = pictures.shown(BytesIO(picture()), d.CODE, d.MONDAY, [d.FACE])
    covered = Image.open(BytesIO(made.jpeg))
    assert covered.size == plain.size
    assert max(covered.getpixel((200, 60)) or ()) < 16  # type: ignore[arg-type]
    assert covered.getpixel((40, 200)) == plain.getpixel((40, 200))
