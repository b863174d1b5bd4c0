"""Query text → syntax tree → Matcher; document → hits and explanation. docs/rules.md defines the language."""
