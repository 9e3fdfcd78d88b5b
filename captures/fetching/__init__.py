"""Fetching: feeds, sitemaps and pages from the web into WARC. `docs/fetching.md` has the whole."""
