"""What comes in: files, folders, S3 objects and containers of captures, read as ``Capture`` values."""

from captures.values import Capture, Item, Provenance, ReadOptions, Shard

__all__ = ["Capture", "Item", "Provenance", "ReadOptions", "Shard"]
