import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useService } from "@web/core/utils/hooks";

/** The lines of a quotation beside the prices of all columns the customer could have. */
export class KamColumns extends Component {
    static template = "kam_management.Columns";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ told: null });
        onWillStart(() => this.load(this.props));
        onWillUpdateProps((props) => this.load(props));
    }

    /** Ask the server for the order as it is saved. */
    async load({ record }) {
        this.state.told = record.resId
            ? await this.orm.call("sale.order", "kam_columns", [[record.resId]])
            : null;
    }

    get told() {
        return this.state.told;
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.told.currency_id });
    }

    percent(ratio) {
        if (ratio === null || ratio === undefined || ratio === false) {
            return "";
        }
        return `${formatFloat(ratio * 100, { digits: [16, 1] })} %`;
    }

    /** Tell how a line stands: "beyond" the column and what is free, or not. */
    lineClass(line) {
        return line.below > this.told.free_percent + 0.01 ? "o_kam_beyond" : "";
    }

    columnClass(column) {
        return column.id === this.told.column ? "o_kam_granted" : "";
    }
}

export const kamColumns = { component: KamColumns };
registry.category("view_widgets").add("kam_columns", kamColumns);
