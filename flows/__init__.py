"""Orchestration: the ``strigil`` command and the Prefect flow. Thin; everything it does is done elsewhere."""

import gc
import os

# The tagger's matrices are small and every processor has a worker of ours: more threads only get in the way.
# Read when numpy is first imported, so it has to stand here.
for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_library, "1")

# A cleaned page is a tree: nothing in it waits for the collector of cycles, which would look through all of
# it again and again. Asked more rarely, it costs next to nothing instead of a tenth of the time.
gc.set_threshold(50_000, 20, 20)
