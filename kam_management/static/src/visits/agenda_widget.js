import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { KamAgenda } from "./agenda";

/** The agenda in the form of a visit. */
export class AgendaWidget extends Component {
    static template = "kam_management.AgendaWidget";
    static components = { KamAgenda };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ sections: null });
        this.accountId = false;
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((next) => this.load(next));
    }

    async load({ record }) {
        const account = record.data.account_id;
        const own = record.resModel === "kam.account" && record.resId;
        const id = own || (account ? account.id : false);
        if (id === this.accountId) {
            return;
        }
        this.accountId = id;
        this.state.sections = null;
        if (id) {
            const [found] = await this.orm.call("kam.visit.agenda", "agenda", [[id]]);
            this.state.sections = found.sections;
        }
    }
}

registry.category("view_widgets").add("kam_agenda", { component: AgendaWidget });
