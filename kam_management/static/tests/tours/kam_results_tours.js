import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("kam_my_results_tour", {
    steps: () => [
        {
            content: "Net sales of the month, with the plan",
            trigger: ".o_kam_results [data-code=net_sales]:contains(50 %)",
        },
        {
            content: "The chart has its table",
            trigger: ".o_kam_results details summary",
            run: "click",
        },
        { trigger: ".o_kam_results details[open] td:contains(100)" },
        {
            content: "A longer period",
            trigger: ".o_kam_results button[data-period=quarter]",
            run: "click",
        },
        { trigger: ".o_kam_results button[data-period=quarter].active" },
        {
            trigger: ".o_kam_results button[data-period=month]",
            run: "click",
        },
        { trigger: ".o_kam_results button[data-period=month].active" },
        {
            content: "What makes this number",
            trigger: ".o_kam_results [data-code=net_sales]:contains(50 %)",
            run: "click",
        },
        { trigger: ".modal .o_kam_explain .o_kam_big:contains(100)" },
        {
            content: "What changed since",
            trigger: ".modal .o_kam_changed button:contains(Show)",
            run: "click",
        },
        { trigger: ".modal .o_kam_changed .o_kam_changed_facts:contains(1 recorded)" },
        {
            content: "The facts themselves",
            trigger: ".modal .o_kam_open_facts:contains(fact that makes it)",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Moved Trading)" },
    ],
});

tours.add("kam_team_results_tour", {
    steps: () => [
        {
            content: "The larger first",
            trigger: ".o_kam_board tr.o_kam_person:contains(results_two):contains(900)",
        },
        {
            content: "Rank by another figure",
            trigger: ".o_kam_board th button:contains(Net sales)",
            run: "click",
        },
        { trigger: ".o_kam_board th[aria-sort=descending]" },
        {
            content: "What makes a number of a manager",
            trigger: ".o_kam_board tr.o_kam_person:contains(results_two) .o_kam_cell:contains(900)",
            run: "click",
        },
        { trigger: ".modal .o_kam_explain .o_kam_big:contains(900)" },
        { trigger: ".modal footer button:contains(Close)", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "Open a person",
            trigger: ".o_kam_board tr.o_kam_person:contains(results_one) a:contains(results_one)",
            run: "click",
        },
        { trigger: ".o_kam_results h2:contains(results_one)" },
    ],
});

tours.add("kam_pay_tour", {
    steps: () => [
        { trigger: ".o_data_row:contains(Closed) td[name=date_from]", run: "click" },
        {
            content: "Made of its lines",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Key figure)",
        },
        {
            content: "The same to the cent",
            trigger: ".o_statusbar_buttons button:contains(Verify)",
            run: "click",
        },
        { trigger: ".o_notification:contains(the same to the cent)" },
        {
            content: "A question on record",
            trigger: ".o_statusbar_buttons button:contains(Object or answer)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=words] textarea",
            run: "edit Why so little?",
        },
        { trigger: ".modal footer button:contains(Record)", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_notebook a:contains(Objections)", run: "click" },
        { trigger: ".o_field_widget[name=objection_ids] .o_data_row:contains(Why so little)" },
    ],
});
