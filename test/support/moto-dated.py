"""moto's server, whose S3 takes the time of a write from a file (ms since 1970-01-01 UTC), or the clock where that is empty.

Usage: moto-dated.py TIME_FILE [arguments of moto.server]
"""

import datetime
import pathlib
import sys

from moto import server
from moto.s3 import models

time_file = pathlib.Path(sys.argv[1])
clock = models.utcnow


def written_at():
    stated = time_file.read_text(encoding="ascii").strip()
    if not stated:
        return clock()
    return datetime.datetime.fromtimestamp(int(stated) / 1000, datetime.timezone.utc).replace(tzinfo=None)


models.utcnow = written_at
server.main(sys.argv[2:])
