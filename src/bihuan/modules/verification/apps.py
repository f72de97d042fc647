from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """核查 (who is on a list is verified by record, by phone or in person)."""

    name = "bihuan.modules.verification"
    label = "verification"
    default_auto_field = "django.db.models.BigAutoField"
