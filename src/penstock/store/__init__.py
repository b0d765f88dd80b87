"""SQL and nothing else: tables, and functions on them that take an open transaction first and never commit."""
