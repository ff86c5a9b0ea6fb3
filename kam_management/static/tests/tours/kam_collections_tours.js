import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const ACME = ".o_kam_debtor:contains(Acme)";

tours.add("kam_worklist_tour", {
    steps: () => [
        {
            content: "What to do next, with its reason",
            trigger: `${ACME} .o_kam_what:contains(overdue since)`,
        },
        { content: "One tap calls", trigger: `${ACME} a.o_kam_call[href^='tel:+']` },
        {
            content: "First tap: they promised",
            trigger: `${ACME} [data-result=promised]`,
            run: "click",
        },
        {
            content: "Their invoices are there to choose from",
            trigger: `${ACME} .o_kam_document:contains(INV)`,
        },
        {
            content: "Second tap: tomorrow",
            trigger: `${ACME} .o_kam_choice:contains(Tomorrow)`,
            run: "click",
        },
        { trigger: ".o_notification:contains(Noted: Promised)" },
        {
            content: "Nothing to do: the filter shows those we wait for",
            trigger: ".o_kam_steps [data-step=promise_wait]",
            run: "click",
        },
        { trigger: `${ACME} .o_kam_what:contains(promised for)` },
    ],
});

tours.add("kam_reminder_tour", {
    steps: () => [
        { trigger: ".o_form_view .o_field_widget[name=sent_ids] .o_data_row:contains(Bolt)" },
        {
            content: "Why others get none",
            trigger: ".o_form_view .o_field_widget[name=held_ids] .o_data_row:contains(Promised)",
        },
        { trigger: ".o_statusbar_buttons button[name=action_run]", run: "click" },
        { trigger: ".modal footer button:contains(Send)", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Bolt)" },
    ],
});

tours.add("kam_dispute_tour", {
    steps: () => [
        { trigger: ".o_list_view .o_data_row:contains(Acme) td[name=reason_id]", run: "click" },
        { trigger: ".o_statusbar_buttons button[name=action_settle]", run: "click" },
        { trigger: ".modal .o_field_widget[name=outcome] label:contains(not right)", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit The price was agreed && press Tab",
        },
        { trigger: ".modal footer button:contains(Settle)", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Settled)" },
    ],
});

tours.add("kam_cash_tour", {
    steps: () => [
        { trigger: ".o_kam_cash .o_kam_chart canvas" },
        { trigger: ".o_kam_cash .o_kam_panel:contains(How well it foretold)" },
        { trigger: ".o_kam_cash table tbody tr:nth-child(1) a", run: "click" },
        { trigger: ".o_list_view" },
    ],
});

tours.add("kam_figures_tour", {
    steps: () => [
        { trigger: ".o_kam_figures [data-figure=dso] .o_kam_big" },
        { trigger: ".o_kam_figures [data-level=manager]", run: "click" },
        { trigger: ".o_kam_figures td a:contains(Kim)", run: "click" },
        { trigger: ".o_kam_figures .badge:contains(Kim)" },
        { trigger: ".o_kam_figures button:contains(Months behind it)", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Acme)" },
    ],
});
