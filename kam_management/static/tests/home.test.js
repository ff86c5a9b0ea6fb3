import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { mockDate } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { KamHome } from "@kam_management/home/home";
import { WebClient } from "@web/webclient/webclient";

defineMailModels();
describe.current.tags("desktop");

const PROPS = { action: { params: {}, context: {} }, actionId: 1 };
const TOTALS = {
    accounts: 2,
    key_accounts: 1,
    net_sales: 1200,
    net_sales_before: 1000,
    receivable: 700,
    overdue: 300,
    quotation_amount: 0,
};

function account(id, values) {
    return {
        id,
        name: `Customer ${id}`,
        class: "A",
        status: "key",
        manager: "Kim",
        manager_id: 7,
        mine: true,
        behalf: "",
        net_sales: 600,
        net_sales_before: 500,
        receivable: 0,
        overdue: 0,
        quotation_amount: 0,
        quotation_count: 0,
        growth: 0.2,
        last_order: "2026-03-01",
        next_date: "",
        next_step: "",
        needs: [],
        ...values,
    };
}

function home(values) {
    return {
        scope: "own",
        scopes: ["own"],
        role: "kam",
        may_create: true,
        today: "2026-03-10",
        user: { id: 7, name: "Kim" },
        currency_id: 1,
        totals: TOTALS,
        needs: [
            { key: "overdue", count: 1, amount: 300, domain: [["id", "in", [1]]] },
            { key: "quiet", count: 0, amount: null, domain: [["id", "in", []]] },
        ],
        accounts: [
            account(1, {
                overdue: 300,
                needs: ["overdue", "late_step"],
                next_date: "2026-03-08",
                next_step: "Call",
            }),
            account(2, { class: "", status: "prospect", behalf: "Ben", mine: false }),
        ],
        team: [],
        standing_in: [],
        absences: [],
        activities: [],
        meetings: [],
        months: { labels: ["2026-02", "2026-03"], current: [5, 6], before: [4, 5] },
        ...values,
    };
}

async function mountHome(values) {
    onRpc("kam.account", "home", ({ kwargs }) => {
        expect.step(`home ${kwargs.scope}`);
        return home({ ...values, ...(kwargs.scope ? { scope: kwargs.scope } : {}) });
    });
    mockService("action", {
        doAction(action) {
            expect.step(
                typeof action === "string" ? action : `${action.res_model} ${action.res_id}`
            );
        },
    });
    mockDate("2026-03-10 09:00:00");
    await mountWithCleanup(KamHome, { props: PROPS });
}

test("what needs somebody is counted, named and opens", async () => {
    await mountHome();
    expect(".o_kam_need").toHaveCount(1);
    expect(".o_kam_need[data-need=overdue] .o_kam_big").toHaveText("1");
    expect(queryAllTexts(".o_kam_who .fw-bold")).toEqual(["Customer 1", "Customer 2prospect"]);
    expect(".o_kam_account[data-account='1'] .o_kam_icons i").toHaveCount(2);
    expect(".o_kam_account[data-account='1'] .o_kam_step .text-danger").toHaveCount(1);
    expect(".o_kam_account[data-account='2']").toHaveText(/for Ben/);
    await contains(".o_kam_account[data-account='1']").click();
    await contains(".o_kam_need[data-need=overdue]").click();
    expect.verifySteps(["home null", "kam.account 1", "kam.account undefined"]);
});

test("a head of sales sees the team, and may look at own accounts only", async () => {
    await mountHome({
        scope: "all",
        scopes: ["own", "all"],
        role: "head",
        team: [
            { ...TOTALS, user_id: 7, name: "Kim", no_step: 2 },
            { ...TOTALS, user_id: false, name: "", no_step: 0, overdue: 0 },
        ],
    });
    expect(".o_kam_team tbody tr").toHaveCount(2);
    expect(".o_kam_team tbody tr:last").toHaveText(/Without manager/);
    expect("[data-scope=all]").toHaveAttribute("aria-pressed", "true");
    await contains("[data-scope=own]").click();
    expect("[data-scope=own]").toHaveAttribute("aria-pressed", "true");
    expect.verifySteps(["home null", "home own"]);
});

test("delegations are announced", async () => {
    await mountHome({
        standing_in: [{ id: 3, name: "Ben", date_to: "2026-03-12", running: true, accounts: 2 }],
        absences: [
            {
                id: 4,
                name: "Lou",
                date_from: "2026-04-01",
                date_to: "2026-04-05",
                running: false,
                accounts: 0,
            },
        ],
    });
    expect(".o_kam_standing_in").toHaveText(/You stand in for Ben until/);
    expect(".o_kam_absence").toHaveText(/Lou will stand in for you/);
    await contains(".o_kam_standing_in a").click();
    expect.verifySteps(["home null", "kam.delegation 3"]);
});

test("an empty screen says what to do", async () => {
    await mountHome({
        accounts: [],
        needs: [],
        totals: { ...TOTALS, accounts: 0 },
    });
    expect(".o_kam_home_empty").toHaveText(/You answer for no account yet/);
    expect(".o_kam_accounts").toHaveCount(0);
    await contains(".o_kam_home_empty .btn").click();
    expect.verifySteps(["home null", "kam.account undefined"]);
});

test("the brief tells what was done, or that nothing was", async () => {
    let records = [
        {
            model: "kam.account",
            id: 5,
            name: "Acme",
            kind: "Key account",
            events: [
                {
                    id: 1,
                    title: "Needs noted",
                    recorded_at: "2026-03-09 10:00:00",
                    notes: [{ label: "Reason", value: "Asked by phone" }],
                    changes: [{ field: "needs", label: "Needs", old: "", new: "Pallets" }],
                },
            ],
        },
    ];
    onRpc("kam.delegation", "brief", () => ({
        absent: "Kim",
        substitute: "Lou",
        date_from: "2026-03-01",
        date_to: "2026-03-09",
        reason: "",
        total: records.length,
        records,
    }));
    const action = {
        type: "ir.actions.client",
        tag: "kam_brief",
        params: { delegation_id: 9 },
    };
    await mountWithCleanup(WebClient);
    await getService("action").doAction(action);
    expect(".o_kam_brief_record").toHaveText(/Acme/);
    expect(".o_kam_brief_record").toHaveText(/Asked by phone/);
    records = [];
    await getService("action").doAction(action, { clearBreadcrumbs: true });
    expect(".o_kam_brief .alert").toHaveText(/Nothing was done on behalf of Kim/);
});

test("visits of today, those nobody told of, and accounts that are due", async () => {
    const next = { account: "Acme", start: "2026-03-10 13:00:00" };
    await mountHome({ visits: { today: 3, left: 2, late: 0, due: 4, next } });
    expect(".o_kam_need[data-need=visits]").toHaveText(/2 of 3/);
    expect(".o_kam_need[data-need=visits]").toHaveText(/· Acme/);
    expect(".o_kam_need[data-need=visits_due] .o_kam_big").toHaveText("4");
    await contains(".o_kam_need[data-need=visits]").click();
    await contains(".o_kam_need[data-need=visits_due]").click();
    expect.verifySteps([
        "home null",
        "kam_management.kam_my_day_action",
        "kam_management.kam_my_week_action",
    ]);
});
