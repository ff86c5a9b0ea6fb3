import { expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

class KamAccount extends models.Model {
    _name = "kam.account";

    name = fields.Char();

    _records = [{ id: 7, name: "Northwind" }];
}

defineMailModels();
defineModels([KamAccount]);

function happened(version, values = {}) {
    return {
        id: 100 + version,
        version,
        type: "NeedsRecorded",
        title: `Event ${version}`,
        actor: "Ann",
        behalf: false,
        effective_at: "2026-03-01 08:00:00",
        recorded_at: "2026-03-01 08:00:00",
        true_on: "2026-03-01",
        late: false,
        notes: [],
        changes: [],
        ...values,
    };
}

async function openHistory() {
    mockDate("2026-03-31 12:00:00");
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "kam_history",
        params: { record_model: "kam.account", record_id: 7 },
    });
}

test("the timeline says who, for whom, when and what", async () => {
    onRpc("kam.account", "kam_history", () => ({
        total: 1,
        events: [
            happened(1, {
                title: "Handed over",
                behalf: "Bob",
                late: true,
                notes: [{ label: "Reason", value: "Ann moved" }],
                changes: [{ field: "owner_ids", label: "Owners", old: "Ann", new: "Bob" }],
            }),
        ],
    }));
    await openHistory();
    expect("h2").toHaveText("Handed over");
    expect(".o_kam_timeline_body").toHaveText(/Ann on behalf of Bob/);
    expect(".badge").toHaveText("true since 03/01/2026");
    expect(".o_kam_timeline_body").toHaveText(/Reason: Ann moved/);
    expect(".o_kam_change s").toHaveText("Ann");
    expect(".o_kam_change .o_kam_value:last").toHaveText("Bob");
    expect(".o_kam_more").toHaveCount(0);
});

test("older events come page by page", async () => {
    onRpc("kam.account", "kam_history", ({ kwargs }) => {
        expect.step(`from ${kwargs.offset}`);
        const events = kwargs.offset ? [happened(1)] : [happened(3), happened(2)];
        return { total: 3, events };
    });
    await openHistory();
    expect(".o_kam_more").toHaveText("Show older (1)");
    await contains(".o_kam_more").click();
    expect(queryAllTexts("h2")).toEqual(["Event 3", "Event 2", "Event 1"]);
    expect(".o_kam_more").toHaveCount(0);
    expect.verifySteps(["from 0", "from 2"]);
});

test("as of a day, on both clocks", async () => {
    onRpc("kam.account", "kam_history", () => ({ total: 0, events: [] }));
    onRpc("kam.account", "kam_as_of", ({ kwargs }) => {
        expect.step(`${kwargs.day} ${kwargs.clock}`);
        return kwargs.clock === "effective_at"
            ? {
                  exists: true,
                  version: 1,
                  fields: [{ field: "needs", label: "Needs", value: "Rye" }],
              }
            : { exists: false, version: 0, fields: [] };
    });
    await openHistory();
    expect(".o_kam_history_empty").toHaveText(/Nothing is recorded yet/);
    await contains("[role=tab]:contains(As of a day)").click();
    expect(".o_kam_change dd").toHaveText("Rye");
    await contains("label:contains(As we knew it)").click();
    expect(".o_kam_history_empty").toHaveText(/Northwind was not there/);
    expect.verifySteps(["2026-03-31 effective_at", "2026-03-31 recorded_at"]);
});

test("what changed between two days, by keyboard", async () => {
    onRpc("kam.account", "kam_history", () => ({ total: 0, events: [] }));
    onRpc("kam.account", "kam_as_of", () => ({ exists: true, version: 1, fields: [] }));
    onRpc("kam.account", "kam_changes", ({ kwargs }) => {
        expect.step(`${kwargs.day_from} ${kwargs.day_to}`);
        return [];
    });
    await openHistory();
    await contains("[role=tab]:first").focus();
    await press("ArrowRight");
    await press("ArrowRight");
    await animationFrame();
    expect("[role=tab][aria-selected=true]").toHaveText("What changed between");
    expect("[role=tab][aria-selected=true]").toBeFocused();
    expect(".o_kam_history_empty").toHaveText(/Nothing changed between/);
    expect.verifySteps(["2026-02-28 2026-03-31"]);
});
