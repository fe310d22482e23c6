"""The suite's root: the real servers that its tests may ask for, and no test judged by a busy machine's clock."""

from hypothesis import settings

pytest_plugins = ["tests.servers.fixtures"]

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
