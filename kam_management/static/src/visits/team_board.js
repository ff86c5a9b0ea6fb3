import { Component, onWillStart, useState } from "@odoo/owl";
import { formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { money } from "./visit_words";

const { DateTime } = luxon;

/** The periods of the board, each in whole weeks: a plan is one of a week. */
export function boardPeriods(today = DateTime.local()) {
    const monday = today.startOf("week");
    return {
        week: { name: _t("This week"), from: monday, to: monday.plus({ days: 6 }) },
        last: {
            name: _t("Last week"),
            from: monday.minus({ weeks: 1 }),
            to: monday.minus({ days: 1 }),
        },
        month: {
            name: _t("4 weeks"),
            from: monday.minus({ weeks: 3 }),
            to: monday.plus({ days: 6 }),
        },
        quarter: {
            name: _t("13 weeks"),
            from: monday.minus({ weeks: 12 }),
            to: monday.plus({ days: 6 }),
        },
    };
}

/** What was planned and kept: counts, then the shares that they give. */
const PLAN = [
    { name: "committed", label: _t("Promised"), help: _t("In the committed plans of these weeks") },
    { name: "planned", label: _t("Planned"), help: _t("Still to be done") },
    { name: "done", label: _t("Done"), tone: "text-success", help: _t("In these days") },
    {
        name: "moved",
        label: _t("Moved"),
        tone: "text-warning",
        help: _t("Re-planned after their week was committed"),
    },
    {
        name: "missed",
        label: _t("Missed"),
        tone: "text-danger",
        help: _t("Their day went by and nobody told of them"),
    },
    { name: "off_plan", label: _t("Off-plan"), help: _t("Done beside the committed plan") },
    { name: "bar", kind: "bar", label: "" },
    {
        name: "adherence",
        kind: "ratio",
        opens: "committed",
        label: _t("Adherence"),
        help: _t("Committed visits done in their week / committed, absences left out"),
    },
    {
        name: "off_plan_share",
        kind: "ratio",
        opens: "off_plan",
        label: _t("Off-plan share"),
        help: _t("Done beside the committed plan / all done"),
    },
    {
        name: "coverage",
        kind: "ratio",
        opens: "due",
        label: _t("Coverage"),
        help: _t("Accounts visited / accounts due by the end of these days"),
    },
];

/** What the visits brought. */
const SALES = [
    { name: "done", label: _t("Done"), help: _t("In these days") },
    {
        name: "productive",
        label: _t("With an order"),
        help: _t("Followed by an order within the days of the setting"),
    },
    {
        name: "strike_rate",
        kind: "ratio",
        opens: "productive",
        label: _t("Strike rate"),
        help: _t("Visits followed by an order / visits done; an order counts once"),
    },
    {
        name: "lines_per_call",
        kind: "number",
        opens: "productive",
        label: _t("Lines per call"),
        help: _t("Order lines / visits followed by an order"),
    },
    {
        name: "drop_size",
        kind: "money",
        opens: "productive",
        label: _t("Drop size"),
        help: _t("Ordered, without tax / visits followed by an order"),
    },
    { name: "trainings", label: _t("Trainings"), help: _t("Done in these days") },
    {
        name: "training_effect",
        kind: "growth",
        opens: "trainings",
        label: _t("Effect of training"),
        help: _t("Sales of the customer after the training / as many days before, less 1"),
    },
];

/** Planned, kept, covered and sold by key account manager, for the head. */
export class KamTeamBoard extends Component {
    static template = "kam_management.KamTeamBoard";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.ui = useService("ui");
        this.periods = boardPeriods();
        this.panels = [
            { key: "plan", name: _t("The plan"), columns: PLAN },
            { key: "sales", name: _t("What the visits brought"), columns: SALES },
        ];
        this.state = useState({
            data: null,
            period: this.props.state?.period || "week",
            team: this.props.state?.team || 0,
        });
        useSetupAction({
            getLocalState: () => ({ period: this.state.period, team: this.state.team }),
        });
        onWillStart(() => this.load());
    }

    get period() {
        return this.periods[this.state.period];
    }

    /** What is asked of the server: the days, and the team where one is chosen. */
    get asked() {
        return {
            date_from: serializeDate(this.period.from),
            date_to: serializeDate(this.period.to),
            team_id: this.state.team || null,
        };
    }

    async load() {
        this.state.data = await this.orm.call("kam.visit", "team_board", [], this.asked);
    }

    choosePeriod(key) {
        this.state.period = key;
        return this.load();
    }

    chooseTeam(ev) {
        this.state.team = parseInt(ev.target.value, 10);
        return this.load();
    }

    // ------------------------------------------------------------------ words
    get words() {
        return `${formatDate(this.period.from)} – ${formatDate(this.period.to)}`;
    }

    /** A figure as it is shown; a dash where there is none. */
    shown(row, column) {
        const value = row[column.name];
        if (value === null || value === undefined || (!column.kind && !value)) {
            return "–";
        }
        switch (column.kind) {
            case "ratio":
                return this.percent(value);
            case "growth":
                return `${value > 0 ? "+" : ""}${this.percent(value)}`;
            case "number":
                return value.toLocaleString(undefined, { maximumFractionDigits: 1 });
            case "money":
                return money(value, this.state.data.currency_id);
        }
        return `${value}`;
    }

    percent(ratio) {
        return `${Math.round(ratio * 100)} %`;
    }

    opens(row, column) {
        const name = column.opens || column.name;
        return row[name] && row[column.name] !== null ? name : false;
    }

    /** Colours are for what is over: a week that still runs has not failed yet. */
    tone(row, column) {
        if (!["adherence", "coverage"].includes(column.name)) {
            return column.tone || "";
        }
        const ratio = row[column.name];
        if (ratio === null || row.planned + row.underway) {
            return "text-muted";
        }
        return ratio >= 0.85 ? "text-success" : ratio < 0.6 ? "text-danger" : "";
    }

    bar(row) {
        const parts = [
            ["bg-success", row.done],
            ["bg-info", row.planned + row.underway],
            ["bg-danger", row.missed],
        ];
        return parts
            .filter(([, count]) => count)
            .map(([tone, count]) => ({ tone, percent: (100 * count) / row.visits }));
    }

    barWords(row) {
        return _t("%(done)s done, %(open)s to do, %(missed)s missed", {
            done: row.done,
            open: row.planned + row.underway,
            missed: row.missed,
        });
    }

    // ------------------------------------------------------------------ links
    /** The records behind a figure, of a manager or of all. */
    async drill(row, column) {
        const action = await this.orm.call("kam.visit", "open_board", [], {
            ...this.asked,
            column: this.opens(row, column),
            user_id: row.user_id || null,
        });
        action.name = [row.name, action.name].filter(Boolean).join(": ");
        return this.action.doAction(action);
    }

    openWeek(row) {
        return this.planWeek({ user_id: row.user_id });
    }

    /** The weeks of the team, to be proposed and looked through together. */
    planTeam() {
        const next = DateTime.local().startOf("week").plus({ weeks: 1 });
        return this.planWeek({ monday: serializeDate(next), team: true });
    }

    planWeek(state) {
        return this.action.doAction("kam_management.kam_my_week_action", {
            props: {
                state: { monday: serializeDate(this.period.to.startOf("week")), ...state },
            },
        });
    }

    openReport() {
        return this.action.doAction("kam_management.kam_visit_report_action");
    }
}

registry.category("actions").add("kam_team_board", KamTeamBoard);
