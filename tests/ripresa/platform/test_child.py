"""A part that dies comes back; one that is done stays so."""

import asyncio
import socket
import sys

import pytest

from ripresa.platform.child import Child, free_port, wait_for_port
from telemetry.errors import ConfigurationError, TransportError


def python(code, tmp_path, **more):
    return Child("part", [sys.executable, "-c", code], tmp_path / "part.log", **more)


async def until(condition, timeout_s=20):
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_killed_part_is_started_again_but_not_sooner_than_asked(tmp_path):
    async with python("import time; time.sleep(60)", tmp_path) as part:
        loop = asyncio.get_running_loop()
        before = loop.time()
        part.kill(away_s=1)
        await until(lambda: part.starts == 2)
        assert loop.time() - before >= 1
    assert part.returncode is not None


async def test_a_part_that_ended_well_is_done(tmp_path):
    async with python("print('hello')", tmp_path) as part:
        await part.wait()
        assert part.returncode == 0
        assert part.starts == 1
    assert (tmp_path / "part.log").read_text() == "hello\n"


async def test_a_part_that_need_not_be_kept_is_left_as_it_ended(tmp_path):
    async with python("raise SystemExit(3)", tmp_path, keep=False) as part:
        await part.wait()
        assert part.returncode == 3


async def test_a_program_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="no-such-program"):
        async with Child("part", ["no-such-program"], tmp_path / "log"):
            pass


def test_a_taken_port_gives_way_to_a_free_one():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        taken = s.getsockname()[1]
        assert free_port(taken) != taken
    assert free_port(taken) == taken


async def test_a_port_that_stays_closed_is_named():
    with pytest.raises(TransportError, match="the broker did not open port"):
        await wait_for_port(free_port(), "the broker", 0.2)


async def test_a_port_that_another_program_is_about_to_use_is_not_given_out_again():
    port = free_port()
    holds = "import sys; from ripresa.platform.child import free_port; "
    holds += f"print(free_port({port}), flush=True); sys.stdin.read()"
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", holds, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert int(await other.stdout.readline()) == port
    assert free_port(port) != port, "nobody listens there, yet it is promised"
    other.stdin.close()
    await other.wait()
    assert free_port(port) == port
