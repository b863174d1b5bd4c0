"""A small news site of our own making, served on 127.0.0.1: the monitor can be seen and tested without a network.

Everything on it is invented: the outlets, their domains and their reports. Standard library only.
"""
