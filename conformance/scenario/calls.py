"""From the verbs that call the interface to their arguments: fetch, get, match, abort and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.scenario.errors import BAD, Spot, quoted
from conformance.scenario.model import RequestSpec
from conformance.scenario.story import Fetch, Story, is_worker
from conformance.scenario.verbs import Raw, Reader, Told

MOST_UPLOAD = 2**30


def requests(raw: Any, spot: Spot, story: Story, on: str, *, throws: bool) -> tuple[RequestSpec, ...]:
    """The requests of a call, families told out; ``throws``: the call is meant to be refused."""
    lone = not isinstance(raw, list)
    places = [(raw, spot)] if lone else [(one, spot / place) for place, one in enumerate(raw)]
    made: list[RequestSpec] = []
    for one, here in places:
        if one is BAD or (isinstance(one, Mapping) and "path" not in one):
            continue
        table: Mapping[str, Any] = {"path": one} if isinstance(one, str) else one
        where = here if isinstance(one, str) else here / "path"
        if "body" in table and table.get("method", "GET").upper() in ("GET", "HEAD") and not throws:
            (here / "body").wrong("a GET has no body", fix='method = "POST"')
        _check_body(table, here, story)
        if table.get("body", 0) > MOST_UPLOAD:
            why = "a page holds the body of a request in memory"
            (here / "body").wrong(f"a body of {table['body']} bytes", why=why, fix='"1 GiB" or less')
        for path in story.families.expand(table["path"], where):
            if "body" in table:
                story.bodies.add((on, path))
            if not throws:
                _check_answered(path, where, story, on)
            made.append(RequestSpec(**{**table, "path": path}))
    return tuple(made)


def _check_body(table: Raw, spot: Spot, story: Story) -> None:
    stream = table.get("stream", {})
    story.gates += [stream["until"]] if "until" in stream else []
    for key in ("stream", "spoiled"):
        if key in table and "body" not in table:
            (spot / key).wrong(f"{key} says something of a body, and there is none", fix='body = "1 KiB"')


def _check_answered(path: str, spot: Spot, story: Story, on: str) -> None:
    asked = story.resolve(path, on)
    if story.answers(asked) or not story.sure.paths or spot.reading.broken(*spot.path):
        return
    spot.wrong(
        f"no origin answers {quoted(asked)}",
        why="a scenario reaches no host but its own",
        allowed=sorted(story.origin),
        given=asked,
        fix=f"[origin.{quoted(asked)}] at the top; with status = 404 if it is meant to be missing",
    )


def _check_served(spot: Spot, story: Story, on: str) -> None:
    """A page outside every scope has no registration to fetch with."""
    if (on in story.pages or is_worker(on)) and not story.scope(on) and not spot.reading.broken("workers"):
        at = story.pages.get(on, "")
        spot.wrong(
            f"no service worker has {at or on} in its scope, so fetch() rejects",
            allowed=[f'[workers."{scope}"]' for scope in story.scopes],
            fix='[workers."/"] at the top, or throws = "TypeError" if that is meant',
        )


def _fetch(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    id, throws = raw["fetch"], "throws" in raw
    asked = raw.get("requests", [])
    specs = requests(asked, spot / "requests", story, on, throws=throws)
    name = raw.get("as", id)
    if not throws:
        _check_served(spot / "fetch", story, on)
        story.start(Fetch(name, id, story.scope(raw.get("through", on))), on, spot / "fetch")
        for spec in specs:
            story.asked.setdefault(story.resolve(spec.path, on), set()).add(name)
    story.named.add(name)
    lone = {} if isinstance(asked, list) else {"lone": True}
    return Told({"fetch": id, "requests": specs, "options": raw.get("options", {}), **lone}, name)


def _get(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    of = story.with_id(raw["get"], story.scope(raw.get("through", on)))
    if of and "through" not in raw:
        story.held.add((on, of))
    name = raw.get("as") or of or raw["get"]
    story.named |= {name} if "as" not in raw else set()
    story.objects.add((on, name))
    return Told({"get": raw["get"]}, name, of)


def _get_ids(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    return Told({"getIds": True}, raw.get("as", ""))


def _match(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    of = story.fetch(raw.get("of"), spot)
    story.check_held(of, on, spot)
    name = raw.get("as", "")
    if name:
        story.records[name] = on
        story.objects.add((on, name))
    return Told({"match": _one_request(raw, "match", spot, story, on), **_options(raw)}, name, of)


def _match_all(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    of = story.named_fetch(raw["matchAll"], on, spot / "matchAll")
    given = {"requests": (_one_request(raw, "requests", spot, story, on),)} if "requests" in raw else {}
    return Told({"matchAll": raw["matchAll"], **given, **_options(raw)}, raw.get("as", ""), of)


def _one_request(raw: Raw, key: str, spot: Spot, story: Story, on: str) -> RequestSpec:
    """The one request that match compares with; it need not be one that is answered."""
    specs = requests(raw[key], spot / key, story, on, throws=True)
    if len(specs) != 1 and not spot.reading.broken(*spot.path, key):
        (spot / key).wrong(f"{key} takes one request here, and these are {len(specs)}")
    return specs[0] if specs else RequestSpec("")


def _options(raw: Raw) -> dict[str, Any]:
    return {"options": raw["options"]} if "options" in raw else {}


def _of_registration(verb: str) -> Reader:
    def read(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
        return Told({verb: raw[verb]}, raw.get("as", ""), story.named_fetch(raw[verb], on, spot / verb))

    return read


def _update_ui(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    constructed = raw.get("of", "") in story.events
    of = raw["of"] if constructed and is_worker(on) else _event_of("updateUI", raw, spot, story, on)
    if "dispatched" in raw and not constructed:
        (spot / "dispatched").wrong(
            "only an event that a step has constructed can be dispatched", fix='of = "its name"'
        )
    meanwhile = {"dispatched": True} if raw.get("dispatched") else {}
    return Told({"updateUI": raw["updateUI"], **meanwhile}, raw.get("as", ""), of)


def _wait_until(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    of = _event_of("waitUntil", raw, spot, story, on)
    return Told({"waitUntil": raw["waitUntil"]}, raw.get("as", ""), of)


def _event_of(verb: str, raw: Raw, spot: Spot, story: Story, on: str) -> str:
    """The fetch whose last event is meant."""
    if not is_worker(on):
        (spot / verb).wrong(f"only a worker has an event with {verb}", fix='on = "worker"')
    return story.fetch(raw.get("of"), spot)


def _read_body(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    story.record(raw["read"], on, spot / "read")
    amount = {"bytes": raw["bytes"]} if "bytes" in raw else {}
    return Told({"read": raw["read"], **amount}, raw.get("as", ""), raw["read"])


def _attributes(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    of = story.named_fetch(raw["attributes"], on, spot / "attributes")
    return Told(
        {"attributes": raw["attributes"], **({"for": raw["for"]} if "for" in raw else {})},
        raw.get("as", ""),
        of,
    )


def _of_storage(verb: str) -> Reader:
    def read(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
        return Told({verb: raw[verb]}, raw.get("as", ""))

    return read


def _load(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    _check_answered(raw["load"], spot / "load", story, on)
    return Told({"load": raw["load"]}, raw.get("as", ""))


def _fetch_events(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    if not is_worker(on):
        (spot / "fetchEvents").wrong("only a worker has fetch events", fix='on = "worker"')
    return Told({"fetchEvents": True}, raw.get("as", ""))


def _body(raw: Raw, spot: Spot, story: Story, on: str) -> Told:
    known = sorted(path for giver, path in story.bodies if giver == on)
    if raw["body"] not in known and story.sure.steps:
        (spot / "body").wrong(
            f"{on} has given no request for {quoted(raw['body'])} a body", allowed=known, given=raw["body"]
        )
    return Told({"body": raw["body"]}, raw.get("as", ""))


CALLS: dict[str, Reader] = {
    "fetch": _fetch,
    "get": _get,
    "getIds": _get_ids,
    "match": _match,
    "matchAll": _match_all,
    "abort": _of_registration("abort"),
    "updateUI": _update_ui,
    "waitUntil": _wait_until,
    "read": _read_body,
    "attributes": _attributes,
    "usage": _of_storage("usage"),
    "cached": _of_storage("cached"),
    "load": _load,
    "fetchEvents": _fetch_events,
    "body": _body,
}
"""The verbs that call the interface."""
