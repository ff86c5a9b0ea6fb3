import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { Layout } from "@web/search/layout";
import { useSetupAction } from "@web/search/action_hook";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatRatio } from "../kam_ratio_field/kam_ratio_field";
import { ParetoChart } from "./pareto_chart";
import { Component, onWillStart, useState } from "@odoo/owl";

const { DateTime } = luxon;
const BARS = { wide: 30, small: 12 };

/** The periods offered, each ending not after today. */
export function standardPeriods(today = DateTime.local()) {
    const year = today.startOf("year");
    const quarter = today.startOf("quarter");
    const month = today.startOf("month");
    return [
        { label: _t("Last 12 months"), from: month.minus({ months: 11 }), to: today },
        { label: _t("This quarter"), from: quarter, to: today },
        {
            label: _t("Last quarter"),
            from: quarter.minus({ months: 3 }),
            to: quarter.minus({ days: 1 }),
        },
        { label: _t("This year"), from: year, to: today },
        { label: _t("Last year"), from: year.minus({ years: 1 }), to: year.minus({ days: 1 }) },
        {
            label: _t("12 full months"),
            from: month.minus({ months: 12 }),
            to: month.minus({ days: 1 }),
        },
    ];
}

export class KamAnalysis extends Component {
    static template = "kam_management.KamAnalysis";
    static components = { CheckBox, Dropdown, DropdownItem, Layout, ParetoChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useService("ui");
        this.display = { controlPanel: {} };
        this.state = useState({
            data: null,
            mode: this.props.state?.mode || "largest",
            selected: new Set(),
            mayDesignate: false,
        });
        useSetupAction({
            getLocalState: () => ({ analysisId: this.state.data.id, mode: this.state.mode }),
        });
        onWillStart(async () => {
            const given = this.props.state?.analysisId || this.props.action.params?.analysis_id;
            [this.state.mayDesignate] = await Promise.all([
                user.hasGroup("kam_management.group_kam_head"),
                this.open(given),
            ]);
        });
    }

    /** Shows a run; a new one when it is not there any more or none is given. */
    async open(analysisId) {
        const found =
            analysisId && (await this.orm.call("kam.analysis", "read_analysis", [analysisId]));
        if (found) {
            this.show(found);
        } else {
            await this.analyse({});
        }
    }

    async analyse({ company_id, date_from, date_to, parameters, fresh }) {
        this.show(
            await this.orm.call("kam.analysis", "analyse", [], {
                company_id,
                date_from,
                date_to,
                parameters,
                fresh,
            })
        );
    }

    show(data) {
        this.state.data = data;
        this.state.selected = new Set();
    }

    /** The same question again: what was designated meanwhile is no candidate now. */
    async again(fresh = false) {
        const { company, date_from, date_to, parameters } = this.state.data;
        await this.analyse({ company_id: company.id, date_from, date_to, parameters, fresh });
    }

    get periods() {
        return standardPeriods();
    }

    async choosePeriod({ from, to }) {
        await this.analyse({
            company_id: this.state.data.company.id,
            date_from: from.toISODate(),
            date_to: to.toISODate(),
            parameters: this.state.data.parameters,
        });
    }

    openSettings() {
        return this.action.doAction("kam_management.kam_analysis_wizard_action", {
            additionalContext: { analysis_id: this.state.data.id },
        });
    }

    // ------------------------------------------------------------------ words
    get isEmpty() {
        return !this.state.data.customer_count;
    }

    get seesAll() {
        return this.state.data.visible_count === this.state.data.customer_count;
    }

    get noGrowth() {
        return this.state.data.comparable
            ? _t("nothing to compare with")
            : _t("no full period before to compare");
    }

    get periodText() {
        const { date_from, date_to, previous_from, previous_to, comparable } = this.state.data;
        if (!comparable) {
            return `${this.day(date_from)} – ${this.day(date_to)}`;
        }
        return _t("%(from)s – %(to)s, growth against %(before)s – %(until)s", {
            from: this.day(date_from),
            to: this.day(date_to),
            before: this.day(previous_from),
            until: this.day(previous_to),
        });
    }

    get bars() {
        const count = this.ui.isSmall ? BARS.small : BARS.wide;
        return this.state.data.top.filter((line) => line.share !== null).slice(0, count);
    }

    get hasMargin() {
        return "average_margin" in this.state.data;
    }

    /** The headline figures; each opens what it is made of. */
    get headlines() {
        const { data } = this.state;
        const { parameters, classes } = data;
        return [
            {
                id: "total",
                label: _t("Net revenue"),
                value: this.money(data.total, true),
                note:
                    data.growth === null
                        ? this.noGrowth
                        : _t("%s against before", this.signed(data.growth)),
                open: () => this.run("action_open_documents"),
            },
            {
                id: "key",
                label: _t("Key by share"),
                value: data.key_count,
                note: _t("from %s of the revenue", this.ratio(parameters.key_share)),
                open: () => this.openLines(_t("Key by Share"), [["is_key", "=", true]]),
            },
            {
                id: "core",
                label: _t("Core: %s", this.ratio(parameters.portion_core)),
                value: data.core_count,
                note: _t("customers make it"),
                open: () => this.openLines(_t("Core of the Revenue"), [["in_core", "=", true]]),
            },
            {
                id: "wide",
                label: _t("Bulk: %s", this.ratio(parameters.portion_wide)),
                value: data.wide_count,
                note: _t("of %s customers", data.customer_count),
                open: () => this.openLines(_t("Bulk of the Revenue"), [["in_wide", "=", true]]),
            },
            {
                id: "hhi",
                label: _t("Concentration (HHI)"),
                value: data.hhi === null ? "–" : formatFloat(data.hhi, { digits: [16, 4] }),
                note: _t("1 is one customer only"),
                open: () => this.openAll(),
            },
            {
                id: "classes",
                label: _t("A / B / C"),
                value: `${classes.A} / ${classes.B} / ${classes.C}`,
                note: _t("customers of each class"),
                open: () => this.openLines(_t("Classes"), [], "abc"),
            },
            ...(this.hasMargin
                ? [
                      {
                          id: "margin",
                          label: _t("Margin"),
                          value: this.ratio(data.average_margin) || "–",
                          note: _t("of revenue with a known cost"),
                          open: () =>
                              this.openLines(_t("Customers with a Known Margin"), [
                                  ["costed_ratio", "!=", false],
                              ]),
                      },
                  ]
                : []),
        ];
    }

    day(value) {
        return formatDate(deserializeDate(value));
    }

    money(value, humanReadable = false) {
        return formatMonetary(value, {
            currencyId: this.state.data.currency_id,
            humanReadable,
            decimals: humanReadable ? 1 : undefined,
        });
    }

    ratio(value) {
        return formatRatio(value);
    }

    signed(value) {
        const text = formatRatio(value);
        return value > 0 ? `+${text}` : text;
    }

    number(value) {
        return value === null ? "" : formatFloat(value, { digits: [16, 1] });
    }

    // ---------------------------------------------------------------- opening
    async run(method) {
        const action = await this.orm.call("kam.analysis", method, [[this.state.data.id]]);
        return this.action.doAction(action);
    }

    async openLines(name, domain, groupBy) {
        const action = await this.action.loadAction("kam_management.kam_analysis_line_action");
        return this.action.doAction({
            ...action,
            name,
            display_name: name,
            domain: [["analysis_id", "=", this.state.data.id], ...domain],
            context: groupBy ? { group_by: [groupBy] } : {},
        });
    }

    openAll() {
        return this.openLines(_t("Customers"), []);
    }

    openLine(line) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: line.partner.name,
            res_model: "kam.analysis.line",
            res_id: line.id,
            views: [[false, "form"]],
        });
    }

    // ------------------------------------------------------------- candidates
    toggle(line) {
        const { selected } = this.state;
        if (!selected.delete(line.id)) {
            selected.add(line.id);
        }
        this.state.selected = new Set(selected);
    }

    async designate(ids) {
        const action = await this.orm.call("kam.analysis.line", "action_designate", [ids]);
        await this.action.doAction(action, { onClose: () => this.again() });
    }
}

registry.category("actions").add("kam_analysis", KamAnalysis);
