import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getColor } from "@web/core/colors/colors";
import { _t } from "@web/core/l10n/translation";
import { formatMonetary } from "@web/views/fields/formatters";

const { DateTime } = luxon;

/** Net sales by month: bars of this year, a line of the year before. */
export class SalesChart extends Component {
    static template = "kam_management.SalesChart";
    static props = { months: Object, currencyId: Number };

    setup() {
        this.canvasRef = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [this.props.months]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get label() {
        const rows = this.props.months.labels.map(
            (month, n) => `${month}: ${this.money(this.props.months.current[n])}`
        );
        return `${_t("Net sales by month")}. ${rows.join("; ")}`;
    }

    money(amount) {
        return formatMonetary(amount, { currencyId: this.props.currencyId, digits: [16, 0] });
    }

    draw() {
        this.chart?.destroy();
        const style = getComputedStyle(this.canvasRef.el);
        const scheme = cookie.get("color_scheme");
        const text = style.color;
        const grid = scheme === "dark" ? "rgba(255,255,255,.12)" : "rgba(0,0,0,.08)";
        const { labels, current, before } = this.props.months;
        const words = labels.map((month) =>
            DateTime.fromISO(`${month}-01`).toLocaleString({ month: "short" })
        );
        this.chart = new window.Chart(this.canvasRef.el, {
            data: {
                labels: words,
                datasets: [
                    {
                        type: "line",
                        label: _t("A year before"),
                        data: before,
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
                        data: current,
                        backgroundColor: getColor(0, scheme, 2),
                        borderRadius: 3,
                        maxBarThickness: 34,
                    },
                ],
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                interaction: { mode: "index", intersect: false },
                plugins: {
                    legend: {
                        position: "bottom",
                        reverse: true,
                        labels: { color: text, boxWidth: 14 },
                    },
                    tooltip: {
                        callbacks: {
                            label: (item) => `${item.dataset.label}: ${this.money(item.raw)}`,
                        },
                    },
                },
                scales: {
                    x: { ticks: { color: text }, grid: { display: false } },
                    y: {
                        beginAtZero: true,
                        border: { display: false },
                        grid: { color: grid },
                        ticks: {
                            color: text,
                            maxTicksLimit: 5,
                            callback: (value) =>
                                formatMonetary(value, {
                                    currencyId: this.props.currencyId,
                                    humanReadable: true,
                                    digits: [16, 0],
                                }),
                        },
                    },
                },
            },
        });
    }
}
