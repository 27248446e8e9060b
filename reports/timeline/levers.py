"""The strands of what was done to the implementation: steps, network, faults and levers, its own life."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from reports.text import clip, duration, size
from reports.timeline.story import Item, Story, Strand
from simulator.observation import (
    Browser,
    Fault,
    Kind,
    Network,
    Never,
    Observation,
    Permission,
    Released,
    Shortened,
    Step,
    Storage,
    Stuck,
    Unconfirmed,
)

_STRUCK = (Fault, Storage, Permission, Released, Shortened, Stuck, Unconfirmed, Never)


def steps(story: Story) -> Strand:
    """The steps of the scenario: each lasts until the next is begun."""
    begun = [(seen, "step", f"{seen.of} {data.told or data.verb}") for seen, data in story.select(Step)]
    items = story.segments(begun)
    return Strand("steps", tuple(evolve(item, title=clip(f"step {item.label}", 120)) for item in items))


def network(story: Story) -> Strand:
    """The state of the link, and how much it carries; no strand where it was left alone."""
    changes = [(seen, _link(data), _link_label(data)) for seen, data in story.select(Network)]
    items = story.segments(changes)
    if items and items[0].start[0] > 0:
        before = Item("online", (0, 0), items[0].start, "nothing had been done to the network yet", "online")
        items = (before, *items)
    return Strand("network", items)


def _link(data: Network) -> str:
    if data.captive:
        return "captive"
    if not data.online:
        return "offline"
    return "metered" if data.metered else "online"


def _link_label(data: Network) -> str:
    rate = "" if data.bandwidth is None else f" {data.bandwidth / 1000:,.10g} kbit/s"
    return _link(data) + rate


def faults(story: Story) -> Strand:
    """What struck, and what was done beside the network: quota, permission, gates; trouble of the run."""
    return Strand("faults", tuple(_struck(story)))


def _struck(story: Story) -> Iterator[Item]:
    for one in story.seen:
        if isinstance(one.data, _STRUCK) and one.witness in ("harness", "origin"):
            look, label = _strike(one, one.data)
            yield story.point(one, look, label)


def _strike(seen: Observation, data: Kind) -> tuple[str, str]:
    match data:
        case Fault(fault=fault, after=after):
            return "fault", f"{fault} before the head" if after < 0 else f"{fault} after {size(after)}"
        case Storage(quota=quota, evicted=evicted):
            return "lever", "evicted" if evicted else f"quota {'ample' if quota is None else size(quota)}"
        case Permission(state=state):
            return "lever", f"permission {state}"
        case Released():
            return "lever", f"gate {seen.of} opened"
        case Shortened(asked=asked):
            return "lever", f"{duration(asked)} shortened"
        case Never(happened=happened):
            return ("trouble", "it happened") if happened else ("lever", "never: nothing seen")
    return "trouble", "stuck" if isinstance(data, Stuck) else "no effect seen"


def agent(story: Story) -> Strand:
    """Whether the user agent ran; no strand where it was started once and left alone."""
    changes = [
        (seen, "running" if data.state == "started" else "down", data.state)
        for seen, data in story.select(Browser)
    ]
    return Strand("user agent", story.segments(changes) if len(changes) > 1 else ())
