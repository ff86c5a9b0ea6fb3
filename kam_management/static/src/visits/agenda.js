import { Component } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";
import { formatMonetary } from "@web/views/fields/formatters";
import { formOf } from "./visit_words";

/** What to talk about with a customer; each line opens its document. */
export class KamAgenda extends Component {
    static template = "kam_management.KamAgenda";
    static props = { sections: Array };

    setup() {
        this.action = useService("action");
        this.icons = {
            next_step: "fa-hand-o-right",
            overdue: "fa-exclamation-triangle",
            promises: "fa-handshake-o",
            disputes: "fa-gavel",
            quotations: "fa-pencil-square-o",
            open_orders: "fa-truck",
            reorder: "fa-refresh",
            leads: "fa-star-o",
            needs: "fa-lightbulb-o",
            last_orders: "fa-shopping-cart",
        };
    }

    icon(key) {
        return this.icons[key] || "fa-file-text-o";
    }

    day(text) {
        return text ? formatDate(deserializeDate(text)) : "";
    }

    amount(item) {
        return item.amount === null
            ? ""
            : formatMonetary(item.amount, { currencyId: item.currency_id });
    }

    open(item) {
        return this.action.doAction(formOf(item.model, item.res_id));
    }
}
