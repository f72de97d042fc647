"""PostgreSQL outside of Django: the embedded server, its address, the programs of its version."""
