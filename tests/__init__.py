"""The tests. Laws are property tests, wording is tested by its own examples, parts are real."""
