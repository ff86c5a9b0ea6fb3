import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { ResultsBase } from "./results_base";
import { ResultsChart } from "./results_chart";

const SHOWN = 12;

/** Where one key account manager stands today, and why. */
export class KamMyResults extends ResultsBase {
    static template = "kam_management.KamMyResults";
    static components = { ResultsChart };
    static props = ResultsBase.props;

    start() {
        return {
            userId: this.props.action?.params?.user_id || null,
            code: "net_sales",
            all: false,
            whatIf: { kind: "sale", amount: "", told: null },
        };
    }

    async load() {
        const { day, period, userId } = this.state;
        this.state.data = await this.orm.call("kam.kpi", "my_results", [], {
            day,
            period,
            user_id: userId,
        });
        if (!this.state.data.trend.series[this.state.code]) {
            this.state.code = Object.keys(this.state.data.trend.series)[0] || null;
        }
    }

    /** Those with a plan, and the first of the rest until all are asked for. */
    get cards() {
        const { cards } = this.state.data;
        const planned = cards.filter((card) => card.plan !== null).length;
        return this.state.all ? cards : cards.slice(0, Math.max(SHOWN, planned));
    }

    get title() {
        const { id, name } = this.state.data.user;
        return id === user.userId ? _t("My results") : _t("Results of %s", name);
    }

    get charted() {
        const codes = Object.keys(this.state.data.trend.series);
        return this.state.data.cards.filter((card) => codes.includes(card.code));
    }

    get chartCard() {
        return this.state.data.cards.find((card) => card.code === this.state.code);
    }

    get chartFormat() {
        const unit = this.chartCard?.unit;
        return (value) => this.value(value, unit);
    }

    width(card) {
        return `width: ${Math.max(0, Math.min(1, card.attained || 0)) * 100}%`;
    }

    /** Where an even pace, or last year's, would be by now. */
    mark(card) {
        const pace = card.seasonal ?? card.straight;
        return pace === null || !card.plan ? null : `left: ${Math.min(1, pace / card.plan) * 100}%`;
    }

    growth(card) {
        if (!(card.before > 0) || card.value === null) {
            return "";
        }
        const change = Math.round((card.value / card.before - 1) * 100);
        return _t("%s on last year", `${change > 0 ? "+" : ""}${change} %`);
    }

    /** What there should be by now, in words. */
    paceWords(card) {
        const words = [];
        if (card.straight !== null) {
            words.push(_t("%s evenly", this.value(card.straight, card.unit)));
        }
        if (card.seasonal !== null) {
            words.push(_t("%s by last year", this.value(card.seasonal, card.unit)));
        }
        return words.length ? _t("due by now: %s", words.join(", ")) : "";
    }

    growthTone(card) {
        const better =
            card.direction === "down" ? card.value <= card.before : card.value >= card.before;
        return better ? "text-success" : "text-danger";
    }

    choosePerson(ev) {
        this.state.userId = Number(ev.target.value);
        return this.load();
    }

    /** The statement that is still open: what may yet be earned. */
    get openPayslip() {
        return this.state.data.pay.find((one) => !one.closed);
    }

    async askWhatIf() {
        const { kind, amount } = this.state.whatIf;
        this.state.whatIf.told = null;
        const change = kind === "visit" ? { kind } : { kind, amount: Number(amount) };
        if (kind === "visit" || change.amount > 0) {
            this.state.whatIf.told = await this.orm.call("kam.pay.statement", "what_if", [
                [this.openPayslip.id],
                [change],
            ]);
        }
    }

    when(text) {
        return deserializeDateTime(text).toLocaleString({
            weekday: "short",
            day: "numeric",
            hour: "numeric",
            minute: "2-digit",
        });
    }

    openAccount(id) {
        return this.openForm("kam.account", id);
    }

    openPay(id) {
        return this.openForm("kam.pay.statement", id);
    }

    openForm(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openVisit(id) {
        return this.openForm("kam.visit", id);
    }

    /** The screens that stand beside this one; of somebody else one looks at lists. */
    openWeek() {
        const mine = this.state.data.user.id === user.userId;
        return this.action.doAction(
            mine ? "kam_management.kam_my_week_action" : "kam_management.kam_visit_action"
        );
    }

    openDebtors() {
        return this.action.doAction("kam_management.kam_worklist_action");
    }

    openTargets() {
        return this.action.doAction("kam_management.kam_target_action");
    }
}

registry.category("actions").add("kam_my_results", KamMyResults);
