"""Variable pay: curves, commission, schemes, and statements that are a proof.

``curve`` and ``attainment`` turn attainment of plans into pay, ``commission`` deals
into pay, ``attribution`` says whose a fact is, ``calculation`` makes a statement of
them, ``adjustments`` says what later facts change of a closed one. ``schemes`` and
``statements`` are the records.
"""
