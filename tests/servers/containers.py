"""Containers for the suite: whether an engine answers, and how testcontainers is to be used."""

import os
from typing import Any

from tests.servers.choice import ServersMissing


def require_engine() -> None:
    """Raises ServersMissing where no container engine answers."""
    # Nothing but the two images is needed: the reaper's image is not asked for (each server is stopped by its fixture),
    # and the mapped ports are those of the engine's host.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
    try:
        import docker  # type: ignore[import-untyped]
    except ImportError as reason:
        raise ServersMissing("WANGGE_TEST_SERVERS=containers needs the package testcontainers") from reason
    try:
        client = docker.from_env(timeout=10)
        client.ping()
        client.close()
    except docker.errors.DockerException as reason:
        raise ServersMissing(
            f"WANGGE_TEST_SERVERS=containers, but no container engine answers ({reason}). Start one, or set "
            "DOCKER_HOST, or use WANGGE_TEST_SERVERS=embedded."
        ) from reason


def start(container: Any, **settings: Any) -> None:
    """Starts a container; an image that cannot be had is a missing server, not a broken test."""
    import docker

    try:
        container.start(**settings)
    except (docker.errors.ImageNotFound, docker.errors.APIError) as reason:
        raise ServersMissing(
            f"The image {container.image} cannot be started ({reason}). Build or pull it, or name another one in "
            "WANGGE_TEST_KAFKA_IMAGE or WANGGE_TEST_POSTGRES_IMAGE."
        ) from reason
