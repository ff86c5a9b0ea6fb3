import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";

const { DateTime } = luxon;
const SHOWN = 100;

/** What makes a number, down to its facts, and what changed of it between two days. */
export class KamExplainDialog extends Component {
    static template = "kam_management.KamExplainDialog";
    static components = { Dialog };
    static props = {
        code: String,
        dateFrom: String,
        dateTo: String,
        userId: [Number, { value: null }],
        format: Function,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.today = DateTime.now().toISODate();
        this.state = useState({
            told: null,
            since: DateTime.now().minus({ days: 7 }).toISODate(),
            until: this.today,
            changed: null,
        });
        onWillStart(async () => {
            this.state.told = await this.ask("explain", {});
        });
    }

    ask(method, more) {
        const { code, dateFrom, dateTo, userId } = this.props;
        return this.orm.call("kam.kpi", method, [code, dateFrom, dateTo], {
            user_id: userId,
            ...more,
        });
    }

    async askChanged() {
        const { since, until } = this.state;
        this.state.changed = await this.ask("changed", { since, until });
    }

    // ------------------------------------------------------------------ words
    value(value) {
        return this.props.format(value, this.state.told.unit);
    }

    /** A sum in a quotient: of any unit, so plainly. */
    number(value) {
        return value === null || value === undefined
            ? ""
            : formatFloat(value, { digits: [16, 2], trailingZeros: false });
    }

    change(value) {
        const sign = value > 0 ? "+" : "";
        return value === null ? "–" : `${sign}${this.value(value)}`;
    }

    day(text) {
        return text ? formatDate(deserializeDate(text)) : "";
    }

    get hasParts() {
        return this.state.told.parts.some((part) => part.below !== null);
    }

    get ofFacts() {
        return !this.state.told.rows.length && this.state.told.action.res_model === "kam.kpi.fact";
    }

    get rows() {
        return this.state.told.rows.slice(0, SHOWN);
    }

    get more() {
        return this.state.told.rows.length - this.rows.length;
    }

    get total() {
        const sum = (name) => this.state.told.rows.reduce((whole, row) => whole + row[name], 0);
        return { above: sum("above"), below: sum("below") };
    }

    // ------------------------------------------------------------------ links
    open(action) {
        this.props.close();
        return this.action.doAction(action);
    }

    openRecord(row) {
        return this.open({
            type: "ir.actions.act_window",
            res_model: row.res_model,
            res_id: row.res_id,
            views: [[false, "form"]],
        });
    }
}
