"""The suite's root: the real servers that its tests may ask for."""

pytest_plugins = ["tests.servers.fixtures"]
