"""What is said without being asked: a line on the log ``penstock``, which goes to standard error by default."""


def warn(text: str) -> None:
    """Tell the user of something that does not stop the work."""
    # Imported here: a run in which nothing goes wrong does without it.
    import logging

    logging.getLogger("penstock").warning(text)
