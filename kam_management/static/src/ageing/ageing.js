import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    formatDateTime,
} from "@web/core/l10n/dates";
import { formatMonetary } from "@web/views/fields/formatters";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

/** What proves the ageing: its total beside the ledger's balance. */
export class AgeingControl extends Component {
    static template = "kam_management.AgeingControl";
    static props = { asked: { type: Object } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ control: null });
        onWillStart(() => this.load(this.props.asked));
        onWillUpdateProps((next) => {
            if (JSON.stringify(next.asked) !== JSON.stringify(this.props.asked)) {
                return this.load(next.asked);
            }
        });
    }

    async load(asked) {
        this.state.control = await this.orm.call("kam.ageing", "control", [asked]);
    }

    get asOf() {
        return formatDate(deserializeDate(this.state.control.as_of));
    }

    get clock() {
        const { known_at } = this.state.control;
        return known_at
            ? _t("as known at %s", formatDateTime(deserializeDateTime(known_at)))
            : _t("as it was");
    }

    get base() {
        return this.state.control.base === "due" ? _t("by due date") : _t("by invoice date");
    }

    isZero(part) {
        return Number(part.difference) === 0;
    }

    amount(part, name) {
        return formatMonetary(Number(part[name]), { currencyId: part.currency_id });
    }

    async ask() {
        const action = await this.orm.call("kam.ageing", "action_ask", [], {
            context: { kam_ageing: this.props.asked },
        });
        await this.action.doAction(action);
    }
}

export class AgeingListRenderer extends ListRenderer {
    static template = "kam_management.AgeingListRenderer";
    static components = { ...ListRenderer.components, AgeingControl };

    get asked() {
        return this.props.list.context.kam_ageing || {};
    }
}

export class AgeingKanbanRenderer extends KanbanRenderer {
    static template = "kam_management.AgeingKanbanRenderer";
    static components = { ...KanbanRenderer.components, AgeingControl };

    get asked() {
        return this.props.list.context.kam_ageing || {};
    }
}

const views = registry.category("views");
views.add("kam_ageing_list", { ...listView, Renderer: AgeingListRenderer });
views.add("kam_ageing_kanban", { ...kanbanView, Renderer: AgeingKanbanRenderer });
