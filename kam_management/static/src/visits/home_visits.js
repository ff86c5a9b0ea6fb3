import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { KamHome } from "../home/home";
import { hour } from "./visit_words";

/** Today's visits and those that are due, on the home screen. */
patch(KamHome.prototype, {
    get visits() {
        return this.state.data.visits;
    },

    get visitsLeft() {
        const { left, today } = this.visits;
        return _t("%(left)s of %(today)s", { left, today });
    },

    /** What nobody told of comes before what is next. */
    get visitsHint() {
        const { late, next } = this.visits;
        if (late) {
            return _t("%s of earlier days open", late);
        }
        return next ? `${hour(next.start)} · ${next.account}` : _t("All done");
    },

    openDay() {
        return this.action.doAction("kam_management.kam_my_day_action");
    },

    openWeek() {
        return this.action.doAction("kam_management.kam_my_week_action");
    },
});
