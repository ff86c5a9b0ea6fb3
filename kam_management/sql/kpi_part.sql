SET LOCAL check_function_bodies = off;  -- the table may come after
-- An owner's part of a number, by largest remainder among the owners of the account on
-- that day; the same as kam_core/money.py and ownership.py, which a test compares.
CREATE OR REPLACE FUNCTION kam_es.owner_part(
    total numeric, least_decimals integer, account integer, day date, owner text
) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
    part numeric;
BEGIN
    IF total = 0 THEN  -- nothing to share; most numbers of a fact are
        RETURN total;
    END IF;
    WITH unit AS (
        SELECT power(10::numeric, -greatest(least_decimals, scale(total))) AS one,
               greatest(least_decimals, scale(total)) AS decimals,
               abs(total) AS whole
    ), present AS (
        SELECT o.event_key, o.share,
               row_number() OVER (ORDER BY (o.role <> 'lead'), o.share DESC,
                                           o.event_key) AS place
          FROM kam_account_owner o
         WHERE o.account_id = account AND o.date_from <= day
           AND (o.date_to IS NULL OR o.date_to >= day)
    ), cut AS (
        SELECT p.event_key, p.place,
               div(u.whole / u.one * p.share, t.shares) AS units,
               mod(u.whole / u.one * p.share, t.shares) AS lost
          FROM present p, unit u, (SELECT sum(share) AS shares FROM present) AS t
    ), ranked AS (
        SELECT c.*, row_number() OVER (ORDER BY c.lost DESC, c.place) AS by_loss,
               sum(c.units) OVER () AS given
          FROM cut c
    )
    SELECT round(sign(total) * u.one * (r.units
               + CASE WHEN r.by_loss <= u.whole / u.one - r.given THEN 1 ELSE 0 END),
               u.decimals) INTO part
      FROM ranked r, unit u WHERE r.event_key = owner;
    RETURN part;
END $$;
