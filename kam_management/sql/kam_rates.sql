-- Rates as Odoo looks them up: the last on or before the day, else the first there is.
-- A function, so that the statements that ask for many are planned quickly.
CREATE OR REPLACE FUNCTION kam_es.rate(asked int, company int, day date)
RETURNS numeric LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce(
        (SELECT r.rate FROM res_currency_rate r
          WHERE r.currency_id = asked AND (r.company_id = company OR r.company_id IS NULL)
            AND r.name <= day
          ORDER BY r.company_id, r.name DESC LIMIT 1),
        (SELECT r.rate FROM res_currency_rate r
          WHERE r.currency_id = asked AND (r.company_id = company OR r.company_id IS NULL)
          ORDER BY r.company_id, r.name LIMIT 1), 1);
END $$;
-- What one unit of a currency is in another.
CREATE OR REPLACE FUNCTION kam_es.rate_between(from_id int, to_id int, company int, day date)
RETURNS numeric LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF from_id = to_id THEN
        RETURN 1;
    END IF;
    RETURN kam_es.rate(to_id, company, day) / kam_es.rate(from_id, company, day);
END $$;
