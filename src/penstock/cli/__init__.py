"""The command line: a file a noun, each command a few lines over what it calls."""
