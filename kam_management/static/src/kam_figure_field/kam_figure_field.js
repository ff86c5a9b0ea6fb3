import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { FloatField, floatField } from "@web/views/fields/float/float_field";
import { parseFloat } from "@web/views/fields/parsers";

/**
 * A figure in the unit of its key figure: money with the currency, percent as such.
 * What is kept is money, a number of days or customers, or a ratio; percent is typed
 * as percent.
 */
export class KamFigureField extends FloatField {
    get unit() {
        return this.props.record.data.unit;
    }

    parse(value) {
        if (this.unit !== "percent") {
            return super.parse(value);
        }
        return parseFloat(value.replace("%", "").trim()) / 100;
    }

    get formattedValue() {
        const value = this.props.record.data[this.props.name] || 0;
        const plain = { digits: [16, 2], trailingZeros: false };
        if (this.unit === "percent") {
            const percent = formatFloat(value * 100, plain);
            return this.props.readonly ? `${percent} %` : percent;
        }
        if (!this.props.readonly) {
            return formatFloat(value, plain);
        }
        if (this.unit === "money") {
            return formatMonetary(value, { currencyId: this.currencyId });
        }
        const text = formatFloat(value, plain);
        return this.unit === "days" ? _t("%s days", text) : text;
    }

    get currencyId() {
        return this.props.record.data.currency_id?.id;
    }
}

export const kamFigureField = {
    ...floatField,
    component: KamFigureField,
    displayName: _t("Figure in the unit of its key figure"),
    fieldDependencies: [
        { name: "unit", type: "selection", readonly: true },
        { name: "currency_id", type: "many2one", readonly: true, relation: "res.currency" },
    ],
};

registry.category("fields").add("kam_figure", kamFigureField);
