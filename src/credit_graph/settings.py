"""Settings of an installation, all from the environment (``CREDIT_GRAPH_…``); documented in docs/store.md."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?")


class Settings(BaseSettings):
    """Where the data lies and how the engine is reached."""

    model_config = SettingsConfigDict(env_prefix="CREDIT_GRAPH_", extra="ignore")

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("credit_graph")),
        description="Data directory: embedded graph, batch files, run files, secret (mode 0700).",
    )
    uri: str | None = Field(None, description="bolt:// or neo4j:// address; unset: the embedded engine.")
    user: str = Field("neo4j", description="User at the server.")
    password: SecretStr | None = Field(None, description="Password at the server.")
    password_file: Path | None = Field(None, description="File (0600) that holds the password.")
    database: str | None = Field(None, description="Database name; default neo4j, embedded: credit.")
    secret_file: Path | None = Field(None, description="Installation secret; default HOME/secret.json (0600).")
    passphrase: SecretStr | None = Field(None, description="Opens the sealed copy of the secret; else it is asked for.")
    passphrase_file: Path | None = Field(None, description="File (0600) that holds that passphrase.")
    signing_key: SecretStr | None = Field(
        None, description="Private key that signs releases; else HOME/releases/private."
    )
    signing_key_file: Path | None = Field(None, description="File (0600) that holds that key.")
    loaders: Path | None = Field(None, description="Folder of a department's own loader definitions.")
    oidc_file: Path | None = Field(None, description="Identity provider whose tokens the API accepts (docs/api.md).")
    heap: str = Field("1g", description="Java heap of the embedded engine (512m, 2g).")
    idle_minutes: float = Field(10.0, description="The embedded engine stops after so many idle minutes.")
    timeout_seconds: float = Field(60.0, description="Longest time one statement may take.")
    batch_size: int = Field(5000, ge=1, le=100_000, description="Rows per write transaction.")
    lock_wait_seconds: float = Field(600.0, description="How long a second writer waits for the first.")

    cors_origins: str = Field("", description="Origins, by commas, whose pages may ask the API; default: none.")

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        wrong = [part for part in _split(value) if not _ORIGIN.fullmatch(part)]
        if wrong:
            raise ValueError(f"{wrong[0]}: https://host or https://host:port, no *")
        return value

    @property
    def origins(self) -> list[str]:
        """The origins of :attr:`cors_origins`."""
        return _split(self.cors_origins)

    @property
    def embedded(self) -> bool:
        """Whether the embedded engine is used."""
        return not self.uri


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; tests clear the cache after changing the environment."""
    return Settings()
