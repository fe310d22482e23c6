"""`python -m shared.web.translations`: compiles the catalogs of the texts; `--check` and `--update` keep them whole.

Each service has a catalog of its own beside the shared one; at run time they are one. English stands in the sources.
"""

import argparse
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).parents[2]
LOCALE: Final = "zh_CN"

_KEYWORDS: Final[dict[str, tuple[int, ...] | None]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "mark": None,
    "sentence": None,
}
_METHODS: Final = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS: Final = {"**/templates/**.html": {"extensions": "jinja2.ext.loopcontrols", "newstyle_gettext": "true"}}
# Without the dates and names that gettext's tools put in: they would change with every run.
_HEADER: Final = r"""msgid ""
msgstr ""
"Language: zh_CN\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""
_PLACE: Final = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True)
class Part:
    """A catalog, and the folders whose texts it holds."""

    name: str
    locales: Path
    sources: tuple[Path, ...]

    @property
    def po(self) -> Path:
        return self.locales / LOCALE / "LC_MESSAGES" / "messages.po"


def parts(root: Path = ROOT) -> list[Part]:
    """The shared part first, then one for each service."""
    shared = Part("shared", root / "shared" / "web" / "locales", (root / "shared" / "web", root / "shared" / "access"))
    services = sorted(each for each in (root / "services").glob("*") if (each / "__init__.py").is_file())
    return [shared, *(Part(each.name, each / "locales", (each,)) for each in services)]


def compile_all(root: Path = ROOT) -> list[Path]:
    """Writes the compiled form beside every catalog; what they were compiled to."""
    compiled: list[Path] = []
    for part in parts(root):
        if part.po.is_file():
            buffer = io.BytesIO()
            write_mo(buffer, _read(part.po))
            target = part.po.with_suffix(".mo")
            target.write_bytes(buffer.getvalue())
            compiled.append(target)
    return compiled


def faults(root: Path = ROOT) -> list[str]:
    """What is wrong with the catalogs: each text without a translation, and each translation that loses a place."""
    found: list[str] = []
    shared, *services = parts(root)
    common = _read(shared.po)
    for part in (shared, *services):
        own = _read(part.po)
        for message, where in _texts(part, root):
            said = own.get(message) or common.get(message)
            if said is None or not said.string or (said.pluralizable and not all(said.string)):
                found.append(f"{where}: no Chinese for {message!r}; add it to {part.po.relative_to(root)}")
        for entry in own:
            found.extend(_lost_places(entry.id, entry.string, part.po.relative_to(root)))
            if entry.id and entry.fuzzy:
                found.append(f"{part.po.relative_to(root)}: {entry.id!r} is marked fuzzy; look at it, then unmark it")
    return found


def update(root: Path = ROOT) -> None:
    """Merges new texts into the catalogs, untranslated, and takes out those that no source has any more."""
    shared, *services = parts(root)
    common = {message for message, _ in _texts(shared, root)}
    for part in (shared, *services):
        template = Catalog(locale=LOCALE)
        for message, where in _texts(part, root):
            if part is shared or message not in common:
                template.add(message, locations=[(where, 0)])
        if not part.po.is_file() and not len(template):
            continue
        catalog = _read(part.po)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        part.po.parent.mkdir(parents=True, exist_ok=True)
        with part.po.open("wb") as file:
            file.write(_HEADER.encode())
            write_po(file, catalog, width=120, no_location=True, omit_header=True, sort_output=True)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog="python -m shared.web.translations", description="Compiles the catalogs.")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--check", action="store_true", help="fail, naming them, when texts have no translation")
    chosen.add_argument("--update", action="store_true", help="merge new texts into the catalogs, untranslated")
    asked = parser.parse_args(arguments)
    if asked.update:
        update(root)
        return 0
    if asked.check:
        found = faults(root)
        for fault in found:
            print(fault, file=sys.stderr)
        print(f"translations: {len(found)} faults" if found else "translations: complete")
        return 1 if found else 0
    for target in compile_all(root):
        print(f"translations: {os.path.relpath(target, root)}")
    return 0


def _read(po: Path) -> Catalog:
    if not po.is_file():
        return Catalog(locale=LOCALE, project="wangge", fuzzy=False)
    with po.open("rb") as file:
        return read_po(file, locale=LOCALE)


def _texts(part: Part, root: Path) -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Each text of the part's sources once, and the first place where it stands."""
    seen: set[object] = set()
    for source in part.sources:
        found = extract_from_dir(source, _METHODS, _OPTIONS, _KEYWORDS, strip_comment_tags=True)
        for name, line, message, _, _ in found:
            if message and message not in seen:
                seen.add(message)
                yield message, f"{(source / name).relative_to(root)}:{line}"


def _lost_places(message: object, translated: object, po: Path) -> Iterator[str]:
    """A place that a translation drops or invents: the first is a loss, the second fails when the text is shown."""
    originals = message if isinstance(message, tuple | list) else (message,)
    wanted = set(_PLACE.findall(" ".join(str(each) for each in originals)))
    for each in translated if isinstance(translated, tuple | list) else (translated,):
        if each and set(_PLACE.findall(str(each))) != wanted:
            yield f"{po}: {each!r} has not the same places as {originals[0]!r}"


if __name__ == "__main__":
    sys.exit(main())
