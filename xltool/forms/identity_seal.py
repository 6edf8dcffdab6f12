"""The seal of an issued workbook: an HMAC-SHA256 over its identity and its prefilled figures.

Sheet passwords are no protection; the seal is. It covers values, not bytes, so that it survives every office program:
form, edition, year, agency, scope, serial, layout digest, and the figures of last year filled in when it was issued.
"""

import hashlib
import hmac
import json
from pathlib import Path

from xltool.errors import UsageError, find_system_fault
from xltool.forms.identity import Identity

MIN_KEY_BYTES = 16  # a shorter one could be found by brute force
_SEAL_VERSION = "xltool seal 1"  # increment when the covered values change


def compute_seal(identity: Identity, key: bytes) -> str:
    """Compute the seal of an identity in hexadecimal; the identity's own ``compute_seal`` is not covered."""
    covered = [_SEAL_VERSION, *identity._replace(seal="").to_rows()]
    text = json.dumps(covered, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()


def is_genuine(identity: Identity, key: bytes) -> bool:
    """Return True if the identity's seal was computed with this key over its current values."""
    return hmac.compare_digest(
        compute_seal(identity, key), identity.seal.strip().lower().encode("ascii", "replace").decode()
    )


def read_seal_key(path: Path) -> bytes:
    """Read the key in a file, without a final line end. Raises UsageError."""
    try:
        key = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise UsageError("usage.seal_key", path=str(path), reason=find_system_fault(error)) from error
    if len(key) < MIN_KEY_BYTES:
        raise UsageError("usage.seal_key_short", path=str(path), shortest=MIN_KEY_BYTES)
    return key
