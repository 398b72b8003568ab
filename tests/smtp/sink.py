"""Takes mail on a port of this machine and keeps each as a file: sink.py PORT FOLDER. A mail is on the disk before the
client is told that it was taken, as with a server that means it."""

import asyncio
import os
import sys
import uuid

from aiosmtpd.smtp import SMTP


class Sink:
    """Keeps what comes."""

    def __init__(self, folder):
        self.folder = folder

    async def handle_DATA(self, server, session, envelope):
        path = os.path.join(self.folder, str(uuid.uuid4()))
        with open(path + ".part", "wb") as file:
            file.write(envelope.content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(path + ".part", path + ".eml")
        return "250 taken"


async def main(port, folder):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(folder), hostname="sink"), "127.0.0.1", port)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
