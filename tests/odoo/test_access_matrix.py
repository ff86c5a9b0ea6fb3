"""Who reads, changes and calls what: one table, every model, every door.

All is generated from the registry: a new model, field or public method that is not in
the table, or not closed, fails here.
"""

import contextlib
import inspect
import itertools
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw, get_public_method
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.kam_management.tests import common

from . import (
    matrix_credit,
    matrix_reports,
    matrix_results,
    matrix_terms,
    matrix_visits,
)
from .samples import _invoice

GROUP = "kam_management.group_kam_"
EXPORT = "base.group_user,base.group_allow_export"
ROLES = {
    "portal": "base.group_portal",
    "internal": EXPORT,
    "user": f"{EXPORT},{GROUP}user",
    "head": f"{EXPORT},{GROUP}head",
    "director": f"{EXPORT},{GROUP}director",
    "credit": f"{EXPORT},{GROUP}credit",
    "support": f"{EXPORT},{GROUP}support",
    "payroll": f"{EXPORT},{GROUP}payroll",
    "system": f"{EXPORT},base.group_system",
}
RIGHTS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
NOBODY = dict.fromkeys(ROLES, "")
DIALOG = {**NOBODY, "head": "rwcu", "director": "rwcu"}
COLLECTS = {
    **NOBODY,
    "user": "rwc",
    "head": "rwc",
    "director": "rwc",
    "credit": "rwc",
}
REMINDED = NOBODY | dict.fromkeys(("user", "head", "director", "credit"), "r")
# what each role may do at all; the rules of records narrow it, below
RIGHTS_OF = {
    "kam.account": {
        **NOBODY,
        "user": "rwcu",
        "head": "rwcu",
        "director": "rwcu",
        "credit": "r",
        "support": "r",
    },
    "kam.account.decide": DIALOG,
    "kam.account.decide.owner": DIALOG,
    "kam.account.owner": {
        **NOBODY,
        "user": "rwcu",
        "head": "rwcu",
        "director": "rwcu",
        "credit": "r",
        "support": "r",
    },
    "kam.act": {
        **NOBODY,
        "portal": "r",
        "user": "r",
        "head": "r",
        "director": "r",
        "credit": "rwcu",
    },
    "kam.act.difference": {
        **NOBODY,
        "user": "rw",
        "head": "rw",
        "director": "rw",
        "credit": "rwcu",
    },
    "kam.act.line": {
        **NOBODY,
        "portal": "r",
        "user": "r",
        "head": "r",
        "director": "r",
        "credit": "r",
    },
    "kam.act.load": {**NOBODY, "credit": "rwcu"},
    "kam.act.sign": {**NOBODY, "credit": "rwcu"},
    "kam.act.their": {
        **NOBODY,
        "user": "r",
        "head": "r",
        "director": "r",
        "credit": "r",
    },
    "kam.ageing": {**NOBODY, "user": "r", "head": "r", "director": "r", "credit": "r"},
    "kam.ageing.bucket": {
        **NOBODY,
        "user": "r",
        "head": "r",
        "director": "rwcu",
        "credit": "rwcu",
    },
    "kam.ageing.item": {
        **NOBODY,
        "user": "r",
        "head": "r",
        "director": "r",
        "credit": "r",
    },
    "kam.ageing.wizard": {
        **NOBODY,
        "user": "rwcu",
        "head": "rwcu",
        "director": "rwcu",
        "credit": "rwcu",
    },
    "kam.analysis": {
        **NOBODY,
        "user": "r",
        "head": "r",
        "director": "r",
        "credit": "r",
    },
    "kam.analysis.line": {
        **NOBODY,
        "user": "r",
        "head": "r",
        "director": "r",
        "credit": "r",
    },
    "kam.analysis.wizard": {
        **NOBODY,
        "user": "rwcu",
        "head": "rwcu",
        "director": "rwcu",
        "credit": "rwcu",
    },
    "kam.collection.decide": dict.fromkeys(ROLES, "")
    | dict.fromkeys(("user", "head", "director", "credit"), "rwcu"),
    "kam.collection.contact": COLLECTS,
    "kam.receivables.month": REMINDED,
    "kam.reminder": REMINDED | {"credit": "rwc"},
    "kam.reminder.exception": REMINDED | {"credit": "rwcu"},
    "kam.reminder.item": REMINDED,
    "kam.reminder.stage": REMINDED | {"credit": "rwcu"},
    "kam.reminder.wizard": {**NOBODY, "credit": "rwcu"},
    "kam.reminder.wizard.line": {**NOBODY, "credit": "rwcu"},
    "kam.dispute": COLLECTS,
    "kam.dispute.line": COLLECTS
    | dict.fromkeys(("user", "head", "director", "credit"), "rwcu"),
    "kam.dispute.reason": {
        **NOBODY,
        "user": "r",
        "head": "r",
        "director": "rwcu",
        "credit": "rwcu",
    },
    "kam.promise": COLLECTS,
    "kam.delegation": {**NOBODY, "user": "rwc", "head": "rwc", "director": "rwcu"},
    "kam.event": {**NOBODY, "director": "r", "system": "r"},
    "kam.fact": {**NOBODY, "director": "r", "credit": "r"},
    "kam.log.check": {**NOBODY, "system": "rwcu"},
    "kam.log.check.line": {**NOBODY, "system": "rwcu"},
    "kam.person.erase": {**NOBODY, "system": "rwcu"},
    "kam.segment": {
        **NOBODY,
        "user": "r",
        "head": "r",
        "director": "rwcu",
        "credit": "r",
        "support": "r",
    },
    "kam.user.handover": DIALOG,
}
RIGHTS_OF |= matrix_terms.RIGHTS_OF | matrix_visits.RIGHTS_OF
RIGHTS_OF |= matrix_credit.RIGHTS_OF | matrix_reports.RIGHTS_OF
OURS = {"mine", "past", "lent", "lent_not", "headed", "others"}
# which records of the little world below each role reads, and which it may write
READS = {
    "kam.account": {
        "user": {"mine", "past", "lent"},
        "head": {"headed", "past"},
        "director": OURS,
        "credit": OURS,
        "support": OURS,
    },
    "kam.delegation": {
        "user": {"own", "to_me"},
        "head": {"team"},
        "director": {"own", "to_me", "team", "strange"},
    },
    "kam.analysis": {role: {"here"} for role in ("user", "head", "director", "credit")},
    "kam.analysis.line": {
        "user": {"mine", "past", "lent"},
        **dict.fromkeys(("head", "director", "credit"), OURS),
    },
    "kam.act": {
        "user": {"mine", "lent"},
        "head": {"headed"},
        "director": OURS,
        "credit": OURS,
    },
    "kam.ageing.bucket": {
        role: {"bucket"} for role in ("user", "head", "director", "credit")
    },
    "kam.segment": {
        role: {"segment"} for role in ("user", "head", "director", "credit", "support")
    },
    "kam.event": {role: {"here"} for role in ("director", "system")},
    "kam.log.check": {"system": {"check"}},
    "kam.log.check.line": {"system": {"line"}},
}
READS["kam.account.owner"] = READS["kam.account"]
READS |= matrix_results.READS
RIGHTS_OF |= matrix_results.RIGHTS
RIGHTS_OF["kam.need"] = RIGHTS_OF["kam.account"]
# a role that a table does not name may do nothing
RIGHTS_OF = {model: {**NOBODY, **roles} for model, roles in RIGHTS_OF.items()}
READS["kam.need"] = READS["kam.account"]
# what is collected: of the accounts of today; of all for those who collect for all
COLLECTED = {
    "user": {"mine", "lent"},
    "head": {"headed"},
    "director": OURS,
    "credit": OURS,
}
DEBTORS = ("kam.promise", "kam.dispute", "kam.dispute.line", "kam.collection.contact")
READS |= dict.fromkeys((*DEBTORS, "kam.reminder", "kam.reminder.item"), COLLECTED)
READS |= dict.fromkeys(
    ("kam.reminder.stage", "kam.reminder.exception"),
    dict.fromkeys(("user", "head", "director", "credit"), frozenset({"here"})),
)
LINES = ("kam.account.owner", "kam.dispute.line", "kam.reminder.item")
READS["kam.dispute.reason"] = {
    role: {"price"} for role in ("user", "head", "director", "credit")
}
for _name in ("difference", "line", "their"):
    READS[f"kam.act.{_name}"] = READS["kam.act"]
WRITES = {
    "kam.account": {"user": {"mine", "lent"}, "head": {"headed"}, "director": OURS},
    "kam.delegation": {
        "user": {"own"},
        "head": {"team"},
        "director": {"own", "to_me", "team", "strange"},
    },
    "kam.act": {"credit": OURS},
    "kam.act.difference": READS["kam.act"],
    "kam.ageing.bucket": {"director": {"bucket"}, "credit": {"bucket"}},
    "kam.segment": {"director": {"segment"}},
    "kam.dispute.reason": {"director": {"price"}, "credit": {"price"}},
    **dict.fromkeys(DEBTORS, COLLECTED),
    "kam.reminder": {"credit": OURS},
    "kam.reminder.stage": {"credit": {"here"}},
    "kam.reminder.exception": {"credit": {"here"}},
    "kam.log.check": READS["kam.log.check"],
    "kam.log.check.line": READS["kam.log.check.line"],
}
WRITES |= matrix_results.WRITES
WRITES["kam.need"] = WRITES["kam.account"]
READS |= matrix_terms.READS | matrix_visits.READS
WRITES |= matrix_terms.WRITES | matrix_visits.WRITES
READS |= matrix_credit.READS | matrix_reports.READS
WRITES |= matrix_credit.WRITES | matrix_reports.WRITES
# made from the documents of Odoo; its rows are those of kam_es, its rights above
NOT_IN_THE_WORLD = {
    "kam.ageing",
    "kam.ageing.item",
    "kam.fact",
    "kam.kpi.order.value",
    "kam.receivables.month",
}
# public names that are doors of Odoo's own, judged by the doors tests
OF_ODOO = {
    "copy",
    "copy_data",
    "create",
    "default_get",
    "export_data",
    "fields_get",
    "init",
    "onchange",
    "unlink",
    "write",
}
# a setting of the analysis, no figure of anybody
SETTINGS = {"cost_to_serve"}
MARGIN_WORDS = ("margin", "cost", "npv", "confidential")


class World(common.KamCase):
    """Two companies, accounts in every relation to the users, one of each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = cls.env.company
        cls.there = cls.env["res.company"].create({"name": "Another trade"})
        cls.today = cls.here._kam_today()
        cls.users = {
            role: new_test_user(cls.env, f"matrix_{role}", groups=groups)
            for role, groups in ROLES.items()
        }
        director = f"{EXPORT},{GROUP}director,{GROUP}credit"
        cls.stranger = new_test_user(
            cls.env,
            "matrix_stranger",
            groups=director,
            company_id=cls.there.id,
            company_ids=[Command.set(cls.there.ids)],
        )
        cls.absent, cls.nobody, cls.member = (
            new_test_user(cls.env, f"matrix_{name}", groups=ROLES["user"])
            for name in ("absent", "nobody", "member")
        )
        cls.env["crm.team"].create(
            {
                "name": "Matrix",
                "user_id": cls.users["head"].id,
                "member_ids": [Command.link(cls.member.id)],
            }
        )
        cls.world = {}
        cls.accounts()
        cls.delegations()
        cls.analyses()
        cls.collections()
        matrix_results.make(cls)
        matrix_terms.make(cls)
        matrix_visits.make(cls)
        matrix_credit.make(cls)
        matrix_reports.make(cls)
        cls.acts()
        cls.rest()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def account(cls, label, owner, company=None, **vals):
        partner = cls.env["res.partner"].create(
            {"name": f"Matrix {label}", "is_company": True}
        )
        account = cls.env["kam.account"].create(
            {
                "partner_id": partner.id,
                "company_id": (company or cls.here).id,
                "needs": f"needs of {label}",
                "owner_ids": [
                    Command.create(
                        {
                            "user_id": owner.id,
                            "date_from": cls.today - timedelta(90),
                        }
                    )
                ],
                **vals,
            }
        )
        account.message_post(body=f"note on {label}")
        cls.env["ir.attachment"].create(
            {
                "name": f"file of {label}",
                "raw": b"x",
                "res_model": "kam.account",
                "res_id": account.id,
            }
        )
        return account

    @classmethod
    def accounts(cls):
        user, head = cls.users["user"], cls.users["head"]
        made = {
            "mine": cls.account("mine", user),
            "past": cls.account("past", user),
            "lent": cls.account("lent", cls.absent),
            "lent_not": cls.account("lent_not", cls.absent),
            "headed": cls.account("headed", cls.nobody, head_id=head.id),
            "others": cls.account("others", cls.nobody),
            "there": cls.account("there", cls.stranger, cls.there),
        }
        for account in (made["past"], made["others"]):
            account.hand_over(
                [{"user_id": head.id}],
                "Matrix",
                (cls.today - timedelta(60)).isoformat(),
            )
            account.hand_over(
                [{"user_id": cls.nobody.id}],
                "Matrix",
                (cls.today - timedelta(30)).isoformat(),
            )
        # "others" was never owned by the head of the matrix
        made["others"].hand_over(
            [{"user_id": cls.nobody.id}],
            "Matrix",
            (cls.today - timedelta(61)).isoformat(),
        )
        cls.world["kam.account"] = made
        cls.world["kam.account.owner"] = {
            label: account.owner_ids for label, account in made.items()
        }
        cls.world["kam.need"] = {
            label: cls.env["kam.need"].create(
                {"account_id": account.id, "name": f"need of {label}"}
            )
            for label, account in made.items()
        }

    @classmethod
    def delegations(cls):
        made = {}
        user, account = cls.users["user"], cls.world["kam.account"]
        for label, absent, substitute, accounts, company in (
            ("own", user, cls.nobody, "mine", cls.here),
            ("to_me", cls.absent, user, "lent", cls.here),
            ("team", cls.member, cls.nobody, None, cls.here),
            ("strange", cls.absent, cls.nobody, "lent_not", cls.here),
            ("there", cls.stranger, cls.nobody, None, cls.there),
        ):
            made[label] = cls.env["kam.delegation"].create(
                {
                    "user_id": absent.id,
                    "substitute_id": substitute.id,
                    "company_id": company.id,
                    "date_to": cls.today + timedelta(3),
                    "reason": f"leave of {label}",
                    "account_ids": accounts and [Command.set(account[accounts].ids)],
                }
            )
        cls.world["kam.delegation"] = made

    @classmethod
    def analyses(cls):
        made, lines = {}, {}
        for label, company in (("here", cls.here), ("there", cls.there)):
            made[label] = cls.env["kam.analysis"].create(
                {
                    "company_id": company.id,
                    "date_from": cls.today - timedelta(365),
                    "date_to": cls.today,
                    "previous_from": cls.today - timedelta(731),
                    "previous_to": cls.today - timedelta(366),
                }
            )
        for label, account in cls.world["kam.account"].items():
            lines[label] = cls.env["kam.analysis.line"].create(
                {
                    "analysis_id": made["there" if label == "there" else "here"].id,
                    "company_id": account.company_id.id,
                    "currency_id": account.currency_id.id,
                    "partner_id": account.partner_id.id,
                    "account_id": account.id,
                }
            )
        cls.world["kam.analysis"] = made
        cls.world["kam.analysis.line"] = lines

    @classmethod
    def collections(cls):
        """A promise and a dispute of every customer."""
        promises, disputes, talks, reminders, stages = {}, {}, {}, {}, {}
        for label, company in (("here", cls.here), ("there", cls.there)):
            stages[label] = cls.env["kam.reminder.stage"].create(
                {
                    "name": "Matrix",
                    "company_id": company.id,
                    "days": 99,
                    "channel": "call",
                }
            )
        exceptions = {
            label: cls.env["kam.reminder.exception"].create(
                {
                    "company_id": stage.company_id.id,
                    "account_class": "E",
                    "reason": "Matrix",
                }
            )
            for label, stage in stages.items()
        }
        reason = cls.env.ref("kam_management.kam_dispute_reason_price")
        for label, account in cls.world["kam.account"].items():
            env = cls.env(context={"allowed_company_ids": account.company_id.ids})
            move = _invoice(env, account.partner_id)
            head = {
                "partner_id": account.partner_id.id,
                "company_id": account.company_id.id,
                "currency_id": move.currency_id.id,
            }
            promises[label] = cls.env["kam.promise"].create(
                {**head, "amount": 10, "date_promised": cls.today}
            )
            disputes[label] = cls.env["kam.dispute"].create(
                {
                    **head,
                    "reason_id": reason.id,
                    "line_ids": [Command.create({"move_id": move.id, "amount": 5})],
                }
            )
            talks[label] = cls.env["kam.collection.contact"].create(
                {
                    "partner_id": account.partner_id.id,
                    "company_id": account.company_id.id,
                    "result": "other",
                }
            )
            stage = stages["there" if label == "there" else "here"]
            item = {
                "move_id": move.id,
                "line_id": move.line_ids.filtered("date_maturity")[:1].id,
                "stage_id": stage.id,
                "amount": 5,
            }
            reminders[label] = cls.env["kam.reminder"].create(
                {**head, "stage_id": stage.id, "item_ids": [Command.create(item)]}
            )
        cls.world["kam.collection.contact"] = talks
        cls.world["kam.reminder"] = reminders
        cls.world["kam.reminder.item"] = {
            label: one.item_ids for label, one in reminders.items()
        }
        cls.world["kam.reminder.stage"] = stages
        cls.world["kam.reminder.exception"] = exceptions
        cls.world["kam.promise"] = promises
        cls.world["kam.dispute"] = disputes
        cls.world["kam.dispute.line"] = {
            label: one.line_ids for label, one in disputes.items()
        }
        cls.world["kam.dispute.reason"] = {"price": reason}

    @classmethod
    def acts(cls):
        made = {}
        for label, account in cls.world["kam.account"].items():
            made[label] = cls.env["kam.act"].create(
                {
                    "partner_id": account.partner_id.id,
                    "company_id": account.company_id.id,
                    "date_from": cls.today - timedelta(30),
                    "date_to": cls.today,
                }
            )
        cls.world["kam.act"] = made
        for name, values in (
            ("line", {"number": "INV/1", "debit": 5}),
            ("their", {"number": "12", "credit": 5}),
            ("difference", {"result": "only_ours", "our_amount": 5}),
        ):
            cls.world[f"kam.act.{name}"] = {
                label: cls.env[f"kam.act.{name}"].create({"act_id": act.id, **values})
                for label, act in made.items()
            }

    @classmethod
    def rest(cls):
        cls.world["kam.segment"] = {
            "segment": cls.env["kam.segment"].create({"name": "Matrix"})
        }
        cls.world["kam.ageing.bucket"] = {
            "bucket": cls.env["kam.ageing.bucket"].create({"days_to": 45})
        }
        events = cls.env["kam.event"]
        cls.world["kam.event"] = {
            label: events.search(
                [("model", "=", "kam.account"), ("company_id", "=", company.id)]
            )
            for label, company in (("here", cls.here), ("there", cls.there))
        }
        check = cls.env["kam.log.check"].create({"kind": "verify"})
        line = cls.env["kam.log.check.line"].create(
            {"check_id": check.id, "problem": "hash"}
        )
        cls.world["kam.log.check"] = {"check": check}
        cls.world["kam.log.check.line"] = {"line": line}

    def tables(self):
        return [
            name
            for name, cls in sorted(self.registry.items())
            if name.startswith("kam.") and not cls._abstract
        ]

    def everything(self, model):
        return self.env[model].browse(
            itertools.chain.from_iterable(one.ids for one in self.world[model].values())
        )

    def split(self, model, role):
        """Return (records the role reads, records hidden from it)."""
        labels = READS.get(model, {}).get(role, ())
        seen = self.env[model].union(
            *(one for label, one in self.world[model].items() if label in labels)
        )
        return seen, self.everything(model) - seen


@tagged("post_install", "-at_install")
class TestAccessMatrix(World):
    def test_every_model_is_in_the_table(self):
        names = set(self.tables())
        self.assertEqual(names, set(RIGHTS_OF))
        transient = {name for name in names if self.env[name]._transient}
        self.assertEqual(names - transient - NOT_IN_THE_WORLD, set(self.world))

    def test_rights_by_model_and_role(self):
        for model, roles in RIGHTS_OF.items():
            for role, letters in roles.items():
                found = "".join(
                    letter
                    for letter, operation in RIGHTS.items()
                    if self.env[model].with_user(self.users[role]).has_access(operation)
                )
                self.assertEqual(found, letters, f"{role} on {model}")

    def test_rights_in_detail(self):
        for model in self.world:
            for role, user in self.users.items():
                with self.subTest(model=model, role=role):
                    if "r" in RIGHTS_OF[model][role]:
                        self.doors(model, role)
                    else:
                        self.closed(self.everything(model).with_user(user))

    def closed(self, records):
        model = records.browse()
        for door in (
            lambda: model.search([]),
            lambda: model.search_count([]),
            lambda: model.search_read([], ["id"]),
            lambda: model.name_search(""),
            lambda: model._read_group([], [], ["__count"]),
            lambda: model.web_search_read([], {}),
            lambda: records.read(["id", "display_name"]),
            lambda: records.web_read({"display_name": {}}),
        ):
            with self.assertRaises(AccessError):
                door()
        if not records.env.user.share:  # portal users export nothing at all
            with self.assertRaises(AccessError):
                records.export_data(["display_name"])

    def doors(self, model, role):
        user = self.users[role]
        seen, hidden = (one.with_user(user) for one in self.split(model, role))
        every = self.everything(model)
        table = seen.browse().with_context(active_test=False)
        here = [("id", "in", every.ids)]
        self.assertEqual(table.search(here), seen)
        self.assertEqual(table.search_count(here), len(seen))
        counts = [one for (one,) in table._read_group(here, [], ["__count"])]
        counts += [
            row["__count"] for row in table.formatted_read_group(here, [], ["__count"])
        ]
        self.assertEqual(set(counts), {len(seen)})
        named = {one for one, _name in table.name_search("", here, limit=None)}
        self.assertEqual(named, set(seen.ids))
        self.assertEqual(
            {one["id"] for one in table.web_search_read(here, {})["records"]},
            set(seen.ids),
        )
        seen.read(["display_name"])
        for record in hidden:
            for door in (
                lambda record=record: record.read(["display_name"]),
                lambda record=record: record.web_read({"display_name": {}}),
                lambda record=record: record.export_data(["display_name"]),
                lambda record=record: record.check_access("read"),
                lambda record=record: record.check_access("write"),
            ):
                # portal users export nothing at all, and are told so
                with self.assertRaises(UserError if user.share else AccessError):
                    door()
        may = self.env[model].union(
            *(
                one
                for label, one in self.world[model].items()
                if label in WRITES.get(model, {}).get(role, ())
            )
        )
        # lines go through the record they belong to
        ours = {*LINES, *matrix_visits.LINES, *matrix_credit.LINES}
        if model not in ours | matrix_terms.LINES:
            self.assertEqual(every.with_user(user)._filtered_access("write"), may)

    def test_notes_and_files_follow_their_record(self):
        for role, user in self.users.items():
            _seen, hidden = self.split("kam.account", role)
            messages = self.env["mail.message"].with_user(user)
            files = self.env["ir.attachment"].with_user(user)
            with self.subTest(role):
                ids = ("res_id", "in", hidden.ids)
                for model, link in ((messages, "model"), (files, "res_model")):
                    with contextlib.suppress(AccessError):  # closed even sooner
                        found = model.search([(link, "=", "kam.account"), ids])
                        self.assertFalse(found)
                with self.assertRaises(AccessError):
                    hidden.message_ids.with_user(user).read(["body"])

    def test_dialogs_are_of_those_who_opened_them(self):
        head, director = self.users["head"], self.users["director"]
        dialog = self.env["kam.account.decide"].with_user(head).create({})
        with self.assertRaises(AccessError):
            dialog.with_user(director).read(["reason"])

    def test_two_companies_never_see_each_other(self):
        for model, made in self.world.items():
            if "there" not in made or not RIGHTS_OF[model]["director"]:
                continue
            table = self.env[model].with_user(self.stranger)
            found = table.search([("id", "in", self.everything(model).ids)])
            self.assertEqual(found, made["there"], model)
            with self.assertRaises(AccessError):
                (self.everything(model) - found).with_user(self.stranger).read(["id"])

    def test_every_model_with_a_company_has_a_rule_for_it(self):
        rules = self.env["ir.rule"].search([("groups", "=", False)])
        ruled = set(rules.model_id.mapped("model"))
        for name in self.tables():
            model = self.env[name]
            if "company_id" in model._fields and not model._transient:
                self.assertIn(name, ruled)


@tagged("post_install", "-at_install")
class TestClosedFields(World):
    def guarded(self):
        """Yield (model, field) of every field of ours that only some groups read."""
        for name, cls in sorted(self.registry.items()):
            if cls._abstract:
                continue
            for field in cls._fields.values():
                ours = name.startswith("kam.") or field.name.startswith(
                    ("kam_", "is_key_account")
                )
                if ours and field.groups:
                    yield self.env[name], field

    def test_there_are_such_fields(self):
        names = {f"{model._name}.{field.name}" for model, field in self.guarded()}
        self.assertIn("kam.event.confidential", names)
        self.assertIn("kam.analysis.line.margin", names)
        self.assertIn("res.partner.kam_user_id", names)

    def test_margin_and_cost_have_a_group(self):
        for name in self.tables():
            for field in self.env[name]._fields.values():
                if field.name in SETTINGS:
                    continue
                if any(word in field.name for word in MARGIN_WORDS) and field.type in (
                    "float",
                    "json",
                    "monetary",
                    "text",
                ):
                    self.assertIn(GROUP + "margin", field.groups or "", field)

    def test_closed_through_every_door(self):
        for model, field in self.guarded():
            for role, user in self.users.items():
                if role in ("portal", "system") or user.has_groups(field.groups):
                    continue
                with self.subTest(field=str(field), role=role):
                    self.closed(model.with_user(user), field)

    def closed(self, model, field):
        name = field.name
        doors = [
            lambda: model.search_read([], [name], limit=1),
            lambda: model.search([(name, "!=", False)]),
            lambda: model.search([(name, "=", 1)]),
            lambda: model.web_search_read([], {name: {}}, limit=1),
            lambda: (
                model.browse().export_data([name])
                and model.search([], limit=1).export_data([name])["datas"][0]
            ),
        ]
        if field.store and field.column_type:
            doors += [
                lambda: model.search([], order=name),
                lambda: model._read_group([], [name]),
                lambda: model._read_group([], [], [f"{name}:max"]),
                lambda: model.formatted_read_group([], [], [f"{name}:max"]),
            ]
        for door in doors:
            try:
                told = door()
            except (AccessError, ValueError):
                continue
            self.fail(f"{field} told {told}")
        self.assertNotIn(name, model.fields_get())


GIVEN = {
    "account_class": "B",
    "reason": "Why",
    "day": "2026-01-01",
    "day_from": "2026-01-01",
    "day_to": "2026-02-01",
    "clock": "recorded_at",
    "offset": 0,
    "limit": 5,
    "vals": {},
    "vals_list": [],
}
GIVEN |= matrix_credit.GIVEN
WRONG = (
    None,
    True,
    -1,
    2**70,
    float("nan"),
    "x",
    "nul\0",
    "2026-13-99",
    [],
    [[1]],
    [10**9],
    {},
    {"x": 1},
)


@tagged("post_install", "-at_install")
class TestPublicMethods(World):
    def methods(self):
        """Yield (model, name, parameters) of all that RPC reaches of our models."""
        for model in self.tables():
            names = {
                name
                for cls in type(self.env[model]).mro()
                if cls.__module__.startswith("odoo.addons.kam_")
                for name, value in vars(cls).items()
                if inspect.isfunction(value) and not name.startswith("_")
            }
            for name in sorted(names - OF_ODOO):
                try:
                    method = get_public_method(self.env[model], name)
                except AccessError:
                    continue  # marked private
                parameters = list(inspect.signature(method).parameters)[1:]
                yield self.env[model], name, parameters

    def test_helpers_are_not_reachable(self):
        for model in self.tables():
            with self.assertRaises(AccessError):
                get_public_method(self.env[model], "init")
        for name in ("kam.event.store", "kam.projector", "kam.event.sourced"):
            with self.assertRaises(AccessError):
                get_public_method(self.env[name], "init")

    def test_there_are_public_methods(self):
        names = {(model._name, name) for model, name, _args in self.methods()}
        self.assertIn(("kam.account", "hand_over"), names)
        self.assertGreater(len(names), 40)

    def test_each_says_what_it_does(self):
        for model, name, _parameters in self.methods():
            self.assertTrue(getattr(type(model), name).__doc__, f"{model}.{name}")

    def record(self, model, label=None):
        made = self.world.get(model._name)
        if not made:
            return (
                model.sudo().create(self.dialog(model)) if model._transient else model
            )
        return made.get(label) or next(iter(made.values()))[:1]

    def dialog(self, model):
        if (values := matrix_terms.dialog(self, model._name)) is not None:
            return values
        if model._name == "kam.account.decide.owner":
            return {
                "decide_id": self.env["kam.account.decide"].create({}).id,
                "user_id": self.nobody.id,
            }
        if model._name == "kam.person.erase":
            return {"partner_id": self.env["res.partner"].create({"name": "Gone"}).id}
        if model._name == "kam.user.handover":
            return {"user_id": self.nobody.id}
        if model._name in ("kam.act.load", "kam.act.sign"):
            return {"act_id": self.world["kam.act"]["others"].id}
        if model._name == "kam.analysis.wizard":
            return {"date_from": self.today, "date_to": self.today}
        return {}

    def given(self, name):
        if name == "owners":
            return [{"user_id": self.nobody.id}]
        if name == "partner_ids":
            return self.world["kam.account"]["others"].partner_id.ids
        if name == "account_id":
            return self.world["kam.account"]["mine"].id
        return (GIVEN | matrix_visits.GIVEN).get(name)

    def call(self, model, name, ids, args):
        """Call as RPC does, undone after; return the answer."""
        method = get_public_method(model, name)
        if not getattr(method, "_api_model", False):
            args = [ids, *args]
        savepoint = self.env.cr.savepoint()
        try:
            return call_kw(model, name, args, {})
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all(flush=False)

    @mute_logger("odoo.sql_db")
    def test_without_rights_nothing_is_done_and_nothing_told(self):
        for model, name, parameters in self.methods():
            record = self.record(model)
            for role in ("portal", "internal"):
                with self.subTest(method=f"{model._name}.{name}", role=role):
                    args = [self.given(one) for one in parameters]
                    user = self.users[role]
                    try:
                        told = self.call(model.with_user(user), name, record.ids, args)
                    except UserError:
                        continue
                    self.assertTrue(harmless(told, record), told)

    @mute_logger("odoo.sql_db")
    def test_a_manager_calls_nothing_on_what_is_hidden(self):
        user = self.users["user"]
        for model, name, parameters in self.methods():
            if model._name not in (
                "kam.account",
                "kam.account.owner",
                "kam.delegation",
                *DEBTORS,
                *matrix_terms.HIDDEN,
                *matrix_visits.HIDDEN,
                *matrix_credit.HIDDEN,
                *matrix_reports.HIDDEN,
            ):
                continue
            if getattr(getattr(type(model), name), "_api_model", False):
                continue
            hidden = {"kam.delegation": "strange"}.get(model._name, "others")
            with self.subTest(method=f"{model._name}.{name}"):
                record = self.record(model, hidden)[:1]
                args = [self.given(one) for one in parameters]
                try:
                    told = self.call(model.with_user(user), name, record.ids, args)
                except AccessError:
                    continue
                self.assertTrue(harmless(told, record), told)

    @mute_logger("odoo.sql_db", "odoo.http", "odoo.addons.base.models.ir_rule")
    def test_wrong_arguments_are_refused_in_a_sentence(self):
        user = self.users["director"]
        user.group_ids += self.env.ref("base.group_system")
        for model, name, parameters in self.methods():
            record = self.record(model)
            model = model.with_user(user)
            for ids in (record.ids, [], [10**9]):
                self.refused(model, name, ids, [self.given(one) for one in parameters])
            for place, wrong in itertools.product(range(len(parameters)), WRONG):
                args = [self.given(one) for one in parameters]
                args[place] = wrong
                self.refused(model, name, record.ids, args)

    def refused(self, model, name, ids, args):
        with self.subTest(method=f"{model._name}.{name}", ids=ids, args=args):
            try:
                self.call(model, name, ids, args)
            except UserError as refusal:
                self.assertTrue(str(refusal).strip())
            except ValueError as error:
                # what Odoo itself says where one record is wanted
                self.assertIn("Expected singleton", str(error))
                self.assertNotEqual(len(ids), 1)


def harmless(told, record):
    """Tell whether an answer holds no data: nothing, or a window that checks itself."""
    if isinstance(told, dict):
        known = told.get("res_id") in (None, False, *record.ids)
        return told.get("type", "").startswith("ir.actions") and known
    return told in (None, False, [])
