"""Erase a person: what the law asks for, without touching what the log says.

The log holds ids and digests, so its chain still verifies. Free texts beside the log,
rows made from them, the contact itself and its traces in messages, tasks, meetings and
mail are emptied. Documents that must be kept by law, such as posted invoices, are left
alone and named in the report.
"""

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..kam_core.record import names
from .kam_event_store import Entry, Recorded

# what Odoo keeps of a person's name, address and words, apart from documents
TRACES = (
    "bus.bus",
    "calendar.attendee",
    "calendar.event",
    "crm.lead",
    "ir.attachment",
    "ir.logging",
    "mail.activity",
    "mail.blacklist",
    "mail.mail",
    "mail.message",
    "mail.notification",
    "mail.scheduled.message",
    "mail.tracking.value",
    "phone.blacklist",
    "res.partner",
    "res.partner.bank",
    "sms.sms",
)
# contact fields by which the person is found again; all its texts are emptied
TELLING = (
    "name",
    "email",
    "email_normalized",
    "phone",
    "phone_sanitized",
    "vat",
    "website",
    "street",
)
SHORTEST = 4  # a shorter word would be found in other words
TEXTUAL = ("char", "text", "html")


class KamErasure(models.AbstractModel):
    _name = "kam.erasure"
    _description = "Erasure of a person"

    def _erase(self, partner, words=None):
        """Erase a contact and its traces.

        :param partner: one contact without an active user
        :param words: the words by which it is found; :meth:`_words_for` if left out
        :return: dict ``texts`` (free texts erased beside the log), ``streams``,
            ``traces`` (values emptied) and ``left`` (see :meth:`_left`)
        """
        if not self.env.user.has_group("base.group_system") and not self.env.su:
            raise AccessError(self.env._("Only an administrator erases a person."))
        partner.ensure_one()
        # sudo: traces lie in records of all users and companies
        partner = partner.sudo().with_context(active_test=False, tracking_disable=True)
        if partner.user_ids.filtered("active") or partner.ref_company_ids:
            raise UserError(
                self.env._(
                    "“%s” is a user or one of your companies. Archive the user first.",
                    partner.display_name,
                )
            )
        terms = self._terms(self._words_for(partner) if words is None else words)
        self.env.flush_all()
        texts, streams = self._erase_texts(partner, terms)
        self._empty_contact(partner)
        traces = self._delete_chatter(partner)
        # what is tracked of the emptied fields is written before the commit: have it
        # written now, or the old values come after all is empty
        self.env.cr.flush()
        traces += self._empty_traces(terms)
        self._record(partner, texts, streams)
        self.env.invalidate_all()
        return {
            "texts": texts,
            "streams": streams,
            "traces": traces,
            "left": self._left(terms),
        }

    def _words_for(self, partner):
        """Return the words by which a contact is found: its name and addresses."""
        words = {(partner[name] or "").strip() for name in TELLING}
        return sorted(word for word in words if len(word) >= SHORTEST)

    def _terms(self, words):
        short = [word for word in words if len(word.strip()) < SHORTEST]
        if short:
            raise UserError(
                self.env._(
                    "“Found by”: “%(word)s” is too short and would be found in other"
                    " words. Give at least %(least)s characters.",
                    word=short[0],
                    least=SHORTEST,
                )
            )
        return sorted({word.strip().lower() for word in words})

    # ------------------------------------------------------- texts beside the log
    def _erase_texts(self, partner, terms):
        erased = streams = 0
        store = self.env["kam.event.store"]
        for name in self.env["kam.projector"]._models():
            keys = self._keys_about(name, partner, terms)
            if not keys:
                continue
            erased += store._erase_texts(name, keys)
            streams += len(keys)
            self.env["kam.projector"]._rebuild(name)
        return erased, streams

    def _keys_about(self, name, partner, terms):
        """Return the streams that link to the person, or whose texts name it."""
        model = self.env[name].sudo().with_context(active_test=False)
        if self._needs_its_text(model):
            return []
        self.env.cr.execute(
            "SELECT DISTINCT key FROM kam_es.text WHERE category = %s"
            " AND lower(body) LIKE ANY(%s)",
            [name, self._patterns(terms)],
        )
        keys = {row[0] for row in self.env.cr.fetchall()}
        for field in names(model._core.State):
            if model._fields[field].comodel_name == "res.partner":
                found = model.search([(field, "in", partner.ids)])
                keys.update(found.mapped("event_key"))
        return sorted(keys)

    def _needs_its_text(self, model):
        """A record whose name is required names a trade or a policy, not a person."""
        return any(
            model._fields[name].required and model._fields[name].type in TEXTUAL
            for name in names(model._core.State)
        )

    def _patterns(self, terms):
        escaped = (
            term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
            for term in terms
        )
        return [f"%{term}%" for term in escaped]

    # --------------------------------------------------------------- the contact
    def _empty_contact(self, partner):
        empty = {
            field.name: False
            for field in partner._fields.values()
            if field.store
            and not field.compute
            and not field.related
            and not field.required
            and field.type in (*TEXTUAL, "binary", "image")
        }
        partner.write(
            {
                **empty,
                "image_1920": False,
                "name": self.env._("Erased contact %s", partner.id),
                "active": False,
            }
        )
        for user in partner.user_ids:
            user.write({"login": f"erased-{user.id}", "signature": False})
        self.env.flush_all()

    def _delete_chatter(self, partner):
        """Delete what was said on the contact; empty what it said elsewhere."""
        messages = self.env["mail.message"].sudo()
        own = messages.search(
            [("model", "=", "res.partner"), ("res_id", "=", partner.id)]
        )
        said = messages.search([("author_id", "=", partner.id)]) - own
        count = len(own) + len(said)
        said.tracking_value_ids.unlink()
        said.write({"body": "", "subject": False, "email_from": False})
        own.unlink()
        attachments = self.env["ir.attachment"].sudo()
        attachments.search(
            [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)]
        ).unlink()
        self.env.flush_all()
        return count

    def _empty_traces(self, terms):
        """Empty every text of :data:`TRACES` that names the person."""
        return sum(
            self._empty_column(self.env[name], field, terms)
            for name in TRACES
            if name in self.env and not self.env[name]._abstract
            for field in self.env[name]._fields.values()
            if field.store and field.column_type and field.type in TEXTUAL
        )

    def _empty_column(self, model, field, terms):
        column = SQL.identifier(field.name)
        value = SQL("'-'") if field.required else SQL("NULL")
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE lower(%s::text) LIKE ANY(%s)",
                SQL.identifier(model._table),
                column,
                value,
                column,
                self._patterns(terms),
            )
        )
        return self.env.cr.rowcount

    # --------------------------------------------------------------- afterwards
    def _record(self, partner, texts, streams):
        """Record that it was done, without a name."""
        self.env["kam.event.store"]._append(
            [
                Entry(
                    category="res.partner",
                    key=str(partner.id),
                    events=[
                        Recorded(
                            type="PersonErased",
                            payload={"texts": texts, "streams": streams},
                        )
                    ],
                )
            ]
        )

    def _left(self, terms):
        """Say where the words are still found: in documents that are kept.

        :return: list of dicts ``place`` (table and column) and ``rows``
        """
        if not terms:
            return []
        self.env.cr.execute(
            """SELECT c.table_schema, c.table_name, c.column_name
                 FROM information_schema.columns c
                 JOIN information_schema.tables t USING (table_schema, table_name)
                WHERE c.table_schema IN (current_schema, 'kam_es')
                  AND t.table_type = 'BASE TABLE'
                  AND c.data_type IN ('text', 'character varying', 'jsonb', 'json')
                ORDER BY 1, 2, 3"""
        )
        left = []
        for schema, table, column in self.env.cr.fetchall():
            self.env.cr.execute(
                SQL(
                    "SELECT count(*) FROM %s WHERE lower(%s::text) LIKE ANY(%s)",
                    SQL.identifier(schema, table),
                    SQL.identifier(column),
                    self._patterns(terms),
                )
            )
            if rows := self.env.cr.fetchone()[0]:
                left.append({"place": f"{table}.{column}", "rows": rows})
        return left
