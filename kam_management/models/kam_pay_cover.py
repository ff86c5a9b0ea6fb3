"""What was known at a settlement of pay: the only SQL on the covers of the log."""

from odoo import models
from odoo.tools import file_open

COVERED = (
    "account.move",
    "sale.order",
    "kam.account",
    "kam.kpi",
    "kam.pay.scheme",
    "kam.target",
    "res.partner",
)
AT = """
    SELECT DISTINCT ON (category, key) category, key, version
      FROM kam_es.pay_cover_head
     WHERE company_id = %(company)s AND place <= %(place)s
     ORDER BY category, key, place DESC"""
CHANGED = f"""
    SELECT s.category, s.key, s.version, s.last_hash
      FROM kam_es.stream s
      LEFT JOIN ({AT}) AS last ON last.category = s.category AND last.key = s.key
     WHERE s.category = ANY(%(covered)s)
       AND (s.company_id IS NULL OR s.company_id = ANY(%(companies)s))
       AND s.version IS DISTINCT FROM last.version"""  # noqa: S608
TAKE = f"""
    WITH changed AS ({CHANGED}), kept AS (
        INSERT INTO kam_es.pay_cover_head (company_id, place, category, key, version)
        SELECT %(company)s, %(place)s + 1, category, key, version FROM changed
    )
    INSERT INTO kam_es.pay_cover (company_id, place, heads, digest)
    SELECT %(company)s, %(place)s + 1, count(*), sha256(
           coalesce((SELECT digest FROM kam_es.pay_cover
                      WHERE company_id = %(company)s AND place = %(place)s), ''::bytea)
           || string_agg(kam_es.head_digest(category, key, version, last_hash),
                         ''::bytea ORDER BY category, key))
      FROM changed HAVING count(*) > 0
    RETURNING place"""  # noqa: S608


class KamPayCover(models.AbstractModel):
    _name = "kam.pay.cover"
    _description = "What was known when pay was settled"

    def init(self):
        with file_open("kam_management/sql/kam_pay.sql") as sql:
            # pylint: disable=sql-injection
            self.env.cr.execute(sql.read())

    def _take(self, company):
        """Cover what the log says now; two at once: the later fails and is retried.

        :param company: root company
        :return: number of the cover, the last one where nothing has changed since
        """
        self.env.flush_all()
        self.env.cr.flush()
        self.env.cr.execute(
            """SELECT coalesce(max(place), 0) FROM kam_es.pay_cover
                WHERE company_id = %s""",
            [company.id],
        )
        [place] = self.env.cr.fetchone()
        # sudo: the tree of companies is no secret
        tree = self.env["res.company"].sudo().search([("id", "child_of", company.id)])
        self.env.cr.execute(
            TAKE,
            {
                "company": company.id,
                "place": place,
                "covered": list(COVERED),
                "companies": tree.ids,
            },
        )
        row = self.env.cr.fetchone()
        return row[0] if row else place

    def _streams(self, company, place, ids):
        """Return the SQL of documents' streams up to a cover; None: up to now.

        :param ids: of streams in this database
        """
        cr = self.env.cr
        if place is None:
            query = (
                "SELECT id, category, key, version FROM kam_es.stream"
                " WHERE id = ANY(%(ids)s)"
            )
        else:
            query = f"""SELECT s.id, s.category, s.key, h.version FROM ({AT}) AS h
                          JOIN kam_es.stream s USING (category, key)
                         WHERE s.id = ANY(%(ids)s)"""  # noqa: S608
        values = {"company": company.id, "place": place, "ids": list(ids) or [0]}
        text = cr.mogrify(query, values).decode().replace("%", "%%")
        return f"({text})"

    def _rows(self, company, place, category):
        """Return the store's rows of all streams of a category up to a cover."""
        cr = self.env.cr
        head = f"LEFT JOIN ({AT}) AS h USING (category, key)"
        # pylint: disable=sql-injection
        cr.execute(
            f"""SELECT s.row_id, s.key, e.version, e.type, e.schema, e.payload,
                       e.confidential
                  FROM kam_es.stream s {head}
                  JOIN kam_es.event e ON e.stream_id = s.id
                 WHERE s.category = %(category)s
                   AND (%(now)s OR e.version <= h.version)
                 ORDER BY s.id, e.version""",  # noqa: S608
            {
                "company": company.id,
                "place": place or 0,
                "category": category,
                "now": place is None,
            },
        )
        return cr.fetchall()

    def _states(self, company, place, model):
        """Return {key: (row id, version, state)} of a model up to a cover."""
        # sudo: pay is reckoned from all of them, whoever asks for the result
        records = self.env[model].sudo()
        rows = self._rows(company, place, model)
        ids = {row[1]: row[0] for row in rows}
        return {
            key: (ids[key], version, state)
            for key, (version, state) in records._fold(rows).items()
            if state is not None
        }

    def _merges(self, company, place):
        """Return {partner: who lives on} of the merges up to a cover."""
        found = {}
        for row in self._rows(company, place, "res.partner"):
            if row[3] != "PartnersMerged":
                continue
            target = row[5]["target_id"]
            for source, other in list(found.items()):
                if other in row[5]["source_ids"]:
                    found[source] = target
            found.update(dict.fromkeys(row[5]["source_ids"], target))
        return found

    def _heads(self, company, place):
        """Return {(category, key): version} of a cover."""
        self.env.cr.execute(AT, {"company": company.id, "place": place})
        return {(row[0], row[1]): row[2] for row in self.env.cr.fetchall()}
