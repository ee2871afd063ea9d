"""What the project keeps of a person's choices: named values, endpoints, dials, configs. Never a key."""

from __future__ import annotations

from typing import Any

from codeclm.records import Role
from codeclm.settings import Config, Dials, Endpoint


class Settings:
    """Named JSON values, and typed views of some of them."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value kept under `name`, or the default."""
        raise NotImplementedError

    def set(self, name: str, value: Any) -> None:
        """Keep a JSON value."""
        raise NotImplementedError

    def endpoints(self) -> dict[Role, Endpoint]:
        """The endpoint of each role. Strong and target: the built-in where none is set; judge: as strong."""
        raise NotImplementedError

    def set_endpoint(self, role: Role, endpoint: Endpoint | None) -> None:
        """Keep a role's endpoint; None goes back to the default."""
        raise NotImplementedError

    def dials(self) -> Dials:
        """The dials of the project, the paper's where none are set."""
        raise NotImplementedError

    def set_dials(self, dials: Dials) -> None:
        """Keep the dials."""
        raise NotImplementedError

    def config(self) -> Config | None:
        """The current config; None before the first run."""
        raise NotImplementedError

    def use_config(self, config: Config) -> str:
        """Store a config by its id, make it current, and return the id. Imported results show under it too."""
        raise NotImplementedError

    def config_of(self, id: str) -> Config | None:
        """A stored config, or None."""
        raise NotImplementedError

    def config_ids(self) -> list[str]:
        """Every config of the project, oldest first, without "imported"."""
        raise NotImplementedError
