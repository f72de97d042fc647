"""The ledger's mirror: what is sealed, as immutable Parquet files by jurisdiction and day, for counting alone.

    BIHUAN_HOME/mirror/
      manifest.json                                      what the mirror holds, written last, replaced whole
      jurisdiction=620799/day=2021-11-16/….parquet       entries recorded on that day, in the county's time
      tables/quarantine_protocolitem.parquet             data that never changes and that a figure names

The mirror holds exactly the entries of the seals 1 to N, so its horizon is a seal: what is in no seal up to N is the
live tail, read from PostgreSQL. `manifest.py` says what is there, `writing.py` writes, `keeping.py` keeps it up with
the ledger, `checking.py` compares the two, `live.py` reads the tail, `duck.py` answers, `province.py` asks Spark.
"""
