"""Decrypt workbooks with an open password, by msoffcrypto-tool. Runs in the worker process."""

import io
from typing import Any


def decrypt_bytes(data: bytes, password: str) -> tuple[dict[str, Any], bytes]:
    """Return the decrypted bytes, or a ``problem`` (no_library, password or unreadable)."""
    try:
        import msoffcrypto
        from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError
    except ImportError:
        return {"problem": "no_library"}, b""
    plaintext = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        if file.format == "ooxml":
            file.load_key(password=password, verify_password=True)
        else:
            file.load_key(password=password)  # verifies always
        file.decrypt(plaintext)
    except (InvalidKeyError, DecryptionError):
        return {"problem": "password"}, b""
    except FileFormatError:
        return {"problem": "unreadable"}, b""
    return {}, plaintext.getvalue()
