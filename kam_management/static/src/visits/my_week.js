import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { ReasonDialog } from "./reason_dialog";
import { commandId, formOf } from "./visit_words";
import { WeekBase } from "./week_base";
import { WeekGrid } from "./week_grid";
import { WeekPhone } from "./week_phone";

const { DateTime } = luxon;
const FORMAT = "yyyy-MM-dd HH:mm:ss";

function utc(date) {
    return DateTime.fromJSDate(date).toUTC().toFormat(FORMAT);
}

/** A week: what is planned, what is due and not planned, and the promise of it. */
export class KamMyWeek extends WeekBase {
    static template = "kam_management.KamMyWeek";
    static components = { WeekGrid, WeekPhone };

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

    /** On a phone: at the first free time of the day that is shown, in one tap. */
    async planOnDay(account) {
        const slot = await this.orm.call("kam.week", "first_free", [], {
            account_id: account.account_id,
            day: this.state.day,
            user_id: this.state.data.user.id,
        });
        if (!slot) {
            this.notification.add(_t("Nothing is free on this day; choose another, or a time."), {
                type: "warning",
            });
            return;
        }
        const start = DateTime.fromSQL(slot.planned_start, { zone: "utc" }).toJSDate();
        if (this.state.proposals) {
            this.propose(account, start);
            return;
        }
        await this.planAt(account, start);
    }

    /** To another day, at the same hour there. */
    moveToDay(id, date) {
        const block = this.blocks.find((one) => one.id === id);
        const [start, stop] = [this.local(block.start), this.local(block.stop)];
        const { year, month, day } = DateTime.fromISO(date);
        const moved = start.set({ year, month, day });
        const end = moved.plus(stop.diff(start));
        return this.move(id, moved.toJSDate(), end.toJSDate(), () => {});
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
            kind_id: false,
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
    toggleTeam() {
        this.state.team = !this.state.team;
        this.discard();
    }

    get asked() {
        const { user, users } = this.state.data;
        return this.state.team ? users.map((one) => one.id) : [user.id];
    }

    async generate() {
        this.state.busy = true;
        try {
            const found = await this.orm.call("kam.visit", "screen_proposals", [], {
                user_ids: this.asked,
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
            if (!this.ownProposals.length) {
                await this.show(found.proposals[0].user_id);
            }
        } finally {
            this.state.busy = false;
        }
    }

    discard() {
        this.state.proposals = null;
        this.state.left = [];
    }

    get acceptWords() {
        const { length } = this.state.proposals;
        if (length === 1) {
            return _t("Accept 1 visit");
        }
        return this.state.team
            ? _t("Accept %(visits)s visits of %(managers)s managers", {
                  visits: length,
                  managers: this.proposedFor,
              })
            : _t("Accept %s visits", length);
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
            const answer = await this.orm.call("kam.week", "accept", [proposals], {
                command_id: commandId(),
            });
            if (answer.skipped.length) {
                this.notification.add(
                    _t("Passed over, planned on that day meanwhile: %s", answer.skipped.length),
                    { type: "warning" }
                );
            }
            this.discard();
        });
    }

    commit() {
        this.ask(
            _t("Commit the week"),
            _t(
                "Visits that are promised: %s. What is changed afterwards needs a reason and counts as a re-plan.",
                this.planned.length
            ),
            [this.state.data.user.id],
            _t("The week is committed.")
        );
    }

    withdraw() {
        const { id, version } = this.state.data.week;
        this.dialog.add(ReasonDialog, {
            title: _t("Take the commitment back"),
            words: _t("The week has not begun: its plan is open again, and this stays on record."),
            label: _t("Take back"),
            confirm: (reason) =>
                this.send(() =>
                    this.orm.call("kam.week", "withdraw", [[id]], {
                        reason,
                        expected_version: version,
                        command_id: commandId(),
                    })
                ),
        });
    }

    commitTeam() {
        this.ask(
            _t("Commit the weeks of the team"),
            _t(
                "%(managers)s. Visits that are promised: %(visits)s. What is changed afterwards needs a reason and counts as a re-plan.",
                {
                    managers: this.ready.map((one) => one.name).join(", "),
                    visits: this.ready.reduce((sum, one) => sum + one.planned, 0),
                }
            ),
            this.ready.map((one) => one.id),
            _t("The weeks are committed.")
        );
    }

    ask(title, words, userIds, done) {
        this.dialog.add(ReasonDialog, {
            title,
            words,
            asks: false,
            label: _t("Commit"),
            confirm: () =>
                this.send(async () => {
                    await this.orm.call("kam.week", "commit", [], {
                        user_ids: userIds,
                        monday: this.state.data.monday,
                        command_id: commandId(),
                    });
                    this.notification.add(done, { type: "success" });
                }),
        });
    }

    openDue(account) {
        return this.action.doAction(formOf("kam.account", account.account_id));
    }

    /** A tap on the plus: on a phone into the day that is shown, else by the form. */
    planFromList(account) {
        return this.ui.isSmall ? this.planOnDay(account) : this.planByTap(account);
    }

    /** Without dragging: the form, with the customer in it and the next full hour. */
    planByTap(account) {
        const now = DateTime.local().startOf("hour").plus({ hours: 1 });
        const nine = DateTime.fromISO(this.state.data.monday, { zone: this.zone }).set({
            hour: 9,
        });
        const start = DateTime.max(now, nine);
        return this.newVisit({
            default_account_id: account.account_id,
            default_planned_start: utc(start.toJSDate()),
            default_planned_stop: utc(start.plus({ minutes: account.minutes }).toJSDate()),
        });
    }

    openList() {
        const { monday, user } = this.state.data;
        const first = DateTime.fromISO(monday, { zone: this.zone });
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
                ["planned_start", ">=", first.toUTC().toFormat(FORMAT)],
                ["planned_start", "<", first.plus({ days: 7 }).toUTC().toFormat(FORMAT)],
            ],
        });
    }
}

registry.category("actions").add("kam_my_week", KamMyWeek);
