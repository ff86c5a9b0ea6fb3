import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { commandId } from "../visits/visit_words";

const { DateTime } = luxon;
const PAGE = 40;

/** How each next step looks. */
const TONES = {
    broken: "danger",
    stop: "danger",
    promise_due: "warning",
    again: "warning",
    call: "primary",
    write: "info",
    settle: "warning",
    allocate: "info",
    before: "secondary",
};

/** Whom to ask for money, and what came of it in two taps. */
export class KamWorklist extends Component {
    static template = "kam_management.KamWorklist";
    static components = {};
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.scopes = { own: _t("Mine"), all: _t("All") };
        this.results = {
            promised: _t("Promised"),
            will_check: _t("Will check"),
            disputes: _t("Disputes"),
            no_answer: _t("No answer"),
        };
        this.icons = {
            promised: "fa-handshake-o",
            will_check: "fa-search",
            disputes: "fa-gavel",
            no_answer: "fa-phone",
        };
        this.state = useState({
            data: null,
            scope: null,
            step: "todo",
            search: "",
            offset: 0,
            open: null,
            detail: null,
            result: null,
            note: "",
            amount: "",
            day: "",
            picked: {},
            busy: false,
        });
        this.searchSoon = useDebounced(() => this.reload(), 300);
        onWillStart(async () => {
            const partner = this.props.action.params?.partner_id;
            if (partner) {
                this.state.step = null;
            }
            await this.load();
            if (partner) {
                await this.showOnly(partner);
            }
        });
    }

    // ------------------------------------------------------------------- data
    async load() {
        const { scope, step, search, offset } = this.state;
        const data = await this.orm.call("kam.collection", "worklist", [], {
            scope,
            step,
            search: search || null,
            offset,
            limit: PAGE,
        });
        this.state.scope = data.scope;
        this.state.data = data;
    }

    async showOnly(partner) {
        const found = this.state.data.rows.find((row) => row.id === partner);
        if (found) {
            this.state.data.rows = [found];
        }
        await this.toggle({ id: partner });
    }

    reload() {
        this.close();
        this.state.offset = 0;
        return this.load();
    }

    chooseScope(scope) {
        this.state.scope = scope;
        return this.reload();
    }

    chooseStep(code) {
        this.state.step = this.state.step === code ? null : code;
        return this.reload();
    }

    onSearch(ev) {
        this.state.search = ev.target.value;
        this.searchSoon();
    }

    page(direction) {
        this.close();
        this.state.offset = Math.max(0, this.state.offset + direction * PAGE);
        return this.load();
    }

    get pageWords() {
        const { total } = this.state.data;
        const last = Math.min(total, this.state.offset + PAGE);
        return `${total ? this.state.offset + 1 : 0}–${last} / ${total}`;
    }

    get hasMore() {
        return this.state.offset + PAGE < this.state.data.total;
    }

    // ------------------------------------------------------------------ words
    money(amount) {
        return formatMonetary(amount, {
            currencyId: this.state.data.currency_id,
            digits: [16, 0],
        });
    }

    exact(amount, currencyId) {
        return formatMonetary(amount, { currencyId });
    }

    day(text) {
        return text ? formatDate(deserializeDate(text)) : "";
    }

    tone(row) {
        return TONES[row.step] || "secondary";
    }

    riskWords(row) {
        return _t("Risk %s %", Math.round(row.risk * 100));
    }

    riskClass(row) {
        if (row.risk >= 0.66) {
            return "bg-danger";
        }
        return row.risk >= 0.4 ? "bg-warning" : "bg-success";
    }

    telHref(phone) {
        return `tel:${phone.replace(/[^+\d]/g, "")}`;
    }

    // ---------------------------------------------------------------- results
    close() {
        Object.assign(this.state, { open: null, detail: null, result: null });
    }

    async toggle(row) {
        if (this.state.open === row.id) {
            return this.close();
        }
        Object.assign(this.state, { open: row.id, detail: null, result: null, note: "" });
        const detail = await this.orm.call("kam.collection", "documents", [row.id]);
        if (this.state.open !== row.id) {
            return;
        }
        this.state.picked = {};
        this.state.amount = "";
        this.state.day = "";
        this.state.detail = detail;
    }

    async start(row, result) {
        if (this.state.open !== row.id) {
            await this.toggle(row);
        }
        this.state.result = this.state.result === result ? null : result;
    }

    pick(document) {
        this.state.picked[document.move_id] = !this.state.picked[document.move_id];
    }

    get pickedIds() {
        return this.state.detail.documents
            .filter((one) => this.state.picked[one.move_id])
            .map((one) => one.move_id);
    }

    get overdueIds() {
        const late = this.state.detail.documents.filter(
            (one) => one.is_invoice && one.days > 0 && one.amount > 0
        );
        const currency = late.length && late[0].currency_id;
        return late.filter((one) => one.currency_id === currency).map((one) => one.move_id);
    }

    /** The second tap: days for a promise or another talk, reasons for a dispute. */
    get choices() {
        if (this.state.result === "disputes") {
            return this.state.detail.reasons.map((one) => ({
                key: one.id,
                label: one.name,
                values: { reason_id: one.id },
            }));
        }
        const today = deserializeDate(this.state.data.today);
        const friday = today.plus({ days: (12 - today.weekday) % 7 || 7 });
        const days = [
            [_t("Tomorrow"), today.plus({ days: 1 })],
            [_t("Friday"), friday],
            [_t("In a week"), today.plus({ days: 7 })],
            [_t("In two weeks"), today.plus({ days: 14 })],
        ];
        if (this.state.result === "promised") {
            days.unshift([_t("Today"), today]);
        }
        const field = this.state.result === "promised" ? "promised_for" : "again_on";
        return days.map(([label, day]) => ({
            key: label,
            label,
            hint: day.toLocaleString({ weekday: "short", day: "numeric", month: "short" }),
            values: { [field]: serializeDate(day) },
        }));
    }

    get ownDay() {
        return ["promised", "will_check", "no_answer"].includes(this.state.result);
    }

    saveOwnDay() {
        const field = this.state.result === "promised" ? "promised_for" : "again_on";
        return this.save({ [field]: this.state.day });
    }

    async save(values) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        const { result, open, note, amount } = this.state;
        let moves = this.pickedIds;
        if (result === "disputes" && !moves.length) {
            moves = this.overdueIds;
        }
        try {
            await this.orm.call("kam.collection", "note", [open, result], {
                ...values,
                note: note || null,
                amount: result === "promised" && amount ? Number(amount) : null,
                move_ids: ["promised", "disputes"].includes(result) ? moves : null,
                command_id: commandId(),
            });
        } finally {
            this.state.busy = false;
        }
        this.notification.add(_t("Noted: %s", this.results[result]), { type: "success" });
        this.close();
        await this.load();
    }

    // ------------------------------------------------------------------ links
    async write(row) {
        const action = await this.orm.call("kam.collection", "compose", [row.id]);
        return this.action.doAction(action, { onClose: () => this.load() });
    }

    openCustomer(row) {
        const account = row.account_id;
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: account ? "kam.account" : "res.partner",
            res_id: account || row.id,
            views: [[false, "form"]],
        });
    }

    openMove(document) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: document.move_id,
            views: [[false, "form"]],
        });
    }

    get now() {
        return DateTime.local().toISODate();
    }
}

registry.category("actions").add("kam_worklist", KamWorklist);
