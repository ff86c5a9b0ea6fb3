/* global Chart */

import { _t } from "@web/core/l10n/translation";
import { cookie } from "@web/core/browser/cookie";
import { getColor, getCustomColor } from "@web/core/colors/colors";
import { loadBundle } from "@web/core/assets";
import { formatMonetary } from "@web/views/fields/formatters";
import { formatRatio } from "../kam_ratio_field/kam_ratio_field";
import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";

const LABEL_LENGTH = 18;

/**
 * The Pareto curve: revenue of the largest customers as bars with their cumulative
 * share as a line, or the share of all customers as one curve.
 */
export class ParetoChart extends Component {
    static template = "kam_management.ParetoChart";
    static props = {
        mode: { type: String, validate: (mode) => ["largest", "all"].includes(mode) },
        lines: Array,
        curve: Array,
        portion: Number,
        currencyId: [Number, Boolean],
        onOpen: { type: Function, optional: true },
    };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                this.chart = new Chart(this.canvas.el, this.config);
                return () => this.chart.destroy();
            },
            () => [this.props.mode, this.props.lines, this.props.curve, this.props.portion]
        );
    }

    get colors() {
        const scheme = cookie.get("color_scheme");
        return {
            bar: getColor(0, scheme, "md"),
            line: getColor(6, scheme, "md"),
            limit: getColor(4, scheme, "md"),
            text: getCustomColor(scheme, "#111827", "#E4E4E4"),
            grid: getCustomColor(scheme, "rgba(0,0,0,.1)", "rgba(255,255,255,.15)"),
        };
    }

    get config() {
        return this.props.mode === "all" ? this.curveConfig : this.barConfig;
    }

    get summary() {
        const last = this.props.lines.at(-1);
        if (this.props.mode === "all" || !last) {
            return _t("Cumulative share of the revenue over all customers");
        }
        return _t("The %(count)s largest customers make %(share)s of the revenue", {
            count: this.props.lines.length,
            share: formatRatio(last.cumulative),
        });
    }

    /** Share axis, 0 to 100 %. */
    shareAxis(position, grid) {
        return {
            position,
            min: 0,
            max: 1,
            ticks: { color: this.colors.text, callback: (share) => `${Math.round(share * 100)}%` },
            grid: { color: grid },
            border: { display: false },
        };
    }

    limitLine(points) {
        return {
            type: "line",
            label: _t("%s of the revenue", formatRatio(this.props.portion)),
            data: points,
            yAxisID: "share",
            borderColor: this.colors.limit,
            borderDash: [6, 4],
            borderWidth: 1.5,
            pointRadius: 0,
            pointHitRadius: 0,
        };
    }

    get barConfig() {
        const { lines, currencyId, portion } = this.props;
        const { bar, line, text, grid } = this.colors;
        return {
            data: {
                labels: lines.map((one) => one.partner.name),
                datasets: [
                    {
                        type: "line",
                        label: _t("Cumulative share"),
                        data: lines.map((one) => one.cumulative),
                        yAxisID: "share",
                        borderColor: line,
                        backgroundColor: line,
                        borderWidth: 2,
                        pointRadius: 2,
                    },
                    this.limitLine(lines.map(() => portion)),
                    {
                        type: "bar",
                        label: _t("Net revenue"),
                        data: lines.map((one) => one.net),
                        yAxisID: "net",
                        backgroundColor: bar,
                    },
                ],
            },
            options: {
                ...this.commonOptions,
                onClick: (_event, elements) => {
                    if (elements.length) {
                        this.props.onOpen?.(lines[elements[0].index]);
                    }
                },
                scales: {
                    x: {
                        ticks: {
                            color: text,
                            maxRotation: 60,
                            callback: (index) => this.shorten(lines[index].partner.name),
                        },
                        grid: { display: false },
                    },
                    net: {
                        position: "left",
                        min: Math.min(0, ...lines.map((one) => one.net)),
                        ticks: {
                            color: text,
                            callback: (net) =>
                                formatMonetary(net, { currencyId, humanReadable: true }),
                        },
                        grid: { color: grid },
                        border: { display: false },
                    },
                    share: this.shareAxis("right", "transparent"),
                },
            },
        };
    }

    get curveConfig() {
        const { curve, portion } = this.props;
        const { line, text, grid } = this.colors;
        const points = curve.map(([x, y]) => ({ x, y }));
        const last = points.at(-1)?.x || 0;
        return {
            type: "line",
            data: {
                datasets: [
                    {
                        label: _t("Cumulative share"),
                        data: points,
                        yAxisID: "share",
                        borderColor: line,
                        borderWidth: 2,
                        pointRadius: 0,
                        pointHitRadius: 8,
                    },
                    this.limitLine([
                        { x: 0, y: portion },
                        { x: last, y: portion },
                    ]),
                ],
            },
            options: {
                ...this.commonOptions,
                scales: {
                    x: {
                        type: "linear",
                        min: 0,
                        max: last,
                        title: { display: true, text: _t("Customers"), color: text },
                        ticks: { color: text, precision: 0 },
                        grid: { display: false },
                    },
                    share: this.shareAxis("left", grid),
                },
            },
        };
    }

    get commonOptions() {
        return {
            animation: false,
            responsive: true,
            maintainAspectRatio: false,
            interaction: { mode: "index", intersect: false },
            plugins: {
                legend: { position: "top", labels: { color: this.colors.text } },
                tooltip: {
                    callbacks: {
                        title: ([item]) =>
                            this.props.mode === "all"
                                ? _t("%s customers", item.parsed.x)
                                : item.label,
                        label: (item) => `${item.dataset.label}: ${this.tooltipValue(item)}`,
                    },
                },
            },
        };
    }

    tooltipValue({ dataset, parsed }) {
        return dataset.yAxisID === "share"
            ? formatRatio(parsed.y)
            : formatMonetary(parsed.y, { currencyId: this.props.currencyId });
    }

    shorten(name) {
        return name.length > LABEL_LENGTH ? `${name.slice(0, LABEL_LENGTH - 1)}…` : name;
    }
}
