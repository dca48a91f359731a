"""Addresses that are no honest ones lead nowhere; and nobody is let in by how they are written."""

import pytest

from dashboards.web.serving import serve

TRICKS = (
    "/api/patients/p-milano",
    "//api/patients",
    "/api//patients",
    "/api/patients/",
    "/api/./patients",
    "/static/../api/patients",
    "/static/..%2fapi/patients",
    "/static/%2e%2e/api/patients",
    "/api/patients%00",
    "/api/patients;/static/",
    "/API/patients",
    "/api/patients?next=/static/page.css",
    "http://127.0.0.1/api/patients",
    "/static/../../access/accounts.py",
    "/static/%2e%2e/%2e%2e/access/accounts.py",
    "/static/..\\..\\access\\accounts.py",
    "/static//etc/passwd",
    "/session/../api/patients",
    "/api/patients/..%2f..%2fapi%2fpatients",
    "/api/patients/p-milano%2f",
    "/api/sessions/01J00000000000000000000001#",
)


async def raw(port, method, target, *headers):
    """What a server answers to a request as it is written, no client's tidying in between."""
    import asyncio

    head = "\r\n".join((f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()
    try:
        async with asyncio.timeout(10):
            return (await reader.read()).decode(errors="replace")
    finally:
        writer.close()


async def test_no_way_of_writing_an_address_leads_past_the_sign_in(guarded):
    guarded.add()
    async with serve(guarded.app(), port=0) as page:
        for target in TRICKS:
            for method in ("GET", "HEAD", "POST", "OPTIONS", "TRACE", "PATCH"):
                answer = await raw(page.port, method, target)
                status = int(answer.split(" ", 2)[1])
                told = f"{method} {target}: {status}"
                assert status < 500, told
                assert status in (307, 400, 401, 403, 404, 405, 413), told
                assert '"patients"' not in answer, told
                assert "def " not in answer, told


@pytest.mark.parametrize(
    "header",
    [
        "X-Original-URL: /api/patients",
        "X-Forwarded-Host: 127.0.0.1",
        "X-Forwarded-User: anna",
        "X-Remote-User: anna",
        "X-HTTP-Method-Override: GET",
        "Cookie: __Host-ripresa=",
        "Cookie: __Host-ripresa=' OR 1=1 --",
        "Authorization: Bearer ' OR 1=1 --",
        "Authorization: Basic YW5uYTphbm5h",
        "Authorization: \xff\xfe",
        "Cookie: __Host-ripresa=\xff\xfe",
    ],
)
async def test_no_header_lets_anybody_in(guarded, header):
    guarded.add()
    async with serve(guarded.app(), port=0) as page:
        answer = await raw(page.port, "GET", "/api/patients", header)
    assert answer.startswith("HTTP/1.1 401"), answer.splitlines()[0]
