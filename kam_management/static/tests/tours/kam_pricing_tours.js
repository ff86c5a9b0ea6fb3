import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const FOUND = "[name=kam_ask] .o_field_widget[name=kam_found]";
const ASKED = "[name=kam_ask] .o_field_widget[name=kam_asked]";

/** Beyond the price column and beyond the credit limit: both are seen and asked for. */
tours.add("kam_ask_tour", {
    steps: () => [
        {
            content: "The quotation says that it is beyond the column",
            trigger: `${FOUND}:contains(below the column)`,
        },
        {
            content: "And beyond the credit limit, beside the figures of the customer",
            trigger: `${FOUND}:contains(Beyond the credit limit)`,
        },
        { trigger: ".kam_credit_panel .o_field_widget[name=kam_credit_room]:contains(-300.00)" },
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
        { trigger: ".modal .o_field_widget[name=found]:contains(credit limit)" },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit They open three shops && press Tab",
        },
        { trigger: ".modal footer button:contains(Ask for approval)", run: "click" },
        {
            content: "A request of each kind waits",
            trigger: ".o_list_view .o_data_row:contains(Credit):contains(Waiting)",
        },
        { trigger: ".o_list_view .o_data_row:contains(Discount) td[name=kind]", run: "click" },
        {
            content: "With its dossier, and not to be decided by who asked",
            trigger: ".o_form_view .o_field_widget[name=dossier_html]:contains(What is asked)",
        },
        { trigger: ".o_form_view:not(:has(button[name=action_approve]))" },
        { trigger: "button[name=action_open_record]", run: "click" },
        {
            content: "The quotation says who decides, and does not ask again",
            trigger: `${ASKED}:contains(Hal decides):contains(Cy decides)`,
        },
        { trigger: "[name=kam_ask]:not(:has(button[name=action_kam_ask]))" },
    ],
});

/** The head of sales grants less than what was asked. */
tours.add("kam_approve_less_tour", {
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
        { trigger: "button:contains(Approve less)", run: "click" },
        { trigger: ".modal .o_field_widget[name=percent] input", run: "edit 10 && press Tab" },
        {
            content: "What is given away falls with the discount",
            trigger: ".modal .o_field_widget[name=amount] input:value(100.00)",
        },
        {
            trigger: ".modal .o_field_widget[name=answer] textarea",
            run: "edit Ten, no more && press Tab",
        },
        { trigger: ".modal footer button:contains(Approve less)", run: "click" },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Approved)",
        },
    ],
});

/** The credit controller lets it through. */
tours.add("kam_approve_credit_tour", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Acme) .o_data_cell[name=res_name]",
            run: "click",
        },
        { trigger: ".o_field_widget[name=dossier_html]:contains(300.00)" },
        { trigger: "button[name=action_approve]", run: "click" },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Approved)",
        },
    ],
});

/** What was granted is kept to, and the order is confirmed. */
tours.add("kam_confirm_tour", {
    steps: () => [
        {
            content: "What was granted is said on the quotation",
            trigger: `${ASKED}:contains(Hal granted less):contains(10.00 % of the order)`,
        },
        { trigger: `${ASKED}:contains(Credit: approved by Cy)` },
        {
            trigger: ".o_field_widget[name=order_line] .o_data_cell[name=price_unit]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=order_line] [name=price_unit] input",
            run: "edit 90 && press Tab",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        {
            content: "Within what was granted",
            trigger: `${ASKED}:contains(Discount: approved by Hal)`,
        },
        { trigger: "[name=kam_ask]:not(:has(.btn-primary))" },
        { trigger: "button[name=action_confirm]:not(.d-none)", run: "click" },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)",
        },
    ],
});
