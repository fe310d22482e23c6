"""Intake's settings."""

from typing import Literal

from pydantic import Field, SecretStr

from shared.web.settings import ServiceSettings


class Settings(ServiceSettings):
    database: str = Field(
        default="sqlite+aiosqlite:///.wangge/intake.db",
        validation_alias="WANGGE_INTAKE_DATABASE",
        description="Intake's own database: sqlite+aiosqlite:///file or postgresql+asyncpg://…",
    )
    port: int = Field(default=8081, validation_alias="WANGGE_INTAKE_PORT", description="Intake's port.")
    admin_password: SecretStr | None = Field(
        default=None, description="Password of the first account, admin; taken only while there is no account."
    )
    unregistered: Literal["accept", "park"] = Field(
        default="accept",
        validation_alias="WANGGE_INTAKE_UNREGISTERED",
        description="What is done with reports on Kafka of a source that nobody registered: accept, or park.",
    )
    station: str = Field(default="czl", description="The station that a report belongs to when it does not say.")
    fresh_days_let: int = Field(
        default=90,
        ge=1,
        le=3_650,
        validation_alias="WANGGE_INTAKE_FRESH_DAYS_LET",
        description="For how many days a household check of a home that is let counts as current.",
    )
    fresh_days_other: int = Field(
        default=365,
        ge=1,
        le=3_650,
        validation_alias="WANGGE_INTAKE_FRESH_DAYS_OTHER",
        description="For how many days a household check of any other home counts as current.",
    )
