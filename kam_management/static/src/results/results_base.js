import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { KamExplainDialog } from "./explain_dialog";

const { DateTime } = luxon;

/** What "My results" and the team's board share: the period, words, and explanations. */
export class ResultsBase extends Component {
    static template = "kam_management.ResultsPeriod";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.periods = { month: _t("Month"), quarter: _t("Quarter"), year: _t("Year") };
        this.state = useState({ data: null, period: "month", day: null, ...this.start() });
        onWillStart(() => this.open());
    }

    /** @returns {Object} what the state has besides */
    start() {
        return {};
    }

    /** Show what there is at once; if news came meanwhile, show them as well. */
    async open() {
        await this.load();
        if (this.state.data.lag.streams) {
            await this.refresh();
        }
    }

    async refresh() {
        await this.orm.call("kam.kpi.fact", "catch_up", []);
        await this.load();
    }

    choosePeriod(period) {
        this.state.period = period;
        return this.load();
    }

    move(steps) {
        const months = { month: 1, quarter: 3, year: 12 }[this.state.period];
        const day = deserializeDate(this.state.data.period.date_from);
        this.state.day = day.plus({ months: steps * months }).toISODate();
        return this.load();
    }

    // ------------------------------------------------------------------ words
    get periodWords() {
        const { date_from, date_to } = this.state.data.period;
        return `${this.day(date_from)} – ${this.day(date_to)}`;
    }

    get lagWords() {
        const { streams, caught_up_at } = this.state.data.lag;
        const at = caught_up_at
            ? deserializeDateTime(caught_up_at).toLocaleString(DateTime.TIME_SIMPLE)
            : "–";
        return streams
            ? _t("Looked at %(at)s; %(count)s documents still to come", { at, count: streams })
            : _t("Everything up to now; looked at %s", at);
    }

    /** Money of two currencies is never added up: say whose is not here. */
    get leftOutWords() {
        const { left_out } = this.state.data;
        return left_out.length ? _t("Not in it, for its currency: %s", left_out.join(", ")) : "";
    }

    day(text) {
        return formatDate(deserializeDate(text));
    }

    value(value, unit) {
        if (value === null || value === undefined) {
            return "–";
        }
        const options = { digits: [16, Math.abs(value) < 100 ? 1 : 0], trailingZeros: false };
        switch (unit) {
            case "money":
                return formatMonetary(value, {
                    currencyId: this.state.data.currency_id,
                    digits: [16, 0],
                });
            case "percent":
                return `${formatFloat(value * 100, { digits: [16, 1] })} %`;
            case "days":
                return _t("%s days", formatFloat(value, options));
        }
        return formatFloat(value, options);
    }

    percent(ratio) {
        return ratio === null || ratio === undefined ? "" : `${Math.round(ratio * 100)} %`;
    }

    tone(attained) {
        if (attained === null || attained === undefined) {
            return "secondary";
        }
        return attained >= 1 ? "success" : attained >= 0.8 ? "warning" : "danger";
    }

    // ------------------------------------------------------------------ links
    /** Say what makes a number, of one person or (null) of all. */
    explain(code, userId) {
        const { date_from, date_to, until } = this.state.data.period;
        this.dialog.add(KamExplainDialog, {
            code,
            dateFrom: date_from,
            dateTo: until || date_to,
            userId,
            format: (value, unit) => this.value(value, unit),
        });
    }
}
