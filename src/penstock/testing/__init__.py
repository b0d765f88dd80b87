"""Shipped test suites: whoever writes a transport or an artifact store proves it with these."""
