"""Template tags of the page furniture: `{% load ui %}`."""
