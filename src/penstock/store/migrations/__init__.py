"""The steps that bring a store from one version to the next. A released step is never changed."""
