"""The domain: predictions, outputs, models."""

from django.apps import AppConfig


class GenerationsConfig(AppConfig):
    name = "generations"
