"""The filter language: text to a typed tree, and page tokens. Knows no SQL."""
