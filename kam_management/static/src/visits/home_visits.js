import { patch } from "@web/core/utils/patch";
import { KamHome } from "../home/home";
import { hour } from "./visit_words";

/** Today's visits and those that are due, on the home screen. */
patch(KamHome.prototype, {
    get visits() {
        return this.state.data.visits;
    },

    hour,

    openDay() {
        return this.action.doAction("kam_management.kam_my_day_action");
    },

    openWeek() {
        return this.action.doAction("kam_management.kam_my_week_action");
    },
});
