"""One address before several servers: `python balancer.py PORT SERVER_PORT…`.

Each connection goes to the next server that takes it.
"""

import asyncio
import contextlib
import itertools
import sys


async def pass_on(reader, writer):
    """From one side to the other, until there is no more."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def main(port, servers):
    turns = itertools.cycle(servers)
    connections = set()

    async def connected(reader, writer):
        connections.add(asyncio.current_task())  # the event loop itself would forget it
        asyncio.current_task().add_done_callback(connections.discard)
        for server in itertools.islice(turns, len(servers)):
            try:
                ahead_reader, ahead_writer = await asyncio.open_connection("127.0.0.1", server)
                break
            except OSError:
                pass
        else:
            writer.close()
            return
        await asyncio.gather(pass_on(reader, ahead_writer), pass_on(ahead_reader, writer))
        for side in (ahead_writer, writer):
            side.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", port)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), [int(server) for server in sys.argv[2:]]))
