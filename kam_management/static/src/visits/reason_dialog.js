import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";

/** Ask why: a decision about a plan that was promised, in a sentence. */
export class ReasonDialog extends Component {
    static template = "kam_management.ReasonDialog";
    static components = { Dialog };
    static props = {
        title: String,
        words: String,
        label: { type: String, optional: true },
        asks: { type: Boolean, optional: true },
        kinds: { type: Array, optional: true },
        confirm: Function,
        close: Function,
    };
    static defaultProps = { asks: true };

    setup() {
        useAutofocus({ refName: "reason" });
        this.label = this.props.label || _t("Confirm");
        this.state = useState({
            reason: "",
            kind: this.props.kinds ? this.props.kinds[0][0] : null,
            busy: false,
        });
    }

    /** A kind says enough by itself, but for "other". */
    get ready() {
        const reason = this.state.reason.trim();
        const said = this.props.kinds ? this.state.kind !== "other" || reason : reason;
        return !this.state.busy && (!this.props.asks || Boolean(said));
    }

    async confirm() {
        if (!this.ready) {
            return;
        }
        this.state.busy = true;
        try {
            await this.props.confirm(this.state.reason.trim() || null, this.state.kind);
        } finally {
            this.props.close();
        }
    }
}
