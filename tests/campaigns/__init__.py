"""Campaigns: the whole monitor, treated badly for a while. Short sizes run with the tests, long ones by hand."""
