import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("kam_week_tour", {
    steps: () => [
        {
            content: "Next week: nothing is planned, Acme is due",
            trigger: ".o_kam_week .o_kam_next_week",
            run: "click",
        },
        { trigger: ".o_kam_week_empty" },
        { trigger: ".o_kam_due:contains(Acme)" },
        { trigger: ".o_kam_due:contains(Cog)" },
        {
            content: "Drag one customer in",
            trigger: ".o_kam_due:contains(Cog)",
            run: "drag_and_drop .fc-timegrid-slot-lane[data-time='15:00:00']",
        },
        { trigger: ".o_kam_ev_draft:contains(Cog)" },
        {
            content: "Propose the rest",
            trigger: ".o_kam_generate",
            run: "click",
        },
        { trigger: ".o_kam_ev_proposal:contains(Acme)" },
        { trigger: ".o_kam_accept:contains(1)", run: "click" },
        {
            content: "Now it is planned",
            trigger: ".o_kam_ev_draft:contains(Acme)",
        },
        { trigger: ".o_kam_side:not(:has(.o_kam_due))" },
        { trigger: ".o_kam_commit:enabled", run: "click" },
        { trigger: ".modal:contains(Visits that are promised: 2)" },
        { trigger: ".modal .o_kam_confirm", run: "click" },
        { trigger: ".o_kam_week .badge:contains(Committed)" },
        {
            content: "A promised visit is moved with a reason",
            trigger: ".o_kam_ev_committed:contains(Acme)",
            run: "drag_and_drop .fc-timegrid-slot-lane[data-time='16:00:00']",
        },
        { trigger: ".modal:contains(counts as a re-plan)" },
        {
            trigger: ".modal textarea[name=reason]",
            run: "edit The buyer is ill",
        },
        { trigger: ".modal .o_kam_confirm:enabled", run: "click" },
        {
            content: "It counts apart",
            trigger: "body:not(:has(.modal)) .o_kam_week:contains(Moved: 1)",
        },
    ],
});

tours.add("kam_team_week_tour", {
    steps: () => [
        {
            content: "From the board to the weeks of the team",
            trigger: ".o_kam_board .o_kam_board_plan",
            run: "click",
        },
        { trigger: ".o_kam_week .o_kam_members [data-user]:contains(Kim)" },
        { trigger: ".o_kam_generate:contains(team)", run: "click" },
        {
            content: "The visits of the first who is due; the others are counted",
            trigger: ".o_kam_accept:contains(2 visits of 2 managers)",
        },
        { trigger: ".o_kam_members [data-user]:contains(Kim)", run: "click" },
        {
            content: "Dragged before it is accepted",
            trigger: ".o_kam_ev_proposal:contains(Acme)",
            run: "drag_and_drop .fc-timegrid-slot-lane[data-time='16:00:00']",
        },
        { trigger: ".o_kam_members [data-user]:contains(Lou)", run: "click" },
        { trigger: ".o_kam_ev_proposal:contains(Bolt)" },
        { trigger: ".o_kam_accept:enabled", run: "click" },
        { trigger: ".o_kam_ev_draft:contains(Bolt)" },
        { trigger: ".o_kam_commit:enabled", run: "click" },
        { trigger: ".modal:contains(Visits that are promised: 2)" },
        { trigger: ".modal .o_kam_confirm", run: "click" },
        { trigger: ".o_kam_members:has([title=Committed])" },
    ],
});

tours.add("kam_week_phone_tour", {
    steps: () => [
        { trigger: ".o_kam_week .o_kam_next_week", run: "click" },
        { trigger: ".o_kam_week_empty" },
        {
            content: "First tap: the day",
            trigger: ".o_kam_days button:nth-child(3)",
            run: "click",
        },
        {
            content: "Second tap: the customer",
            trigger: ".o_kam_due:contains(Acme) .o_kam_plan_due",
            run: "click",
        },
        { trigger: ".o_kam_week_phone .o_kam_ev_draft:contains(Acme)" },
        {
            content: "To another day with two taps",
            trigger: ".o_kam_ev_draft:contains(Acme) .o_kam_move_day",
            run: "click",
        },
        { trigger: ".o_kam_days button:nth-child(4)", run: "click" },
        { trigger: ".o_kam_days button:nth-child(4):contains(1)", run: "click" },
        { trigger: ".o_kam_week_phone .o_kam_ev_draft:contains(Acme)" },
    ],
});

tours.add("kam_day_tour", {
    steps: () => [
        {
            content: "One tap to call, one to see the way",
            trigger: ".o_kam_visit_card:contains(Acme) a[href='tel:+4930901820']",
        },
        { trigger: ".o_kam_visit_card:contains(Acme) a[aria-label=Map]" },
        {
            content: "What to talk about",
            trigger: ".o_kam_visit_card:contains(Acme) .o_kam_visit_head",
            run: "click",
        },
        { trigger: ".o_kam_agenda [data-section=overdue]:contains(500)" },
        { trigger: ".o_kam_visit_body .o_kam_start", run: "click" },
        {
            content: "It is under way: the outcome is the first tap",
            trigger: ".o_kam_is_underway [data-outcome=order]",
            run: "click",
        },
        { trigger: ".o_kam_finish [data-step=visit]", run: "click" },
        { trigger: ".o_kam_finish .o_kam_finish_button:enabled", run: "click" },
        { trigger: ".o_kam_is_done:contains(Acme)" },
        {
            content: "The calls of the day",
            trigger: ".o_kam_tabs [data-tab=calls]",
            run: "click",
        },
        {
            trigger: "article:contains(Cog) .o_kam_no_answer",
            run: "click",
        },
        // the last one proposed is on another day, at whatever hour this runs
        { trigger: "article:contains(Cog) [data-again]:last-child", run: "click" },
        {
            content: "It waits for its new time",
            trigger: ".o_kam_my_day:not(:has(article:contains(Cog)))",
        },
    ],
});
