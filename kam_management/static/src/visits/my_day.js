import { Component, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { deserializeDate, deserializeDateTime, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { KamAgenda } from "./agenda";
import { CallCard } from "./call_card";
import { FinishForm } from "./finish_form";
import { STATES, classTone, commandId, formOf, hour } from "./visit_words";

const { DateTime } = luxon;
const PLACE_MS = 8000;

/** A day's visits and calls, made for a telephone held in one hand. */
export class KamMyDay extends Component {
    static template = "kam_management.KamMyDay";
    static components = { CallCard, FinishForm, KamAgenda };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.states = STATES;
        this.classTone = classTone;
        this.hour = hour;
        this.state = useState({
            data: null,
            tab: this.props.state?.tab || this.props.action.params?.tab || "visits",
            open: false,
            closing: false,
            agendas: {},
            busy: false,
            place: false,
        });
        useSetupAction({
            getLocalState: () => ({ day: this.state.data.day, tab: this.state.tab }),
        });
        onWillStart(() => this.load(this.props.state?.day || null));
    }

    async load(day = null) {
        this.state.data = await this.orm.call("kam.visit", "screen_day", [], { day });
        this.state.agendas = {};
        const { visits, late } = this.state.data;
        const underway = [...visits, ...late].find((one) => one.state === "underway");
        this.state.open = false;
        this.state.closing = false;
        if (underway) {
            await this.toggle(underway, true);
        }
    }

    reload() {
        return this.load(this.state.data.day);
    }

    shift(days) {
        return this.load(serializeDate(deserializeDate(this.state.data.day).plus({ days })));
    }

    get dayWords() {
        const { day, today } = this.state.data;
        const words = deserializeDate(day).toLocaleString({
            weekday: "long",
            day: "numeric",
            month: "long",
        });
        return day === today ? _t("Today, %s", words) : words;
    }

    get isToday() {
        return this.state.data.day === this.state.data.today;
    }

    get left() {
        return this.state.data.visits.filter((one) => ["planned", "underway"].includes(one.state))
            .length;
    }

    /** The hour; of a visit of another day its day too. */
    when(visit) {
        const start = deserializeDateTime(visit.start);
        const day = serializeDate(start);
        return day === this.state.data.day
            ? hour(visit.start)
            : start.toLocaleString({ weekday: "short", day: "numeric", month: "short" });
    }

    /** One of which may be told what came of it; also when it counts as missed. */
    isOpen(visit) {
        return ["planned", "underway", "missed"].includes(visit.state);
    }

    async toggle(visit, closing = false) {
        if (this.state.open === visit.id && !closing) {
            this.state.open = false;
            return;
        }
        this.state.closing = closing && visit.id;
        this.state.open = visit.id;
        if (!this.state.agendas[visit.account_id]) {
            const [found] = await this.orm.call("kam.visit.agenda", "agenda", [[visit.account_id]]);
            this.state.agendas[visit.account_id] = found.sections;
        }
    }

    // ---------------------------------------------------------------- actions
    async start(visit) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            const place = this.state.place ? await this.whereAmI() : {};
            await this.orm.call("kam.visit", "start", [[visit.id]], {
                ...place,
                expected_version: visit.version,
                command_id: commandId(),
            });
            await this.reload();
        } finally {
            this.state.busy = false;
        }
    }

    /** The place, only after the user ticked it; without one the visit starts all the same. */
    whereAmI() {
        return new Promise((resolve) => {
            if (!navigator.geolocation) {
                resolve({});
                return;
            }
            navigator.geolocation.getCurrentPosition(
                ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude }),
                () => {
                    this.notification.add(_t("Your device did not tell the place."), {
                        type: "warning",
                    });
                    resolve({});
                },
                { timeout: PLACE_MS, enableHighAccuracy: true }
            );
        });
    }

    async done(answer) {
        if (answer && answer.action) {
            await this.action.doAction(answer.action);
            return;
        }
        this.notification.add(_t("Finished."), { type: "success" });
        await this.reload();
    }

    openVisit(visit) {
        return this.action.doAction(formOf("kam.visit", visit.id));
    }

    openAccount(visit) {
        return this.action.doAction(formOf("kam.account", visit.account_id));
    }

    add() {
        const { day, today } = this.state.data;
        const at =
            day === today
                ? DateTime.local().plus({ minutes: 5 })
                : deserializeDate(day).set({ hour: 9 });
        return this.action.doAction(
            {
                ...formOf("kam.visit", false, {
                    default_planned_start: at.toUTC().toFormat("yyyy-MM-dd HH:mm:00"),
                    default_planned_stop: at
                        .plus({ hours: 1 })
                        .toUTC()
                        .toFormat("yyyy-MM-dd HH:mm:00"),
                }),
                target: "new",
                name: _t("New visit"),
            },
            { onClose: () => this.reload() }
        );
    }

    openWeek() {
        return this.action.doAction("kam_management.kam_my_week_action");
    }

    tellPlace() {
        if (this.state.place) {
            this.state.place = false;
            return;
        }
        this.dialog.add(ConfirmationDialog, {
            title: _t("Record the place?"),
            body: _t(
                "When you start a visit, the place your device tells is stored with it. Only those who see the account see it."
            ),
            confirmLabel: _t("Record the place"),
            confirm: () => {
                this.state.place = true;
            },
            cancel: () => {},
        });
    }
}

registry.category("actions").add("kam_my_day", KamMyDay);
