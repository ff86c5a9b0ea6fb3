import { deserializeDate, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatMonetary } from "@web/views/fields/formatters";

const { DateTime } = luxon;

/** States of a visit: the badge of each. */
export const STATES = {
    planned: { tone: "text-bg-secondary", words: _t("Planned") },
    underway: { tone: "text-bg-primary", words: _t("Under way") },
    done: { tone: "text-bg-success", words: _t("Done") },
    missed: { tone: "text-bg-danger", words: _t("Missed") },
    cancelled: { tone: "text-bg-light border", words: _t("Cancelled") },
};

export const TONES = { A: "text-bg-success", B: "text-bg-info" };

export function classTone(letter) {
    return TONES[letter] || "text-bg-secondary";
}

/** The hour of a moment, as the user's clock shows it. */
export function hour(text) {
    return text ? deserializeDateTime(text).toLocaleString(DateTime.TIME_SIMPLE) : "";
}

/** A day in few letters: Tue 3 Mar. */
export function shortDay(text) {
    return text
        ? deserializeDate(text).toLocaleString({ weekday: "short", day: "numeric", month: "short" })
        : "";
}

export function money(amount, currencyId) {
    return formatMonetary(amount, { currencyId, digits: [16, 0] });
}

/** An id of a command, so that a request sent twice is done once. */
export function commandId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The window that shows one record. */
export function formOf(model, id, context = {}) {
    return {
        type: "ir.actions.act_window",
        res_model: model,
        res_id: id || false,
        views: [[false, "form"]],
        context,
    };
}
