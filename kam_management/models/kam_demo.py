"""Demonstration data: a distributor's year of trading, told in ``demo/story.py``."""

import random
from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..demo import story

QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "no_reset_password": True,
}
TERM = "account.account_payment_term_30days"


class KamDemo(models.AbstractModel):
    _name = "kam.demo"
    _description = "Demonstration data of key accounts"

    @api.model
    def _load(self):
        """Make the demonstration once; a second call changes nothing."""
        if self.env.ref("kam_management.demo_user_helen", raise_if_not_found=False):
            return
        # after a reinstall the accounts come back from the log
        self.env.cr.execute(
            "SELECT FROM kam_es.stream WHERE category = 'kam.account' LIMIT 1"
        )
        if self.env.cr.rowcount:
            return
        self.with_context(**QUIET)._tell()

    def _tell(self):
        dice = random.Random(story.SEED)  # noqa: S311 figures of a story
        today = self.env.company._kam_today()
        users = self._people()
        partners = self._customers()
        products = self._products()
        accounts = self._accounts(users, partners, today)
        if self._books_are_open():
            self._trade(users, partners, products, today, dice)
        self._prospects(users, partners)
        self._plans(users, partners, accounts, today)
        self._absence(users, partners, today)

    # ------------------------------------------------------------ master data
    def _records(self, model, values):
        """Make records with an external id each: ``{external name: values}``."""
        records = self.env[model]._load_records(
            [
                {
                    "xml_id": f"kam_management.demo_{name}",
                    "values": one,
                    "noupdate": True,
                }
                for name, one in values.items()
            ]
        )
        return dict(zip(values, records, strict=True))

    def _people(self):
        company = self.env.company
        groups = {
            login: [
                "base.group_user",
                *(f"kam_management.group_{name}" for name in names),
                *story.OTHER_GROUPS.get(login, ()),
            ]
            for login, (_name, names, _member) in story.PEOPLE.items()
        }
        users = self._records(
            "res.users",
            {
                f"user_{login}": {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@example.com",
                    "tz": company._kam_time_zone(),
                    "company_id": company.id,
                    "company_ids": [fields.Command.set(company.ids)],
                    "group_ids": [
                        fields.Command.set(
                            [self.env.ref(one).id for one in groups[login]]
                        )
                    ],
                }
                for login, (name, _groups, _member) in story.PEOPLE.items()
            },
        )
        users = {key.removeprefix("user_"): user for key, user in users.items()}
        self._records(
            "crm.team",
            {
                "team": {
                    "name": "Key accounts",
                    "user_id": users["helen"].id,
                    "company_id": company.id,
                    "member_ids": [
                        fields.Command.link(users[login].id)
                        for login, (_name, _groups, member) in story.PEOPLE.items()
                        if member
                    ],
                }
            },
        )
        return users

    def _customers(self):
        everyone = {
            **{name: one[:2] for name, one in story.CUSTOMERS.items()},
            **{name: one[:2] for name, one in story.PROSPECTS.items()},
        }
        term = self.env.ref(TERM, raise_if_not_found=False)
        country = self.env.company.country_id
        values = {}
        for number, (name, (town, _segment)) in enumerate(everyone.items()):
            site = name.lower().replace(" ", "")
            values[f"partner_{_slug(name)}"] = {
                "name": name,
                "is_company": True,
                "customer_rank": 1,
                "city": town,
                "street": f"{10 + 7 * number} Market Street",
                "country_id": country.id,
                "email": f"office@{site}.example.com",
                "phone": f"+1 206-555-{100 + number:04}",
                "property_payment_term_id": term and term.id,
            }
        made = self._records("res.partner", values)
        partners = {name: made[f"partner_{_slug(name)}"] for name in everyone}
        self._records(
            "res.partner",
            {
                f"contact_{_slug(name)}": {
                    "name": f"{first}, purchasing",
                    "parent_id": partners[name].id,
                    "type": "contact",
                    "email": f"{first.split()[0].lower()}@{_slug(name)}.example.com",
                }
                for name, first in zip(
                    everyone,
                    ("Paula Stone", "Ivan Reyes", "Mei Chen", "Tom Baker", "Lea Novak")
                    * 6,
                    strict=False,
                )
            },
        )
        self._records(
            "kam.segment",
            {
                f"segment_{name.lower()}": {"name": name, "sequence": place}
                for place, name in enumerate(story.SEGMENTS)
            },
        )
        return partners

    def _products(self):
        names = {category for _name, category, *_rest in story.PRODUCTS.values()}
        categories = self._records(
            "product.category",
            {f"category_{name.lower()}": {"name": name} for name in sorted(names)},
        )
        made = self._records(
            "product.product",
            {
                f"product_{code}": {
                    "name": name,
                    "default_code": f"KA-{code.upper().replace('_', '-')}",
                    "categ_id": categories[f"category_{category.lower()}"].id,
                    "list_price": price,
                    "standard_price": cost,
                    "type": "consu",
                    "invoice_policy": "order",
                }
                for code, (name, category, price, cost) in story.PRODUCTS.items()
            },
        )
        return {code: made[f"product_{code}"] for code in story.PRODUCTS}

    # --------------------------------------------------------------- accounts
    def _accounts(self, users, partners, today):
        """Make the key accounts by the decisions of the head of sales."""
        decides = self.env["kam.account"].with_user(users["helen"])
        accounts = {}
        for name, one in story.CUSTOMERS.items():
            _town, segment, letter, manager, *_rest = one
            if not letter:
                continue
            since = today - relativedelta(months=18 if letter == "A" else 14)
            [account_id] = decides.designate(
                partners[name].ids,
                story.PROMOTED[1] if name == story.PROMOTED[0] else letter,
                f"Among the leading customers in {segment.lower()}.",
                since,
                self._first_owners(name, manager, users),
            )
            accounts[name] = decides.browse(account_id)
            accounts[name].segment_id = self.env.ref(
                f"kam_management.demo_segment_{segment.lower()}"
            )
        self._decisions(accounts, users, today)
        return accounts

    def _first_owners(self, name, manager, users):
        if name == story.HANDED_OVER[0]:
            manager = story.HANDED_OVER[1]
        if name != story.SHARED[0]:
            return [{"user_id": users[manager].id}]
        _name, other, share = story.SHARED
        return [
            {"user_id": users[manager].id, "share": 100 - share},
            {"user_id": users[other].id, "share": share},
        ]

    def _decisions(self, accounts, users, today):
        name, _before, days = story.PROMOTED
        accounts[name].change_class(
            story.CUSTOMERS[name][2],
            "Grew by half; three new shops a year.",
            today - timedelta(days=days),
        )
        name, _before, days = story.HANDED_OVER
        accounts[name].hand_over(
            [{"user_id": users[story.CUSTOMERS[name][3]].id}],
            "Belongs to the bakeries, which Clara knows best.",
            today - timedelta(days=days),
        )
        name, after, days = story.HANDED_AHEAD
        accounts[name].hand_over(
            [{"user_id": users[after].id}],
            "David takes over the north; the valley goes to Clara.",
            today + timedelta(days=days),
        )
        name, reason = story.SUSPENDED
        accounts[name].suspend(reason, today - timedelta(days=30))
        name, reason, days = story.RELEASED
        accounts[name].release(reason, today - timedelta(days=days))
        for name, (needs, openings) in story.NEEDS.items():
            manager = users[story.CUSTOMERS[name][3]]
            accounts[name].with_user(manager).write(
                {"needs": needs, "openings": openings}
            )

    # --------------------------------------------------- prospects and plans
    def _prospects(self, users, partners):
        team = self.env.ref("kam_management.demo_team")
        stages = self.env["crm.stage"].search([("is_won", "=", False)])
        for place, (name, one) in enumerate(story.PROSPECTS.items()):
            _town, segment, manager, stake = one
            self.env["kam.account"].with_user(users[manager]).create(
                {
                    "partner_id": partners[name].id,
                    "segment_id": self.env.ref(
                        f"kam_management.demo_segment_{segment.lower()}"
                    ).id,
                    "team_id": team.id,
                    "openings": "Tender for all houses; decided within the quarter.",
                }
            )
            self.env["crm.lead"].create(
                {
                    "name": f"{name}: coffee for all houses",
                    "type": "opportunity",
                    "partner_id": partners[name].id,
                    "user_id": users[manager].id,
                    "team_id": team.id,
                    "expected_revenue": stake,
                    "stage_id": stages[place % len(stages)].id if stages else False,
                }
            )

    def _plans(self, users, partners, accounts, today):
        found = self.env["kam.account"].search(
            [("partner_id", "in", [one.id for one in partners.values()])]
        )
        by_partner = {account.partner_id: account for account in found}
        for name, (kind, summary, days) in story.STEPS.items():
            account = by_partner[partners[name]]
            account.activity_schedule(
                kind,
                date_deadline=today + timedelta(days=days),
                summary=summary,
                user_id=account.user_id.id,
            )
        everyone = {**users, "admin": self.env.ref("base.user_admin")}
        for login, (what, where, days, hour) in story.MEETINGS.items():
            start = datetime.combine(today + timedelta(days=days), time(hour))
            self.env["calendar.event"].create(
                {
                    "name": what,
                    "location": where,
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "user_id": everyone[login].id,
                    "partner_ids": [fields.Command.set(everyone[login].partner_id.ids)],
                }
            )

    def _absence(self, users, partners, today):
        """Let one manager stand in for another, and do something for him."""
        absent, substitute, first, last = story.ABSENT
        self.env["kam.delegation"].with_user(users[absent]).create(
            {
                "user_id": users[absent].id,
                "substitute_id": users[substitute].id,
                "date_from": today + timedelta(days=first),
                "date_to": today + timedelta(days=last),
                "reason": "On holiday. Bellevue waits for the offer of two machines.",
            }
        )
        account = self.env["kam.account"].search(
            [("partner_id", "=", partners["Old Town Diners"].id)]
        )
        account.with_user(users[substitute]).write(
            {"needs": "Wants delivery on Mondays from now on; told to Clara by phone."}
        )


def _slug(name):
    return name.lower().replace(" ", "_")
