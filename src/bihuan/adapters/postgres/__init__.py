"""PostgreSQL outside of Django: the county's embedded server, its address, and the programs that belong to it."""
