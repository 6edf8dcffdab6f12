"""The seal of an issued workbook: an HMAC-SHA256 over what it says it is and what was filled in beforehand.

A sheet's password keeps nobody out; the seal is what carries trust. It covers meaning, not bytes, so that it survives
every office program: form, edition, year, agency, scope, serial, the digest of the layout, and the figures of last
year that were filled in when the workbook was handed out.
"""

import hashlib
import hmac
import json
from pathlib import Path

from xltool.errors import UsageError
from xltool.forms.identity import Identity

SHORTEST_KEY = 16  # bytes: a shorter one could be tried out
_MEANING = "xltool seal 1"  # raise the number when what is covered changes


def seal(identity: Identity, key: bytes) -> str:
    """The seal of an identity, in hexadecimal; what the identity itself says of a seal has no part in it."""
    covered = [_MEANING, *identity._replace(seal="").rows()]
    text = json.dumps(covered, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def genuine(identity: Identity, key: bytes) -> bool:
    """Whether the seal an identity carries was made with this key over just these words."""
    return hmac.compare_digest(seal(identity, key), identity.seal.strip().lower().encode("ascii", "replace").decode())


def read_key(path: Path) -> bytes:
    """The key in a file; a line end at its end is no part of it. Raises UsageError."""
    try:
        key = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise UsageError("usage.seal_key", path=str(path), reason=error.strerror or str(error)) from error
    if len(key) < SHORTEST_KEY:
        raise UsageError("usage.seal_key_short", path=str(path), shortest=SHORTEST_KEY)
    return key
