"""The files in config/ → one immutable `Config`, or every problem in them with file, line, column and advice."""
