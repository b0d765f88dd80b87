"""Penstock and the published MLflow, measured side by side: ``python -m benchmarks``."""
