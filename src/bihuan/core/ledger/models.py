"""The ledger: append-only, bitemporal, sealed. The database itself refuses UPDATE, DELETE and TRUNCATE."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GistIndex
from django.db import models


class NumbersField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """A set of entry numbers as `int8multirange`: numbers of a bulk run on, so a set is a few ranges."""

    def db_type(self, connection: Any) -> str:
        """Return PostgreSQL's name of the type."""
        return "int8multirange"


class Entry(models.Model):
    """One immutable line: what happened (`kind`), when in the world, when in the system, by whom, on what.

    `kind` is `<matter type>.<transition>` or `<app>.<record>`. `payload` holds what may be counted, never
    personal data; `sealed` holds the personal part, encrypted with the person's key. `corrects` points to the
    entry this one replaces. `mac` authenticates the row's bytes with a key outside the database.
    Columns stand in the order in which `encoding.py` writes them; `txid` is the sealer's and not covered.
    """

    id = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    jurisdiction = models.TextField()
    kind = models.TextField()
    matter_id = models.UUIDField(null=True)
    from_state = models.TextField(null=True)  # noqa: DJ001 - null means: not a change of state
    to_state = models.TextField(null=True)  # noqa: DJ001
    version = models.IntegerField(null=True)
    person_id = models.UUIDField(null=True)
    place_id = models.UUIDField(null=True)
    organ = models.TextField(null=True)  # noqa: DJ001
    actor_id = models.UUIDField(null=True)
    post = models.TextField()
    corrects = models.BigIntegerField(null=True)
    payload = models.JSONField()
    sealed = models.BinaryField(null=True)
    mac = models.BinaryField()

    class Meta:
        db_table = "ledger_entry"
        indexes: ClassVar = [
            models.Index(fields=["matter_id", "id"], name="ledger_matter"),
            models.Index(fields=["kind", "occurred_at"], name="ledger_kind"),
            models.Index(
                fields=["corrects"], name="ledger_corrects", condition=models.Q(corrects__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.id} {self.kind}"


class Seal(models.Model):
    """One link of the chain over committed entries; written once by the sealer, signed with a key elsewhere.

    `numbers`: the entries covered; `foreign_numbers`: those whose code was not the county's when they were
    sealed; `leaves`: the entries' hashes in ascending order of number, 32 bytes each; `list_hash`: SHA-256 of
    them, `root`: the Merkle root over them (RFC 6962, section 2.1). `previous` is the link of the one before,
    `chain` the hash of this one's columns from `number` to `root`, `signature` Ed25519 over `chain`.
    `horizon`: transactions below it are sealed, as counted by the database cluster `system`; `key` names the
    entries' key. `links.py` says in which form the columns are hashed.
    """

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    previous = models.BinaryField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.IntegerField()
    system = models.BigIntegerField()
    horizon = models.BigIntegerField()
    key = models.BinaryField()
    numbers = NumbersField()
    foreign_numbers = NumbersField()
    list_hash = models.BinaryField()
    root = models.BinaryField()
    chain = models.BinaryField()
    signature = models.BinaryField()
    leaves = models.BinaryField()

    class Meta:
        db_table = "ledger_seal"
        indexes: ClassVar = [GistIndex(fields=["numbers"], name="ledger_seal_numbers")]

    def __str__(self) -> str:
        return f"#{self.number}"
