import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { contains, mockService, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { KamMyResults } from "@kam_management/results/my_results";
import { KamTeamResults } from "@kam_management/results/team_results";

defineMailModels();
describe.current.tags("desktop");

const PROPS = { action: { params: {}, context: {} }, actionId: 1 };
const PERIOD = {
    key: "month",
    date_from: "2026-03-01",
    date_to: "2026-03-31",
    over: false,
    until: "2026-03-10",
};
const MONTHS = Array.from({ length: 12 }, (_, n) => `2025-${String(n + 1).padStart(2, "0")}`);

function card(values) {
    return {
        code: "net_sales",
        name: "Net sales",
        unit: "number",
        direction: "up",
        value: 90,
        before: 60,
        plan: 100,
        attained: 0.9,
        straight: 50,
        seasonal: 40,
        pace: 2.25,
        forecast: 120,
        forecast_error: 0.1,
        ...values,
    };
}

function explained(values) {
    return {
        code: "net_sales",
        name: "Net sales",
        unit: "number",
        value: 90,
        factor: 1,
        facts: 2,
        above_name: "Value without tax",
        below_name: null,
        parts: [{ name: "", above: 90, below: null, ratio: null }],
        rows: [],
        action: { type: "ir.actions.act_window", name: "Facts", res_model: "kam.kpi.fact" },
        ...values,
    };
}

function results(values) {
    return {
        user: { id: 7, name: "Kim" },
        people: [{ id: 7, name: "Kim" }],
        period: PERIOD,
        currency_id: 1,
        lag: { streams: 0, caught_up_at: "2026-03-10 08:00:00" },
        left_out: [],
        week: { done: 1, left: 1, late: 2, next: [] },
        debtors: [
            { account_id: 3, name: "Acme", overdue: 70, receivable: 90, since: "2026-02-01" },
        ],
        owed: { accounts: 1, overdue: 70 },
        cards: [
            card({}),
            card({
                code: "returns",
                name: "Return rate",
                unit: "percent",
                direction: "down",
                value: 0.02,
                before: 0.04,
                plan: null,
                attained: null,
                straight: null,
                seasonal: null,
                pace: null,
                forecast: null,
                forecast_error: null,
            }),
        ],
        trend: {
            labels: MONTHS,
            series: { net_sales: { now: Array(12).fill(8), before: Array(12).fill(5) } },
        },
        help: [{ account_id: 3, name: "Acme", gap: 25, before: 60 }],
        pay: [],
        ...values,
    };
}

test("cards say where one stands, and open into their facts", async () => {
    onRpc("kam.kpi", "my_results", () => results());
    onRpc("kam.kpi", "explain", ({ args, kwargs }) => {
        expect.step([...args, kwargs.user_id]);
        return explained();
    });
    mockService("action", { doAction: (action) => expect.step(action.name) });
    await mountWithCleanup(KamMyResults, { props: PROPS });
    const [sales, returns] = queryAllTexts(".o_kam_card");
    expect(sales).toMatch(/90/);
    expect(sales).toMatch(/\+50 %/);
    expect(sales).toMatch(/90 % of the plan of 100/);
    expect(sales).toMatch(/50 evenly, 40 by last year/);
    expect("[data-code=net_sales] .progress-bar").toHaveClass("text-bg-success");
    expect(sales).toMatch(/± 10 %/);
    expect(returns).toMatch(/2.0 %/);
    expect("[data-code=returns] .text-success").toHaveText("-50 % on last year");
    expect("[data-code=returns] .progress").toHaveCount(0);
    await contains("[data-code=net_sales]").click();
    expect.verifySteps([["net_sales", "2026-03-01", "2026-03-10", 7]]);
    expect(".modal .o_kam_big").toHaveText("90");
    await contains(".modal .o_kam_open_facts:contains('The 2 facts')").click();
    expect.verifySteps(["Facts"]);
});

test("the week and the debtors stand beside, and what is left out is said", async () => {
    onRpc("kam.kpi", "my_results", () => results({ left_out: ["Far away (USD)"] }));
    mockService("action", { doAction: (action) => expect.step(action.res_id || action) });
    await mountWithCleanup(KamMyResults, { props: PROPS });
    expect(".o_kam_week_beside").toHaveText(/1 done, 1 to do, 2 not told of/);
    expect(".o_kam_left_out").toHaveText(/Far away \(USD\)/);
    await contains(".o_kam_debtors .d-flex a:contains(Acme)").click();
    await contains(".o_kam_debtors a:contains(Worklist)").click();
    expect.verifySteps([3, "kam_management.kam_worklist_action"]);
});

test("all key figures are there, twelve at first", async () => {
    const many = Array.from({ length: 20 }, (_, n) =>
        card({ code: `k${n}`, name: `K${n}`, plan: null, attained: null })
    );
    onRpc("kam.kpi", "my_results", () => results({ cards: many }));
    await mountWithCleanup(KamMyResults, { props: PROPS });
    expect(".o_kam_result_cards > .o_kam_card").toHaveCount(12);
    await contains(".o_kam_all").click();
    expect(".o_kam_result_cards > .o_kam_card").toHaveCount(20);
});

test("a quotient says what it divides, and by which records", async () => {
    onRpc("kam.kpi", "my_results", () => results());
    onRpc("kam.kpi", "explain", () =>
        explained({
            name: "Days sales outstanding",
            unit: "days",
            value: 45,
            factor: 90,
            above_name: "Owed on the last day",
            below_name: "Sales with tax",
            parts: [{ name: "", above: 310, below: 620, ratio: 0.5 }],
            rows: [
                {
                    name: "INV/1",
                    date: "2026-03-10",
                    above: 310,
                    below: 600,
                    res_model: "account.move",
                    res_id: 1,
                },
                {
                    name: false,
                    date: "2026-03-10",
                    above: 0,
                    below: 20,
                    res_model: "account.move",
                    res_id: 2,
                },
            ],
            action: { type: "ir.actions.act_window", res_model: "account.move", name: "All" },
        })
    );
    await mountWithCleanup(KamMyResults, { props: PROPS });
    await contains("[data-code=returns]").click();
    expect(".o_kam_parts tbody").toHaveText(/310\s+620\s+0.5/);
    expect(".o_kam_parts caption").toHaveText(/90 days/);
    expect(".o_kam_rows tbody tr").toHaveCount(2);
    expect(".o_kam_rows tbody tr:last").toHaveText(/Not yours to read/);
    expect(".o_kam_rows tfoot").toHaveText(/310\s+620/);
    expect(".o_kam_changed").toHaveCount(0);
});

test("the chart has its table", async () => {
    onRpc("kam.kpi", "my_results", () => results());
    await mountWithCleanup(KamMyResults, { props: PROPS });
    expect(".o_kam_chart canvas").toHaveAttribute("aria-label", /Net sales/);
    await contains(".o_kam_results details summary").click();
    expect(".o_kam_results details tbody tr").toHaveCount(12);
});

test("news are fetched at once", async () => {
    let asked = 0;
    onRpc("kam.kpi", "my_results", () => {
        asked += 1;
        return results({ lag: { streams: asked === 1 ? 4 : 0, caught_up_at: false } });
    });
    onRpc("kam.kpi.fact", "catch_up", () => {
        expect.step("catch up");
        return {};
    });
    await mountWithCleanup(KamMyResults, { props: PROPS });
    expect.verifySteps(["catch up"]);
    expect(asked).toBe(2);
});

test("another period, another person", async () => {
    onRpc("kam.kpi", "my_results", ({ kwargs }) => {
        expect.step([kwargs.period, kwargs.day, kwargs.user_id]);
        return results({
            people: [
                { id: 7, name: "Kim" },
                { id: 8, name: "Lou" },
            ],
        });
    });
    await mountWithCleanup(KamMyResults, { props: PROPS });
    await contains("button[data-period=quarter]").click();
    await contains(".o_kam_before").click();
    await contains(".o_kam_person").select("8");
    expect.verifySteps([
        ["month", null, null],
        ["quarter", null, null],
        ["quarter", "2025-12-01", null],
        ["quarter", "2025-12-01", 8],
    ]);
});

test("what a sale would change of the pay", async () => {
    const pay = [
        { id: 5, date_from: "2026-01-01", date_to: "2026-03-31", closed: false, amount: 800 },
        { id: 4, date_from: "2025-10-01", date_to: "2025-12-31", closed: true, amount: 700 },
    ];
    onRpc("kam.kpi", "my_results", () => results({ pay }));
    onRpc("kam.pay.statement", "what_if", ({ args }) => {
        expect.step(args);
        return { total: 800, then: 1400, difference: 600, lines: [] };
    });
    await mountWithCleanup(KamMyResults, { props: PROPS });
    expect(".o_kam_pay .badge.text-bg-success").toHaveText("closed");
    await contains(".o_kam_what_if input").edit("5000", { confirm: false });
    await contains(".o_kam_what_if button").click();
    expect(".o_kam_told").toHaveText(/600.*more/);
    expect.verifySteps([[[5], [{ kind: "sale", amount: 5000 }]]]);
    await contains(".o_kam_what_if select").select("visit");
    expect(".o_kam_what_if input").toHaveCount(0);
    await contains(".o_kam_what_if button").click();
    expect.verifySteps([[[5], [{ kind: "visit" }]]]);
});

test("the board ranks by plans, or by any figure", async () => {
    const row = (id, name, net, score) => ({
        user_id: id,
        name,
        values: { net_sales: net },
        plans: { net_sales: 100 },
        attained: { net_sales: score },
        pace: { net_sales: score },
        score,
        score_pace: score,
        rank: id,
    });
    onRpc("kam.kpi", "team_board", () => ({
        period: PERIOD,
        currency_id: 1,
        lag: { streams: 0, caught_up_at: false },
        left_out: [],
        kpis: [{ code: "net_sales", name: "Net sales", unit: "number", direction: "up" }],
        rows: [row(1, "Kim", 50, 1.1), row(2, "Lou", 90, 0.7)],
        total: { net_sales: 140 },
    }));
    mockService("action", { doAction: (action) => expect.step(action.params.user_id) });
    await mountWithCleanup(KamTeamResults, { props: PROPS });
    expect(queryAllTexts("tr.o_kam_person a.text-nowrap")).toEqual(["Kim", "Lou"]);
    expect("td .badge.text-bg-success").toHaveText("110 %");
    expect("td .badge.text-bg-danger").toHaveText("70 %");
    await contains("th button").click();
    expect(queryAllTexts("tr.o_kam_person a.text-nowrap")).toEqual(["Lou", "Kim"]);
    await contains("tr.o_kam_person a.text-nowrap").click();
    expect.verifySteps([2]);
});
