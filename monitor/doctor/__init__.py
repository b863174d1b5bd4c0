"""What may be wrong with this machine, this installation and this configuration, each with what to do."""
