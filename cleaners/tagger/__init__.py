"""The line tagger: a small learned model that says of each line how surely it is main text."""
