"""The suite's root: the real servers that its tests may ask for, and no test judged by a busy machine's clock."""

from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures"]

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

_LONGEST_FIRST = ("browser", "faults", "e2e", "integration/deploy", "integration/intake", "integration")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `pytest -n 2 --dist loadgroup`: what shares a running system runs in one process, the longest first."""
    here = Path(__file__).parent
    for item in items:
        folders = item.path.relative_to(here).parts
        shared = folders[:1] if folders[0] in _LONGEST_FIRST else folders[:2] if "deploy" in folders else folders
        item.add_marker(pytest.mark.xdist_group("/".join(shared)))
    items.sort(key=lambda item: _place(item.path.relative_to(here).as_posix()))


def _place(path: str) -> int:
    return next((n for n, folder in enumerate(_LONGEST_FIRST) if path.startswith(folder)), len(_LONGEST_FIRST))
