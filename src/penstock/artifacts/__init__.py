"""Bytes: where the files of runs are kept, and the one gate that a path goes through."""
