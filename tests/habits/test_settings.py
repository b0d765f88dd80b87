"""Every setting is documented, as it is."""

from penstock.settings import SETTINGS, Setting
from tests.habits.source import REPOSITORY

PAGE = REPOSITORY / "docs" / "reference" / "settings.md"


def _line(row: Setting) -> str:
    default = "" if row.default == "" else f"`{row.default}`"
    twin = f"`{row.twin}`" if row.twin else ""
    return f"| `{row.name}` | {twin} | {default} | {row.help} |"


def test_the_page_of_settings_says_what_the_table_says() -> None:
    written = [line for line in PAGE.read_text().splitlines() if line.startswith("| `PENSTOCK_")]
    assert written == [_line(row) for row in SETTINGS]
