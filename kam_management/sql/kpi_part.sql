-- An owner's part of a number, by largest remainder among the owners of the account on
-- that day; the same as kam_core/money.py and ownership.py, which a test compares. Both
-- look at no table: kpi_owners.sql joins the owners, once for all facts.
DROP FUNCTION IF EXISTS kam_es.owner_part(numeric, integer, integer, date, text);
-- Of any number of owners: weights stand in their order, place is from 1.
CREATE OR REPLACE FUNCTION kam_es.part_of_many(
    total numeric, least_decimals integer, weights numeric[], place integer
) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    decimals integer := greatest(least_decimals, scale(total));
    units numeric := abs(total) * ('1e' || decimals)::numeric;
    whole numeric := 0;  -- of all weights
    mine numeric;        -- what the cut to whole units took from this owner
    lost numeric;
    losses numeric := 0;
    before integer := 0; -- owners who lost more, or as much and stand earlier
    weight numeric;
BEGIN
    FOREACH weight IN ARRAY weights LOOP
        whole := whole + weight;
    END LOOP;
    mine := mod(units * weights[place], whole);
    FOR other IN 1 .. cardinality(weights) LOOP
        lost := mod(units * weights[other], whole);
        losses := losses + lost;
        IF lost > mine OR lost = mine AND other < place THEN
            before := before + 1;
        END IF;
    END LOOP;
    RETURN round(sign(total) * ('1e-' || decimals)::numeric
                 * (div(units * weights[place], whole)
                    + CASE WHEN before * whole < losses THEN 1 ELSE 0 END), decimals);
END $$;
-- Of one, two or more; the planner puts this in place of its call. Of one (no weights)
-- it is all. Of two with 100 % one unit at most is left over, and goes to who lost at
-- least half of it: the first one's part is rounded half-up, the other has the rest.
CREATE OR REPLACE FUNCTION kam_es.owner_part(
    total numeric, least_decimals integer, weights numeric[], place integer,
    first_of_two numeric
) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN weights IS NULL OR total = 0 THEN total
                WHEN first_of_two IS NULL
                THEN kam_es.part_of_many(total, least_decimals, weights, place)
                WHEN place = 1
                THEN round(total * first_of_two,
                           greatest(least_decimals, scale(total)))
                ELSE total - round(total * first_of_two,
                                   greatest(least_decimals, scale(total)))
           END
$$;
