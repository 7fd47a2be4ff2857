"""How pages are served, and what is in them besides text: Sphinx extensions, which no notebook imports."""
