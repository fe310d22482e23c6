"""The front-end files under `/static`: kept for ever by a browser when asked for by their hash, else asked again."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER: Final = Path(__file__).parent / "static"
PATH: Final = "/static"


class FrontEndFiles(StaticFiles):
    def __init__(self, folder: Path = FOLDER) -> None:
        super().__init__(directory=folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        hashed = "h" in QueryParams(scope.get("query_string", b""))
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        if response.headers.get("content-type", "").startswith("text/") and "accept-encoding" in Headers(scope=scope):
            response.headers.append("Vary", "Accept-Encoding")
        return response


def address(path: str, folder: Path = FOLDER) -> str:
    """The address of a file with the hash of its content, so that a new version is a new address."""
    file = folder / path
    if not file.is_file():
        raise FileNotFoundError(f"{file} is missing; `python -m shared.web.vendor` brings the front-end files")
    stat = file.stat()
    return f"{PATH}/{path}?h={_digest(file, stat.st_mtime_ns, stat.st_size)}"


@lru_cache(maxsize=64)
def _digest(file: Path, _modified: int, _size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
