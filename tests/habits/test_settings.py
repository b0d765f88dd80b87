"""Every setting is documented, as it is."""

from tests.habits.settings_page import page
from tests.habits.source import REPOSITORY


def test_the_page_of_settings_says_what_the_table_says() -> None:
    written = (REPOSITORY / "docs" / "reference" / "settings.md").read_text()
    assert written == page(), "Run: python -m tests.habits.settings_page > docs/reference/settings.md"
