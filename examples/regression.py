"""Compare gradient-boosted trees on the diabetes data set: 18 runs, a curve over the stages of each.

pip install 'penstock[demo]'
python regression.py        # then: penstock ui
"""

import itertools
import tempfile
from pathlib import Path
from typing import Final

import joblib
from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

import penstock

EXPERIMENT: Final = "diabetes regression"
STAGES: Final = 300
GRID: Final = [
    {"learning_rate": rate, "max_depth": depth, "subsample": share}
    for depth, rate, share in itertools.product([1, 2, 3], [0.01, 0.03, 0.1], [0.5, 1.0])
]


def train(params: dict[str, float]) -> None:
    """Train one model and record it as one run of the current experiment."""
    x_train, x_test, y_train, y_test = train_test_split(*load_diabetes(return_X_y=True), random_state=0)
    with penstock.start_run(run_name="depth {max_depth}, {learning_rate}, {subsample}".format(**params)):
        penstock.log_params({"model": "GradientBoostingRegressor", "n_estimators": STAGES, **params})
        model = GradientBoostingRegressor(n_estimators=STAGES, random_state=0, **params).fit(x_train, y_train)

        stages = zip(model.staged_predict(x_train), model.staged_predict(x_test), strict=True)
        for stage, (on_train, on_test) in enumerate(stages):
            penstock.log_metric("train/mse", mean_squared_error(y_train, on_train), step=stage)
            penstock.log_metric("test/mse", mean_squared_error(y_test, on_test), step=stage)
            penstock.log_metric("test/r2", r2_score(y_test, on_test), step=stage)

        penstock.log_figure(_scatter(y_test, model.predict(x_test)), "plots/predicted.png")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.joblib"
            joblib.dump(model, file)
            penstock.log_artifact(file, "model")


def _scatter(truth: list[float], predicted: list[float]) -> Figure:
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot(xlabel="measured", ylabel="predicted", title="Disease progression")
    axes.scatter(truth, predicted, s=14, alpha=0.7)
    axes.axline((150, 150), slope=1, color="grey", linewidth=1)
    return figure


if __name__ == "__main__":
    penstock.set_experiment(EXPERIMENT)
    for each in GRID:
        train(each)
