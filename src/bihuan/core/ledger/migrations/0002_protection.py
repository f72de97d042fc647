"""The database itself keeps the ledger: numbers, transaction ids for the sealer, refusal of every change."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = format(
            '台账只增不改：不得对 %1$s 执行 %2$s；更正请另记一条 / '
            'The ledger is append-only: %2$s on %1$s is refused; record a correcting entry instead',
            TG_TABLE_NAME, TG_OP);
END
$$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
PERMIT = """
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP FUNCTION ledger_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE ledger_entry_id_seq AS bigint OWNED BY ledger_entry.id",
            "DROP SEQUENCE ledger_entry_id_seq",
        ),
        migrations.RunSQL(
            "ALTER TABLE ledger_entry ADD COLUMN txid xid8 NOT NULL DEFAULT pg_current_xact_id();"
            "CREATE INDEX ledger_txid ON ledger_entry (txid)",
            "ALTER TABLE ledger_entry DROP COLUMN txid",
        ),
        migrations.RunSQL(REFUSE, PERMIT),
    ]
