"""Quality and speed of Strigil beside its peers, on pages whose main text people marked.

Every command takes the folder of gold pages as ``--data`` and says what it skipped where
that folder, or a part of it, is not there. Nothing imports this package but its tests.
"""
