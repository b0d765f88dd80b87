"""Tags that mean something to the platform itself (surface, 2.18)."""

from typing import Final

RUN_NAME: Final = "mlflow.runName"
NOTE: Final = "mlflow.note.content"
PARENT_RUN: Final = "mlflow.parentRunId"
USER: Final = "mlflow.user"
SOURCE_NAME: Final = "mlflow.source.name"
SOURCE_TYPE: Final = "mlflow.source.type"
GIT_COMMIT: Final = "mlflow.source.git.commit"
GIT_BRANCH: Final = "mlflow.source.git.branch"
GIT_REPOSITORY: Final = "mlflow.source.git.repoURL"
GIT_DIRTY: Final = "mlflow.source.git.dirty"
GIT_DIFF: Final = "mlflow.source.git.diff"
LOGGED_TABLES: Final = "mlflow.loggedArtifacts"
LOGGED_IMAGES: Final = "mlflow.loggedImages"
PACKAGES: Final = "penstock.packages"

LONG: Final = frozenset({GIT_DIFF, PACKAGES})
"""Tags of many kilobytes that each run records by itself: a search leaves them out, ``GetRun`` has them."""
