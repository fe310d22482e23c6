"""The settings of the embedded whole, from the environment (`WANGGE_…`)."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]
SERVICES = ("intake", "mediation", "notify")


class UpSettings(BaseSettings):
    """What `wangge up` can be told; everything has a default that works on an ordinary machine."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", env_ignore_empty=True, extra="ignore", frozen=True)

    port: Port = Field(
        8080, description="The port of the one address before the services; they take the three after it."
    )
    host: str = Field(
        "127.0.0.1",
        description="The interface that the one address listens on; services and Kafka stay on the loopback.",
    )
    data: Path = Field(Path(".wangge"), description="The data folder: stores, Kafka's log, secrets and logs.")
    kafka: str | None = Field(None, description="host:port of a Kafka that already runs; without it, one is started.")
    kafka_port: Port = Field(19092, description="The port of the Kafka that is started here.")
    kafka_controller_port: Port = Field(19093, description="The controller port of the Kafka that is started here.")
    intake_database: str | None = Field(
        None,
        description="The database of intake (postgresql+asyncpg://…); without it, an SQLite file in the data folder.",
    )
    mediation_database: str | None = Field(None, description="The database of mediation; see intake_database.")
    notify_database: str | None = Field(None, description="The database of notify; see intake_database.")

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        taken = [self.port, *(self.service_port(name) for name in SERVICES)]
        if self.kafka is None:
            taken += [self.kafka_port, self.kafka_controller_port]
        if max(taken) > 65535:
            raise ValueError(
                f"WANGGE_PORT is {self.port}, but the three ports after it are needed too; use 65532 or less"
            )
        if len(set(taken)) < len(taken):
            raise ValueError(
                f"WANGGE_PORT takes the ports {self.port} to {self.port + 3}; WANGGE_KAFKA_PORT ({self.kafka_port}) "
                f"and WANGGE_KAFKA_CONTROLLER_PORT ({self.kafka_controller_port}) must be others, and differ"
            )
        return self

    def service_port(self, name: str) -> int:
        return self.port + 1 + SERVICES.index(name)

    def database(self, name: str) -> str:
        asked: str | None = getattr(self, f"{name}_database")
        return asked or f"sqlite+aiosqlite:///{self.data.resolve() / f'{name}.db'}"

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
