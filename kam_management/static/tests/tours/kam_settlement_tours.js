import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("kam_act_tour", {
    steps: () => [
        {
            content: "The draft of North Trading",
            trigger: ".o_data_row:contains(North Trading) .o_data_cell[name=partner_id]",
            run: "click",
        },
        {
            content: "Its lines come from the ledger",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(100.00)",
        },
        { trigger: "button[name=action_mark_sent]", run: "click" },
        { trigger: "button[name=action_sign]", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=signatory] input",
            run: "edit Paul Buyer && press Tab",
        },
        {
            trigger: ".modal .o_field_widget[name=authority] input",
            run: "edit Charter && press Tab",
        },
        { trigger: ".modal footer button[name=action_sign]", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "It is sealed",
            trigger: ".o_field_widget[name=digest]",
        },
        {
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains(Signed)",
        },
    ],
});

tours.add("kam_ageing_tour", {
    steps: () => [
        {
            content: "It ties to the ledger",
            trigger: ".o_kam_ageing_control .o_kam_ageing_difference:contains(0.00)",
        },
        { content: "So it does as a pivot", trigger: ".o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot_view .o_kam_ageing_difference:contains(0.00)" },
        { content: "And as a graph", trigger: ".o_switch_view.o_graph", run: "click" },
        { trigger: ".o_graph_view .o_kam_ageing_difference:contains(0.00)" },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_list_view .o_kam_ageing_ask", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=base] input[data-value=invoice]",
            run: "click",
        },
        { trigger: ".modal footer button[name=action_show]", run: "click" },
        {
            content: "The screen says what was asked",
            trigger: ".o_kam_ageing_control:contains(by invoice date)",
        },
        {
            content: "A figure opens its documents",
            trigger: ".o_data_row:contains(North Trading) .o_data_cell[name=total]",
            run: "click",
        },
        { trigger: ".o_breadcrumb:contains(Open items)" },
        { trigger: ".o_data_row .o_data_cell[name=residual]:contains(100.00)" },
    ],
});

tours.add("kam_portal_act_tour", {
    steps: () => [
        { trigger: "table a:contains(ACT/)", run: "click", expectUnloadPage: true },
        {
            content: "The lines are there",
            trigger: ".o_kam_portal_act td:contains(100.00)",
        },
        {
            trigger: "textarea[name=note]",
            run: "edit Agrees with our books",
        },
        {
            trigger: "button[name=answer][value=agreed]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert-success:contains(Your answer was received)" },
        { trigger: ".badge:contains(Agreed)" },
    ],
});
