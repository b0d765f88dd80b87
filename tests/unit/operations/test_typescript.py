"""What the page is told about the operations."""

import pytest

from penstock.operations.typescript import typescript


@pytest.fixture(scope="module")
def text() -> str:
    return typescript()


def test_required_fields_of_a_request_must_be_given(text: str) -> None:
    assert "export interface ListArtifacts {\n  run_id: string;\n  path?: string;\n  page_token?: string;\n}" in text


def test_fields_the_server_leaves_out_are_optional_in_answers(text: str) -> None:
    assert "export interface FileInfo {\n  path: string;\n  is_dir: boolean;\n  file_size?: number;\n}" in text


def test_fields_have_the_names_of_the_wire(text: str) -> None:
    body = text.split("export interface RunData {")[1].split("}", maxsplit=1)[0]

    assert body.split() == ["metrics?:", "Metric[];", "params?:", "Param[];", "tags?:", "RunTag[];"]


def test_a_metric_may_be_nan_in_text(text: str) -> None:
    assert '  value: number | "NaN";' in text.split("export interface Metric {")[1].split("}", maxsplit=1)[0]


def test_gaps_of_a_curve_are_null(text: str) -> None:
    assert "  values: (number | null)[];" in text.split("export interface Window {")[1].split("}", maxsplit=1)[0]


def test_records_are_arrays_that_begin_with_their_kind(text: str) -> None:
    assert '[kind: "m", key: string, value: number, timestamp: number, step?: number]' in text


def test_each_operation_says_how_it_travels(text: str) -> None:
    assert '  SearchRuns: { method: "POST", path: "/api/2.0/mlflow/runs/search" },' in text
    assert "  SearchRuns: { request: SearchRuns; result: RunPage };" in text
