"""How text is read, for rules, search and stories alike."""
