"""Compare small neural networks on the digits data set: 18 runs, whose curves grow while they train.

pip install 'penstock[demo]'
python classification.py        # then: penstock ui
"""

import itertools
import tempfile
from pathlib import Path
from typing import Any, Final

import joblib
from matplotlib.figure import Figure
from sklearn.datasets import load_digits
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, classification_report, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import penstock

EXPERIMENT: Final = "digits classification"
EPOCHS: Final = 200
GRID: Final = [
    {"hidden": hidden, "learning_rate_init": rate, "alpha": alpha}
    for hidden, rate, alpha in itertools.product([8, 16, 24], [0.0003, 0.001, 0.003], [0.0001, 1.0])
]


def train(params: dict[str, Any]) -> None:
    """Train one model and record it as one run of the current experiment."""
    pixels, digits = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(pixels / 16, digits, random_state=0)
    rest = {name: value for name, value in params.items() if name != "hidden"}
    with penstock.start_run(run_name="{hidden} hidden, {learning_rate_init}, {alpha}".format(**params)):
        penstock.log_params({"model": "MLPClassifier", "epochs": EPOCHS, **params})
        model = MLPClassifier(hidden_layer_sizes=(params["hidden"],), random_state=0, **rest)

        for epoch in range(EPOCHS):
            model.partial_fit(x_train, y_train, classes=range(10))
            chances = model.predict_proba(x_test)
            penstock.log_metric("train/loss", model.loss_, step=epoch)
            penstock.log_metric("test/loss", log_loss(y_test, chances), step=epoch)
            penstock.log_metric("test/accuracy", accuracy_score(y_test, chances.argmax(axis=1)), step=epoch)

        guesses = model.predict(x_test)
        penstock.log_figure(_confusion(y_test, guesses), "plots/confusion_matrix.png")
        penstock.log_dict(classification_report(y_test, guesses, output_dict=True, zero_division=0), "report.json")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.joblib"
            joblib.dump(model, file)
            penstock.log_artifact(file, "model")


def _confusion(truth: list[int], guesses: list[int]) -> Figure:
    figure = Figure(figsize=(5.5, 5), layout="constrained")
    ConfusionMatrixDisplay.from_predictions(truth, guesses, ax=figure.add_subplot(), cmap="Blues", colorbar=False)
    return figure


if __name__ == "__main__":
    penstock.set_experiment(EXPERIMENT)
    for each in GRID:
        train(each)
