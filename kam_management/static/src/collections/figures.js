import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { SeriesChart } from "./series_chart";

/** DSO and its kin with their trend, by manager and by customer. */
export class KamReceivableFigures extends Component {
    static template = "kam_management.KamReceivableFigures";
    static components = { SeriesChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.levels = { manager: _t("By manager then"), customer: _t("By customer") };
        this.state = useState({ data: null, by: "customer", chosen: null });
        this.days = this.days.bind(this);
        onWillStart(() => this.load());
    }

    async load() {
        const { by, chosen } = this.state;
        const data = await this.orm.call("kam.collection", "figures", [], {
            months: 12,
            by,
            user_id: chosen && chosen.by === "manager" ? chosen.id : null,
            partner_id: chosen && chosen.by === "customer" ? chosen.id : null,
        });
        this.state.data = data;
    }

    chooseLevel(by) {
        this.state.by = by;
        return this.load();
    }

    choose(row) {
        if (!row.id) {
            return;
        }
        this.state.chosen = { by: this.state.by, id: row.id, name: row.name };
        return this.load();
    }

    chooseAll() {
        this.state.chosen = null;
        return this.load();
    }

    days(value) {
        return value === null || value === undefined ? "–" : `${Math.round(value * 10) / 10}`;
    }

    percent(value) {
        return value === null || value === undefined ? "–" : `${Math.round(value * 1000) / 10} %`;
    }

    money(amount) {
        return formatMonetary(amount, {
            currencyId: this.state.data.currency_id,
            digits: [16, 0],
        });
    }

    get cards() {
        const now = this.state.data.now;
        return [
            {
                key: "dso",
                title: _t("DSO"),
                value: this.days(now.dso),
                hint: _t("Days of sales that are owed"),
            },
            {
                key: "best",
                title: _t("Best possible"),
                value: this.days(now.best_possible_dso),
                hint: _t("If nobody paid late"),
            },
            {
                key: "add",
                title: _t("Days delinquent"),
                value: this.days(now.days_delinquent),
                hint: _t("DSO less the best possible"),
            },
            {
                key: "count_back",
                title: _t("Count-back"),
                value: this.days(now.count_back),
                hint: _t("Days of the latest sales that are owed"),
            },
            {
                key: "cei",
                title: _t("CEI"),
                value: this.percent(now.cei),
                hint: _t("Collected of what could be, mean of months"),
            },
            {
                key: "late",
                title: _t("Days late"),
                value: this.days(now.late_days),
                hint: _t("Paid only: %s", this.days(now.late_days_closed)),
            },
        ];
    }

    get labels() {
        return this.state.data.trend.map((one) =>
            deserializeDate(one.month).toLocaleString({ month: "short", year: "2-digit" })
        );
    }

    get series() {
        const of = (name) => this.state.data.trend.map((one) => one[name]);
        return [
            { label: _t("DSO"), type: "bar", values: of("dso") },
            { label: _t("Best possible"), type: "line", values: of("best_possible_dso") },
            { label: _t("Count-back"), type: "line", dashed: true, values: of("count_back") },
        ];
    }

    openMonths() {
        const chosen = this.state.chosen;
        const field = chosen && (chosen.by === "manager" ? "kam_user_id" : "partner_id");
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: chosen ? chosen.name : _t("Receivables by month"),
            res_model: "kam.receivables.month",
            domain: chosen ? [[field, "=", chosen.id]] : [],
            views: [
                [false, "list"],
                [false, "pivot"],
                [false, "graph"],
            ],
        });
    }
}

registry.category("actions").add("kam_receivable_figures", KamReceivableFigures);
