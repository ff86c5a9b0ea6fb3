import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { classTone, shortDay } from "./visit_words";

const { DateTime } = luxon;
const DAY_HOURS = [7, 20];
/** Why what is due found no place in the proposed week. */
const CAUSES = {
    no_day: _t("receives on none of the days left"),
    no_time: _t("no time free within its hours"),
    full: _t("the days are full"),
};

/** A week as it is shown: whose, which days, the blocks in it. */
export class WeekBase extends Component {
    static template = "kam_management.KamMyWeek";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.ui = useService("ui");
        this.side = useRef("side");
        this.causes = CAUSES;
        this.classTone = classTone;
        this.hour = (text) => this.local(text).toLocaleString(DateTime.TIME_SIMPLE);
        this.shortDay = shortDay;
        const params = this.props.state || this.props.action.params || {};
        this.state = useState({
            data: null,
            team: params.team || false,
            day: null,
            proposals: null,
            left: [],
            busy: false,
            weekend: false,
            search: "",
        });
        useSetupAction({
            getLocalState: () => ({
                monday: this.state.data.monday,
                user_id: this.state.data.user.id,
                team: this.state.team,
            }),
        });
        onWillStart(() => this.load(params.user_id || null, params.monday || null));
    }

    async load(userId, monday) {
        this.state.data = await this.orm.call("kam.visit", "screen_week", [], {
            user_id: userId,
            monday,
        });
        const days = this.state.data.visits.map((one) => this.local(one.start).weekday);
        this.state.weekend = this.state.weekend || days.some((day) => day > 5);
        if (!this.days.some((one) => one.date === this.state.day)) {
            const today = serializeDate(DateTime.local());
            const found = this.days.find((one) => one.date >= today) || this.days[0];
            this.state.day = found.date;
        }
    }

    reload() {
        return this.load(this.state.data.user.id, this.state.data.monday);
    }

    go(weeks) {
        this.state.proposals = null;
        this.state.left = [];
        const monday = weeks
            ? serializeDate(deserializeDate(this.state.data.monday).plus({ weeks }))
            : null;
        return this.load(this.state.data.user.id, monday);
    }

    /** Another manager; what is proposed for the whole team stays. */
    show(userId) {
        if (!this.state.team) {
            this.state.proposals = null;
            this.state.left = [];
        }
        return this.load(userId, this.state.data.monday);
    }

    choose(ev) {
        return this.show(parseInt(ev.target.value, 10));
    }

    // ------------------------------------------------------------------- times
    /** A week is one of its manager: days and hours are those where the manager is. */
    get zone() {
        return this.state.data.zone || luxon.Settings.defaultZone.name;
    }

    get elsewhere() {
        const now = DateTime.local();
        return now.setZone(this.zone).offset !== now.offset;
    }

    local(text) {
        return deserializeDateTime(text, { tz: this.zone });
    }

    /** The days that are shown, each with what is planned on it. */
    get days() {
        const monday = DateTime.fromISO(this.state.data.monday, { zone: this.zone });
        const counts = {};
        for (const block of this.blocks.filter((one) => one.look !== "busy")) {
            const date = this.local(block.start).toISODate();
            counts[date] = (counts[date] || 0) + 1;
        }
        return [...Array(this.state.weekend ? 7 : 5).keys()].map((n) => {
            const day = monday.plus({ days: n });
            const date = day.toISODate();
            return {
                date,
                name: day.toLocaleString({ weekday: "short" }),
                number: day.day,
                count: counts[date] || 0,
            };
        });
    }

    get dayBlocks() {
        return this.blocks
            .filter((one) => this.local(one.start).toISODate() === this.state.day)
            .sort((a, b) => (a.start < b.start ? -1 : 1));
    }

    // ------------------------------------------------------------------- words
    get title() {
        const monday = deserializeDate(this.state.data.monday);
        const first = monday.toLocaleString({ day: "numeric", month: "short" });
        const last = monday
            .plus({ days: 6 })
            .toLocaleString({ day: "numeric", month: "short", year: "numeric" });
        return _t("Week %(week)s, %(first)s – %(last)s", {
            week: monday.weekNumber,
            first,
            last,
        });
    }

    get committed() {
        return this.state.data.week.state === "committed";
    }

    get over() {
        return this.state.data.over;
    }

    get due() {
        const words = this.state.search.toLowerCase();
        const proposed = new Set((this.state.proposals || []).map((one) => one.account_id));
        return this.state.data.due.filter(
            (one) =>
                !proposed.has(one.account_id) &&
                `${one.account} ${one.town}`.toLowerCase().includes(words)
        );
    }

    get planned() {
        return this.state.data.visits.filter((one) => one.state !== "cancelled");
    }

    /** The proposals for the manager who is shown. */
    get ownProposals() {
        const { id } = this.state.data.user;
        return (this.state.proposals || []).filter((one) => one.user_id === id);
    }

    /** Of the team: what is planned for each, what is proposed, who is committed. */
    get members() {
        const proposed = {};
        for (const one of this.state.proposals || []) {
            proposed[one.user_id] = (proposed[one.user_id] || 0) + 1;
        }
        return this.state.data.users.map((one) => ({
            ...one,
            proposed: proposed[one.id] || 0,
        }));
    }

    /** Members whose week can be committed. */
    get ready() {
        return this.members.filter((one) => one.planned && !one.committed);
    }

    get proposedFor() {
        return this.members.filter((one) => one.proposed).length;
    }

    get blocks() {
        const visits = this.planned.map((one) => ({
            id: `visit-${one.id}`,
            title: one.account,
            detail: [one.kind, one.town].filter(Boolean).join(", "),
            start: one.start,
            stop: one.stop,
            look: one.state === "planned" ? one.plan_status : one.state,
            fixed: one.state !== "planned" || !one.may_write,
        }));
        const proposals = this.ownProposals.map((one) => ({
            id: `proposal-${one.key}`,
            title: one.account,
            detail: one.town,
            start: one.start,
            stop: one.stop,
            look: "proposal",
        }));
        const busy = this.state.data.busy.map((one, place) => ({
            id: `busy-${place}`,
            title: one.name,
            detail: "",
            start: one.start,
            stop: one.stop,
            look: "busy",
            fixed: true,
        }));
        return [...busy, ...visits, ...proposals];
    }

    /** The hours that the calendar shows: the usual ones, and those of early or late visits. */
    get hours() {
        const of = (name) => this.blocks.map((one) => this.local(one[name]));
        const late = of("stop").map((stop) => (stop.minute ? stop.hour + 1 : stop.hour) || 24);
        const overnight = this.blocks.some(
            (one) => !this.local(one.start).hasSame(this.local(one.stop), "day")
        );
        return [
            Math.min(DAY_HOURS[0], ...of("start").map((start) => start.hour)),
            overnight ? 24 : Math.max(DAY_HOURS[1], ...late),
        ];
    }

    get gridKey() {
        const { monday, user } = this.state.data;
        return [monday, user.id, this.state.weekend, ...this.hours].join("/");
    }

    figure(ratio) {
        return ratio === null ? "–" : `${Math.round(ratio * 100)} %`;
    }
}
