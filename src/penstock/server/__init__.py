"""The ASGI edge: HTTP in, operations and bytes through, HTTP out. What is done is decided in ``service``."""
