import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("kam_ask_tour", {
    steps: () => [
        {
            content: "The quotation says that it is beyond the column",
            trigger: "[name=kam_ask] .o_field_widget[name=kam_found]:contains(below the column)",
        },
        {
            content: "Beside the columns",
            trigger: ".o_notebook_headers a:contains(Price columns)",
            run: "click",
        },
        { trigger: ".o_kam_columns th.o_kam_granted:contains(Wholesale)" },
        { trigger: ".o_kam_columns tr.o_kam_beyond .o_kam_below:contains(20)" },
        {
            content: "Confirming is refused",
            trigger: "button[name=action_confirm]:not(.d-none)",
            run: "click",
        },
        { trigger: ".modal .modal-body:contains(below the column)" },
        { trigger: ".modal .modal-footer button", run: "click" },
        {
            trigger: "[name=kam_ask] button:contains(Ask for approval)",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name=found]:contains(below the column)" },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit They open three shops && press Tab",
        },
        { trigger: ".modal footer button:contains(Ask for approval)", run: "click" },
        {
            content: "The request, with its dossier, waits",
            trigger: ".o_form_view .o_field_widget[name=dossier_html]:contains(What is asked)",
        },
        { trigger: ".o_form_view:not(:has(button[name=action_approve]))" },
    ],
});

tours.add("kam_approve_tour", {
    steps: () => [
        {
            content: "It waits for the head of sales",
            trigger: ".o_data_row:contains(Acme) .o_data_cell[name=res_name]",
            run: "click",
        },
        {
            content: "The dossier",
            trigger: ".o_field_widget[name=dossier_html]:contains(at 20.00 % below the column)",
        },
        { trigger: "button[name=action_approve]", run: "click" },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Approved)",
        },
        { trigger: "button[name=action_open_record]", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=order_line]" },
    ],
});

tours.add("kam_confirm_tour", {
    steps: () => [
        { trigger: ".o_form_view:not(:has([name=kam_ask] .btn-primary))" },
        { trigger: "button[name=action_confirm]:not(.d-none)", run: "click" },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)",
        },
    ],
});
