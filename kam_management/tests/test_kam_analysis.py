from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from . import common

# Long ago, so that no demo data is in it; two years, the first to grow from.
YEAR, BEFORE = 2004, 2003
PERIOD = {"date_from": f"{YEAR}-01-01", "date_to": f"{YEAR}-12-31"}
# customer → (month → net) of the year and of the year before
TRADE = {
    "Alder": [dict.fromkeys(range(1, 13), 1000), dict.fromkeys(range(1, 13), 800)],
    "Birch": [{1: 900, 3: 2400, 7: 700, 11: 500}, {2: 6000}],
    "Cedar": [{2: 1200, 12: 300.55}, {}],
    "Daphne": [{6: 800.10}, {6: 800.10}],
    "Elder": [{5: 250, 6: -400}, {1: 900}],
    "Fir": [{4: 100, 8: 100}, {1: 10}],
}


class AnalysisCase(common.KamCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        if not cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)]
        ):
            cls.env["account.chart.template"].try_loading("generic_coa", cls.company)
        cls.analyses = cls.env["kam.analysis"]
        cls.lines = cls.env["kam.analysis.line"]
        cls.customers = {
            name: cls.env["res.partner"].create({"name": name, "is_company": True})
            for name in TRADE
        }
        cls.director, cls.head, cls.kam, cls.credit = (
            new_test_user(
                cls.env,
                login,
                f"base.group_user,base.group_allow_export,kam_management.group_{login}",
            )
            for login in ("kam_director", "kam_head", "kam_user", "kam_credit")
        )

    @classmethod
    def invoice(cls, partner, net, day, due=None, **values):
        """Post an invoice without tax; a credit note when ``net`` is below zero."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice" if net >= 0 else "out_refund",
                "partner_id": partner.id,
                "invoice_date": day,
                "invoice_date_due": due or day,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "quantity": 1,
                            "price_unit": abs(net),
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def trade(cls):
        for name, years in TRADE.items():
            for year, months in zip((YEAR, BEFORE), years, strict=True):
                for month, net in months.items():
                    cls.invoice(cls.customers[name], net, date(year, month, 15))

    @classmethod
    def order(cls, partner, price, cost, day, **values):
        """Confirm an order of 10 pieces, invoice it and post the invoice."""
        product = cls.env["product.product"].create(
            {"name": "Crate", "standard_price": cost, "invoice_policy": "order"}
        )
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 10,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        order.action_confirm()
        move = order._create_invoices()
        move.write(
            {
                "invoice_date": day,
                "invoice_payment_term_id": False,
                "invoice_date_due": day,
            }
        )
        move.action_post()
        return order, move

    def pay(self, move, amount, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create(
            {
                "amount": amount,
                "payment_date": day,
                "payment_difference_handling": "open",
            }
        ).action_create_payments()

    def analyse(self, user=None, **values):
        analyses = self.analyses.with_user(user) if user else self.analyses
        return analyses.analyse(**{**PERIOD, **values})

    def line(self, found, partner, user=None):
        lines = self.lines.with_user(user) if user else self.lines
        return lines.search(
            [("analysis_id", "=", found["id"]), ("partner_id", "=", partner.id)]
        )

    def own(self, user, partner):
        """Make the customer a key account of ``user``."""
        return self.env["kam.account"].browse(
            self.env["kam.account"].designate(
                partner.ids,
                "A",
                "Large",
                owners=[{"user_id": user.id, "share": 100, "role": "lead"}],
            )
        )


@tagged("post_install", "-at_install")
class TestKamAnalysisRpc(common.KamHttpCase):
    def test_reachable_from_outside(self):
        head = new_test_user(
            self.env, "kam_rpc", "base.group_user,kam_management.group_kam_head"
        )
        key = (
            self.env["res.users.apikeys"]
            .with_user(head)
            ._generate("rpc", "test", fields.Datetime.now() + timedelta(days=1))
        )

        def call(**values):
            return self.url_open(
                "/json/2/kam.analysis/analyse",
                json=values,
                headers={"Authorization": f"Bearer {key}"},
                method="POST",
            )

        answer = call(**PERIOD, parameters={"candidate_limit": 3}, top=2)
        self.assertEqual(answer.status_code, 200, answer.text)
        found = answer.json()
        self.assertEqual(found["date_from"], PERIOD["date_from"])
        self.assertEqual(found["parameters"]["candidate_limit"], 3)
        refused = call(date_from="soon")
        self.assertEqual(refused.status_code, 422, refused.text)
        self.assertIn("“From” must be a day written as", refused.json()["message"])


@tagged("post_install", "-at_install")
class TestKamAnalysis(AnalysisCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trade()

    # ----------------------------------------------------------------- figures
    def test_equals_plain_python(self):
        found = self.analyse(top=100)
        net = {n: sum(Decimal(str(v)) for v in y[0].values()) for n, y in TRADE.items()}
        before = {
            n: sum(Decimal(str(v)) for v in y[1].values()) for n, y in TRADE.items()
        }
        base = sum(value for value in net.values() if value > 0)
        names = sorted(net, key=lambda name: -net[name])
        self.assertEqual([one["partner"]["name"] for one in found["top"]], names)
        cumulative = Decimal(0)
        for line in found["top"]:
            name = line["partner"]["name"]
            self.assertEqual(Decimal(str(line["net"])), net[name])
            self.assertEqual(Decimal(str(line["previous"])), before[name])
            if net[name] <= 0:
                self.assertEqual((line["share"], line["abc"]), (None, "C"))
                continue
            self.assertAlmostEqual(line["share"], float(net[name] / base), 12)
            klass = "A" if cumulative < base * Decimal("0.8") else None
            klass = klass or ("B" if cumulative < base * Decimal("0.95") else "C")
            self.assertEqual(line["abc"], klass)
            cumulative += net[name]
            self.assertAlmostEqual(line["cumulative"], float(cumulative / base), 12)
            growth = before[name] and float(net[name] / before[name] - 1)
            self.assertEqual(line["growth"] is None, not before[name])
            self.assertAlmostEqual(line["growth"] or 0, growth, 12)
        self.assertEqual(Decimal(str(found["total"])), sum(net.values()))
        self.assertEqual(Decimal(str(found["previous_total"])), sum(before.values()))
        self.assertAlmostEqual(
            found["hhi"], float(sum((v / base) ** 2 for v in net.values() if v > 0)), 12
        )
        self.assertEqual(sum(found["classes"].values()), len(TRADE))

    def test_months_add_up_to_the_total(self):
        expected = defaultdict(Decimal)
        for this, _before in TRADE.values():
            for month, net in this.items():
                expected[f"{YEAR}-{month:02}-01"] += Decimal(str(net))
        found = self.analyse()["months"]
        self.assertEqual(
            {one["month"]: Decimal(str(one["net"])) for one in found},
            {f"{YEAR}-{m:02}-01": expected[f"{YEAR}-{m:02}-01"] for m in range(1, 13)},
        )

    def test_stability_and_new_customers(self):
        found = self.analyse()
        xyz = {
            name: self.line(found, partner).xyz
            for name, partner in self.customers.items()
        }
        self.assertEqual(xyz["Alder"], "X")
        self.assertEqual(xyz["Birch"], "Z")
        self.assertEqual(xyz["Cedar"], "new", "came in February")
        self.assertFalse(xyz["Elder"], "returned more than bought")
        self.assertIs(self.line(found, self.customers["Cedar"]).variation, False)
        self.assertEqual(self.line(found, self.customers["Alder"]).variation, 0)

    def test_drafts_and_other_days_do_not_count(self):
        before = self.analyse()["total"]
        draft = self.invoice(self.customers["Fir"], 500, date(YEAR, 4, 1))
        draft.button_draft()
        self.invoice(self.customers["Fir"], 700, date(YEAR + 1, 1, 1))
        self.assertEqual(self.analyse()["total"], before)

    def test_no_growth_where_the_books_begin_later(self):
        found = self.analyse(date_from=f"{BEFORE}-01-01", date_to=f"{BEFORE}-12-31")
        self.assertFalse(found["comparable"])
        self.assertIsNone(found["growth"])

    def test_contacts_count_for_their_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customers["Fir"].id}
        )
        self.invoice(contact, 50, date(YEAR, 9, 1))
        self.assertEqual(self.line(self.analyse(), self.customers["Fir"]).net, 250)

    def test_revenue_belongs_to_who_ordered(self):
        payer, orderer = self.customers["Fir"], self.customers["Cedar"]
        self.order(orderer, 30, 10, date(YEAR, 5, 5), partner_invoice_id=payer.id)
        found = self.analyse()
        self.assertEqual(self.line(found, payer).net, 200)
        line = self.line(found, orderer)
        self.assertAlmostEqual(line.net, 1500.55 + 300)
        self.assertTrue(line.crossed)
        documents = self.opened(line.action_open_documents())
        self.assertIn(payer, documents.partner_id)
        self.assertAlmostEqual(sum(documents.mapped("amount_untaxed_signed")), line.net)
        self.assertEqual(
            len(self.opened(self.line(found, payer).action_open_documents())), 2
        )

    def test_payment(self):
        partner = self.customers["Daphne"]
        move = self.invoice(partner, 1000, date(YEAR, 2, 1), due=date(YEAR, 3, 1))
        self.pay(move, 600, date(YEAR, 2, 27))
        self.pay(move, 400, date(YEAR, 3, 21))
        line = self.line(self.analyse(), partner)
        # 600 three days early, 400 twenty days late; 800.10 of June open since then
        self.assertAlmostEqual(line.closed_days_late, 6.2, 6)
        late = (
            -1800 + 8000 + 800.10 * (date(YEAR, 12, 31) - date(YEAR, 6, 15)).days
        ) / (1800.10)
        self.assertAlmostEqual(line.days_late, round(late, 2), 2)
        self.assertAlmostEqual(line.reliability, 600 / 1800.10, 6)

    def test_a_credit_note_pays_nothing(self):
        partner = self.env["res.partner"].create({"name": "Returns"})
        move = self.invoice(partner, 1000, date(YEAR, 2, 1), due=date(YEAR, 3, 1))
        refund = self.invoice(partner, -1000, date(YEAR, 9, 1))
        (move + refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        line = self.line(self.analyse(), partner)
        self.assertIs(line.reliability, False)
        self.assertIs(line.days_late, False)

    def test_margin_at_the_cost_of_the_order(self):
        partner = self.customers["Daphne"]
        _order, move = self.order(partner, 30, 12, date(YEAR, 5, 5))
        move.invoice_line_ids.product_id.standard_price = 29
        line = self.line(self.analyse(), partner)
        self.assertEqual(line.margin, 180)
        self.assertAlmostEqual(line.margin_ratio, 0.6)
        self.assertAlmostEqual(line.costed_ratio, 300 / 1100.10)
        self.assertIs(self.line(self.analyse(), self.customers["Fir"]).margin, False)

    def test_margin_of_a_return_and_of_another_unit(self):
        partner = self.customers["Daphne"]
        order, move = self.order(partner, 30, 12, date(YEAR, 5, 5))
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        action = reversal.create(
            {"journal_id": move.journal_id.id, "date": date(YEAR, 6, 1)}
        ).refund_moves()
        refund = self.env["account.move"].browse(action["res_id"])
        refund.invoice_line_ids.quantity = 4
        refund.invoice_date = date(YEAR, 6, 1)
        refund.action_post()
        self.assertEqual(refund.invoice_line_ids.sale_line_ids, order.order_line)
        self.assertEqual(self.line(self.analyse(), partner).margin, 6 * 18)
        dozens = self.env.ref("uom.product_uom_dozen")
        order, move = self.order(self.customers["Fir"], 30, 12, date(YEAR, 5, 5))
        move.button_draft()
        move.invoice_line_ids.product_uom_id = dozens
        move.invoice_line_ids.write({"quantity": 1, "price_unit": 300})
        move.action_post()
        line = self.line(self.analyse(), self.customers["Fir"])
        self.assertAlmostEqual(line.margin, 300 - 12 * 12)

    # ---------------------------------------------------------------- documents
    def opened(self, action):
        return self.env[action["res_model"]].search(action["domain"])

    def test_every_figure_opens_its_documents(self):
        partner = self.customers["Alder"]
        self.order(partner, 30, 12, date(YEAR, 5, 5))
        found = self.analyse()
        run = self.analyses.browse(found["id"])
        line = self.line(found, partner)
        for opener, total in (
            (run.action_open_documents, found["total"]),
            (run.action_open_previous, found["previous_total"]),
            (line.action_open_documents, line.net),
            (line.action_open_previous, line.previous),
        ):
            moves = self.opened(opener())
            self.assertAlmostEqual(sum(moves.mapped("amount_untaxed_signed")), total)
        due = self.opened(line.action_open_receivables())
        self.assertEqual(sum(due.mapped("balance")), 12 * 1000 + 300)
        sold = self.opened(line.action_open_margin())
        self.assertEqual(sum(sold.mapped("margin")), line.margin)

    # -------------------------------------------------------------- candidates
    def test_candidates_with_reasons(self):
        found = self.analyse()
        names = [one["partner"]["name"] for one in found["candidates"]]
        self.assertEqual(names, ["Alder", "Birch"])
        codes = {
            one["partner"]["name"]: [(r["code"], r["caution"]) for r in one["reasons"]]
            for one in found["candidates"]
        }
        self.assertEqual(
            codes["Alder"][:4],
            [
                ("key_by_share", False),
                ("recent_frequent", False),
                ("steady", False),
                ("growing", False),
            ],
        )
        self.assertIn(("shrinking", True), codes["Birch"])
        self.assertIn(("pays_late", True), codes["Birch"])
        first = found["candidates"][0]["reasons"][0]["text"]
        self.assertRegex(first, r"^Makes 6\d\.\d % of the revenue; .* 10\.0 %$")
        line = self.line(found, self.customers["Alder"])
        self.assertTrue(line.is_candidate)
        self.assertEqual(line.reasons_text.splitlines()[0], first)
        chosen = self.lines.search(
            [("analysis_id", "=", found["id"]), ("is_candidate", "=", True)]
        )
        self.assertEqual(chosen.partner_id.mapped("name"), names)

    def test_at_most_n_candidates(self):
        found = self.analyse(parameters={"candidate_limit": 1})
        self.assertEqual(len(found["candidates"]), 1)

    def test_counter_sales_are_no_candidate(self):
        tag = self.env["res.partner.category"].create({"name": "Over the counter"})
        self.customers["Alder"].category_id = tag
        found = self.analyse(parameters={"pooled_category_ids": tag.ids})
        self.assertEqual(
            [one["partner"]["name"] for one in found["candidates"]], ["Birch"]
        )
        line = self.line(found, self.customers["Alder"])
        self.assertFalse(line.is_key)
        self.assertGreater(line.share, 0.5)

    def test_the_leader_of_an_industry(self):
        industry = self.env["res.partner.industry"].create({"name": "Garden"})
        (self.customers["Birch"] | self.customers["Fir"]).industry_id = industry
        (birch,) = (
            one
            for one in self.analyse()["candidates"]
            if one["partner"]["name"] == "Birch"
        )
        self.assertIn("segment_leader", [one["code"] for one in birch["reasons"]])

    def test_designate_from_the_list(self):
        found = self.analyse()
        lines = self.lines.search([("analysis_id", "=", found["id"])], limit=2)
        self.assertEqual(lines.partner_id.mapped("name"), ["Alder", "Birch"])
        action = lines.with_user(self.head).action_designate()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.head)
            .with_context(**action["context"])
        )
        form.account_class = "B"
        form.reason = "The two largest"
        form.save().action_apply()
        accounts = self.env["kam.account"].search(
            [("partner_id", "in", lines.partner_id.ids)]
        )
        self.assertEqual(accounts.mapped("status"), ["key", "key"])
        again = self.analyse()
        self.assertNotEqual(again["id"], found["id"])
        self.assertFalse(again["candidates"])
        self.assertEqual(self.line(again, lines[0].partner_id).account_status, "key")

    def test_the_reason_of_one_is_proposed_without_the_margin(self):
        self.order(self.customers["Alder"], 300, 1, date(YEAR, 5, 5))
        self.order(self.customers["Birch"], 300, 200, date(YEAR, 5, 5))
        self.director.group_ids += self.env.ref("kam_management.group_kam_margin")
        line = self.line(self.analyse(), self.customers["Alder"], self.director)
        self.assertIn("Margin of", line.reasons_text)
        proposed = line.action_designate()["context"]["default_reason"]
        self.assertIn("of the revenue", proposed)
        self.assertNotIn("Margin", proposed)

    # ------------------------------------------------------------------- rights
    def test_a_manager_sees_own_accounts_with_shares_of_the_whole(self):
        whole = self.analyse()
        self.own(self.kam, self.customers["Birch"])
        found = self.analyse(self.kam)
        self.assertEqual([x["partner"]["name"] for x in found["top"]], ["Birch"])
        self.assertEqual(found["candidates"], [])
        self.assertEqual((found["visible_count"], found["customer_count"]), (1, 6))
        self.assertEqual(found["total"], whole["total"])
        self.assertEqual(found["top"][0]["share"], whole["top"][1]["share"])
        self.assertFalse(self.line(found, self.customers["Alder"], self.kam))
        with self.assertRaises(AccessError):
            self.line(found, self.customers["Alder"]).with_user(self.kam).read(["net"])
        with self.assertRaises(AccessError):
            self.line(whole, self.customers["Alder"]).with_user(
                self.kam
            ).action_open_documents()

    def test_whoever_sees_the_whole_company(self):
        for user in (self.director, self.head, self.credit):
            with self.subTest(user=user.login):
                self.assertEqual(self.analyse(user)["visible_count"], len(TRADE))

    def test_margin_is_for_those_entitled(self):
        self.order(self.customers["Alder"], 30, 12, date(YEAR, 5, 5))
        names = [
            "margin",
            "margin_ratio",
            "npv",
            "costed_ratio",
            "confidential_reasons",
        ]
        found = self.analyse(self.head)
        self.assertNotIn("average_margin", found)
        self.assertFalse({"margin", "margin_ratio", "npv"} & found["top"][0].keys())
        line = self.line(found, self.customers["Alder"], self.head)
        self.assertNotIn("Margin", line.reasons_text)
        for name in [*names, "confidential_reasons"]:
            with self.subTest(name), self.assertRaises(AccessError):
                line.read([name])
        for name in names:
            with self.subTest(name), self.assertRaises(AccessError):
                self.lines.with_user(self.head).search([(name, "!=", False)])
        with self.assertRaises(AccessError):
            line.export_data(["margin"])
        with self.assertRaises(AccessError):
            self.lines.with_user(self.head).formatted_read_group([], [], ["margin:sum"])
        self.head.group_ids += self.env.ref("kam_management.group_kam_margin")
        found = self.analyse(self.head)
        self.assertEqual(found["top"][0]["margin"], 180)
        self.assertAlmostEqual(found["average_margin"], 0.6)

    def test_nobody_else_sees_anything(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        found = self.analyse()
        with self.assertRaises(AccessError):
            self.analyse(clerk)
        with self.assertRaises(AccessError):
            self.analyses.with_user(clerk).browse(found["id"]).read(["total"])

    def test_nobody_writes_an_analysis(self):
        found = self.analyse()
        run = self.analyses.with_user(self.director).browse(found["id"])
        line = self.line(found, self.customers["Alder"], self.director)
        for change in (
            lambda: run.write({"total": 1}),
            lambda: line.write({"net": 1}),
            run.unlink,
            lambda: run.create({"company_id": self.company.id}),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_companies_do_not_mix(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(AccessError, "do not work in the company"):
            self.analyse(self.director, company_id=other.id)
        self.director.company_ids += other
        found = self.analyse(self.director, company_id=other.id)
        self.assertEqual((found["total"], found["customer_count"]), (0, 0))
        mine = self.analyse(self.director)
        elsewhere = self.analyses.with_user(self.director).with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(elsewhere.read_analysis(mine["id"]))

    def test_a_manager_opens_own_documents_only(self):
        alder, birch = self.customers["Alder"], self.customers["Birch"]
        self.own(self.kam, birch)
        found = self.analyse(self.kam)
        run = self.analyses.with_user(self.kam).browse(found["id"])
        whole = self.opened_by(self.kam, run.action_open_documents())
        self.assertNotIn(alder, whole.commercial_partner_id)
        line = self.line(found, birch, self.kam)
        mine = self.opened_by(self.kam, line.action_open_documents())
        self.assertLessEqual(mine.commercial_partner_id, birch)

    def opened_by(self, user, action):
        return self.env[action["res_model"]].with_user(user).search(action["domain"])

    # --------------------------------------------------------------------- runs
    def test_the_same_question_finds_the_same_run(self):
        found = self.analyse()
        self.assertEqual(self.analyse()["id"], found["id"])
        self.assertEqual(self.analyse(self.head)["id"], found["id"])
        self.assertNotEqual(self.analyse(fresh=True)["id"], found["id"])
        self.assertNotEqual(
            self.analyse(parameters={"key_share": 0.05})["id"], found["id"]
        )

    def test_what_changes_the_books_makes_a_new_run(self):
        found = self.analyse()
        move = self.invoice(self.customers["Fir"], 1, date(YEAR, 9, 9))
        posted = self.analyse()
        self.assertAlmostEqual(posted["total"], found["total"] + 1)
        self.pay(move, 1, date(YEAR, 9, 10))
        self.assertNotEqual(self.analyse()["id"], posted["id"])

    def test_read_an_earlier_run(self):
        found = self.analyse()
        self.assertEqual(self.analyses.read_analysis(found["id"]), found)
        self.assertIs(self.analyses.read_analysis(0), False)

    def test_old_runs_are_vacuumed(self):
        old, new = self.analyse(), self.analyse(fresh=True)
        run = self.analyses.browse(old["id"])
        run.sudo().computed_at = fields.Datetime.now() - timedelta(days=2)
        self.analyses._gc_runs()
        self.assertFalse(run.exists())
        self.assertTrue(self.analyses.browse(new["id"]).exists())
        self.assertFalse(self.lines.search([("analysis_id", "=", old["id"])]))

    def test_queries_do_not_grow_with_customers(self):
        self.analyse()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(33):
            self.analyse(fresh=True)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            self.analyse()
        counts = []
        for more in (0, 25):
            for number in range(more):
                partner = self.env["res.partner"].create({"name": f"More {number}"})
                self.invoice(partner, 10 + number, date(YEAR, 3, 3))
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.analyse(fresh=True, top=5)
            counts.append(self.cr.sql_log_count - start)
        self.assertEqual(*counts)

    # ---------------------------------------------------------------- bad input
    def test_bad_settings_are_named(self):
        for parameters, message in (
            ({"key_share": 0}, "“Key from a share of” must be above 0 %"),
            ({"key_share": 1.5}, "at most 100 %"),
            ({"key_share": "10"}, "“Key from a share of”"),
            ({"key_share": float("nan")}, "“Key from a share of”"),
            ({"abc_a": True}, "“Class A up to”"),
            ({"abc_a": 0.96}, "“Class A up to” must not be more than “Class B up to”"),
            ({"xyz_months": 1.5}, "“Months for X, Y, Z” must be a number from 1 to 60"),
            ({"candidate_limit": -1}, "“Candidates at most” must be a number from 0"),
            ({"sahre": 1}, "no setting “sahre”. There are: key_share,"),
            ({"pooled_category_ids": [-1]}, "“Tags of counter sales” must be ids"),
            ({"pooled_category_ids": "x"}, "“Tags of counter sales” must be ids"),
        ):
            with (
                self.subTest(parameters=parameters),
                self.assertRaisesRegex(UserError, message),
            ):
                self.analyse(parameters=parameters)

    def test_bad_dates_are_named(self):
        for values, message in (
            ({"date_from": "soon"}, "“From” must be a day written as 2025-12-31"),
            ({"date_to": 7}, "“To” must be a day"),
            ({"date_from": f"{YEAR + 1}-01-01"}, "must not be after “To”"),
            ({"date_from": "1950-01-01"}, "over ten years"),
            ({"top": -1}, "“Top”"),
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(UserError, message),
            ):
                self.analyse(**values)

    # ------------------------------------------------------------------- dialog
    def test_the_dialog_asks_and_remembers(self):
        found = self.analyse(parameters={"key_share": 0.2})
        wizards = self.env["kam.analysis.wizard"].with_user(self.head)
        form = Form(wizards.with_context(analysis_id=found["id"]))
        self.assertEqual(form.date_from, date(YEAR, 1, 1))
        self.assertEqual(form.key_share, 0.2)
        form.key_share = 0.3
        form.remember = True
        action = form.save().action_analyse()
        run = self.analyses.browse(action["params"]["analysis_id"])
        self.assertEqual((run.key_share, run.date_from), (0.3, date(YEAR, 1, 1)))
        self.assertEqual(self.analyse(self.kam)["parameters"]["key_share"], 0.3)

    def test_only_a_head_sets_what_holds_for_all(self):
        found = self.analyse()
        wizard = (
            self.env["kam.analysis.wizard"]
            .with_user(self.kam)
            .with_context(analysis_id=found["id"])
            .create({"key_share": 0.4, "remember": True})
        )
        wizard.action_analyse()
        self.assertEqual(self.analyse()["parameters"]["key_share"], 0.1)

    def test_the_dialog_refuses_as_the_method_does(self):
        wizard = (
            self.env["kam.analysis.wizard"]
            .with_context(analysis_id=self.analyse()["id"])
            .create({"abc_a": 0.99})
        )
        with self.assertRaisesRegex(UserError, "“Class A up to” must not be more"):
            wizard.action_analyse()

    # ------------------------------------------------------------------- lists
    def test_unknown_figures_are_empty_everywhere(self):
        found = self.analyse()
        line = self.line(found, self.customers["Elder"])
        self.assertIs(line.share, False)
        self.assertIs(line.read(["share"])[0]["share"], False)
        self.assertEqual(line.export_data(["share"])["datas"], [[""]])
        unknown = self.lines.search(
            [("analysis_id", "=", found["id"]), ("share", "=", False)]
        )
        self.assertEqual(unknown.partner_id, self.customers["Elder"])

    def test_lists_group_and_sum(self):
        found = self.analyse()
        groups = self.lines.formatted_read_group(
            [("analysis_id", "=", found["id"])],
            ["account_status", "abc"],
            ["share:sum", "net:sum", "__count"],
        )
        self.assertAlmostEqual(sum(group["share:sum"] or 0 for group in groups), 1)
        self.assertEqual(sum(group["__count"] for group in groups), len(TRADE))

    def test_the_curve_rises_to_the_whole(self):
        curve = self.analyse()["curve"]
        self.assertEqual(curve[0], [0, 0])
        self.assertEqual(curve[-1], [5, 1])
        self.assertTrue(all(a[1] < b[1] for a, b in pairwise(curve)))
