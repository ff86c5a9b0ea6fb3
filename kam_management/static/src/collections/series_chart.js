import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";

/**
 * Bars and lines over the same labels.
 *
 * props.series: list of {label, values, type ("bar" or "line"), dashed}; props.format
 * turns a value into words; props.onPick(index), if given, opens what is behind it.
 */
export class SeriesChart extends Component {
    static template = "kam_management.SeriesChart";
    static props = {
        title: String,
        labels: Array,
        series: Array,
        format: Function,
        short: { type: Function, optional: true },
        onPick: { type: Function, optional: true },
    };

    setup() {
        this.canvasRef = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [this.props.series]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get label() {
        const rows = this.props.labels.map((label, n) => {
            const words = this.props.series.map(
                (one) => `${one.label} ${this.words(one.values[n])}`
            );
            return `${label}: ${words.join(", ")}`;
        });
        return `${this.props.title}. ${rows.join("; ")}`;
    }

    words(value) {
        return value === null || value === undefined ? "–" : this.props.format(value);
    }

    dataset(one, n, scheme) {
        const color = getColor(n, scheme, Math.max(2, this.props.series.length));
        const common = {
            type: one.type,
            label: one.label,
            data: one.values,
            borderColor: color,
            backgroundColor: color,
        };
        if (one.type === "bar") {
            return { ...common, borderRadius: 3, maxBarThickness: 34, order: 2 };
        }
        return {
            ...common,
            borderWidth: 2,
            pointRadius: 2,
            borderDash: one.dashed ? [5, 4] : [],
            cubicInterpolationMode: "monotone",
            spanGaps: true,
            order: 1,
        };
    }

    draw() {
        this.chart?.destroy();
        const text = getComputedStyle(this.canvasRef.el).color;
        const scheme = cookie.get("color_scheme");
        const grid = scheme === "dark" ? "rgba(255,255,255,.12)" : "rgba(0,0,0,.08)";
        const short = this.props.short || this.props.format;
        this.chart = new window.Chart(this.canvasRef.el, {
            data: {
                labels: this.props.labels,
                datasets: this.props.series.map((one, n) => this.dataset(one, n, scheme)),
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: { mode: "index", intersect: false },
                onClick: (_ev, elements) => {
                    if (elements.length && this.props.onPick) {
                        this.props.onPick(elements[0].index);
                    }
                },
                plugins: {
                    legend: { position: "bottom", labels: { color: text, boxWidth: 14 } },
                    tooltip: {
                        callbacks: {
                            label: (item) => `${item.dataset.label}: ${this.words(item.raw)}`,
                        },
                    },
                },
                scales: {
                    x: { ticks: { color: text }, grid: { display: false } },
                    y: {
                        beginAtZero: true,
                        border: { display: false },
                        grid: { color: grid },
                        ticks: { color: text, maxTicksLimit: 6, callback: (one) => short(one) },
                    },
                },
            },
        });
    }
}
