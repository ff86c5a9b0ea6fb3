/* global Chart */

import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst, waitFor } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    getService,
    makeMockEnv,
    mockService,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { standardPeriods } from "@kam_management/kam_analysis/kam_analysis";
import { ParetoChart } from "@kam_management/kam_analysis/pareto_chart";
import { formatRatio } from "@kam_management/kam_ratio_field/kam_ratio_field";

class KamAnalysisLine extends models.Model {
    _name = "kam.analysis.line";

    name = fields.Char();
    share = fields.Float();

    _records = [
        { id: 1, name: "Alder", share: 0.625 },
        { id: 2, name: "Birch", share: 0 },
    ];
}

defineMailModels();
defineModels([KamAnalysisLine]);

function line(id, name, net, share, cumulative, values = {}) {
    return {
        id,
        rank: id,
        partner: { id: 100 + id, name },
        net,
        share,
        cumulative,
        abc: "A",
        xyz: "X",
        rfm: "555",
        growth: null,
        reliability: null,
        days_late: null,
        account_id: null,
        reasons: [],
        ...values,
    };
}

const LINES = [
    line(1, "Alder", 625, 0.625, 0.625, {
        growth: 0.25,
        reasons: [
            { code: "growing", caution: false, text: "Grows" },
            { code: "pays_late", caution: true, text: "Pays late" },
        ],
    }),
    line(2, "Birch", 375, 0.375, 1, { growth: -0.5, account_id: 7 }),
    line(3, "Cedar", -20, null, null, { abc: "C" }),
];

function analysis(values = {}) {
    return {
        id: 5,
        company: { id: 1, name: "Garden Ltd" },
        currency_id: 1,
        date_from: "2025-01-01",
        date_to: "2025-12-31",
        previous_from: "2024-01-01",
        previous_to: "2024-12-31",
        comparable: true,
        total: 980,
        previous_total: 900,
        growth: 0.0889,
        hhi: 0.53125,
        customer_count: 3,
        visible_count: 3,
        key_count: 2,
        core_count: 2,
        wide_count: 2,
        classes: { A: 2, B: 0, C: 1 },
        parameters: { key_share: 0.1, portion_core: 0.7, portion_wide: 0.8 },
        curve: [
            [0, 0],
            [1, 0.625],
            [2, 1],
        ],
        months: [],
        top: LINES,
        candidates: [LINES[0]],
        ...values,
    };
}

async function openAnalysis(values, { head = true } = {}) {
    onRpc("res.users", "has_group", ({ args }) => head && args[1].endsWith("group_kam_head"));
    onRpc("kam.analysis", "analyse", ({ kwargs }) => {
        expect.step(["analyse", kwargs.date_from]);
        return analysis(values);
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({ type: "ir.actions.client", tag: "kam_analysis" });
    await waitFor(".o_kam_analysis");
}

describe("ratio", () => {
    test("an unknown ratio is empty, zero is not", async () => {
        await makeMockEnv(); // numbers are written as the user's language does
        expect(formatRatio(false)).toBe("");
        expect(formatRatio(null)).toBe("");
        expect(formatRatio(0)).toBe("0.0%");
        expect(formatRatio(0.1256)).toBe("12.6%");
    });

    test("in a list", async () => {
        // the mocked server knows no unknown number
        onRpc("kam.analysis.line", "web_search_read", async ({ parent }) => {
            const found = await parent();
            found.records[1].share = false;
            return found;
        });
        await mountView({
            type: "list",
            resModel: "kam.analysis.line",
            arch: `<list>
                <field name="name"/>
                <field name="share" widget="kam_ratio" sum="Share"/>
            </list>`,
        });
        expect(".o_list_footer .o_list_number").toHaveText("62.5%");
        expect(queryAllTexts(".o_data_row .o_field_widget[name=share]")).toEqual(["62.5%", ""]);
    });
});

describe("periods", () => {
    test("end today at the latest and join without a gap", () => {
        const today = luxon.DateTime.fromISO("2025-05-20");
        const found = standardPeriods(today).map(({ from, to }) => [
            from.toISODate(),
            to.toISODate(),
        ]);
        expect(found).toEqual([
            ["2024-06-01", "2025-05-20"],
            ["2025-04-01", "2025-05-20"],
            ["2025-01-01", "2025-03-31"],
            ["2025-01-01", "2025-05-20"],
            ["2024-01-01", "2024-12-31"],
            ["2024-05-01", "2025-04-30"],
        ]);
    });
});

describe("Pareto chart", () => {
    function chart(values = {}) {
        const component = new ParetoChart({}, {}, {});
        component.props = {
            mode: "largest",
            lines: LINES.slice(0, 2),
            curve: analysis().curve,
            portion: 0.8,
            currencyId: 1,
            ...values,
        };
        return component;
    }

    test("draws a canvas that says what it shows", async () => {
        await mountWithCleanup(ParetoChart, {
            props: {
                mode: "largest",
                lines: LINES.slice(0, 2),
                curve: [],
                portion: 0.8,
                currencyId: 1,
            },
        });
        expect(".o_kam_pareto canvas").toHaveAttribute(
            "aria-label",
            "The 2 largest customers make 100.0% of the revenue"
        );
        const drawn = Chart.getChart(queryFirst(".o_kam_pareto canvas"));
        expect(drawn.data.labels).toEqual(["Alder", "Birch"]);
    });

    test("bars are revenue, the line is the cumulative share", () => {
        const { data, options } = chart().config;
        const [share, limit, net] = data.datasets;
        expect([net.type, net.data, net.yAxisID]).toEqual(["bar", [625, 375], "net"]);
        expect([share.type, share.data, share.yAxisID]).toEqual(["line", [0.625, 1], "share"]);
        expect(limit.data).toEqual([0.8, 0.8]);
        expect([options.scales.share.min, options.scales.share.max]).toEqual([0, 1]);
    });

    test("a click on a bar opens the customer", () => {
        const component = chart({ onOpen: (found) => expect.step(found.partner.name) });
        component.config.options.onClick({}, [{ index: 1 }]);
        component.config.options.onClick({}, []);
        expect.verifySteps(["Birch"]);
    });

    test("all customers are one curve from nothing to everything", () => {
        const { data, options } = chart({ mode: "all" }).config;
        expect(data.datasets[0].data).toEqual([
            { x: 0, y: 0 },
            { x: 1, y: 0.625 },
            { x: 2, y: 1 },
        ]);
        expect(options.scales.x.max).toBe(2);
    });

    test("long names are cut, in the middle of nothing", () => {
        expect(chart().shorten("Alder")).toBe("Alder");
        expect(chart().shorten("Alder and Sons Trading Company")).toHaveLength(18);
    });
});

describe("screen", () => {
    test("headlines, table and candidates", async () => {
        await openAnalysis();
        expect(queryAllTexts(".o_kam_headline .fs-3")).toEqual([
            "$ 980.00",
            "2",
            "2",
            "2",
            "0.5313",
            "2 / 0 / 1",
        ]);
        expect(".o_kam_table tbody tr").toHaveCount(3);
        expect(queryAllTexts(".o_kam_table tbody tr:eq(2) td").slice(0, 5)).toEqual([
            "3",
            "Cedar",
            "$ -20.00",
            "",
            "",
        ]);
        expect(".o_kam_table tbody tr:eq(1) .fa-star").toHaveCount(1);
        expect(queryAllTexts(".o_kam_candidate li")).toEqual(["Grows", "Pays late"]);
        expect(".o_kam_candidate .fa-exclamation-triangle").toHaveCount(1);
        expect(".o_kam_own_only").toHaveCount(0);
        expect.verifySteps([["analyse", undefined]]);
    });

    test("the margin is only there where it was sent", async () => {
        await openAnalysis({ average_margin: 0.3 });
        expect(".o_kam_headline[data-id=margin] .fs-3").toHaveText("30.0%");
        expect.verifySteps([["analyse", undefined]]);
    });

    test("a manager is told that the lines are only the own ones", async () => {
        await openAnalysis({ visible_count: 1, top: [LINES[1]], candidates: [] }, { head: false });
        expect(".o_kam_own_only").toHaveCount(1);
        expect(".o_kam_designate").toHaveCount(0);
        expect(".o_kam_candidates .card-body").toHaveText(/shown to heads of sales/);
        expect.verifySteps([["analyse", undefined]]);
    });

    test("an empty period says what to do", async () => {
        await openAnalysis({ customer_count: 0, visible_count: 0, top: [], candidates: [] });
        expect(".o_nocontent_help").toHaveText(/Choose another period above/);
        expect(".o_kam_headline").toHaveCount(0);
        expect.verifySteps([["analyse", undefined]]);
    });

    test("a period is chosen from the menu", async () => {
        mockDate("2025-05-20 12:00:00");
        await openAnalysis();
        await contains(".o_kam_period").click();
        await contains(".o-dropdown-item:contains('Last year')").click();
        expect.verifySteps([
            ["analyse", undefined],
            ["analyse", "2024-01-01"],
        ]);
    });

    test("several candidates are designated at once, then asked again", async () => {
        const second = line(2, "Birch", 375, 0.375, 1);
        onRpc("kam.analysis.line", "action_designate", ({ args }) => {
            expect.step(["designate", args[0]]);
            return { type: "ir.actions.act_window_close" };
        });
        await openAnalysis({ candidates: [LINES[0], second] });
        expect(".o_kam_designate_selected").not.toBeEnabled();
        await contains(".o_kam_candidate:eq(0) input").click();
        await contains(".o_kam_candidate:eq(1) input").click();
        await contains(".o_kam_designate_selected").click();
        await animationFrame();
        expect.verifySteps([
            ["analyse", undefined],
            ["designate", [1, 2]],
            ["analyse", "2025-01-01"],
        ]);
    });

    test("every headline opens its customers", async () => {
        mockService("action", {
            loadAction: () => ({ type: "ir.actions.act_window", res_model: "kam.analysis.line" }),
            doAction(action) {
                if (action.tag !== "kam_analysis") {
                    expect.step(action.domain);
                    return;
                }
                return super.doAction(...arguments);
            },
        });
        await openAnalysis();
        await contains(".o_kam_headline[data-id=key]").click();
        await contains(".o_kam_headline[data-id=wide]").click();
        expect.verifySteps([
            ["analyse", undefined],
            [
                ["analysis_id", "=", 5],
                ["is_key", "=", true],
            ],
            [
                ["analysis_id", "=", 5],
                ["in_wide", "=", true],
            ],
        ]);
    });
});
