"""Settings that come from variables of the environment, each refused by its own name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from .errors import ConfigurationError
from .secret_files import tell_if_open

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EnvironmentSettings", "SecretFile"]


def _readable(path: Path) -> Path:
    try:
        path.read_text(encoding="utf-8")
        tell_if_open(path)
    except (OSError, UnicodeDecodeError) as e:
        raise ValueError(f"cannot be read ({getattr(e, 'strerror', None) or 'not text'})") from e
    return path


SecretFile = Annotated[Path, AfterValidator(_readable)]
"""A file whose text is a secret; it can be read. That others can read it too is told of."""


class EnvironmentSettings(BaseSettings):
    """Base of settings whose variables share a prefix; an empty variable is as good as none."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class says which arguments
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What `read` was given, and nothing else."""
        return (init_settings,)

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The settings that `environment` holds.

        Raises:
            ConfigurationError: a variable cannot be used; names it and says why, never its value,
                which may be a secret.
        """
        source = EnvSettingsSource(cls)
        source.env_vars = {name.lower(): value for name, value in environment.items() if value}
        try:
            return cls.model_validate(source())
        except ValidationError as e:
            prefix = cls.model_config.get("env_prefix", "")
            told = "; ".join(
                f"{prefix}{'_'.join(str(part) for part in d['loc']).upper()}: "
                + d["msg"].removeprefix("Value error, ").lower()
                for d in e.errors(include_url=False, include_input=False)
            )
            raise ConfigurationError(f"{told}: set it right, or leave it out") from e
