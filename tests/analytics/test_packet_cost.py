"""What a packet costs the live core does not grow with what came before it.

Counted in the interpreter's own steps, so that it tells of the program and not of the machine. A
main axis is looked for again at every twentieth frame more, and the past may then be told anew: by
the end of a session that is one packet in many, and none of the `USUALLY` that are looked at here.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import count as counter

import numpy as np
import pytest

from analytics.core import Core
from analytics.exercise.observation import Hinge, Method, Observation, count_only
from analytics.joints.axis import HingeAxes
from arm_motion import exercise, one_batch, stroke
from builders import SESSION, STREAM, opened
from joint_motion import PROXIMAL, two_segments
from telemetry.messages.events import RestEnded, RestStarted
from telemetry.messages.motion import StreamGap

PACKET, CYCLE, MEASURED = 10, 120, 5
"""Samples of a packet and of a movement, which takes two seconds; movements that are looked at."""
SHORT, LONG = (5, 60), (60, 600)
"""Movements before the first ones that are looked at, and in all: at the end ten times as many lie
before. The long one is of twenty minutes against two."""
USUALLY, GROWN = 90, 1.1
"""Percentile of a stretch's packets that may have grown by no more than this."""

LEVEL = HingeAxes(np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0]))


def seen(method, **more):
    fields = {"stream": STREAM, "axis": None, "what": "x", "method": method}
    return Observation(**(fields | more))


KINDS = {
    "elevation": seen(Method.ELEVATION, axis=(-1.0, 0.0, 0.0)),
    "count": count_only(STREAM, "gravity does not see it"),
    "sweep": seen(Method.SWEPT),
    "stance": seen(Method.STANCE),
    "felt": count_only(STREAM, "no gyroscope"),
    "joint": seen(Method.FLEXION, hinge=Hinge(PROXIMAL, LEVEL, 0.0)),
    "joint without axes": seen(Method.FLEXION, hinge=Hinge(PROXIMAL, None, None)),
}


def bytecodes(work, what):
    """How many steps of the interpreter something takes."""
    steps = 0

    def step(frame, event, _):
        nonlocal steps
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        steps += event == "opcode"
        return step

    outer = sys.gettrace()
    sys.settrace(step)
    try:
        work(what)
    finally:
        sys.settrace(outer)
    return steps


def movement(movements):
    one = np.concatenate((stroke(20, 110, 0.8), np.full(12, 110.0), stroke(110, 20, 1.0)))
    return np.tile(one, movements)


def packets(kind, movements):
    """The streams' openings, and their packets side by side."""
    moved = movement(movements)
    batches = (one_batch(moved),) if KINDS[kind].hinge is None else two_segments(moved)
    if kind == "felt":
        batches = tuple(replace(b, gyr=None) for b in batches)
    starts = [opened(b.stream, gyroscope=kind != "felt") for b in batches]
    cut = [[b.cut(a, a + PACKET) for a in range(0, len(b), PACKET)] for b in batches]
    return starts, [list(side) for side in zip(*cut, strict=True)]


def plain(_, pair):
    return pair


def lossy(number, pair):
    """One packet in twenty is lost, of either sensor another."""
    return [p for at, p in enumerate(pair) if number % 20 != 7 + 6 * at]


def gapped(number, pair):
    """Two packets in twelve are lost and told as lost: the filter begins anew after them."""
    if number % 12 in {4, 5}:
        return []
    if number % 12 == 6:
        return [
            StreamGap(stream=p.stream, first_index=p.first_index - 20, count=20, reason="radio")
            for p in pair
        ]
    return pair


def in_rests(number, pair):
    """All is moved in rests, a new one every so often."""
    at = pair[0].first_index
    if number % 60 == 50:
        return [("rest ended", at), *pair]
    if number % 60 == 51:
        return [("rest started", at), *pair]
    return pair


def in_items(number, pair):
    """A new item every so often."""
    return [("item", pair[0].first_index), *pair] if number and number % 12 == 0 else pair


HISTORIES = [plain, lossy, gapped, in_rests, in_items]


def cost(kind, history, before, movements):
    """Steps a measured stretch takes early and at the end."""
    starts, pairs = packets(kind, movements)
    observation = KINDS[kind]
    core = Core(SESSION, lambda *_: observation)
    numbers = counter(1)
    spans = {p.stream: 0 for p in starts}
    items = iter(f"{n}" for n in counter(1))
    item = next(items)

    def event(of, at):
        nonlocal item
        began, ended = exercise(at, item=item)
        if of == "item":
            core.take_event(
                ended.model_copy(
                    update={"number": next(numbers), "spans": dict.fromkeys(spans, at)}
                )
            )
            item = next(items)
        if of in {"item", "start"}:
            update = {"number": next(numbers), "item": item, "spans": dict.fromkeys(spans, at)}
            core.take_event(began.model_copy(update=update))
        else:
            cls = RestStarted if of == "rest started" else RestEnded
            core.take_event(
                cls(
                    session=SESSION,
                    number=next(numbers),
                    t_ns=0,
                    item=item,
                    spans=dict.fromkeys(spans, at),
                )
            )

    for start in starts:
        core.take(start)
    event("start", 0)

    def take(some):
        for number, pair in some:
            for told in history(number, pair):
                if isinstance(told, tuple):
                    event(*told)
                else:
                    core.take(told)

    numbered = list(enumerate(pairs))
    per = CYCLE // PACKET
    early, late = before * per, (movements - MEASURED) * per
    take(numbered[:early])
    measured = slice(early, early + MEASURED * per), slice(late, None)
    first = [bytecodes(take, [packet]) for packet in numbered[measured[0]]]
    take(numbered[measured[0].stop : late])
    last = [bytecodes(take, [packet]) for packet in numbered[measured[1]]]
    return (float(np.percentile(steps, USUALLY)) for steps in (first, last))


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("kind", ["elevation", "count", "stance", "felt", "joint"])
def test_a_packet_costs_the_same_however_much_came_before(kind, history):
    first, last = cost(kind, history, *SHORT)
    assert last < GROWN * first


@pytest.mark.nightly
@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_packet_costs_the_same_after_twenty_minutes(kind, history):
    first, last = cost(kind, history, *LONG)
    assert last < GROWN * first
