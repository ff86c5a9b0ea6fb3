import { Component, onMounted, onWillStart, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    formatDateTime,
    serializeDate,
} from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const { DateTime } = luxon;
const PAGE = 30;

/** What happened to one record, what it was on a day, what changed between two days. */
export class KamHistory extends Component {
    static template = "kam_management.KamHistory";
    static components = { DateTimeInput, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.display = { controlPanel: {} };
        const params = this.props.action.params || {};
        this.model = params.record_model;
        this.id = Number(params.record_id);
        const today = DateTime.local().startOf("day");
        this.state = useState({
            tab: "happened",
            events: [],
            total: 0,
            name: "",
            clock: "effective_at",
            day: today,
            from: today.minus({ months: 1 }),
            to: today,
            asOf: null,
            changes: null,
        });
        onWillStart(async () => {
            if (this.model && this.id) {
                await Promise.all([this.loadName(), this.loadMore()]);
            }
        });
        onMounted(() => {
            this.env.config.setDisplayName?.(
                this.state.name ? _t("History of %s", this.state.name) : _t("History")
            );
            this.props.updateActionState?.({ record_model: this.model, record_id: this.id });
        });
    }

    get tabs() {
        return [
            { id: "happened", label: _t("What happened") },
            { id: "asof", label: _t("As of a day") },
            { id: "between", label: _t("What changed between") },
        ];
    }

    get clocks() {
        return [
            {
                id: "effective_at",
                label: _t("As it was"),
                help: _t("With all that is known today, late notes included."),
            },
            {
                id: "recorded_at",
                label: _t("As we knew it"),
                help: _t("Only what had been recorded by then."),
            },
        ];
    }

    get more() {
        return this.state.total - this.state.events.length;
    }

    async loadName() {
        const [record] = await this.orm.read(this.model, [this.id], ["display_name"]);
        this.state.name = record?.display_name || "";
    }

    async loadMore() {
        const { total, events } = await this.orm.call(this.model, "kam_history", [this.id], {
            offset: this.state.events.length,
            limit: PAGE,
        });
        this.state.total = total;
        this.state.events.push(...events);
    }

    async loadAsOf() {
        const { clock, day } = this.state;
        this.state.asOf = await this.orm.call(this.model, "kam_as_of", [this.id], {
            day: serializeDate(day),
            clock,
        });
    }

    async loadChanges() {
        const { clock, from, to } = this.state;
        this.state.changes = await this.orm.call(this.model, "kam_changes", [this.id], {
            day_from: serializeDate(DateTime.min(from, to)),
            day_to: serializeDate(DateTime.max(from, to)),
            clock,
        });
    }

    load() {
        return { asof: () => this.loadAsOf(), between: () => this.loadChanges() }[
            this.state.tab
        ]?.();
    }

    async choose(tab) {
        this.state.tab = tab;
        await this.load();
    }

    /** Arrow keys move between tabs, as in any list of tabs. */
    async onTabKey(ev) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[ev.key];
        if (!step) {
            return;
        }
        ev.preventDefault();
        const ids = this.tabs.map((tab) => tab.id);
        const place = (ids.indexOf(this.state.tab) + step + ids.length) % ids.length;
        const list = ev.currentTarget.parentElement.parentElement;
        await this.choose(ids[place]);
        list.querySelectorAll("[role=tab]")[place].focus();
    }

    async chooseClock(clock) {
        this.state.clock = clock;
        await this.load();
    }

    async setDay(name, day) {
        if (day) {
            this.state[name] = day;
            await this.load();
        }
    }

    moment(text) {
        return formatDateTime(deserializeDateTime(text));
    }

    day(text) {
        return formatDate(typeof text === "string" ? deserializeDate(text) : text);
    }

    icon(type) {
        return (
            {
                Created: "fa-star",
                Removed: "fa-trash",
                Designated: "fa-key",
                OwnershipHandedOver: "fa-exchange",
                ClassChanged: "fa-sort-amount-asc",
                Suspended: "fa-pause",
                Resumed: "fa-play",
                Released: "fa-sign-out",
            }[type] || "fa-pencil"
        );
    }
}

registry.category("actions").add("kam_history", KamHistory);
