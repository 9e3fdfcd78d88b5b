"""Orchestration: the ``strigil`` command and the Prefect flow. Thin; everything it does is done elsewhere."""

import gc

# A cleaned page is a tree: nothing in it waits for the collector of cycles, which would look through all of
# it again and again. Asked more rarely, it costs next to nothing instead of a tenth of the time.
gc.set_threshold(50_000, 20, 20)
