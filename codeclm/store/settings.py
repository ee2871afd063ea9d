"""What the project keeps of a person's choices: named values, endpoints, dials, configs. Never a key."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from codeclm.errors import ProjectError, UsageError
from codeclm.records import ROLES, Role
from codeclm.settings import Config, Dials, Endpoint
from codeclm.store.configs import IMPORTED_SEQ, Configs
from codeclm.store.connection import Connection, dump

S = TypeVar("S", Config, Dials, Endpoint)


class Settings:
    """Named JSON values, and typed views of some of them."""

    def __init__(self, db: Connection, configs: Configs) -> None:
        self._db = db
        self._configs = configs

    def get(self, name: str, default: Any = None) -> Any:
        """The value kept under `name`, or the default."""
        value = self._db.value("select value from settings where name = ?", [name])
        return default if value is None else json.loads(value)

    def set(self, name: str, value: Any) -> None:
        """Keep a JSON value."""
        with self._db.write():
            self._db.execute(
                "insert into settings values (?, ?) on conflict (name) do update set value = excluded.value",
                [name, dump(value)],
            )

    def endpoints(self) -> dict[Role, Endpoint]:
        """The endpoint of each role. Strong and target: the built-in where none is set; judge: as strong."""
        kept: dict[str, Any] = self.get("endpoints", {})
        found = {role: self._read(Endpoint, kept[role]) for role in ROLES if kept.get(role)}
        strong = found.get("strong", Endpoint())
        return {
            "strong": strong,
            "target": found.get("target", Endpoint()),
            "judge": found.get("judge", strong),
        }

    def set_endpoint(self, role: Role, endpoint: Endpoint | None) -> None:
        """Keep a role's endpoint; None goes back to the default."""
        with self._db.write():
            value = None if endpoint is None else endpoint.model_dump(mode="json")
            self.set("endpoints", {**self.get("endpoints", {}), role: value})

    def dials(self) -> Dials:
        """The dials of the project, the paper's where none are set."""
        return self._read(Dials, self.get("dials", {}))

    def set_dials(self, dials: Dials) -> None:
        """Keep the dials."""
        self.set("dials", dials.model_dump(mode="json"))

    def config(self) -> Config | None:
        """The current config; None before the first run."""
        current = self.get("config")
        return None if current is None else self.config_of(current)

    def keep_config(self, config: Config) -> str:
        """Store a config by its id, and return that; it becomes current where there is none yet. Imported
        results show under it too.
        """
        with self._db.write():
            self._configs.make(config.id, dump(config.model_dump(mode="json")))
            if self.get("config") is None:
                self.set("config", config.id)
        return config.id

    def use_config(self, config: Config) -> str:
        """Store a config by its id, make it current, return the id."""
        with self._db.write():
            self.keep_config(config)
            if self.get("config") != config.id:
                self.set("config", config.id)
        return config.id

    def config_of(self, config: str) -> Config | None:
        """A stored config, or None."""
        value = self._db.value("select value from configs where id = ?", [config])
        return None if value is None else self._read(Config, json.loads(value))

    def config_ids(self) -> list[str]:
        """Every config of the project, oldest first, without "imported"."""
        rows = self._db.rows("select id from configs where seq <> ? order by seq", [IMPORTED_SEQ])
        return [row[0] for row in rows]

    def results(self) -> list[tuple[str, int]]:
        """Every config of the project, oldest first, with the number of comparisons of its own."""
        rows = self._db.rows(
            """select f.id, coalesce(c.number, 0) from configs f
            left join (select config, count(*) as number from comparisons group by config) c
            on c.config = f.seq where f.seq <> ? order by f.seq""",
            [IMPORTED_SEQ],
        )
        return [(config, number) for config, number in rows]

    def sets(self) -> int:
        """How many configs have results of their own."""
        number: int = self._db.value(
            """select count(*) from configs f where f.seq <> ? and exists
            (select 1 from nodes n where n.config = f.seq and n.comparison is not null)""",
            [IMPORTED_SEQ],
        )
        return number

    def _read(self, kind: type[S], value: Any) -> S:
        try:
            return kind.read(value)
        except (UsageError, TypeError, ValueError) as error:
            raise ProjectError(f"{self._db.path}: a kept setting cannot be read: {error}") from None
