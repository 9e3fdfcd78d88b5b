"""Orchestration: the ``strigil`` command and the Prefect flow. Thin; everything it does is done elsewhere."""

import os

# The tagger's matrices are small and every processor has a worker of ours: more threads only get in the way.
# Read when numpy is first imported, so it has to stand here.
for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_library, "1")
