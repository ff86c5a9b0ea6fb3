import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { deserializeDate, deserializeDateTime, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ReasonDialog } from "./reason_dialog";
import { WeekGrid } from "./week_grid";
import { classTone, commandId, formOf, hour, shortDay } from "./visit_words";

const { DateTime } = luxon;
const DAY_HOURS = [7, 20];
const FORMAT = "yyyy-MM-dd HH:mm:ss";
/** Why what is due found no place in the proposed week. */
const CAUSES = {
    no_day: _t("receives on none of the days left"),
    no_time: _t("no time free within its hours"),
    full: _t("the days are full"),
};

function utc(date) {
    return DateTime.fromJSDate(date).toUTC().toFormat(FORMAT);
}

/** A week: what is planned, what is due and not planned, and the promise of it. */
export class KamMyWeek extends Component {
    static template = "kam_management.KamMyWeek";
    static components = { WeekGrid };
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
        this.hour = hour;
        this.shortDay = shortDay;
        const params = this.props.state || this.props.action.params || {};
        this.state = useState({
            data: null,
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
            }),
        });
        onWillStart(() => this.load(params.user_id || null, params.monday || null));
    }

    async load(userId, monday) {
        this.state.data = await this.orm.call("kam.visit", "screen_week", [], {
            user_id: userId,
            monday,
        });
        const days = this.state.data.visits.map((one) => deserializeDateTime(one.start).weekday);
        this.state.weekend = this.state.weekend || days.some((day) => day > 5);
    }

    reload() {
        return this.load(this.state.data.user.id, this.state.data.monday);
    }

    go(weeks) {
        this.state.proposals = null;
        const monday = weeks
            ? serializeDate(deserializeDate(this.state.data.monday).plus({ weeks }))
            : null;
        return this.load(this.state.data.user.id, monday);
    }

    choose(ev) {
        this.state.proposals = null;
        return this.load(parseInt(ev.target.value, 10), this.state.data.monday);
    }

    // ------------------------------------------------------------------ words
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
        const proposals = (this.state.proposals || []).map((one) => ({
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
        const of = (name) => this.blocks.map((one) => deserializeDateTime(one[name]));
        const late = of("stop").map((stop) => (stop.minute ? stop.hour + 1 : stop.hour) || 24);
        return [
            Math.min(DAY_HOURS[0], ...of("start").map((start) => start.hour)),
            Math.max(DAY_HOURS[1], ...late),
        ];
    }

    get gridKey() {
        const { monday, user } = this.state.data;
        return [monday, user.id, this.state.weekend, this.ui.isSmall, ...this.hours].join("/");
    }

    figure(ratio) {
        return ratio === null ? "–" : `${Math.round(ratio * 100)} %`;
    }

    // -------------------------------------------------------------- the calendar
    visitOf(id) {
        const key = parseInt(id.replace("visit-", ""), 10);
        return this.state.data.visits.find((one) => one.id === key);
    }

    open(id) {
        if (id.startsWith("visit-")) {
            return this.action.doAction(formOf("kam.visit", this.visitOf(id).id));
        }
        if (id.startsWith("proposal-")) {
            this.drop(id.replace("proposal-", ""));
        }
    }

    drop(key) {
        this.state.proposals = this.state.proposals.filter((one) => one.key !== key);
    }

    async move(id, start, end, revert) {
        if (id.startsWith("proposal-")) {
            const one = this.state.proposals.find((p) => `proposal-${p.key}` === id);
            Object.assign(one, { start: utc(start), stop: utc(end) });
            return;
        }
        const visit = this.visitOf(id);
        if (visit.plan_status === "draft") {
            await this.send(() => this.sendMove(visit, start, end, null), revert);
            return;
        }
        this.dialog.add(
            ReasonDialog,
            {
                title: _t("Move a promised visit"),
                words: _t("The week is committed: the move counts as a re-plan."),
                confirm: (reason) =>
                    this.send(() => this.sendMove(visit, start, end, reason), revert),
            },
            { onClose: () => this.reload() }
        );
    }

    sendMove(visit, start, end, reason) {
        return this.orm.call("kam.visit", "move", [[visit.id]], {
            planned_start: utc(start),
            planned_stop: utc(end),
            reason,
            expected_version: visit.version,
            command_id: commandId(),
        });
    }

    async dropIn(accountKey, start) {
        const account = this.state.data.due.find((one) => `${one.account_id}` === accountKey);
        if (this.state.proposals) {
            this.propose(account, start);
            return;
        }
        await this.planAt(account, start);
    }

    propose(account, start) {
        const begin = DateTime.fromJSDate(start);
        this.state.proposals.push({
            key: `own-${account.account_id}`,
            account_id: account.account_id,
            user_id: this.state.data.user.id,
            account: account.account,
            town: account.town,
            start: begin.toUTC().toFormat(FORMAT),
            stop: begin.plus({ minutes: account.minutes }).toUTC().toFormat(FORMAT),
        });
    }

    async planAt(account, start) {
        const plan = (offPlan) =>
            this.send(() =>
                this.orm.call("kam.visit", "plan", [account.account_id], {
                    planned_start: utc(start),
                    planned_stop: utc(new Date(start.getTime() + account.minutes * 60000)),
                    user_id: this.state.data.user.id,
                    ...offPlan,
                    command_id: commandId(),
                })
            );
        if (!this.committed) {
            await plan({});
            return;
        }
        this.dialog.add(ReasonDialog, {
            title: _t("A visit beside the plan"),
            words: _t("The week is committed: the visit counts as off-plan."),
            kinds: this.state.data.off_plan_kinds,
            confirm: (reason, kind) => plan({ off_plan_kind: kind, off_plan_reason: reason }),
        });
    }

    free(start, end) {
        return this.newVisit({
            default_planned_start: utc(start),
            default_planned_stop: utc(end),
        });
    }

    newVisit(defaults) {
        return this.action.doAction(
            {
                ...formOf("kam.visit", false, {
                    default_user_id: this.state.data.user.id,
                    ...defaults,
                }),
                target: "new",
                name: _t("New visit"),
            },
            { onClose: () => this.reload() }
        );
    }

    /** Send, then show what is; a refusal is told by Odoo, and the block goes back. */
    async send(request, revert = () => {}) {
        this.state.busy = true;
        try {
            await request();
        } catch (error) {
            revert();
            throw error;
        } finally {
            this.state.busy = false;
            await this.reload();
        }
    }

    // ------------------------------------------------------------------- the plan
    async generate() {
        this.state.busy = true;
        try {
            const found = await this.orm.call("kam.visit", "screen_proposals", [], {
                user_id: this.state.data.user.id,
                monday: this.state.data.monday,
            });
            this.state.left = found.left;
            if (!found.proposals.length) {
                this.notification.add(
                    found.left.length
                        ? _t("Nothing more fits into this week.")
                        : _t("Nobody is due who has no visit."),
                    { type: "info" }
                );
                return;
            }
            this.state.proposals = found.proposals;
        } finally {
            this.state.busy = false;
        }
    }

    discard() {
        this.state.proposals = null;
        this.state.left = [];
    }

    async accept() {
        const proposals = this.state.proposals.map((one) => ({
            account_id: one.account_id,
            user_id: one.user_id,
            kind_id: one.kind_id || false,
            planned_start: one.start,
            planned_stop: one.stop,
        }));
        await this.send(async () => {
            await this.orm.call("kam.week", "accept", [proposals], { command_id: commandId() });
            this.discard();
        });
    }

    commit() {
        this.dialog.add(ReasonDialog, {
            title: _t("Commit the week"),
            words: _t(
                "Visits that are promised: %s. What is changed afterwards needs a reason and counts as a re-plan.",
                this.planned.length
            ),
            asks: false,
            label: _t("Commit"),
            confirm: () =>
                this.send(async () => {
                    await this.orm.call("kam.week", "commit", [], {
                        user_ids: [this.state.data.user.id],
                        monday: this.state.data.monday,
                        command_id: commandId(),
                    });
                    this.notification.add(_t("The week is committed."), { type: "success" });
                }),
        });
    }

    openDue(account) {
        return this.action.doAction(formOf("kam.account", account.account_id));
    }

    /** Without dragging: the form, with the customer in it and the next full hour. */
    planByTap(account) {
        const now = DateTime.local().startOf("hour").plus({ hours: 1 });
        const nine = deserializeDate(this.state.data.monday).set({ hour: 9 });
        const start = DateTime.max(now, nine);
        return this.newVisit({
            default_account_id: account.account_id,
            default_planned_start: utc(start.toJSDate()),
            default_planned_stop: utc(start.plus({ minutes: account.minutes }).toJSDate()),
        });
    }

    openList() {
        const { monday, user } = this.state.data;
        const next = serializeDate(deserializeDate(monday).plus({ days: 7 }));
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: this.title,
            res_model: "kam.visit",
            views: [
                [false, "list"],
                [false, "calendar"],
                [false, "form"],
            ],
            domain: [
                ["user_id", "=", user.id],
                ["planned_start", ">=", monday],
                ["planned_start", "<", next],
            ],
        });
    }
}

registry.category("actions").add("kam_my_week", KamMyWeek);
