"""The suite's root: the real servers that its tests may ask for, and no test judged by a busy machine's clock."""

from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures"]

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

_WHOLE = frozenset({"browser", "e2e", "faults", "deploy"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `pytest -n 2 --dist loadgroup`: what starts the whole system runs one after the other, the rest beside it."""
    here = Path(__file__).parent
    for item in items:
        folders = item.path.relative_to(here).parts
        alone = ("integration" in folders[:1] and "deploy" in folders) or folders[0] in _WHOLE
        item.add_marker(pytest.mark.xdist_group("whole" if alone else "/".join(folders)))
