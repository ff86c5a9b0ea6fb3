import { Component, onWillStart, useState } from "@odoo/owl";
import { formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

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

/** Planned, done, moved, missed and off-plan by key account manager, for the head. */
export class KamTeamBoard extends Component {
    static template = "kam_management.KamTeamBoard";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.periods = boardPeriods();
        this.columns = [
            {
                name: "committed",
                label: _t("Promised"),
                help: _t("In the committed plans of these weeks"),
            },
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
            {
                name: "off_plan",
                label: _t("Off-plan"),
                help: _t("Done beside the committed plan"),
            },
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

    get from() {
        return serializeDate(this.period.from);
    }

    get to() {
        return serializeDate(this.period.to);
    }

    async load() {
        this.state.data = await this.orm.call("kam.visit", "team_board", [], {
            date_from: this.from,
            date_to: this.to,
            team_id: this.state.team || null,
        });
    }

    choosePeriod(key) {
        this.state.period = key;
        return this.load();
    }

    get words() {
        return `${formatDate(this.period.from)} – ${formatDate(this.period.to)}`;
    }

    percent(ratio) {
        return ratio === null || ratio === undefined ? "–" : `${Math.round(ratio * 100)} %`;
    }

    /** Colours are for what is over: a week that still runs has not failed yet. */
    tone(row) {
        const { adherence, planned, underway } = row;
        if (adherence === null || planned + underway) {
            return "text-muted";
        }
        return adherence >= 0.85 ? "text-success" : adherence < 0.6 ? "text-danger" : "";
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
    /** The visits behind a figure. */
    drill(row, column) {
        const states = { planned: "planned", done: "done", missed: "missed" };
        const domain = [
            ["user_id", "=", row.user_id],
            ["planned_start", ">=", this.moment(this.period.from)],
            ["planned_start", "<", this.moment(this.period.to.plus({ days: 1 }))],
        ];
        if (column.name in states) {
            domain.push(["state", "=", states[column.name]]);
        } else if (column.name === "moved") {
            domain.push(["replans", ">", 0]);
        } else if (column.name === "off_plan") {
            domain.push(["plan_status", "=", "off_plan"], ["state", "=", "done"]);
        } else {
            return this.openPromised(row);
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: `${row.name}: ${column.label}`,
            res_model: "kam.visit",
            domain,
            views: [
                [false, "list"],
                [false, "form"],
                [false, "pivot"],
            ],
        });
    }

    moment(day) {
        return day.startOf("day").toUTC().toFormat("yyyy-MM-dd HH:mm:ss");
    }

    openPromised(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Committed weeks of %s", row.name),
            res_model: "kam.week",
            domain: [
                ["user_id", "=", row.user_id],
                ["monday", ">=", this.from],
                ["monday", "<=", this.to],
            ],
            views: [
                [false, "list"],
                [false, "form"],
            ],
        });
    }

    openWeek(row) {
        return this.action.doAction("kam_management.kam_my_week_action", {
            props: {
                state: {
                    user_id: row.user_id,
                    monday: serializeDate(this.period.to.startOf("week")),
                },
            },
        });
    }

    openReport() {
        return this.action.doAction("kam_management.kam_visit_report_action");
    }
}

registry.category("actions").add("kam_team_board", KamTeamBoard);
