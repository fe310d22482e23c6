"""The two languages, which of them a request asks for, and the texts in each, from gettext catalogs."""

from collections.abc import Mapping, Sequence
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final, Literal, TypeAlias

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection

Language = Literal["zh-CN", "en"]

LANGUAGES: Final[Mapping[Language, str]] = {"zh-CN": "中文", "en": "English"}
"""Each language with its own name for itself."""

DEFAULT: Final[Language] = "zh-CN"
COOKIE: Final = "wangge_lang"
SHARED_LOCALES: Final = Path(__file__).parent / "locales"

# English is written into the sources; only the others have a catalog.
_CATALOGS: Final[Mapping[Language, str]] = {"zh-CN": "zh_CN"}

Values: TypeAlias = Mapping[str, object]


def mark(message: str) -> str:
    """Marks a sentence for the catalogs where it is written; it is translated where it is shown."""
    return message


class Languages:
    """The catalogs of some folders as one; where two translate a sentence, the later folder wins."""

    def __init__(self, locales: Sequence[Path] = ()) -> None:
        self._translations = {language: _merged(language, (SHARED_LOCALES, *locales)) for language in LANGUAGES}

    def translations(self, language: Language) -> NullTranslations:
        return self._translations[language]

    def text(self, language: Language, message: str, values: Values | None = None) -> str:
        """The sentence in that language, with its `%(name)s` places filled."""
        translated = self._translations[language].gettext(message)
        return translated % values if values else translated


def language_of(connection: HTTPConnection) -> Language:
    """`?lang=`, else the cookie, else `Accept-Language`, else Chinese."""
    for asked in (connection.query_params.get("lang"), connection.cookies.get(COOKIE)):
        known = _known(asked or "")
        if known is not None:
            return known
    return accepted(connection.headers.get("accept-language", ""))


def accepted(header: str) -> Language:
    """The first of our languages in an `Accept-Language` header, by its weights."""
    weighted: list[tuple[float, int, Language]] = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.partition(";q=")
        language = _known(tag.strip())
        if language is not None:
            try:
                quality = float(weight or 1)
            except ValueError:
                quality = 0.0
            if quality > 0:
                weighted.append((-quality, place, language))
    return min(weighted)[2] if weighted else DEFAULT


def _known(tag: str) -> Language | None:
    primary = tag.lower().replace("_", "-").split("-")[0]
    if primary == "zh":
        return "zh-CN"
    return "en" if primary == "en" else None


def _merged(language: Language, folders: Sequence[Path]) -> NullTranslations:
    name = _CATALOGS.get(language)
    found = [_catalog(folder / name / "LC_MESSAGES" / "messages.po") for folder in folders] if name else []
    merged = NullTranslations()
    for catalog in reversed([each for each in found if each is not None]):
        merged.add_fallback(catalog)
    return merged


def _catalog(source: Path) -> GNUTranslations | None:
    compiled = source.with_suffix(".mo")
    if compiled.exists() and not (source.exists() and source.stat().st_mtime > compiled.stat().st_mtime):
        return GNUTranslations(BytesIO(compiled.read_bytes()))
    if not source.exists():
        return None
    # Not compiled yet, or older than its source: a working copy shows what it says at once.
    buffer = BytesIO()
    with source.open("rb") as file:
        write_mo(buffer, read_po(file, locale=source.parents[1].name))
    buffer.seek(0)
    return GNUTranslations(buffer)
