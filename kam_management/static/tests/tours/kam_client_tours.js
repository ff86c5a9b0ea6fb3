import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const tours = registry.category("web_tour.tours");

tours.add("kam_decide_tour", {
    steps: () => [
        {
            content: "Take the filter away: the account is a prospect still",
            trigger: ".o_searchview_facet .o_facet_remove",
            run: "click",
        },
        { trigger: ".o_switch_view.o_list", run: "click" },
        {
            content: "Choose the prospect",
            trigger: ".o_data_row:contains(Acme) .o_list_record_selector input",
            run: "click",
        },
        {
            trigger:
                ".o_list_buttons button:contains(Make key account), .o_control_panel button:contains(Make key account)",
            run: "click",
        },
        {
            content: "Class B",
            trigger: ".modal .o_field_widget[name=account_class] label:contains(B)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit Leads its segment && press Tab",
        },
        {
            content: "The dialog says what it changes",
            trigger: ".modal .o_field_widget[name=preview]:contains(key account of class B)",
        },
        { trigger: ".modal footer button:contains(Make key account)", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_data_row:contains(Acme) .o_data_cell[name=account_class]", run: "click" },
        {
            content: "On the account: hand it over",
            trigger: ".o_statusbar_buttons button:contains(Hand over)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_x2many_list .o_data_row td[name=user_id]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_x2many_list .o_selected_row td[name=user_id] input",
            run: "edit Lou",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(Lou)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit Lou knows them && press Tab",
        },
        {
            content: "Who gains and who loses",
            trigger: ".modal .o_field_widget[name=preview]:contains(Lou (100 %))",
        },
        { trigger: ".modal footer button:contains(Hand over)", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name=user_id]:contains(Lou)" },
    ],
});

tours.add("kam_home_tour", {
    steps: () => [
        {
            content: "What waits is counted",
            trigger: ".o_kam_home .o_kam_need[data-need=overdue] .o_kam_big:contains(1)",
        },
        { trigger: ".o_kam_home .o_kam_account:contains(Acme)", run: "click" },
        {
            trigger: ".o_form_view .o_field_widget[name=needs] textarea",
            run: "edit Pallets without film",
        },
        ...stepUtils.saveForm(),
        { trigger: ".o-form-buttonbox .o_button_more", run: "click" },
        {
            content: "The history of the account",
            trigger: "button[name=action_kam_history]",
            run: "click",
        },
        { trigger: ".o_kam_history:contains(Needs noted)" },
    ],
});

tours.add("kam_delegate_tour", {
    steps: () => [
        { trigger: ".o_kam_home .o_kam_delegate", run: "click" },
        { trigger: ".o_field_widget[name=substitute_id] input", run: "edit Lou" },
        { trigger: ".o-autocomplete--dropdown-item a:contains(Lou)", run: "click" },
        {
            content: "The last day",
            trigger: ".o_field_widget[name=date_from] [data-field=date_to]",
            run: "click",
        },
        { trigger: ".o_datetime_picker .o_today", run: "click" },
        { trigger: ".o_field_widget[name=reason] textarea", run: "edit On holiday" },
        ...stepUtils.saveForm(),
        { trigger: ".o_arrow_button_current:contains(In force)" },
        { trigger: ".o_statusbar_buttons button:contains(Brief)", run: "click" },
        { trigger: ".o_kam_brief:contains(Nothing was done on behalf of Kim)" },
        { trigger: ".o_back_button, .breadcrumb-item a:contains(Lou)", run: "click" },
        { trigger: ".o_statusbar_buttons button:contains(Take back)", run: "click" },
        { trigger: ".modal footer button:contains(Take back)", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Over)" },
    ],
});
