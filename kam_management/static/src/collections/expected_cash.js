import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { SeriesChart } from "./series_chart";

/** Money expected by week, and how well the same rule foretold the past. */
export class KamExpectedCash extends Component {
    static template = "kam_management.KamExpectedCash";
    static components = { SeriesChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.scopes = { own: _t("Mine"), all: _t("All") };
        this.state = useState({ data: null, scope: null, weeks: 12 });
        this.money = this.money.bind(this);
        this.short = this.short.bind(this);
        this.openWeek = this.openWeek.bind(this);
        onWillStart(() => this.load());
    }

    async load() {
        const { weeks, scope } = this.state;
        this.state.data = await this.orm.call("kam.collection", "expected_cash", [], {
            weeks,
            scope,
        });
        this.state.scope = this.state.data.scope;
    }

    chooseScope(scope) {
        this.state.scope = scope;
        return this.load();
    }

    money(amount) {
        return formatMonetary(amount, {
            currencyId: this.state.data.currency_id,
            digits: [16, 0],
        });
    }

    short(amount) {
        return formatMonetary(amount, {
            currencyId: this.state.data.currency_id,
            humanReadable: true,
            digits: [16, 0],
        });
    }

    percent(ratio) {
        return ratio === null ? "–" : `${Math.round(ratio * 100)} %`;
    }

    week(text) {
        return deserializeDate(text).toLocaleString({ day: "numeric", month: "short" });
    }

    get labels() {
        return this.state.data.weeks.map((one) => this.week(one.monday));
    }

    get series() {
        const weeks = this.state.data.weeks;
        return [
            { label: _t("Expected"), type: "bar", values: weeks.map((one) => one.expected) },
            {
                label: _t("Due by date"),
                type: "line",
                dashed: true,
                values: weeks.map((one) => one.due),
            },
            { label: _t("Promised"), type: "line", values: weeks.map((one) => one.promised) },
        ];
    }

    get trialLabels() {
        return this.state.data.accuracy.trials.map((one) => this.week(one.monday));
    }

    get trialSeries() {
        const trials = this.state.data.accuracy.trials;
        return [
            { label: _t("Came"), type: "bar", values: trials.map((one) => one.came) },
            { label: _t("Foretold"), type: "line", values: trials.map((one) => one.expected) },
            {
                label: _t("By due dates"),
                type: "line",
                dashed: true,
                values: trials.map((one) => one.due),
            },
        ];
    }

    async openWeek(index) {
        const action = await this.orm.call("kam.collection", "cash_documents", [], {
            monday: this.state.data.weeks[index].monday,
            scope: this.state.scope,
        });
        return this.action.doAction(action);
    }
}

registry.category("actions").add("kam_expected_cash", KamExpectedCash);
