"""The rules: what may be done to what, by whom, in which order. Knows no HTTP and writes no SQL."""
