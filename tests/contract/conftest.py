"""The labelled applications bring tests of their own along, which are not ours."""

collect_ignore = ["labelled"]
