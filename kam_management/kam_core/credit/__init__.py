"""Credit: terms, groups, exposure, rules, reservations, queue, reliability."""
