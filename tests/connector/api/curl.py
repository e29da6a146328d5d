"""As much of curl as the examples of docs/api.md use, for machines that have none."""

import argparse
import sys
import urllib.error
import urllib.request
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("-sS", action="store_true", dest="silent")
parser.add_argument("-X", dest="method")
parser.add_argument("-H", dest="headers", action="append", default=[])
parser.add_argument("-d", dest="body")
parser.add_argument("-o", dest="output")
parser.add_argument("-w", dest="written", default="")
parser.add_argument("url")
given = parser.parse_args()
body = None if given.body is None else given.body.encode()
request = urllib.request.Request(given.url, body, method=given.method)  # noqa: S310 - a test's own server
for header in given.headers:
    name, _, value = header.partition(":")
    request.add_header(name, value.strip())
try:
    answer = urllib.request.urlopen(request, timeout=20)  # noqa: S310
except urllib.error.HTTPError as error:
    answer = error
with answer:
    read = answer.read()
    if given.output:
        Path(given.output).write_bytes(read)
    else:
        sys.stdout.buffer.write(read)
    written = given.written.replace("%{http_code}", str(answer.status)).replace("\\n", "\n")
    sys.stdout.write(written.replace("%header{etag}", answer.headers.get("ETag", "")))
