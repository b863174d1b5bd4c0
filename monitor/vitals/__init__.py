"""Whether the daemon lives and what it has done: told to systemd, and to whoever asks over HTTP."""
