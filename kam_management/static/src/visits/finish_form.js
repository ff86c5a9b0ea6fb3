import { Component, useState } from "@odoo/owl";
import { deserializeDateTime, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { FileInput } from "@web/core/file_input/file_input";
import { useService } from "@web/core/utils/hooks";
import { commandId } from "./visit_words";

const { DateTime } = luxon;

/** What a kind asks for, and how it is put on the screen. */
export const ASKED = {
    topic: { label: _t("Topic"), type: "text" },
    participants: { label: _t("People trained"), type: "number" },
    material: { label: _t("Material handed out"), type: "text" },
};

/** Close a visit: what came of it, what is next, a note. Never more than three taps. */
export class FinishForm extends Component {
    static template = "kam_management.FinishForm";
    static components = { FileInput };
    static props = {
        visit: Object,
        outcomes: Array,
        steps: Array,
        onDone: Function,
        onCancel: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.command = {};
        this.asked = ASKED;
        const { visit } = this.props;
        this.state = useState({
            busy: false,
            files: 0,
            asPlanned: this.isLate,
            outcome: visit.outcome || false,
            step: "none",
            on: visit.next_due || this.inDays(7),
            result: "",
            contact_id: visit.contact_id || false,
            topic: visit.topic || "",
            participants: visit.participants || "",
            material: visit.material || "",
        });
    }

    inDays(days) {
        return serializeDate(DateTime.local().plus({ days }));
    }

    /** A visit of an earlier day, told of only now: it took place when it was planned. */
    get isLate() {
        const { state } = this.props.visit;
        const before = this.planned < DateTime.local().startOf("day");
        return state === "missed" || (state === "planned" && before);
    }

    get planned() {
        return deserializeDateTime(this.props.visit.stop);
    }

    get plannedWords() {
        return this.planned.toLocaleString(DateTime.DATETIME_MED);
    }

    /** Fields that the kind asks for, as inputs; the outcome has buttons of its own. */
    get inputs() {
        return this.props.visit.asks.filter((name) => name in ASKED);
    }

    get asksContact() {
        return this.props.visit.asks.includes("contact_id");
    }

    get step() {
        return this.props.steps.find((step) => step.code === this.state.step);
    }

    get missing() {
        return this.props.visit.asks.filter((name) => !this.state[name]);
    }

    choose(name, value) {
        this.state[name] = value;
    }

    uploaded(files) {
        const wrong = files.filter((file) => file.error);
        for (const file of wrong) {
            this.notification.add(file.error, { type: "danger" });
        }
        this.state.files += files.length - wrong.length;
    }

    get results() {
        const results = { result: this.state.result || false };
        for (const name of ["outcome", "contact_id", "topic", "material"]) {
            if (this.state[name]) {
                results[name] = this.state[name];
            }
        }
        if (this.state.participants) {
            results.participants = parseInt(this.state.participants, 10);
        }
        if (this.state.asPlanned) {
            results.started_at = this.props.visit.start;
            results.finished_at = this.props.visit.stop;
        }
        return results;
    }

    async finish() {
        if (this.state.busy || this.missing.length) {
            return;
        }
        this.state.busy = true;
        const { visit } = this.props;
        const next = this.state.step === "none" ? null : this.state.step;
        const request = {
            results: this.results,
            next_step: next,
            next_on: next && this.step.dated ? this.state.on : null,
            expected_version: visit.version,
        };
        try {
            const answer = await this.orm.call("kam.visit", "finish_and_plan", [[visit.id]], {
                ...request,
                command_id: this.commandOf(JSON.stringify(request)),
            });
            await this.props.onDone(answer);
        } finally {
            this.state.busy = false;
        }
    }

    /** The same request keeps its id: sent again when the network failed, it counts once. */
    commandOf(request) {
        if (this.command.request !== request) {
            this.command = { request, id: commandId() };
        }
        return this.command.id;
    }
}
