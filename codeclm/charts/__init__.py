"""Charts as figures, from numbers that others worked out: the only room that knows plotly."""
