import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { describe, expect, test } from "@odoo/hoot";
import { queryAll, queryAllTexts, queryFirst, resize } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    mockService,
    mountWithCleanup,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import { KamMyDay } from "@kam_management/visits/my_day";
import { KamMyWeek } from "@kam_management/visits/my_week";
import { KamTeamBoard } from "@kam_management/visits/team_board";
import { commandId } from "@kam_management/visits/visit_words";

defineMailModels();
describe.current.tags("desktop");

const PROPS = { action: { params: {}, context: {} }, actionId: 1 };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function visit(id, values) {
    return {
        id,
        version: 3,
        account_id: 10 + id,
        account: `Customer ${id}`,
        class: "A",
        kind: "Visit",
        icon: "fa-map-marker",
        asks: ["outcome"],
        is_call: false,
        state: "planned",
        plan_status: "draft",
        start: "2026-03-10 08:00:00",
        stop: "2026-03-10 09:00:00",
        subject: "",
        place: "Berlin",
        town: "Berlin",
        address: "Market 1, Berlin",
        map: "https://www.openstreetmap.org/search?query=Berlin",
        contact_id: false,
        contacts: [],
        topic: "",
        material: "",
        participants: 0,
        outcome: false,
        result: "",
        next_due: "2026-03-24",
        overdue: 0,
        behalf: "",
        may_write: true,
        phones: [{ name: "Paula", number: "+49 30 901820", uri: "tel:+4930901820", problem: "" }],
        ...values,
    };
}

const STEPS = [
    { code: "none", name: "Nothing", icon: "fa-minus", dated: false },
    { code: "visit", name: "Visit", icon: "fa-map-marker", dated: true },
    { code: "quotation", name: "Quotation", icon: "fa-pencil", dated: false },
];
const OUTCOMES = [
    ["order", "Order"],
    ["agreed", "Agreed"],
];

function day(values) {
    return {
        day: "2026-03-10",
        today: "2026-03-10",
        user: { id: 7, name: "Kim" },
        may_plan: true,
        visits: [visit(1), visit(2, { state: "done" })],
        late: [],
        calls: [],
        outcomes: OUTCOMES,
        call_outcomes: OUTCOMES,
        steps: STEPS,
        ...values,
    };
}

async function mountDay(values, answers = {}) {
    onRpc("kam.visit", "screen_day", ({ kwargs }) => {
        expect.step(`day ${kwargs.day}`);
        return day(values);
    });
    onRpc("kam.visit.agenda", "agenda", ({ args }) => [
        {
            account_id: args[0][0],
            sections: [
                {
                    key: "overdue",
                    title: "Overdue",
                    more: 2,
                    items: [
                        {
                            title: "INV/1",
                            detail: "9 days late",
                            date: "2026-03-01",
                            amount: 120,
                            currency_id: 1,
                            tone: "danger",
                            model: "account.move",
                            res_id: 5,
                        },
                    ],
                },
            ],
        },
    ]);
    mockService("action", {
        doAction(action) {
            expect.step(`${action.res_model || action} ${action.res_id || ""}`.trim());
        },
    });
    mockDate("2026-03-10 07:00:00");
    await mountWithCleanup(KamMyDay, { props: PROPS, ...answers });
}

test("an id of a command is a UUID, another one each time", () => {
    expect(commandId()).toMatch(UUID);
    expect(commandId()).not.toBe(commandId());
});

test("the day: call and map by one tap, the agenda opens its documents", async () => {
    await mountDay();
    expect(".o_kam_visit_card").toHaveCount(2);
    expect(".o_kam_visit_card[data-visit='1'] a[href='tel:+4930901820']").toHaveCount(1);
    expect(".o_kam_visit_card[data-visit='2'] .o_kam_start").toHaveCount(0);
    await contains("[data-visit='1'] .o_kam_visit_head").click();
    expect("[data-visit='1'] [data-section=overdue]").toHaveText(/INV\/1/);
    expect("[data-visit='1'] [data-section=overdue]").toHaveText(/and 2 more/);
    await contains("[data-visit='1'] .o_kam_agenda_item").click();
    expect.verifySteps(["day null", "account.move 5"]);
});

test("a visit is started, and finished in three taps", async () => {
    onRpc("kam.visit", "start", ({ args, kwargs }) => {
        expect.step(`start ${args[0]} at version ${kwargs.expected_version}`);
        expect(kwargs.latitude).toBe(undefined);
        expect(kwargs.command_id).toMatch(UUID);
        return true;
    });
    onRpc("kam.visit", "finish_and_plan", ({ args, kwargs }) => {
        expect.step(`finish ${args[0]} ${kwargs.results.outcome} ${kwargs.next_step}`);
        expect(kwargs.next_on).toBe("2026-03-24");
        expect(kwargs.expected_version).toBe(3);
        return { next_model: "kam.visit", next_id: 9, action: false };
    });
    await mountDay({ visits: [visit(1, { state: "underway" })] });
    expect(".o_kam_finish_button").not.toBeEnabled();
    await contains("[data-outcome=order]").click(); // one
    await contains("[data-step=visit]").click(); // two
    await contains(".o_kam_finish_button").click(); // three
    expect.verifySteps(["day null", "finish 1 order visit", "day 2026-03-10"]);
});

test("what nobody told of is closed as it was planned", async () => {
    onRpc("kam.visit", "finish_and_plan", ({ kwargs }) => {
        expect.step(`finished ${kwargs.results.finished_at}`);
        return { action: false };
    });
    const start = "2026-03-06 08:00:00";
    await mountDay({ visits: [], late: [visit(3, { start, stop: "2026-03-06 09:00:00" })] });
    expect(".o_kam_late").toHaveText(/What came of these\? 1/);
    await contains(".o_kam_late .o_kam_open_finish").click();
    await contains("[data-outcome=agreed]").click();
    await contains(".o_kam_finish_button").click();
    expect.verifySteps(["day null", "finished 2026-03-06 09:00:00", "day 2026-03-10"]);
});

test("a visit that starts tells no place unless it was wished", async () => {
    onRpc("kam.visit", "start", ({ args, kwargs }) => {
        expect.step(`start ${args[0]} ${"latitude" in kwargs}`);
        return true;
    });
    await mountDay();
    await contains("[data-visit='1'] .o_kam_start").click();
    expect.verifySteps(["day null", "start 1 false", "day 2026-03-10"]);
});

test("a training asks its own three things", async () => {
    onRpc("kam.visit", "finish_and_plan", ({ kwargs }) => {
        expect.step(JSON.stringify(kwargs.results));
        return { action: false };
    });
    await mountDay({
        visits: [visit(1, { state: "underway", asks: ["topic", "participants", "material"] })],
    });
    expect("[data-outcome]").toHaveCount(0);
    expect(".o_kam_finish input.form-control-lg").toHaveCount(3);
    await contains("input[name=topic]").edit("Espresso");
    await contains("input[name=participants]").edit("6");
    expect(".o_kam_finish_button").not.toBeEnabled();
    await contains("input[name=material]").edit("Leaflets");
    await contains(".o_kam_finish_button").click();
    expect.verifySteps([
        "day null",
        '{"result":false,"topic":"Espresso","material":"Leaflets","participants":6}',
        "day 2026-03-10",
    ]);
});

test("an empty day says what to do", async () => {
    await mountDay({ visits: [] });
    expect(".o_kam_empty").toHaveText(/No visit on this day/);
    await contains(".o_kam_empty .btn").click();
    await contains("[data-tab=calls]").click();
    expect(".o_kam_empty").toHaveText(/Nobody to call/);
    expect.verifySteps(["day null", "kam_management.kam_my_week_action"]);
});

function call(values) {
    return {
        key: "account-11",
        visit_id: false,
        version: null,
        account_id: 11,
        account: "Customer 1",
        class: "B",
        importance: 4,
        attempts: 0,
        reasons: [
            { code: "overdue", amount: 500, currency_id: 1 },
            { code: "cadence", ratio: 1.5 },
        ],
        phones: [
            { name: "Paula", number: "+49 30 901820", uri: "tel:+4930901820", problem: "" },
            { name: "Ivan", number: "12", uri: "", problem: "digits are missing" },
        ],
        behalf: "",
        ...values,
    };
}

test("a call: dial, then its result in two taps", async () => {
    onRpc("kam.visit", "log_call", ({ args, kwargs }) => {
        expect.step(`log ${args[0]} ${kwargs.outcome} ${kwargs.again_at}`);
        expect(kwargs.command_id).toMatch(UUID);
        return 1;
    });
    await mountDay({ calls: [call()] });
    await contains("[data-tab=calls]").click();
    expect("article a.btn-success").toHaveAttribute("href", "tel:+4930901820");
    expect("article .alert-warning").toHaveText(/digits are missing/);
    expect("article").toHaveText(/overdue · contact due, 1.5 × the interval/);
    await contains("article [data-outcome=agreed]").click();
    await contains(".o_kam_save_call").click();
    expect.verifySteps(["day null", "log 11 agreed undefined", "day 2026-03-10"]);
});

test("no answer: the next times are proposed", async () => {
    onRpc("kam.visit", "call_again_times", ({ args }) => {
        expect.step(`times ${args.join(" ")}`);
        return ["2026-03-10 09:15:00", "2026-03-11 08:00:00"];
    });
    onRpc("kam.visit", "log_call", ({ kwargs }) => {
        expect.step(`log ${kwargs.visit_id} ${kwargs.again_at} ${kwargs.expected_version}`);
        return 1;
    });
    await mountDay({ calls: [call({ visit_id: 4, version: 2, attempts: 1 })] });
    await contains("[data-tab=calls]").click();
    expect("article").toHaveText(/1 × no answer/);
    await contains(".o_kam_no_answer").click();
    expect("[data-again]").toHaveCount(2);
    await contains("[data-again='2026-03-10 09:15:00']").click();
    expect.verifySteps(["day null", "times 11 4", "log 4 2026-03-10 09:15:00 2", "day 2026-03-10"]);
});

// ------------------------------------------------------------------------ the week
function week(values) {
    return {
        monday: "2026-03-09",
        over: false,
        user: { id: 7, name: "Kim" },
        users: [{ id: 7, name: "Kim", planned: 1, committed: false }],
        zone: "Europe/Berlin",
        may_plan: true,
        week: { id: false, state: "open" },
        figures: { committed: 0, done: 0, moved: 0, missed: 0, off_plan: 0, adherence: null },
        visits: [visit(1)],
        due: [
            {
                account_id: 21,
                account: "Due One",
                class: "B",
                town: "Potsdam",
                due_on: "2026-03-05",
                late: true,
                ratio: 1.4,
                minutes: 60,
            },
        ],
        busy: [{ name: "Dentist", start: "2026-03-11 08:00:00", stop: "2026-03-11 09:00:00" }],
        off_plan_kinds: [
            ["own", "Own initiative"],
            ["other", "Other"],
        ],
        ...values,
    };
}

async function mountWeek(values) {
    serverState.timezone = "Europe/Berlin";
    onRpc("kam.visit", "screen_week", ({ kwargs }) => {
        expect.step(`week ${kwargs.user_id} ${kwargs.monday}`);
        return week(values);
    });
    mockService("action", {
        doAction(action) {
            expect.step(`${action.res_model || action} ${action.res_id || ""}`.trim());
        },
    });
    mockDate("2026-03-09 07:00:00", 1);
    await mountWithCleanup(KamMyWeek, { props: PROPS });
    await animationFrame();
}

test("the week shows visits, other appointments, and who is due", async () => {
    await mountWeek();
    expect(queryAllTexts(".o_kam_slot .fw-bold").sort()).toEqual(["Customer 1", "Dentist"]);
    expect(".o_kam_due").toHaveText(/Due One/);
    expect(".o_kam_due").toHaveText(/1.4 × the interval/);
    expect(".o_kam_commit").toBeEnabled();
    await contains(".o_kam_ev_draft").click();
    expect.verifySteps(["week null null", "kam.visit 1"]);
});

test("a proposal is looked at, thinned out, and accepted; nothing is stored before", async () => {
    onRpc("kam.visit", "screen_proposals", () => ({
        proposals: [
            {
                key: "0",
                account_id: 21,
                user_id: 7,
                kind_id: 1,
                account: "Due One",
                town: "Potsdam",
                start: "2026-03-12 08:00:00",
                stop: "2026-03-12 09:00:00",
            },
            {
                key: "1",
                account_id: 22,
                user_id: 7,
                kind_id: 1,
                account: "Due Two",
                town: "",
                start: "2026-03-12 10:00:00",
                stop: "2026-03-12 11:00:00",
            },
        ],
        left: [{ account_id: 23, account: "Due Three", cause: "full" }],
    }));
    onRpc("kam.week", "accept", ({ args }) => {
        expect.step(`accept ${args[0].map((one) => one.account_id)}`);
        return { created: [9], skipped: [] };
    });
    await mountWeek();
    await contains(".o_kam_generate").click();
    expect(".o_kam_ev_proposal").toHaveCount(2);
    expect(".o_kam_due").toHaveCount(0); // it is in the proposal
    expect(".o_kam_side").toHaveText(/Due Three: the days are full/);
    await contains(queryAll(".o_kam_ev_proposal")[1]).click();
    expect(".o_kam_ev_proposal").toHaveCount(1);
    await contains(".o_kam_accept").click();
    expect(".o_kam_ev_proposal").toHaveCount(0);
    expect.verifySteps(["week null null", "accept 21", "week 7 2026-03-09"]);
});

test("committing says what it means", async () => {
    onRpc("kam.week", "commit", ({ kwargs }) => {
        expect.step(`commit ${kwargs.user_ids} ${kwargs.monday}`);
        return [1];
    });
    await mountWeek();
    await contains(".o_kam_commit").click();
    expect(".modal").toHaveText(/Visits that are promised: 1/);
    await contains(".modal .o_kam_confirm").click();
    expect.verifySteps(["week null null", "commit 7 2026-03-09", "week 7 2026-03-09"]);
});

test("a head proposes, looks through and accepts the weeks of the team", async () => {
    const proposal = { kind_id: 1, town: "", start: "2026-03-12 08:00:00" };
    onRpc("kam.visit", "screen_proposals", ({ kwargs }) => {
        expect.step(`propose ${kwargs.user_ids}`);
        return {
            proposals: [
                {
                    ...proposal,
                    key: "0",
                    user_id: 7,
                    account_id: 21,
                    account: "Due One",
                    stop: "2026-03-12 09:00:00",
                },
                {
                    ...proposal,
                    key: "1",
                    user_id: 8,
                    account_id: 31,
                    account: "Of Lou",
                    stop: "2026-03-12 09:00:00",
                },
            ],
            left: [],
        };
    });
    onRpc("kam.week", "accept", ({ args }) => {
        expect.step(`accept ${args[0].map((one) => `${one.user_id}-${one.account_id}`)}`);
        return { created: [9, 10], skipped: [] };
    });
    onRpc("kam.week", "commit", ({ kwargs }) => {
        expect.step(`commit ${kwargs.user_ids}`);
        return [1, 2];
    });
    await mountWeek({
        users: [
            { id: 7, name: "Kim", planned: 1, committed: false },
            { id: 8, name: "Lou", planned: 3, committed: false },
            { id: 9, name: "Max", planned: 2, committed: true },
        ],
    });
    await contains(".o_kam_team").click();
    await contains(".o_kam_generate").click();
    expect(".o_kam_ev_proposal").toHaveText(/Due One/);
    expect("[data-user='8']").toHaveText(/Lou\s?3\s?\+1/);
    expect(".o_kam_accept").toHaveText("Accept 2 visits of 2 managers");
    await contains("[data-user='8']").click(); // what is proposed for the others stays
    expect(".o_kam_accept").toHaveText("Accept 2 visits of 2 managers");
    await contains(".o_kam_accept").click();
    await contains(".o_kam_commit").click();
    expect(".modal").toHaveText(/Kim, Lou\. Visits that are promised: 4/);
    await contains(".modal .o_kam_confirm").click();
    expect.verifySteps([
        "week null null",
        "propose 7,8,9",
        "week 8 2026-03-09",
        "accept 7-21,8-31",
        "week 7 2026-03-09",
        "commit 7,8",
        "week 7 2026-03-09",
    ]);
});

test("the week of a manager elsewhere is shown in the hours of that place", async () => {
    // Monday 9:00 in Bangkok is 3:00 in Berlin
    await mountWeek({
        zone: "Asia/Bangkok",
        visits: [visit(1, { start: "2026-03-09 02:00:00", stop: "2026-03-09 03:00:00" })],
    });
    expect(".o_kam_zone").toHaveText("Asia/Bangkok");
    expect(".o_kam_ev_draft").toHaveText(/9:00|9am|09:00/);
    expect.verifySteps(["week null null"]);
});

test("on a telephone a due customer is planned with two taps: the day, the plus", async () => {
    onRpc("kam.week", "first_free", ({ kwargs }) => {
        expect.step(`free ${kwargs.account_id} ${kwargs.day} ${kwargs.user_id}`);
        return { planned_start: "2026-03-12 10:15:00", planned_stop: "2026-03-12 11:15:00" };
    });
    onRpc("kam.visit", "plan", ({ args, kwargs }) => {
        expect.step(`plan ${args[0]} ${kwargs.planned_start}`);
        return 5;
    });
    onRpc("kam.visit", "move", ({ args, kwargs }) => {
        expect.step(`move ${args[0]} ${kwargs.planned_start}`);
        return true;
    });
    await resize({ width: 390, height: 844 });
    await mountWeek({
        visits: [visit(1, { start: "2026-03-12 08:00:00", stop: "2026-03-12 09:00:00" })],
    });
    expect(".fc").toHaveCount(0);
    expect("[data-day]").toHaveCount(5);
    expect(".o_kam_day_free").toHaveCount(1);
    await contains("[data-day='2026-03-12']").click();
    expect(".o_kam_week_phone .o_kam_ev").toHaveText(/9:00.*Customer 1/s);
    await contains(".o_kam_plan_due").click();
    // moved to another day at the same hour: the arrows, the day
    await contains(".o_kam_move_day").click();
    await contains("[data-day='2026-03-13']").click();
    expect.verifySteps([
        "week null null",
        "free 21 2026-03-12 7",
        "plan 21 2026-03-12 10:15:00",
        "week 7 2026-03-09",
        "move 1 2026-03-13 08:00:00",
        "week 7 2026-03-09",
    ]);
});

test("before the week begins the promise is taken back, with a reason", async () => {
    onRpc("kam.week", "withdraw", ({ args, kwargs }) => {
        expect.step(`withdraw ${args[0]} ${kwargs.reason} ${kwargs.expected_version}`);
        return true;
    });
    await mountWeek({
        week: { id: 2, state: "committed", version: 3, may_withdraw: true },
    });
    await contains(".o_kam_withdraw").click();
    expect(".modal .o_kam_confirm").not.toBeEnabled();
    await contains(".modal textarea").edit("Fair moved");
    await contains(".modal .o_kam_confirm").click();
    expect.verifySteps(["week null null", "withdraw 2 Fair moved 3", "week 7 2026-03-09"]);
});

async function dragInto(source, date, time) {
    const slot = queryFirst(`.fc-timegrid-slot-lane[data-time="${time}"]`);
    const column = queryFirst(`.fc-timegrid-col[data-date="${date}"]`);
    slot.scrollIntoView({ block: "center" });
    const slotBox = slot.getBoundingClientRect();
    const columnBox = column.getBoundingClientRect();
    const target = {
        x: columnBox.x + columnBox.width / 2,
        y: slotBox.y + 2,
    };
    const { drop, moveTo } = await contains(source).drag();
    await moveTo(slot, { position: target, relative: false });
    await drop();
    await animationFrame();
}

test("in a committed week a visit beside the plan says why", async () => {
    onRpc("kam.visit", "plan", ({ args, kwargs }) => {
        expect.step(`plan ${args[0]} ${kwargs.off_plan_kind} ${kwargs.off_plan_reason}`);
        expect(kwargs.planned_start).toBe("2026-03-12 09:00:00");
        return 5;
    });
    await mountWeek({ week: { id: 2, state: "committed" } });
    expect(".o_kam_commit").toHaveCount(0);
    // Thursday at ten: the library of the calendar reads real pointer events
    await dragInto(".o_kam_due", "2026-03-12", "10:00:00");
    expect(".o_kam_confirm").toBeEnabled(); // a kind says enough
    await contains("[data-kind=other]").click();
    expect(".o_kam_confirm").not.toBeEnabled();
    await contains(".modal textarea").edit("Flooded cellar");
    await contains(".o_kam_confirm").click();
    expect.verifySteps(["week null null", "plan 21 other Flooded cellar", "week 7 2026-03-09"]);
});

// ------------------------------------------------------------------------ the board
const ROW = {
    visits: 4,
    planned: 1,
    underway: 0,
    done: 2,
    missed: 1,
    cancelled: 0,
    excused: 0,
    moved: 1,
    off_plan: 1,
    committed: 4,
    kept: 2,
    due: 4,
    covered: 3,
    productive: 1,
    orders: 1,
    order_lines: 8,
    order_amount: 60,
    trainings: 0,
    adherence: 0.5,
    off_plan_share: 0.5,
    coverage: 0.75,
    strike_rate: 0.5,
    lines_per_call: 8,
    drop_size: 60,
    training_effect: null,
};
const TEAMS = [
    { id: 1, name: "North" },
    { id: 2, name: "South" },
];

async function mountBoard(rows) {
    onRpc("kam.visit", "team_board", ({ kwargs }) => {
        expect.step(`board ${kwargs.date_from} ${kwargs.date_to} ${kwargs.team_id}`);
        return { rows, total: ROW, teams: TEAMS, currency_id: 1 };
    });
    onRpc("kam.visit", "open_board", ({ kwargs }) => {
        expect.step(`open ${kwargs.column} ${kwargs.user_id} ${kwargs.date_from}`);
        return { res_model: "kam.visit", domain: [["id", "in", [3]]], name: "Visits" };
    });
    mockService("action", {
        doAction(action, options) {
            expect.step(
                typeof action === "string"
                    ? `${action} ${JSON.stringify(options.props.state)}`
                    : `${action.res_model} ${JSON.stringify(action.domain)}`
            );
        },
    });
    mockDate("2026-03-11 07:00:00", 1);
    await mountWithCleanup(KamTeamBoard, { props: PROPS });
}

test("the board of the team: figures open the visits behind them", async () => {
    serverState.timezone = "Europe/Berlin";
    await mountBoard([
        { ...ROW, user_id: 7, name: "Kim", planned: 0, done: 3 },
        { ...ROW, user_id: 8, name: "Lou" },
    ]);
    // the week of Kim is over, that of Lou still runs
    expect("[data-panel=plan] tbody .text-danger:contains(50 %)").toHaveCount(1);
    expect("[data-panel=plan] tbody tr:contains(Lou) .text-muted:contains(50 %)").toHaveCount(1);
    expect("[data-panel=sales] tbody tr:contains(Kim)").toHaveText(/50 %\s8\s.*60/);
    await contains("[data-cell='7-missed']").click();
    await contains("[data-cell='7-adherence']").click();
    await contains("[data-cell='total-coverage']").click();
    await contains("[data-panel=plan] tbody a:contains(Kim)").click();
    await contains("[data-period=last]").click();
    await contains(".o_kam_board_team").select("2");
    await contains(".o_kam_board_plan").click();
    expect.verifySteps([
        "board 2026-03-09 2026-03-15 null",
        "open missed 7 2026-03-09",
        'kam.visit [["id","in",[3]]]',
        "open committed 7 2026-03-09",
        'kam.visit [["id","in",[3]]]',
        "open due null 2026-03-09",
        'kam.visit [["id","in",[3]]]',
        'kam_management.kam_my_week_action {"monday":"2026-03-09","user_id":7}',
        "board 2026-03-02 2026-03-08 null",
        "board 2026-03-02 2026-03-08 2",
        'kam_management.kam_my_week_action {"monday":"2026-03-16","team":true}',
    ]);
});

test("an empty board says what will come", async () => {
    await mountBoard([]);
    expect(".o_kam_board_empty").toHaveText(/No visit of the team/);
    expect.verifySteps(["board 2026-03-09 2026-03-15 null"]);
});
