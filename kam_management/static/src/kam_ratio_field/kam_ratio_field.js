import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { formatPercentage } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, xml } from "@odoo/owl";

/**
 * Shows 0.125 as "12.5 %", and nothing where the ratio is unknown.
 *
 * @param {number|false} value
 * @returns {string}
 */
export function formatRatio(value, options = {}) {
    if (value === false || value === null || value === undefined) {
        return "";
    }
    return formatPercentage(value, {
        ...options,
        digits: options.digits || [16, 1],
        trailingZeros: true,
    });
}

export class KamRatioField extends Component {
    static template = xml`<span t-esc="formattedValue"/>`;
    static props = { ...standardFieldProps };

    get formattedValue() {
        return formatRatio(this.props.record.data[this.props.name]);
    }
}

// Sums at the foot of a list are shown by a formatter of the widget's name.
registry.category("formatters").add("kam_ratio", formatRatio);
registry.category("fields").add("kam_ratio", {
    component: KamRatioField,
    displayName: _t("Ratio, empty when unknown"),
    supportedTypes: ["float"],
});
