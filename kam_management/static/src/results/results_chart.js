import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/** A key figure by month: bars of the last 12, a line of the year before; as a table too. */
export class ResultsChart extends Component {
    static template = "kam_management.ResultsChart";
    static props = { labels: Array, series: Object, name: String, format: Function };

    setup() {
        this.canvasRef = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [this.props.series, this.props.name]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    month(label) {
        return DateTime.fromISO(`${label}-01`).toLocaleString({ month: "short", year: "2-digit" });
    }

    get label() {
        const rows = this.props.labels.map(
            (month, n) => `${this.month(month)}: ${this.props.format(this.props.series.now[n])}`
        );
        return `${this.props.name}. ${rows.join("; ")}`;
    }

    get datasets() {
        const scheme = cookie.get("color_scheme");
        return [
            {
                type: "line",
                label: _t("A year before"),
                pointStyle: "line",
                data: this.props.series.before,
                borderColor: getColor(1, scheme, 2),
                backgroundColor: getColor(1, scheme, 2),
                borderDash: [5, 4],
                borderWidth: 2,
                pointRadius: 2,
                cubicInterpolationMode: "monotone",
            },
            {
                type: "bar",
                label: _t("Last 12 months"),
                pointStyle: "rect",
                data: this.props.series.now,
                backgroundColor: getColor(0, scheme, 2),
                borderRadius: 3,
                maxBarThickness: 34,
            },
        ];
    }

    draw() {
        this.chart?.destroy();
        const text = getComputedStyle(this.canvasRef.el).color;
        const dark = cookie.get("color_scheme") === "dark";
        const grid = dark ? "rgba(255,255,255,.12)" : "rgba(0,0,0,.08)";
        const format = this.props.format;
        this.chart = new window.Chart(this.canvasRef.el, {
            data: {
                labels: this.props.labels.map((month) => this.month(month)),
                datasets: this.datasets,
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: {
                        position: "bottom",
                        reverse: true,
                        labels: { color: text, usePointStyle: true, boxWidth: 14 },
                    },
                    tooltip: {
                        callbacks: {
                            label: (item) => `${item.dataset.label}: ${format(item.raw)}`,
                        },
                    },
                },
                scales: {
                    x: { ticks: { color: text }, grid: { display: false } },
                    y: {
                        title: { display: true, text: this.props.name, color: text },
                        beginAtZero: true,
                        border: { display: false },
                        grid: { color: grid },
                        ticks: { color: text, maxTicksLimit: 5, callback: (one) => format(one) },
                    },
                },
            },
        });
    }
}
