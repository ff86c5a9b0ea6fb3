import { Component, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { KamAgenda } from "./agenda";
import { classTone, commandId, formOf, hour, money } from "./visit_words";

const { DateTime } = luxon;

/** A customer to call: dial with one tap, tell the result with two. */
export class CallCard extends Component {
    static template = "kam_management.CallCard";
    static components = { KamAgenda };
    static props = { call: Object, outcomes: Array, onDone: Function };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.classTone = classTone;
        this.hour = hour;
        this.state = useState({ outcome: false, note: "", busy: false, agenda: null, again: null });
        this.command = {};
    }

    get call() {
        return this.props.call;
    }

    reason(reason) {
        return {
            planned: () => _t("planned %s", hour(reason.at)),
            cadence: () => _t("contact due, %s × the interval", reason.ratio),
            overdue: () => _t("%s overdue", money(reason.amount, reason.currency_id)),
            promises: () => _t("promise of payment due today"),
            broken: () => _t("promise of payment broken"),
            steps: () => reason.words || _t("next step due"),
        }[reason.code]();
    }

    again(text) {
        const moment = deserializeDateTime(text);
        const words = moment.toLocaleString(DateTime.TIME_SIMPLE);
        if (moment.hasSame(DateTime.local(), "day")) {
            return _t("today %s", words);
        }
        return moment.toLocaleString({
            weekday: "short",
            hour: "numeric",
            minute: "2-digit",
        });
    }

    async showAgenda() {
        if (this.state.agenda) {
            this.state.agenda = null;
            return;
        }
        const [found] = await this.orm.call("kam.visit.agenda", "agenda", [[this.call.account_id]]);
        this.state.agenda = found.sections;
    }

    openAccount() {
        return this.action.doAction(formOf("kam.account", this.call.account_id));
    }

    async noAnswer() {
        this.state.again = await this.orm.call("kam.visit", "call_again_times", [
            this.call.account_id,
            this.call.visit_id,
        ]);
    }

    async send(request) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        const words = JSON.stringify(request);
        if (this.command.words !== words) {
            this.command = { words, id: commandId() };
        }
        try {
            await this.orm.call("kam.visit", "log_call", [this.call.account_id], {
                visit_id: this.call.visit_id,
                expected_version: this.call.version,
                ...request,
                command_id: this.command.id,
            });
            this.notification.add(_t("Call recorded."), { type: "success" });
            await this.props.onDone();
        } finally {
            this.state.busy = false;
        }
    }

    save() {
        return this.send({ outcome: this.state.outcome, note: this.state.note || null });
    }

    callAgain(at) {
        return this.send({ again_at: at });
    }
}
