"""The yardstick: an aiohttp server that reads the body and answers 202. Prints its address."""

import asyncio

from aiohttp import web


async def _answer(request: web.Request) -> web.Response:
    await request.read()
    return web.json_response({"accepted": 1}, status=202)


async def _serve() -> None:
    app = web.Application()
    app.router.add_post("/", _answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
