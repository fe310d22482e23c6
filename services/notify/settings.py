"""Notify's settings."""

from pydantic import Field, SecretStr

from shared.web.settings import ServiceSettings


class Settings(ServiceSettings):
    database: str = Field(
        default="sqlite+aiosqlite:///.wangge/notify.db",
        validation_alias="WANGGE_NOTIFY_DATABASE",
        description="Notify's own database: sqlite+aiosqlite:///file or postgresql+asyncpg://…",
    )
    port: int = Field(default=8083, validation_alias="WANGGE_NOTIFY_PORT", description="Notify's port.")
    webhook_url: str = Field(
        default="",
        validation_alias="WANGGE_NOTIFY_WEBHOOK_URL",
        description="The gateway that messages to people without an account go to; empty: they are passed on by word.",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        validation_alias="WANGGE_NOTIFY_WEBHOOK_SECRET",
        description="Signs what goes to the gateway: whsec_ and 24 to 64 random bytes in base64; two while it changes.",
    )
    allow_loopback: bool = Field(
        default=False,
        validation_alias="WANGGE_NOTIFY_ALLOW_LOOPBACK",
        description="Allows a gateway on this machine, by plain HTTP.",
    )
