import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { ResultsBase } from "./results_base";

const FIRST = 8;

/** All managers side by side, ranked by how far they have attained their plans. */
export class KamTeamResults extends ResultsBase {
    static template = "kam_management.KamTeamResults";
    static props = ResultsBase.props;

    start() {
        return { sort: null, all: false };
    }

    async load() {
        const { day, period } = this.state;
        this.state.data = await this.orm.call("kam.kpi", "team_board", [], { day, period });
    }

    /** Those with a plan first, then as the list of key figures has them. */
    get kpis() {
        const { kpis, rows } = this.state.data;
        const planned = kpis.filter((kpi) => rows.some((row) => kpi.code in row.plans));
        const rest = kpis.filter((kpi) => !planned.includes(kpi));
        const found = [...planned, ...rest];
        return this.state.all ? found : found.slice(0, Math.max(FIRST, planned.length));
    }

    get rows() {
        const { sort } = this.state;
        const rows = [...this.state.data.rows];
        if (!sort) {
            return rows;
        }
        const down = this.state.data.kpis.find((kpi) => kpi.code === sort)?.direction === "down";
        const worth = (row) =>
            (row.values[sort] ?? (down ? Infinity : -Infinity)) * (down ? 1 : -1);
        return rows.sort((one, other) => worth(one) - worth(other));
    }

    planWords(row, kpi) {
        return _t("of the plan of %s", this.value(row.plans[kpi.code], kpi.unit));
    }

    sortBy(code) {
        this.state.sort = this.state.sort === code ? null : code;
    }

    openPerson(row) {
        return this.action.doAction({
            type: "ir.actions.client",
            tag: "kam_my_results",
            name: row.name,
            params: { user_id: row.user_id },
        });
    }
}

registry.category("actions").add("kam_team_results", KamTeamResults);
