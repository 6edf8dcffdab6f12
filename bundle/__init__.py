"""The offline installation package: built by ``make bundle``, for offices whose machines have no network."""
