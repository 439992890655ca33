"""The warehouse: every session of closed months as Parquet, read by DuckDB.

It answers what spans years or writers; pages of one day or story read the rollups. Months that are
over are written by a task, one file each, sorted by writer and time; whatever is newer comes from
Postgres at the moment of asking, so an answer is as true as the ledger. Titles and text never leave
Postgres: a session is here by its ids, times and counts alone.

This package alone knows DuckDB. `open_warehouse` is the way in.
"""

from analytics.warehouse.reading import open_warehouse

__all__ = ["open_warehouse"]
