"""Settings that every service takes from its environment (`WANGGE_…`), each with a sentence."""

import base64
import binascii
import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.law.here import Here


def _key(given: object) -> object:
    """32 bytes in base64url, as `wangge up` makes them."""
    if not isinstance(given, str):
        return given
    try:
        key = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        raise ValueError("a key must be 32 bytes in base64url") from None
    if len(key) != 32:
        raise ValueError(f"a key must be 32 bytes in base64url, this one has {len(key)}")
    return key


Key = Annotated[bytes, BeforeValidator(_key), Field(repr=False)]


class SecretFiles(PydanticBaseSettingsSource):
    """`WANGGE_…_FILE` names a file that holds the value: how containers are given secrets."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        alias = field.validation_alias
        name = alias if isinstance(alias, str) else f"WANGGE_{field_name.upper()}"
        path = os.environ.get(f"{name}_FILE")
        return (Path(path).read_text().strip() if path else None), alias or field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[str(key)] = value
        return found


class ServiceSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WANGGE_", extra="ignore", populate_by_name=True)

    city: str = Field(default="taiyuan", description="The city's short name; part of the name of every event source.")
    kafka: str = Field(default="127.0.0.1:19092", description="Kafka's bootstrap address, host:port.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Whose word on where a request comes from is taken: addresses of proxies, with commas, or *.",
    )
    master_key: Key = Field(description="Wraps the keys of persons in this deployment's stores.")
    deployment_key: Key = Field(description="Encrypts personal values on their way between services.")
    session_key: Key = Field(description="Signs sessions.")
    kafka_partitions: int = Field(default=4, ge=1, description="Partitions of topics that are created; never changed.")
    kafka_replication: int = Field(default=1, ge=1, description="Replicas of topics that are created.")
    jurisdiction: str = Field(
        default="CN",
        pattern=r"^(CN|\d{6})$",
        description="Whose rules of law apply: the area code of the city or county (140105); CN: only the nation's.",
    )
    confirmed_rules: str = Field(
        default="",
        description="Ids, with commas between, of rules that the legal officer confirmed though their source was not "
        "read here: they refuse, the others only warn.",
    )
    working_days: Path | None = Field(
        default=None,
        description="A file of days off and days worked that come before the calendar that is built in.",
    )
    demo: bool = Field(default=False, description="Shows the demo ribbon on every page.")

    @property
    def here(self) -> Here:
        """The law as it stands in this city."""
        confirmed = [id_.strip() for id_ in self.confirmed_rules.split(",") if id_.strip()]
        return Here.of(self.jurisdiction, confirmed, self.working_days)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, SecretFiles(settings_cls)
