"""Foreign entries run apart: each fault of theirs costs a row, and the truth is out of reach."""

import json
import shutil
import sys
from dataclasses import replace
from types import SimpleNamespace

import cbor2
import numpy as np
import pytest
from typer.testing import CliRunner

from needs import need_program
from research.challenges import entry_process, figures, sandbox
from research.challenges.challenge import ChallengeEntry, select_entries
from research.challenges.entry_guard import EntryError, InProcess
from research.challenges.entry_process import EntryProcess, Isolation, entries_at_hand
from research.challenges.foreign_entry import EntryPlace, entry_told
from research.challenges.plain_values import decode_answer, encode_answer
from research.joint_angle.joint_angle_challenge import CHALLENGE
from research.joint_angle.joint_case import JointAngleSolution, write_case
from research.simulation.hinge_simulator import SCENARIOS, simulate, single_repetitions
from ripresa.cli.challenges import challenge_cli
from telemetry.errors import ConfigurationError, DecodeError

pytestmark = pytest.mark.slow

PACKAGE = """
import ctypes, gc, os, struct, sys, threading, time
import numpy as np

LIBC = ctypes.CDLL(None, use_errno=True)

try:  # what runs at import runs in its own process, too
    from research.challenges import figures
    figures.SCORED_BY_A_ROGUE = os.getpid()
    with open(DATA, "rb") as file:
        STOLEN = np.load(file)["reference_deg"]
except Exception as e:
    STOLEN = None

class Answer:
    def __init__(self, angle_deg, half_band_deg=None):
        self.angle_deg, self.half_band_deg = angle_deg, half_band_deg

class Entry:
    challenge = "joint-angle"
    kind = "algorithm"
    declarations = ()
    def __init__(self, name, solve):
        self.name, self.solve = name, solve

def honest(case):
    rate = case.distal[:, 3:] - case.proximal[:, 3:]
    axis = np.linalg.svd(rate, full_matrices=False)[2][0]
    return Answer(np.degrees(np.cumsum(rate @ axis) / case.rate_hz))

def cheats(case):
    return Answer(case.reference_deg)

def walks_frames(case):
    frame = sys._getframe()
    while frame is not None:
        for value in frame.f_locals.values():
            if hasattr(value, "reference_deg"):
                return Answer(value.reference_deg)
        frame = frame.f_back
    raise LookupError("no truth in the frames")

def walks_memory(case):
    for thing in gc.get_objects():
        if hasattr(type(thing), "reference_deg"):
            return Answer(thing.reference_deg)
    raise LookupError("no truth in memory")

def reads_data(case):
    with open(DATA, "rb") as file:
        return Answer(np.load(file)["reference_deg"])

def reads_proc(case):
    parent = os.getppid()
    with open(f"/proc/{parent}/cmdline", "rb") as file:
        raise LookupError(file.read().decode())

def uses_what_it_stole(case):
    return Answer(STOLEN[: len(case.distal)])

def opens_by_c(case):
    if LIBC.open(DATA.encode(), 0) >= 0:
        return honest(case)
    raise LookupError(f"refused with {ctypes.get_errno()}")

def looks_into_the_scorer(case):
    memory = LIBC.open(f"/proc/{os.getppid()}/mem".encode(), 0)
    environment = LIBC.open(f"/proc/{os.getppid()}/environ".encode(), 0)
    traced = LIBC.ptrace(16, os.getppid(), 0, 0)
    if max(memory, environment, traced) >= 0:
        return honest(case)
    raise LookupError("refused")

def speaks_to_others(case):
    import socket
    told = [LIBC.socket(2, 1, 0), LIBC.socket(2, 2, 0), LIBC.socket(10, 1, 0)]
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except Exception as e:
        raise LookupError(f"{told} {type(e).__name__}")
    return honest(case)

def forks(case):
    for number in range(200):
        child = LIBC.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
        if child < 0:
            raise LookupError(f"{number} children")
    return honest(case)

def floods_its_output(case):
    for _ in range(64):
        print("x" * 2**20, flush=True)
    return honest(case)

def floods_the_answer(case):
    return Answer(np.zeros((2**25,)))

def _write(data):
    for fd in range(3, 40):
        try:
            os.write(fd, data)
        except OSError:
            pass

def says_half_a_word(case):
    _write(struct.pack(">Q", 10) + b"x")
    time.sleep(600)

def says_too_long_a_word(case):
    _write(struct.pack(">Q", 2**60) + b"x" * 100)
    time.sleep(600)

def starts_programs(case):
    os.system("cat " + DATA + " > /dev/null")
    return honest(case)

def pickles_a_surprise(case):
    class Surprise:
        def __reduce__(self):
            return os.mkdir, (DATA + ".hit",)
    return Surprise()

def mutates(case):
    case.distal[:] = 0.0
    case.proximal[:] = 0.0
    return Answer(np.zeros(len(case.distal)))

def sleeps(case):
    time.sleep(600)

def eats(case):
    return Answer(np.ones((40_000, 40_000)).sum(axis=1)[: len(case.distal)])

def crashes(case):
    os.abort()

def raises(case):
    raise RuntimeError("not today")

def answers_nonsense(case):
    return "about ninety"

def leaves(case):
    sys.exit(0)

def leaves_out_what_is_hard(case):
    angle = np.zeros(len(case.distal))
    angle[len(angle) // 2 :] = np.nan
    return Answer(angle)

def is_infinitely_wide(case):
    return Answer(np.zeros(len(case.distal)), np.full(len(case.distal), np.inf))

def counts_beyond_all_bounds(case):
    return Answer((10**400,) * len(case.distal))

def is_off_by_more_than_there_is(case):
    return Answer(np.full(len(case.distal), 1e308))

def paints_its_fault(case):
    raise ValueError("\\x1b[31mred\\nfirst place: me")

def speaks_unasked(case):
    _write(struct.pack(">Q", 4) + b"done" + struct.pack(">Q", 1) + b"\\xf6")
    return Answer(np.zeros(len(case.distal)))

def answers_twice(case):
    frame = sys._getframe()
    while "call" not in frame.f_locals:
        frame = frame.f_back
    call = struct.pack(">Q", 8) + frame.f_locals["call"]
    _write(call + struct.pack(">Q", 4) + b"done" + struct.pack(">Q", 1) + b"\\xf6")
    return Answer(np.zeros(len(case.distal)))

def is_asked_next(case):
    return honest(case)

for _name, _solve in list(globals().items()):
    if getattr(getattr(_solve, "__code__", None), "co_varnames", ())[:1] == ("case",):
        globals()["ENTRY_" + _name] = Entry(_name, _solve)

ENTRY_rogue = Entry("rogue", honest)
vars(ENTRY_rogue).update((n[6:], e.solve) for n, e in list(globals().items()) if n[:6] == "ENTRY_")
"""
NAMES = ("honest", "cheats", "mutates", "eats", "crashes", "answers_nonsense")
LIMITS = Isolation(memory_mb=3000)
REFUSED = {
    "walks_frames": "no truth",
    "walks_memory": "no truth",
    "reads_data": "does not read",
    "reads_proc": "does not read",
    "uses_what_it_stole": "NoneType",
    "opens_by_c": "refused with",
    "looks_into_the_scorer": "refused",
    "speaks_to_others": "[-1, -1, -1] PermissionError",
    "forks": "0 children",
    "starts_programs": "starts no programs",
    "raises": "not today",
    "sleeps": "within 0.5 s",
    "says_half_a_word": "within 0.5 s",
    "says_too_long_a_word": "bytes",
    "floods_the_answer": "bytes",
    "crashes": "ended",
    "leaves": "ended",
    "leaves_out_what_is_hard": "not finite",
    "is_infinitely_wide": "not finite",
    "counts_beyond_all_bounds": "beyond 1e15",
    "is_off_by_more_than_there_is": "beyond 1e15",
    "paints_its_fault": "ValueError: [31mred first place: me",
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    for seed in range(2):
        single = next(single_repetitions(simulate(SCENARIOS["hinge-horizontal"], seed)))
        write_case(folder / f"hinge-{seed}.npz", single)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory, cases):
    """A package of foreign entries, as an installation leaves it."""
    site = tmp_path_factory.mktemp("site")
    info = site / "rogues-1.0.dist-info"
    info.mkdir(parents=True)
    data = cases / "hinge-0.npz"
    (site / "rogues.py").write_text(f"DATA = {str(data)!r}\n{PACKAGE}")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: rogues\nVersion: 1.0\n")
    points = "rogue = rogues:ENTRY_rogue"
    (info / "entry_points.txt").write_text(f"[ripresa.challenges]\n{points}\n")
    return site


@pytest.fixture(scope="module")
def rogue(cases, site):
    """All attacks in one entry, which is never given up."""
    limits = Isolation(memory_mb=3000, withheld=(str(cases),))
    asked = EntryProcess(EntryPlace("rogue", "rogues:ENTRY_rogue", (str(site),)), limits)
    yield asked
    asked.close()


TASK = SimpleNamespace(rate_hz=50.0, distal=np.ones((9, 6)), proximal=np.zeros((9, 6)))


@pytest.mark.parametrize("attack", REFUSED)
def test_an_attack_is_refused_and_told(rogue, attack, monkeypatch):
    assert rogue.told()["name"] == "rogue"
    quick = attack in {"sleeps", "says_half_a_word", "says_too_long_a_word"}
    monkeypatch.setattr(rogue, "_limits", replace(rogue._limits, seconds=0.5 if quick else 30.0))
    monkeypatch.setattr(rogue, "_ended", 0)
    with pytest.raises(EntryError) as told:
        rogue.ask(attack, TASK)
    assert REFUSED[attack] in str(told.value)


def test_what_it_says_before_it_is_asked_is_no_answer_to_the_next_case(rogue, monkeypatch):
    monkeypatch.setattr(rogue, "_ended", 0)
    with pytest.raises(EntryError, match="spoke before it was asked"):
        rogue.ask("speaks_unasked", TASK)
    assert rogue.ask("answers_twice", TASK) is None
    with pytest.raises(EntryError, match="spoke before it was asked"):
        rogue.ask("is_asked_next", TASK)
    assert len(rogue.ask("is_asked_next", TASK).angle_deg) == 9


@pytest.mark.parametrize("name", ["", "two\nlines", "\x1b[2J", "x" * 81])
def test_a_name_that_would_spoil_the_table_is_refused(name):
    told = {"name": name, "challenge": "joint-angle", "kind": "algorithm", "description": ""}
    with pytest.raises(ConfigurationError, match="one line of printed letters"):
        entry_told(told | {"declarations": [], "offers": ["solve"]}, EntryPlace("x", "x:X"))


def test_an_answer_that_no_number_can_hold_costs_one_row_even_of_a_trusted_entry(cases):
    def beyond(case):
        return SimpleNamespace(angle_deg=(10**400,) * len(case.distal), half_band_deg=None)

    entry = ChallengeEntry("beyond", "joint-angle", beyond)
    body = CHALLENGE.run([entry], str(cases)).body["entries"]["beyond"]
    assert list(body["faults"]) == ["hinge-0", "hinge-1"]


@pytest.mark.parametrize("half_deg", [-5.0, 181.0, 1e9])
def test_a_band_that_holds_everything_or_nothing_is_a_fault(cases, half_deg):
    def wide(case):
        angle = np.zeros(len(case.distal))
        return JointAngleSolution(angle, np.full(len(angle), half_deg))

    body = CHALLENGE.run([ChallengeEntry("w", "joint-angle", wide)], str(cases)).body
    assert "half width of 0 to 180" in body["entries"]["w"]["faults"]["hinge-0"]


def test_what_it_prints_is_heard_by_nobody_and_what_it_pickles_is_run_by_nobody(rogue, cases):
    assert len(rogue.ask("floods_its_output", TASK).angle_deg) == 9
    assert not hasattr(rogue.ask("pickles_a_surprise", TASK), "angle_deg")
    assert not (cases / "hinge-0.npz.hit").exists()


@pytest.mark.usefixtures("rogue")
def test_nothing_of_an_entry_is_imported_where_the_truth_is():
    assert "rogues" not in sys.modules
    assert not hasattr(figures, "SCORED_BY_A_ROGUE")


def test_each_that_cheats_mutates_sleeps_eats_or_crashes_costs_its_rows(cases, site, monkeypatch):
    monkeypatch.setattr(entry_process, "MOST_ENDED", 1)
    (ours,) = select_entries(CHALLENGE.entries(), ["ripresa"])
    alone = CHALLENGE.run([ours], str(cases)).body["entries"]
    entries = [ours, *(undescribed(site, n) for n in NAMES)]
    bodies = CHALLENGE.run(entries, str(cases), isolation=LIMITS).body["entries"]
    assert bodies["ripresa"] == alone["ripresa"]
    assert bodies["honest"]["mean"]["correlation"] > 0.9
    assert bodies["mutates"]["mean"]["correlation"] == 0.0
    assert not [n for n in ("honest", "mutates") if "faults" in bodies[n]]
    sleeps = undescribed(site, "sleeps")
    late = CHALLENGE.run([ours, sleeps], str(cases), isolation=replace(LIMITS, seconds=1.0))
    bodies["sleeps"] = late.body["entries"]["sleeps"]
    faulty = "cheats", "sleeps", "eats", "crashes", "answers_nonsense"
    told = {n: bodies[n]["faults"] for n in faulty}
    assert all(list(faults) == ["hinge-0", "hinge-1"] for faults in told.values())
    assert "reference_deg" in told["cheats"]["hinge-1"]
    assert "within 1 s" in told["sleeps"]["hinge-0"]
    assert "given up" in told["sleeps"]["hinge-1"]
    assert "ended" in told["crashes"]["hinge-0"]
    assert "angle_deg" in told["answers_nonsense"]["hinge-0"]
    assert late.body["entries"]["ripresa"] == alone["ripresa"]


def undescribed(site, name):
    """An entry whose process is not asked who it is, which would cost a start."""
    place = EntryPlace(name, f"rogues:ENTRY_{name}", (str(site),))
    told = {"name": name, "challenge": "joint-angle", "kind": "algorithm", "description": ""}
    return entry_told(told | {"declarations": [], "offers": ["solve"]}, place)


@pytest.mark.parametrize("cage", ["bubblewrap", "another user", "a process of its own"])
def test_each_cage_that_the_machine_has_keeps_the_data_from_an_entry(
    cases, site, monkeypatch, cage
):
    if cage == "bubblewrap":
        need_program("bwrap")
    found = [c.name for c in sandbox.cages("/tmp/x", sandbox.Outlook(()))]  # noqa: S108 - a name only
    if cage not in found:
        pytest.skip(f"this machine lets nobody make a cage of this kind: {cage}")
    every = sandbox.cages
    only = lambda *a: (c for c in every(*a) if c.name == cage)  # noqa: E731
    monkeypatch.setattr(entry_process, "cages", only)
    limits = Isolation(withheld=(str(cases),))
    asked = EntryProcess(EntryPlace("c", "rogues:ENTRY_opens_by_c", (str(site),)), limits)
    try:
        with pytest.raises(EntryError, match="refused with|Permission denied|ends before"):
            asked.ask("solve", TASK)
    finally:
        asked.close()


def test_data_that_lie_among_programs_are_withheld_all_the_same(tmp_path):
    package = tmp_path / "package"
    (package / "data").mkdir(parents=True)
    (package / "code.py").touch()
    within = sandbox.outlook([str(package)], [str(package / "data")])
    assert str(package / "code.py") in within.readable
    assert str(package) in within.listable
    assert not {str(package), str(package / "data")} & set(within.readable)


@pytest.mark.parametrize(
    ("value", "why"), [("nowhere:ENTRY", "nowhere"), ("package:NUMBER", "does not say who it is")]
)
def test_an_entry_that_cannot_be_loaded_or_is_none_is_told_and_left_out(tmp_path, value, why):
    (tmp_path / "package.py").write_text("NUMBER = 7\n")
    (tmp_path / "pyproject.toml").write_text(
        f'[project.entry-points."ripresa.challenges"]\nlost = "{value}"\n'
    )
    found, broken = entries_at_hand("joint-angle", [tmp_path])
    assert found == []
    assert any("lost" in told and why in told for told in broken)


@pytest.mark.parametrize("text", [None, "not toml", "[project]\nname = 'x'\n"])
def test_a_folder_that_declares_no_entry_is_refused_with_what_it_wants(tmp_path, text):
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml"):
        entries_at_hand("joint-angle", [tmp_path])


def test_in_this_process_too_an_entry_gets_copies_and_a_fault_is_told():
    held = np.ones(3)

    def spoil(values):
        values[:] = 0
        raise RuntimeError("oops")

    with pytest.raises(EntryError, match="RuntimeError: oops"):
        InProcess(ChallengeEntry("x", "joint-angle", spoil)).ask("solve", held)
    assert held.tolist() == [1, 1, 1]


def test_the_command_scores_a_folder_with_a_crashing_entry_and_writes_json(cases, site, tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    shutil.copy(site / "rogues.py", package / "rogues.py")
    (package / "pyproject.toml").write_text(
        '[project.entry-points."ripresa.challenges"]\ncrashes = "rogues:ENTRY_crashes"\n'
    )
    out = tmp_path / "out.json"
    arguments = ["run", "joint-angle", "--data", str(cases), "--json", str(out)]
    chosen = ["--entry", "ripresa", "--entry", "crashes", "--from", str(package)]
    result = CliRunner().invoke(challenge_cli.app, [*arguments, *chosen, "--time-limit", "20"])
    assert result.exit_code == 0, result.output
    read = json.loads(out.read_text())
    assert "ended" in read["entries"]["crashes"]["faults"]["hinge-0"]
    assert any("crashes" in note for note in read["notes"])


def test_answers_travel_as_plain_values():
    answer = JointAngleSolution(np.arange(3.0), None)
    read = decode_answer(encode_answer([answer, (1, 2.5, "x"), np.float64(3), {"a": (1, None)}]))
    assert read[0].angle_deg.tolist() == [0, 1, 2]
    assert read[0].half_band_deg is None
    assert read[1:] == ((1, 2.5, "x"), 3.0, {"a": (1, None)})


def test_times_in_nanoseconds_travel_and_what_no_64_bits_hold_does_not():
    now = 1_790_000_000_123_456_789
    times = np.array([now, -now])
    read = decode_answer(encode_answer({"t_ns": times, "at": now}))
    assert read["t_ns"].dtype == np.int64
    assert read["t_ns"].tolist() == [now, -now]
    assert read["at"] == now
    for beyond in (2**63, np.array([2**63], np.uint64), np.array([1e16])):
        with pytest.raises(DecodeError, match="beyond"):
            decode_answer(encode_answer([beyond]))


@pytest.mark.parametrize("answer", [object(), np.array([object()]), {1: 2}, b"x"])
def test_what_is_no_plain_value_does_not_travel(answer):
    with pytest.raises(TypeError, match="an answer holds"):
        encode_answer(answer)


@pytest.mark.parametrize("payload", [b"", b"\xff\xff", encode_answer("x")[:-1], b"\xa1\x01\x02"])
def test_bytes_that_are_no_answer_are_refused(payload):
    with pytest.raises(DecodeError, match="answer"):
        decode_answer(payload)


def laughs():
    """A list of two of a list of two of ...: a hundred bytes that stand for 2**40 values."""
    told = ["x"]
    for _ in range(40):
        told = [told, told]
    return cbor2.dumps(told, value_sharing=True)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(laughs(), id="shared lists"),
        pytest.param(cbor2.dumps({"array": ["<f8", [2**40], b""]}), id="a shape without bytes"),
        pytest.param(cbor2.dumps({"array": ["O", [1], b"12345678"]}), id="an array of objects"),
        pytest.param(cbor2.dumps({"array": 7}), id="an array that is a number"),
        pytest.param(cbor2.dumps({"fields": [1]}), id="fields that are a list"),
        pytest.param(b"\x81" * 5000 + b"\x01", id="deep"),
        pytest.param(cbor2.dumps([None] * 2_100_000), id="many"),
        pytest.param(cbor2.dumps(b"x"), id="bytes"),
        pytest.param(cbor2.dumps({1, 2}), id="a set"),
    ],
)
def test_an_answer_made_to_hurt_its_reader_is_refused(payload):
    with pytest.raises(DecodeError, match="answer"):
        decode_answer(payload)
