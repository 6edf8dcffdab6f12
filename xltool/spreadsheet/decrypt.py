"""Workbooks behind an open password, opened by msoffcrypto-tool; runs in the worker. The door to that library."""

import io
from typing import Any


def decrypted(data: bytes, password: str) -> tuple[dict[str, Any], bytes]:
    """The bytes behind the password; or a ``problem``: no_library, password, unreadable."""
    try:
        import msoffcrypto
        from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
    except ImportError:
        return {"problem": "no_library"}, b""
    opened = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        if file.format == "ooxml":
            file.load_key(password=password, verify_password=True)
        else:
            file.load_key(password=password)  # verifies always
        file.decrypt(opened)
    except (InvalidKeyError, DecryptionError):
        return {"problem": "password"}, b""
    except FileFormatError:
        return {"problem": "unreadable"}, b""
    return {}, opened.getvalue()
