"""Which calls an update makes, and that none is made twice, lost, or made over somebody else's change."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gql_gateway.connectors.base import Versioning
from gql_gateway.errors import ErrorCode, VersionConflict
from gql_gateway.model.connection import Connection, ConnectionKey, Credentials
from gql_gateway.outbound.message import Answer
from tests.conformance.cases import each_connector, is_updatable, plain_leaf, rich
from tests.support.trial import ERRORS_ONLY, EVERYTHING, Document, Trial
from tests.support.values import change_of, sample, stored

pytestmark = pytest.mark.asyncio(loop_scope="session")


def harmless(trial: Trial, native_id: str, *, other_than: Any = None) -> dict[str, Any]:
    """A change of one text, to something that neither the record has nor `other_than` is."""
    leaf = plain_leaf(trial.connector)
    held = stored(trial.connector, leaf, trial.record(native_id))
    value = sample(trial.connector, leaf, held)
    if value == other_than:
        value = f"{value} 2"
    return change_of(trial.connector, {leaf.path: value})


@each_connector()
async def test_with_only_errors_selected_nothing_is_read_back(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    outcome = await trial.update(native_id, harmless(trial, native_id), ERRORS_ONLY)
    assert outcome.errors == []
    assert outcome.customer is None
    assert outcome.changes == []
    assert len(trial.writes()) == 1
    assert trial.requests()[-1] == trial.writes()[0]
    assert bool(trial.reads()) == trial.connector.needs_current


@each_connector()
async def test_everything_selected_is_the_record_as_it_is_stored(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    outcome = await trial.update(native_id, harmless(trial, native_id), EVERYTHING)
    assert outcome.errors == []
    assert outcome.customer is not None
    assert outcome.customer.native == trial.record(native_id)
    assert outcome.customer == await trial.customer(native_id)
    assert len(outcome.requests) <= len(trial.requests())


@each_connector()
async def test_the_requests_shown_are_those_made(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    outcome = await trial.update(native_id, harmless(trial, native_id))
    told = [(call.method, call.path.partition("?")[0], call.body, call.status) for call in outcome.requests]
    made = [(entry["method"], entry["path"], entry["body"], entry["status"]) for entry in trial.requests()]
    assert told == made
    assert [call.writes for call in outcome.requests] == [entry in trial.writes() for entry in trial.requests()]


@each_connector()
async def test_a_stale_expected_version_is_a_conflict_with_the_current_record(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    old = (await trial.customer(native_id)).version
    trial.simulator.touch(native_id)
    current = await trial.customer(native_id)
    assert current.version != old
    before = trial.record(native_id)
    trial.forget()

    outcome = await trial.update(native_id, harmless(trial, native_id), expected_version=old)

    [error] = outcome.errors
    assert isinstance(error, VersionConflict)
    assert (error.code, error.path, error.retryable) == (ErrorCode.STALE_VERSION, ("expectedVersion",), False)
    assert error.current == current
    assert trial.writes() == []
    assert trial.record(native_id) == before

    outcome = await trial.update(native_id, harmless(trial, native_id), expected_version=current.version)
    assert outcome.errors == []
    assert len(trial.writes()) == 1


@each_connector()
async def test_a_version_holds_until_the_record_changes(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    versions = {(await trial.customer(native_id)).version for _ in range(3)}
    assert len(versions) == 1
    outcome = await trial.update(native_id, harmless(trial, native_id))
    assert outcome.customer is not None
    assert outcome.customer.version not in versions
    assert outcome.customer.version == (await trial.customer(native_id)).version
    if trial.connector.manifest.versioning is Versioning.CONTENT:
        assert str(outcome.customer.version).startswith("c-")


@each_connector()
async def test_one_key_writes_once_and_answers_alike(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    change = harmless(trial, native_id)
    first = await trial.update(native_id, change, idempotency_key="one")
    seen = len(trial.requests())
    second = await trial.update(native_id, change, idempotency_key="one")
    assert first.errors == []
    assert len(trial.writes()) == 1
    assert len(trial.requests()) == seen
    assert second == first

    again = await trial.update(native_id, change, idempotency_key="another")
    assert again.errors == []
    assert len(trial.writes()) == 1, "the record held the value already: reading comes before writing"


@each_connector()
async def test_one_key_for_two_changes_is_refused(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    change = harmless(trial, native_id)
    await trial.update(native_id, change, idempotency_key="one")
    leaf = plain_leaf(trial.connector)
    trial.forget()
    after = trial.record(native_id)
    other_record = next(i for i in trial.ids if i != native_id and is_updatable(trial.connector, trial.record(i)))
    others: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (native_id, harmless(trial, native_id), {}),
        (native_id, {}, {}),
        (native_id, change, {"expected_version": "some"}),
        (other_record, change, {}),
    ]
    for target, values, how in others:
        outcome = await trial.update(target, values, idempotency_key="one", **how)
        told = [(error.code, error.path) for error in outcome.errors]
        assert told == [(ErrorCode.KEY_REUSED, ("idempotencyKey",))]
    assert trial.requests() == []
    assert trial.record(native_id) == after
    assert stored(trial.connector, leaf, after) is not None


@each_connector()
async def test_a_dry_run_and_a_refusal_before_the_call_take_no_key(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    change = harmless(trial, native_id)
    await trial.update(native_id, change, idempotency_key="one", dry_run=True)
    leaf = plain_leaf(trial.connector)
    refused = await trial.update(native_id, change_of(trial.connector, {leaf.path: ""}), idempotency_key="one")
    assert [error.code for error in refused.errors] == [ErrorCode.BAD_FORMAT]
    outcome = await trial.update(native_id, change, idempotency_key="one")
    assert outcome.errors == []
    assert len(trial.writes()) == 1


@each_connector()
async def test_one_key_given_to_many_at_once_writes_once(trial: Trial) -> None:
    native_id = rich(trial.connector, trial.simulator)
    change = harmless(trial, native_id)
    outcomes = await asyncio.gather(*(trial.update(native_id, change, idempotency_key="one") for _ in range(10)))
    assert len(trial.writes()) == 1
    for outcome in outcomes:
        assert outcome.errors == [] or [error.code for error in outcome.errors] == [ErrorCode.KEY_IN_PROGRESS]
        assert all(error.retryable for error in outcome.errors)
    assert outcomes[0].errors == []


@each_connector()
async def test_updates_of_one_record_at_once_lose_nothing(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sets another value; with a provider that replaces whole records the last one would win alone."""
    send = trial.gateway.shared.outbound.send

    async def send_slowly(*call: Any, **how: Any) -> Answer:
        answer = await send(*call, **how)
        await asyncio.sleep(0.02)  # time for all of them to have read the same record
        return answer

    monkeypatch.setattr(trial.gateway.shared.outbound, "send", send_slowly)
    connector = trial.connector
    native_id = rich(connector, trial.simulator)
    record = trial.record(native_id)
    leaves = [leaf for leaf in connector.table.leaves if leaf.fact.derived is None and leaf.path != "number"]
    leaves = [leaf for leaf in leaves if stored(connector, leaf, record) is not None][:8]
    values = {leaf.path: sample(connector, leaf, stored(connector, leaf, record)) for leaf in leaves}
    changes = [change_of(connector, {path: value}) for path, value in values.items()]
    outcomes = await asyncio.gather(*(trial.update(native_id, change) for change in changes))
    assert [outcome.errors for outcome in outcomes] == [[] for _ in changes]
    after = trial.record(native_id)
    for leaf in leaves:
        assert stored(connector, leaf, after) == leaf.fact.normal(values[leaf.path])


def is_done(entry: Document) -> bool:
    return 200 <= int(entry["status"]) < 300


class Witness:
    """Notes how many requests the simulator had received when new credentials were stored."""

    def __init__(self, trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stored_at: list[int] = []
        store = trial.store.store_credentials

        async def observed(key: ConnectionKey, credentials: Credentials, *, generation: int) -> Connection | None:
            await asyncio.sleep(0.02)  # time for somebody to use the token too early
            kept = await store(key, credentials, generation=generation)
            self.stored_at.append(len(trial.requests()))
            return kept

        monkeypatch.setattr(trial.store, "store_credentials", observed)


@each_connector()
async def test_an_expired_token_is_renewed_once_and_stored_before_it_is_used(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trial.connector.manifest.token is None:
        pytest.skip("capability: the credentials of this provider are not renewed")
    native_id = rich(trial.connector, trial.simulator)
    old = dict(trial.simulator.credentials())
    witness = Witness(trial, monkeypatch)
    trial.simulator.expire_tokens()

    outcome = await trial.update(native_id, harmless(trial, native_id))

    assert outcome.errors == []
    assert len([entry for entry in trial.writes() if is_done(entry)]) == 1
    [exchange] = trial.token_requests()
    assert witness.stored_at == [trial.requests().index(exchange) + 1]
    kept = await trial.store.get(ConnectionKey("default", trial.connection_id))
    assert kept is not None
    newest = trial.simulator.credentials()
    for name in ("access_token", "refresh_token"):
        assert kept.credentials[name] == newest[name]
    assert newest["access_token"] != old["access_token"]
    assert (newest["refresh_token"] != old["refresh_token"]) == trial.connector.manifest.token.rotates

    again = await trial.update(native_id, harmless(trial, native_id))
    assert again.errors == []
    assert len(trial.token_requests()) == 1


@each_connector()
async def test_twenty_updates_at_once_renew_one_token_once(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    if trial.connector.manifest.token is None:
        pytest.skip("capability: the credentials of this provider are not renewed")
    witness = Witness(trial, monkeypatch)
    targets = [native_id for native_id in trial.ids if is_updatable(trial.connector, trial.record(native_id))][:20]
    assert len(targets) == 20
    trial.simulator.expire_tokens()

    outcomes = await asyncio.gather(
        *(trial.update(native_id, harmless(trial, native_id), ERRORS_ONLY) for native_id in targets)
    )

    assert [outcome.errors for outcome in outcomes] == [[]] * 20
    [exchange] = trial.token_requests()
    [stored_at] = witness.stored_at
    between = trial.requests()[trial.requests().index(exchange) + 1 : stored_at]
    assert not any(map(is_done, between)), "a token was used before it was stored"
    done = [entry for entry in trial.writes() if is_done(entry)]
    assert len(done) == 20
    leaf = plain_leaf(trial.connector)
    assert {stored(trial.connector, leaf, trial.record(native_id)) for native_id in targets} != {None}
