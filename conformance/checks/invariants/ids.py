"""Invariants of identity: ids are known exactly while active, and a realm has one object a fetch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.checks.evidence import Evidence
from conformance.checks.fetches import Made, calls, made, only_of_its_name, own_paths, scope_of
from conformance.checks.invariants.rule import Broken, Invariant
from simulator.observation import Called, Observation, Page, Permission, Sent, Step, select


def _listings(seen: Evidence) -> Iterator[tuple[str, Observation, Observation, list[str]]]:
    """Every answer of getIds(): of which scope, where it was asked and given, and the ids."""
    for step, called, settled, data in calls(seen, "getIds"):
        if isinstance(data.value, list):
            yield scope_of(seen, step, called), called, settled, data.value


def _found(seen: Evidence) -> Iterator[tuple[str, Observation, Observation, list[str], tuple[str, ...]]]:
    """What getIds() and get() know: scope, call, answer, the ids found, and those that were looked for."""
    for scope, called, settled, ids in _listings(seen):
        yield scope, called, settled, ids, tuple({one.id for one in made(seen)})
    for step, called, settled, data in calls(seen, "get"):
        if data.outcome == "fulfilled":
            id = step.arguments["get"]
            yield scope_of(seen, step, called), called, settled, [id] if data.value else [], (id,)


def _answers(seen: Evidence) -> Iterator[Observation]:
    yield from (settled for _, _, settled, _, _ in _found(seen))


def _of_scope(seen: Evidence, scope: str, before: Observation) -> list[Made]:
    """The fetches of a scope that were called for before something, and not refused."""
    return [
        one
        for one in made(seen)
        if one.scope == scope and not one.refused and one.called.sequence < before.sequence
    ]


def _is_over(seen: Evidence, one: Made, before: Observation) -> bool:
    """Whether a fetch was seen to be over before something: its end event came, or abort() gave true."""
    if one.name not in only_of_its_name(seen):
        return False
    ended = (at for at, _ in seen.events.get(one.name, ()))
    aborted = (at for step, _, at, data in calls(seen, "abort") if step.of == one.name and data.value is True)
    return any(at.sequence < before.sequence for at in (*ended, *aborted))


def _unseen(seen: Evidence) -> set[str]:
    """The ids that a fetch() may have been called for without anybody's seeing it."""
    called = {one.of for one, _ in select(seen.observations, Called)}
    steps = (step for step in seen.scenario.steps if step.verb == "fetch")
    return {step.arguments["fetch"] for step in steps if str(step.number) not in called}


def _due(seen: Evidence, called: Observation) -> Observation:
    """The harness's word that a call is due: none is made before it, though its own report may come late."""
    return next((at for at, _ in select(seen.observations, Step, witness="harness", of=called.of)), called)


def _known_only_while_active(seen: Evidence) -> Iterator[Broken]:
    for scope, called, settled, ids, _ in _found(seen):
        due = _due(seen, called)
        for id in ids:
            of_the_id = [one for one in _of_scope(seen, scope, settled) if one.id == id]
            if id not in _unseen(seen) and all(_is_over(seen, one, due) for one in of_the_id):
                why = "is over" if of_the_id else "was never begun there"
                yield f"{called.actor} found {id!r}, which {why}", settled


def _known_while_active(seen: Evidence) -> Iterator[Broken]:
    for scope, called, settled, ids, looked_for in _found(seen):
        for one in _of_scope(seen, scope, settled):
            if one.id in looked_for and one.id not in ids and _is_surely_active(seen, one, called, settled):
                yield f"{called.actor} did not find {one.id!r}, which was active", settled


def _is_surely_active(seen: Evidence, one: Made, called: Observation, settled: Observation) -> bool:
    """Accepted before the call; nobody ended it so far; and bytes for it went out later."""
    accepted = one.settled is not None and one.settled.sequence < called.sequence
    return (
        accepted
        and one.name in only_of_its_name(seen)
        and not one.download_total  # passing it ends the job while other records are still under way
        and not _may_be_ended(seen, one, settled)
        and any(_more_is_sent(seen, path, settled) for path in own_paths(seen, one))
    )


def _more_is_sent(seen: Evidence, path: str, after: Observation) -> bool:
    """Whether more bytes of an answer left later, and not only word that these were all."""
    sent_before: dict[int, int] = {}
    for sent, data in select(seen.observations, Sent, witness="origin", of=path):
        if sent.time <= after.time:
            sent_before[data.number] = data.sent
        elif data.sent > sent_before.get(data.number, 0):
            return True
    return False


def _may_be_ended(seen: Evidence, one: Made, before: Observation) -> bool:
    """Whether anybody did anything so far that ends a fetch, or may."""
    ending = {
        str(step.number)
        for step in seen.scenario.steps
        if (step.verb == "abort" and step.of == one.name)
        or (step.verb == "user" and step.arguments["user"] in ("cancel", "refuse"))
        or step.verb in ("worker", "browser")
    }
    begun = select(seen.observations, Step, witness="harness")
    return any(at.of in ending and at.sequence < before.sequence for at, _ in begun)


def _in_the_order_of_the_calls(seen: Evidence) -> Iterator[Broken]:
    for scope, called, settled, ids in _listings(seen):
        due = _due(seen, called)
        begun = [one.id for one in _of_scope(seen, scope, settled) if not _is_over(seen, one, due)]
        if not _in_order([id for id in ids if id in begun], begun):
            yield f"the ids came as {', '.join(ids)}", settled


def _in_order(ids: Sequence[str], begun: Sequence[str]) -> bool:
    """Whether ids came in the order of calls, each of any call for it: which one counts may be unseen."""
    calls = iter(begun)
    return all(id in calls for id in ids)


def _several(seen: Evidence) -> Iterator[Observation]:
    yield from (settled for _, _, settled, ids in _listings(seen) if len(ids) > 1)


def _held_already(seen: Evidence) -> Iterator[tuple[Observation, bool]]:
    """The answers of get() about a fetch of which the page had an object: whether it was that one."""
    if any(data.state != "granted" for _, data in select(seen.observations, Permission)):
        return  # where the user is asked, a frame's realm calls fetch(), and another one get()
    for step, called, settled, data in calls(seen, "get"):
        if not isinstance(data.value, dict) or "through" in step.arguments:
            continue  # the object of another realm is compared with the page's own
        born = max(
            (at.sequence for at, page in select(seen.observations, Page, actor=called.actor)), default=0
        )
        held = [
            at
            for other, by, at, got in calls(seen, "fetch", "get")
            if by.actor == called.actor
            and isinstance(got.value, dict)
            and got.value.get("realm", by.actor) == data.value.get("realm", called.actor)
            and (other.name if other.verb == "fetch" else other.of) == step.of
            and born < at.sequence < called.sequence
        ]
        if held and step.of in only_of_its_name(seen) and _alone_with_its_id(seen, step.of):
            yield settled, bool(data.value.get("same", True))


def _alone_with_its_id(seen: Evidence, name: str) -> bool:
    """Whether no other fetch has borne its id: get() may have meant another since it was called."""
    one = only_of_its_name(seen)[name]
    return sum((other.scope, other.id) == (one.scope, one.id) for other in made(seen)) == 1


def _one_object_a_realm(seen: Evidence) -> Iterator[Broken]:
    for observation, same in _held_already(seen):
        if not same:
            yield f"{observation.actor} got another object for a fetch that it had", observation


INVARIANTS = (
    Invariant(
        "background-fetch-manager-get/5",
        "getIds() and get() know no fetch that is over, or of another scope, or never begun",
        _answers,
        _known_only_while_active,
    ),
    Invariant(
        "background-fetch-manager-get-ids/2",
        "getIds() and get() know every fetch that is active",
        _answers,
        _known_while_active,
    ),
    Invariant(
        "background-fetch-manager-get-ids/2",
        "getIds() lists in the order in which the fetches were begun",
        _several,
        _in_the_order_of_the_calls,
    ),
    Invariant(
        "get-a-backgroundfetchregistration-instance-algorithm/2",
        "a page gets the object that it has for a fetch, and no other",
        lambda seen: (observation for observation, _ in _held_already(seen)),
        _one_object_a_realm,
    ),
)
