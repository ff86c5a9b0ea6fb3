import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { SalesChart } from "./sales_chart";

const { DateTime } = luxon;

/** What waits for somebody: title, hint and looks of each card. */
export const NEEDS = {
    to_decide: { icon: "fa-gavel", tone: "warning" },
    answered: { icon: "fa-reply", tone: "success" },
    overdue: { icon: "fa-exclamation-triangle", tone: "danger" },
    late_step: { icon: "fa-clock-o", tone: "danger" },
    no_step: { icon: "fa-calendar-plus-o", tone: "warning" },
    late_need: { icon: "fa-lightbulb-o", tone: "warning" },
    quotations: { icon: "fa-pencil-square-o", tone: "info" },
    quiet: { icon: "fa-bell-slash-o", tone: "warning" },
    no_owner: { icon: "fa-user-times", tone: "danger" },
    prospects: { icon: "fa-binoculars", tone: "info" },
    promises_due: { icon: "fa-handshake-o", tone: "warning" },
    promises_broken: { icon: "fa-chain-broken", tone: "danger" },
    disputes: { icon: "fa-gavel", tone: "warning" },
    over_limit: { icon: "fa-balance-scale", tone: "danger" },
    credit_hold: { icon: "fa-ban", tone: "danger" },
    waiting_orders: { icon: "fa-hourglass-half", tone: "warning" },
};

export class KamHome extends Component {
    static template = "kam_management.KamHome";
    static components = { SalesChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.needs = NEEDS;
        this.titles = {
            to_decide: _t("Approvals to decide"),
            answered: _t("My requests answered"),
            overdue: _t("Overdue"),
            late_step: _t("Next step late"),
            no_step: _t("No next step"),
            late_need: _t("Needs and openings late"),
            quotations: _t("Quotations waiting"),
            quiet: _t("Quiet"),
            no_owner: _t("No manager"),
            prospects: _t("Prospects"),
            promises_due: _t("Promised for today"),
            promises_broken: _t("Promises broken"),
            disputes: _t("Disputes"),
            over_limit: _t("Beyond the limit"),
            credit_hold: _t("On credit hold"),
            waiting_orders: _t("Orders wait for credit"),
        };
        this.hints = {
            to_decide: _t("Asked of you, or of whom you stand in for"),
            answered: _t("In the last week: go on with the order"),
            overdue: _t("Past their due date, tax included"),
            late_step: _t("Planned, and not done in time"),
            no_step: _t("Key accounts with nothing planned"),
            late_need: _t("To be seen to by a day that is past"),
            quotations: _t("Sent or in draft, without tax"),
            quiet: _t("Key accounts, no order for two months"),
            no_owner: _t("Key accounts that nobody answers for"),
            prospects: _t("Not decided on yet"),
            promises_due: _t("Look whether the money came"),
            promises_broken: _t("Within the last month, in part as well"),
            disputes: _t("Not settled yet, tax included"),
            over_limit: _t("Owed and confirmed, above the credit limit"),
            credit_hold: _t("Nothing is delivered on credit"),
            waiting_orders: _t("A payment or a higher limit lets them through"),
        };
        this.scopes = { own: _t("Mine"), all: _t("All") };
        this.state = useState({ data: null });
        onWillStart(() => this.load());
    }

    async load(scope = null) {
        this.state.data = await this.orm.call("kam.account", "home", [], { scope });
    }

    // ------------------------------------------------------------------ words
    get firstName() {
        return user.name.split(" ")[0];
    }

    get greeting() {
        const hour = DateTime.local().hour;
        if (hour < 12) {
            return _t("Good morning, %s", this.firstName);
        }
        return hour < 18
            ? _t("Good afternoon, %s", this.firstName)
            : _t("Good evening, %s", this.firstName);
    }

    get today() {
        return deserializeDate(this.state.data.today).toLocaleString(DateTime.DATE_HUGE);
    }

    get waiting() {
        return this.state.data.needs.filter((need) => need.count);
    }

    money(amount) {
        return formatMonetary(amount, {
            currencyId: this.state.data.currency_id,
            digits: [16, 0],
        });
    }

    day(text) {
        return text ? formatDate(deserializeDate(text)) : "";
    }

    shortDay(text) {
        return deserializeDate(text).toLocaleString({ day: "numeric", month: "short" });
    }

    when(meeting) {
        const start = deserializeDateTime(meeting.start);
        const day = start.hasSame(DateTime.local(), "day")
            ? _t("Today")
            : start.toLocaleString({ weekday: "short", day: "numeric", month: "short" });
        return meeting.allday ? day : `${day} ${start.toLocaleString(DateTime.TIME_SIMPLE)}`;
    }

    growth(now, before) {
        if (!(before > 0)) {
            return "";
        }
        const percent = Math.round((now / before - 1) * 100);
        return `${percent > 0 ? "+" : ""}${percent} %`;
    }

    growthClass(now, before) {
        if (!(before > 0)) {
            return "text-muted";
        }
        return now >= before ? "text-success" : "text-danger";
    }

    classTone(letter) {
        return { A: "text-bg-success", B: "text-bg-info" }[letter] || "text-bg-secondary";
    }

    delegationWords(one) {
        return one.running
            ? _t("until %s", this.day(one.date_to))
            : _t("%(from)s – %(to)s", {
                  from: this.day(one.date_from),
                  to: this.day(one.date_to),
              });
    }

    isLate(date) {
        return date && date < this.state.data.today;
    }

    // ------------------------------------------------------------------ links
    openAccount(id) {
        return this.open("kam.account", id);
    }

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openNeed(need) {
        if (need.model) {
            return this.action.doAction({
                type: "ir.actions.act_window",
                name: this.titles[need.key],
                res_model: need.model,
                domain: need.domain,
                views: [
                    [false, "list"],
                    [false, "kanban"],
                    [false, "form"],
                ],
            });
        }
        return this.openAccounts(this.titles[need.key], need.domain);
    }

    openManager(line) {
        const domain = [
            ["user_id", "=", line.user_id],
            ["status", "!=", "former"],
        ];
        return this.openAccounts(line.name || _t("Without manager"), domain);
    }

    openAccounts(name, domain) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "kam.account",
            domain,
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
                [false, "pivot"],
                [false, "graph"],
            ],
        });
    }

    openMine() {
        const name =
            this.state.data.scope === "own" ? "kam_account_action_mine" : "kam_account_action";
        return this.action.doAction(`kam_management.${name}`);
    }

    openDelegations() {
        return this.action.doAction("kam_management.kam_delegation_action");
    }

    newDelegation() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "kam.delegation",
            views: [[false, "form"]],
        });
    }

    newProspect() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "kam.account",
            views: [[false, "form"]],
        });
    }

    openAnalysis() {
        return this.action.doAction("kam_management.kam_analysis_action");
    }

    openCalendar() {
        return this.action.doAction("calendar.action_calendar_event");
    }
}

registry.category("actions").add("kam_home", KamHome);
