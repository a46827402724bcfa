"""The composition root as a Django app, for its checks and commands."""

from django.apps import AppConfig


class WebappConfig(AppConfig):
    name = "webapp"

    def ready(self) -> None:
        from webapp import checks  # noqa: F401 - importing registers them
