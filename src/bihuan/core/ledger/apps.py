from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """台账 (Ledger)."""

    name = "bihuan.core.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
