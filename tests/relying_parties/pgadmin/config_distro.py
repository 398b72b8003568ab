"""Where this pgAdmin runs and keeps its data; who signs in there is told by config_local.py, as `client create` printed it."""

import os
import pathlib

SERVER_MODE = True
DEFAULT_SERVER_PORT = int(os.environ["PORT"])
DATA_DIR = str(pathlib.Path(__file__).parent / "data")
LOG_FILE = f"{DATA_DIR}/log"
CONSOLE_LOG_LEVEL = 20  # INFO
UPGRADE_CHECK_ENABLED = False
# The demo people's addresses are below .test, which pgAdmin refuses by itself.
ALLOW_SPECIAL_EMAIL_DOMAINS = ["test"]
