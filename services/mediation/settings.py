"""Mediation's settings."""

from pydantic import Field

from shared.web.settings import ServiceSettings


class Settings(ServiceSettings):
    database: str = Field(
        default="sqlite+aiosqlite:///.wangge/mediation.db",
        validation_alias="WANGGE_MEDIATION_DATABASE",
        description="Mediation's own database: sqlite+aiosqlite:///file or postgresql+asyncpg://…",
    )
    port: int = Field(default=8082, validation_alias="WANGGE_MEDIATION_PORT", description="Mediation's port.")
