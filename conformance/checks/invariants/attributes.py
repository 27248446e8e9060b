"""Invariants of what registrations say of themselves: their attributes, and their progress events."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from attrs import evolve

from conformance.checks.evidence import Evidence
from conformance.checks.fetches import Made, made, only_of_its_name, own_paths, paths
from conformance.checks.invariants.rule import Broken, Invariant
from simulator.observation import Attributes, Browser, Event, Observation, Progress, Response, select

RESULTS = ("", "success", "failure")
REASONS = ("", "aborted", "bad-status", "fetch-error", "quota-exceeded", "download-total-exceeded")

Told = dict[str, object]


def _told(seen: Evidence) -> Iterator[tuple[Observation, Told]]:
    """Everything that any registration was seen to say: where, and its attributes."""
    for observation in seen.observations:
        match observation.data:
            case Attributes() | Progress() as data:
                yield observation, {name: getattr(data, name) for name in data.__annotations__}
            case Event(registration=registration):
                yield observation, dict(registration)


def _anything(seen: Evidence) -> Iterator[Observation]:
    yield from (observation for observation, _ in _told(seen))


def _progress(seen: Evidence) -> Iterator[Observation]:
    yield from (observation for series in seen.progress.values() for observation, _ in series)


def _lives(seen: Evidence) -> Iterator[tuple[str, str, list[tuple[Observation, Progress]]]]:
    """The progress that one page saw of one fetch, by the life of the browser: (page, fetch, series)."""
    starts = [at.sequence for at, data in select(seen.observations, Browser) if data.state == "started"]
    for (page, fetch), series in seen.progress.items():
        if fetch in only_of_its_name(seen):
            for _, life in itertools.groupby(series, lambda one: sum(s < one[0].sequence for s in starts)):
                yield page, fetch, list(life)


# -- progress events ------------------------------------------------------------------------


def _no_progress_after_the_result(seen: Evidence) -> Iterator[Broken]:
    for page, fetch, series in _lives(seen):
        over = next((place for place, (_, now) in enumerate(series) if now.result), len(series))
        for observation, _ in series[over + 1 :]:
            yield f"{page} heard of progress of {fetch} after its result", observation


def _result_before_the_end(seen: Evidence) -> Iterator[Broken]:
    for (page, fetch), series in seen.progress.items():
        for observation, now in series:
            if now.result and not now.recordsAvailable:
                yield f"{page} heard of the result of {fetch} only when the records were gone", observation


def _something_changed(seen: Evidence) -> Iterator[Broken]:
    for page, fetch, series in _lives(seen):
        for (_, before), (observation, now) in itertools.pairwise(series):
            if evolve(before, recordsAvailable=now.recordsAvailable) == now:
                yield f"{page} heard twice of the same progress of {fetch}", observation


def _loss_of_records_is_no_progress(seen: Evidence) -> Iterator[Broken]:
    for (page, fetch), series in seen.progress.items():
        for (_, before), (observation, now) in itertools.pairwise(series):
            if before.recordsAvailable and evolve(before, recordsAvailable=False) == now:
                yield f"{page} heard by progress that the records of {fetch} are gone", observation


def _records_seen_gone(seen: Evidence) -> Iterator[Observation]:
    told = select(seen.observations, Attributes, witness="page")
    return (observation for observation, now in told if not now.recordsAvailable)


def _goes_out_once(seen: Evidence, one: Made) -> bool:
    """Whether each body went out just once: a redirect or another attempt counts it again (erratum 49)."""
    requests = [data for path in paths(seen, one) for _, data in seen.requests.get(path, ())]
    led_on = paths(seen, one) != {request.path for request in one.requests}
    shared = paths(seen, one) != own_paths(seen, one)
    return not led_on and not shared and not any(data.number > 1 for data in requests)


def _uploading(seen: Evidence) -> Iterator[tuple[str, str, list[tuple[Observation, Progress]]]]:
    for page, fetch, series in _lives(seen):
        if series[-1][1].uploaded and _goes_out_once(seen, only_of_its_name(seen)[fetch]):
            yield page, fetch, series


def _uploaded_never_falls(seen: Evidence) -> Iterator[Broken]:
    for page, fetch, series in _uploading(seen):
        for (_, before), (observation, now) in itertools.pairwise(series):
            if now.uploaded < before.uploaded:
                yield f"uploaded of {fetch} fell to {now.uploaded} at {page}", observation


def _asked_again(seen: Evidence, one: Made) -> bool:
    """Whether a resource of a fetch gave a whole answer to a later request: its bytes then start over."""
    return any(
        response.number > 1 and response.status != 206
        for path in paths(seen, one)
        for _, response in select(seen.observations, Response, witness="origin", of=path)
    )


def _downloaded_falls_only_to_start_over(seen: Evidence) -> Iterator[Broken]:
    for page, fetch, series in _lives(seen):
        if _asked_again(seen, only_of_its_name(seen)[fetch]):
            continue
        for (_, before), (observation, now) in itertools.pairwise(series):
            if now.downloaded < before.downloaded:
                yield f"downloaded of {fetch} fell to {now.downloaded} at {page}", observation


def _wire_is_seen(seen: Evidence) -> Iterator[Observation]:
    if any(True for _ in select(seen.observations, Response, witness="origin")):
        yield from (at for _, _, series in _lives(seen) for at, _ in series)


# -- the attributes -------------------------------------------------------------------------


def _result_is_of_the_list(seen: Evidence) -> Iterator[Broken]:
    for observation, told in _told(seen):
        if told.get("result") not in RESULTS:
            yield f"{observation.actor} read result {told.get('result')!r}", observation


def _reason_is_of_the_list(seen: Evidence) -> Iterator[Broken]:
    for observation, told in _told(seen):
        reason = told.get("failureReason")
        if reason not in REASONS or (reason != "") != (told.get("result") == "failure"):
            yield f"{observation.actor} read {told.get('result')!r} for {reason!r}", observation


def _never_above_the_total(seen: Evidence) -> Iterator[Broken]:
    totals = {one.name: one.download_total for one in only_of_its_name(seen).values()}
    for observation, told in _told(seen):
        total, downloaded = totals.get(observation.of, 0), told.get("downloaded", 0)
        if total and isinstance(downloaded, int) and downloaded > total:
            yield f"downloaded {downloaded} of {observation.of}", observation


def _limited(seen: Evidence) -> Iterator[Observation]:
    limited = {one.name for one in made(seen) if one.download_total}
    yield from (observation for observation, _ in _told(seen) if observation.of in limited)


def _totals_stay(seen: Evidence) -> Iterator[Broken]:
    first: dict[tuple[str, str], object] = {}
    for observation, told in _told(seen):
        for name in ("downloadTotal", "uploadTotal"):
            if observation.of in only_of_its_name(seen) and name in told:
                before = first.setdefault((observation.of, name), told[name])
                if told[name] != before:
                    yield f"{name} of {observation.of} went from {before} to {told[name]}", observation


def _final_for_all(seen: Evidence) -> Iterator[Broken]:
    final: dict[str, Told] = {}
    for observation, told in _finals(seen):
        now = {name: told.get(name) for name in ("result", "failureReason", "downloaded", "uploaded")}
        if now != final.setdefault(observation.of, now):
            yield f"{observation.of} ended as {now} and as {final[observation.of]}", observation


def _finals(seen: Evidence) -> Iterator[tuple[Observation, Told]]:
    """What is told of a fetch once it has a result, by whomever."""
    for observation, told in _told(seen):
        if told.get("result") and observation.of in only_of_its_name(seen):
            yield observation, told


def _announced(seen: Evidence) -> Iterator[tuple[Observation, Told, int]]:
    """What is told of a fetch, and the length of all bodies that it was given to upload."""
    sure = only_of_its_name(seen)
    for observation, told in _told(seen):
        if observation.of in sure and "uploadTotal" in told:
            yield observation, told, sum(one.body or 0 for one in sure[observation.of].requests)


def _upload_total_is_the_sum(seen: Evidence) -> Iterator[Broken]:
    for observation, told, total in _announced(seen):
        if told["uploadTotal"] != total:
            yield f"uploadTotal {told['uploadTotal']} for {total} bytes of {observation.of}", observation


def _uploaded_once(seen: Evidence) -> Iterator[tuple[Observation, Told, int]]:
    """The successes whose bodies went out just once."""
    for observation, told, total in _announced(seen):
        one = only_of_its_name(seen)[observation.of]
        if total and told.get("result") == "success" and _goes_out_once(seen, one):
            yield observation, told, total


def _all_was_uploaded(seen: Evidence) -> Iterator[Broken]:
    for observation, told, total in _uploaded_once(seen):
        if told.get("uploaded") != total:
            yield f"{observation.of} succeeded with {told.get('uploaded')} of {total} uploaded", observation


def _held(seen: Evidence) -> Iterator[tuple[Observation, Told, int, bool]]:
    """Each end event, the bytes that its handler could read, and whether it could read every record."""
    for name, one in only_of_its_name(seen).items():
        for observation, event in seen.events.get(name, ()):
            found = [data for (of, _), records in seen.records.items() if of == name for _, data in records]
            readable = [data for data in found if not data.exception]
            whole = len(readable) == len(found) == len(one.requests)
            yield observation, dict(event.registration), sum(data.size for data in readable), whole


def _downloaded_is_what_is_held(seen: Evidence) -> Iterator[Broken]:
    for observation, told, held, whole in _held(seen):
        downloaded = told.get("downloaded", 0)
        if isinstance(downloaded, int) and (downloaded < held or (whole and downloaded > held)):
            yield f"downloaded {downloaded} of {observation.of}, where {held} bytes can be read", observation


INVARIANTS = (
    Invariant(
        "update-background-fetch-instance-algorithm/6.4",
        "no progress event follows the result",
        _progress,
        _no_progress_after_the_result,
    ),
    Invariant(
        "perform-a-background-fetch-algorithm/8.7",
        "the result is reported before the end event, and so while the records are available",
        lambda seen: (at for series in seen.progress.values() for at, now in series if now.result),
        _result_before_the_end,
    ),
    Invariant(
        "update-background-fetch-instance-algorithm/6.5",
        "each progress event reports something new",
        _progress,
        _something_changed,
    ),
    Invariant(
        "update-background-fetch-instance-algorithm/6.3",
        "no progress event tells of nothing but the loss of the records",
        _records_seen_gone,
        _loss_of_records_is_no_progress,
    ),
    Invariant(
        "complete-a-record-algorithm/11.b2",
        "uploaded never falls where each body goes out once",
        lambda seen: (at for _, _, series in _uploading(seen) for at, _ in series),
        _uploaded_never_falls,
    ),
    Invariant(
        "complete-a-record-algorithm/11.r3a",
        "downloaded falls only where a resource was answered whole once more",
        _wire_is_seen,
        _downloaded_falls_only_to_start_over,
    ),
    Invariant(
        "background-fetch-registration/idl.5",
        "result is empty, success or failure",
        _anything,
        _result_is_of_the_list,
    ),
    Invariant(
        "background-fetch-registration/idl.6",
        "failureReason is one of the six, and empty exactly where there is no failure",
        _anything,
        _reason_is_of_the_list,
    ),
    Invariant(
        "complete-a-record-algorithm/11.r6.1",
        "downloaded never passes downloadTotal",
        _limited,
        _never_above_the_total,
    ),
    Invariant(
        "background-fetch-registration/2",
        "uploadTotal and downloadTotal never change",
        _anything,
        _totals_stay,
    ),
    Invariant(
        "perform-a-background-fetch-algorithm/8.13b",
        "once there is a result, pages and workers all read the same final values",
        lambda seen: (observation for observation, _ in _finals(seen)),
        _final_for_all,
    ),
    Invariant(
        "background-fetch-manager-fetch/8.8.3.3",
        "uploadTotal is the sum of all bodies",
        lambda seen: (observation for observation, _, _ in _announced(seen)),
        _upload_total_is_the_sum,
    ),
    Invariant(
        "complete-a-record-algorithm/11.b2",
        "a success that sent each body once has uploaded uploadTotal",
        lambda seen: (observation for observation, _, _ in _uploaded_once(seen)),
        _all_was_uploaded,
    ),
    Invariant(
        "background-fetch-concept/2",
        "in the end downloaded is the sum of what the bodies hold",
        lambda seen: (observation for observation, _, _, _ in _held(seen)),
        _downloaded_is_what_is_held,
    ),
)
