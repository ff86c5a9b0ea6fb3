"""Key figures as data: what they are (``kpis``), how they are reckoned, how far on."""
