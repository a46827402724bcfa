"""The domain: predictions, outputs, models."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GenerationsConfig(AppConfig):
    name = "generations"

    def ready(self) -> None:
        from accounts.after_migrate import bring_back

        # Of our apps the last that has rows: by then all tables and permissions are there.
        post_migrate.connect(bring_back, sender=self, dispatch_uid="accounts.after_migrate")
