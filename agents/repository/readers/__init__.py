"""One reader a kind of file: text in, facts out. Pure; none opens a file, a socket or a process."""
