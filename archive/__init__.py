"""What is kept: raw captures, the commit log, Parquet parts in editions, fixity; and reading them."""
