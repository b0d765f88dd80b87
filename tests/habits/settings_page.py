"""Writes the reference of the settings from their table.

python -m tests.habits.settings_page > docs/reference/settings.md
"""

import sys

from penstock.settings import SETTINGS, Setting

_HEAD = """# Settings

Made from the code by `python -m tests.habits.settings_page`; do not edit.
Settings are environment variables.
Each is looked up under its own name, then under its MLflow twin where it has one, then takes its default.
Arguments in code and options on the command line come before both.
`src/penstock/settings.py` is the one place that reads them.

| name | MLflow twin | default | what it does |
|---|---|---|---|"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *map(_line, SETTINGS)]) + "\n"


def _line(row: Setting) -> str:
    default = "" if row.default == "" else f"`{row.default}`"
    twin = f"`{row.twin}`" if row.twin else ""
    return f"| `{row.name}` | {twin} | {default} | {row.help} |"


if __name__ == "__main__":
    sys.stdout.write(page())
