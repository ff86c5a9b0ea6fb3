"""Plans: targets as records (``targets``) and how one is split (``cascade``)."""
