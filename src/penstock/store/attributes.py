"""Params and tags of runs, in the store."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from penstock.store import tables
from penstock.store.transaction import Tx

_params = tables.params
_tags = tables.tags
_FIND_PARAM: Final = select(_params.c.value).where(
    _params.c.run == bindparam("run_"),
    _params.c.key == bindparam("key_"),
)
_ADD_PARAM: Final = insert(_params).values(run=bindparam("run"), key=bindparam("key"), value=bindparam("value"))
_PUT_TAG: Final = (
    upsert(_tags)
    .values(run=bindparam("run"), key=bindparam("key"), value=bindparam("value"))
    .on_conflict_do_update(index_elements=["run", "key"], set_={"value": bindparam("value")})
)
_DROP_TAG: Final = (
    delete(_tags).where(_tags.c.run == bindparam("run_"), _tags.c.key == bindparam("key_")).returning(_tags.c.run)
)
_FIND_TAG: Final = select(_tags.c.value).where(_tags.c.run == bindparam("run_"), _tags.c.key == bindparam("key_"))


def add_params(tx: Tx, run: int, params: Mapping[str, str]) -> dict[str, str]:
    """Add params that are new; those that have another value already are left, and returned with the value they have."""
    clashes: dict[str, str] = {}
    fresh = []
    for key, value in params.items():
        key_row = tx.key(key)
        held = tx.first(_FIND_PARAM, {"run_": run, "key_": key_row})
        if held is None:
            fresh.append({"run": run, "key": key_row, "value": value})
        elif held[0] != value:
            clashes[key] = held[0]
    tx.run_many(_ADD_PARAM, fresh)
    return clashes


def set_tags(tx: Tx, run: int, tags: Mapping[str, str]) -> None:
    """Set tags, over what was there."""
    tx.run_many(_PUT_TAG, [{"run": run, "key": tx.key(key), "value": value} for key, value in tags.items()])


def find_tag(tx: Tx, run: int, key: str) -> str | None:
    """The value of a run's tag, if it has it."""
    key_row = tx.find_key(key)
    found = None if key_row is None else tx.first(_FIND_TAG, {"run_": run, "key_": key_row})
    return found[0] if found else None


def delete_tag(tx: Tx, run: int, key: str) -> bool:
    """Take a tag off; whether it was there."""
    key_row = tx.find_key(key)
    return key_row is not None and tx.first(_DROP_TAG, {"run_": run, "key_": key_row}) is not None
