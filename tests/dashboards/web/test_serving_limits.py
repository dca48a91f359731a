"""A request that is larger than anything the page takes costs no memory."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI, Request

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
