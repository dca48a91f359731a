"""A request that is larger than anything the page takes costs no memory."""

import asyncio
import contextlib

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from websockets.asyncio.client import connect

from dashboards.web import timed_protocol
from dashboards.web.serving import LARGEST_BODY, serve


def echo():
    app = FastAPI()

    @app.post("/")
    async def length(request: Request) -> int:
        return len(await request.body())

    return app


@pytest.mark.parametrize(("size", "code"), [(10, 200), (LARGEST_BODY, 200)])
async def test_what_the_page_takes_comes_in(size, code):
    async with serve(echo(), port=0) as page, httpx.AsyncClient() as client:
        answer = await client.post(page.url, content=b"x" * size)
    assert answer.status_code == code


@pytest.mark.parametrize("told", [str(LARGEST_BODY + 1), str(200 << 20), "9" * 30])
async def test_a_larger_body_is_refused_by_what_it_says_before_it_is_read(told):
    async with serve(echo(), port=0) as page:
        reader, writer = await asyncio.open_connection(page.host, page.port)
        head = f"POST / HTTP/1.1\r\nHost: {page.host}\r\nContent-Length: {told}\r\n\r\n"
        writer.write(head.encode())
        answer = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
    assert answer.split()[1] in (b"413", b"400")


async def test_a_body_without_a_length_is_cut_off():
    async def endless():
        for _ in range(64):
            yield b"x" * (1 << 16)

    async with serve(echo(), port=0) as page, httpx.AsyncClient() as client:
        try:
            answer = await client.post(page.url, content=endless())
        except httpx.TransportError:
            return
    assert answer.status_code >= 400


HALVES = [
    b"",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ",
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nx",
]


async def half_open(page, count):
    lines = []
    for i in range(count):
        reader, writer = await asyncio.open_connection(page.host, page.port)
        writer.write(HALVES[i % len(HALVES)])
        lines.append((reader, writer))
    return lines


async def test_hundreds_of_half_requests_keep_nobody_out():
    async with serve(echo(), port=0) as page, httpx.AsyncClient() as client:
        lines = await half_open(page, 300)
        answer = await client.post(page.url, content=b"12345")
        for _, writer in lines:
            writer.close()
    assert answer.json() == 5


async def test_a_request_that_does_not_end_is_let_go_though_bytes_dribble(monkeypatch):
    monkeypatch.setattr(timed_protocol, "LOOK_EVERY_S", 0.2)

    async def dribbling(writer):
        with contextlib.suppress(OSError):
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)

    async with serve(echo(), port=0) as page:
        lines = await half_open(page, 2 * len(HALVES))
        tasks = [asyncio.create_task(dribbling(writer)) for _, writer in lines[3:]]
        async with asyncio.timeout(5):
            for reader, _ in lines:
                with contextlib.suppress(OSError):
                    await reader.read()
        for _, writer in lines:
            writer.close()
        await asyncio.gather(*tasks)


async def test_a_slow_answer_and_a_socket_are_waited_for(monkeypatch):
    monkeypatch.setattr(timed_protocol, "LOOK_EVERY_S", 0.1)
    app = FastAPI()

    @app.get("/")
    async def slow() -> str:
        await asyncio.sleep(0.5)
        return "there"

    @app.websocket("/socket")
    async def socket(line: WebSocket) -> None:
        await line.accept()
        await asyncio.sleep(0.5)
        await line.send_text("there")
        await line.close()

    async with serve(app, port=0) as page, httpx.AsyncClient() as client:
        assert (await client.get(page.url)).json() == "there"
        async with connect(f"ws://{page.host}:{page.port}/socket") as line:
            assert await line.recv() == "there"
