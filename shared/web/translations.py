"""`python -m shared.web.translations`: compiles the catalogs of the texts; `--check` and `--update` keep them whole.

Each service has a catalog of its own beside the shared one; at run time they are one. English stands in the sources.
"""

import argparse
import io
import os
import re
import string
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
        for message, ((name, line), *_) in _texts(part, root).items():
            where = f"{name}:{line}"
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
    common = _texts(shared, root)
    for part in (shared, *services):
        template = Catalog(locale=LOCALE)
        for message, places in _texts(part, root).items():
            if part is shared or message not in common:
                template.add(message, locations=[(name, 0) for name, _ in places])
        if not part.po.is_file() and not len(template):
            continue
        catalog = _read(part.po)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        part.po.parent.mkdir(parents=True, exist_ok=True)
        with part.po.open("wb") as file:
            file.write(_HEADER.encode())
            # The file says where to look; its line would change with every line that comes above it.
            write_po(file, catalog, width=120, include_lineno=False, omit_header=True, sort_output=True)


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


def _texts(part: Part, root: Path) -> dict[str | tuple[str, ...], list[tuple[str, int]]]:
    """Each text of the part's sources, and the files and lines where it stands."""
    found: dict[str | tuple[str, ...], list[tuple[str, int]]] = {}
    for source in part.sources:
        for name, line, message, _, _ in extract_from_dir(source, _METHODS, _OPTIONS, _KEYWORDS):
            if message:
                place = (source / name).relative_to(root).as_posix(), line
                found.setdefault(message, []).append(place)
    return found


def _lost_places(message: object, translated: object, po: Path) -> Iterator[str]:
    """A place that a translation drops or invents: the first is a loss, the second fails when the text is shown."""
    originals = message if isinstance(message, tuple | list) else (message,)
    original = str(originals[0])
    wanted = {place for each in originals for place in _places(str(each))}
    for each in translated if isinstance(translated, tuple | list) else (translated,):
        given = _places(str(each)) if each else wanted
        wrong = [f"lost {place}" for place in sorted(wanted - given)]
        wrong += [f"invented {place}" for place in sorted(given - wanted)]
        if wrong:
            yield f"{po}: {each!r} has not the same places as {original!r}: {', '.join(wrong)}"


def _places(text: str) -> set[str]:
    """Where values are put in: `%(name)s` in the texts of pages and problems, `{name}` in what a refusal says."""
    places = {f"%({name})" for name in _PLACE.findall(text)}
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:  # a brace that stands alone; it fails where the text is shown unless its original has it too
        return places | {"a brace that stands alone"}
    return places | {f"{{{name}}}" for _, name, _, _ in parsed if name is not None}


if __name__ == "__main__":
    sys.exit(main())
