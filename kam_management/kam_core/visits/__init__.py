"""Visits and calls: how often, when, what was committed, what came of it.

``cadence``
    formulas: next due, overdue ratio, calls in a period
``intervals``, ``account_cadence``
    records: the interval of a class, and what an account has of its own
``kinds``
    record: visit, call, training, … and what each asks
``visit``
    record: one visit, from planned to done or missed
``week``
    record: the plan of one manager for one week, committed
``planning``
    the plan of a week from what is due and when somebody is free
``adherence``
    figures: adherence, coverage, strike rate, effect of training
"""
