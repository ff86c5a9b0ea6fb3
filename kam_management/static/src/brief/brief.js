import { Component, onWillStart, useState } from "@odoo/owl";
import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    formatDateTime,
} from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** What was done on behalf of somebody who was absent. */
export class KamBrief extends Component {
    static template = "kam_management.KamBrief";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.state = useState({ brief: null });
        onWillStart(async () => {
            const params = this.props.action.params || {};
            const id = params.delegation_id || this.props.action.context.active_id;
            this.state.brief = await this.orm.call("kam.delegation", "brief", [id]);
        });
    }

    day(text) {
        return formatDate(deserializeDate(text));
    }

    moment(text) {
        return formatDateTime(deserializeDateTime(text));
    }

    open(record) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: record.model,
            res_id: record.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("kam_brief", KamBrief);
