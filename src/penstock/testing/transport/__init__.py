"""What every transport must do, a file a noun; ``transport_suite.py`` puts them together."""
