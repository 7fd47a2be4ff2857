"""Sphinx extensions for what pages have besides text: no notebook imports them."""
