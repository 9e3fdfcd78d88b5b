"""HTML captures: rendered in one pass over the DOM, read for metadata, labelled by structure."""
