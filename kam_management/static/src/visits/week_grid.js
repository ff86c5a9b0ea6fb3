import { Component, onMounted, onWillUnmount } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { is24HourFormat } from "@web/core/l10n/time";
import { renderToFragment } from "@web/core/utils/render";
import { useFullCalendar } from "@web/views/calendar/hooks/full_calendar_hook";

const LONG_PRESS_MS = 300;

/**
 * A week on Odoo's calendar library: blocks that are moved, made longer, dropped in.
 *
 * Each block is {id, title, detail, start, stop (UTC text), look, fixed}.
 */
export class WeekGrid extends Component {
    static template = "kam_management.WeekGrid";
    static props = {
        monday: String,
        blocks: Array,
        zone: String,
        hours: Array,
        editable: Boolean,
        isWeekendVisible: Boolean,
        source: { type: Object, optional: true },
        onMove: Function,
        onDropIn: Function,
        onOpen: Function,
        onFree: Function,
    };

    setup() {
        this.fc = useFullCalendar("grid", this.options);
        onMounted(() => this.makeDraggable());
        onWillUnmount(() => this.draggable?.destroy());
    }

    get options() {
        const format = is24HourFormat()
            ? { hour: "numeric", minute: "2-digit", hour12: false }
            : { hour: "numeric", minute: "2-digit", omitZeroMinute: true, meridiem: "short" };
        return {
            initialView: "timeGridWeek",
            initialDate: this.props.monday,
            firstDay: 1,
            headerToolbar: false,
            allDaySlot: false,
            dayHeaderFormat: { weekday: "short", day: "numeric" },
            direction: localization.direction,
            droppable: true,
            editable: this.props.editable,
            eventClick: (info) => this.props.onOpen(info.event.id),
            eventContent: this.content,
            eventDrop: this.moved,
            eventResize: this.moved,
            eventReceive: this.received,
            eventMinHeight: 22,
            events: (_range, told) => told(this.events),
            expandRows: true,
            height: "100%",
            locale: luxon.Settings.defaultLocale,
            longPressDelay: LONG_PRESS_MS,
            nowIndicator: true,
            scrollTime: "08:00:00",
            select: (info) => {
                this.fc.api.unselect();
                this.props.onFree(info.start, info.end);
            },
            selectable: this.props.editable,
            selectMirror: true,
            slotLabelFormat: format,
            eventTimeFormat: format,
            slotMinTime: `${this.props.hours[0]}:00:00`,
            slotMaxTime: `${this.props.hours[1]}:00:00`,
            snapDuration: { minutes: 15 },
            timeZone: this.props.zone,
            weekends: this.props.isWeekendVisible,
        };
    }

    get events() {
        const iso = (text) => `${text.replace(" ", "T")}Z`;
        return this.props.blocks.map((block) => ({
            id: block.id,
            title: block.title,
            start: iso(block.start),
            end: iso(block.stop),
            editable: this.props.editable && !block.fixed,
            classNames: ["o_kam_ev", `o_kam_ev_${block.look}`],
            extendedProps: { detail: block.detail },
        }));
    }

    content({ event, timeText }) {
        const fragment = renderToFragment("kam_management.WeekSlot", {
            title: event.title,
            line: [timeText, event.extendedProps.detail].filter(Boolean).join(" · "),
        });
        return { domNodes: [...fragment.children] };
    }

    moved(info) {
        this.props.onMove(info.event.id, info.event.start, info.event.end, () => info.revert());
    }

    received(info) {
        const { start, extendedProps } = info.event;
        info.event.remove(); // what was dropped is shown when it is recorded
        this.props.onDropIn(extendedProps.key, start);
    }

    /** Let the entries of the side list be dragged into the week. */
    makeDraggable() {
        const el = this.props.source?.el;
        if (el && this.props.editable) {
            this.draggable = new window.FullCalendar.Interaction.Draggable(el, {
                itemSelector: "[data-minutes]",
                longPressDelay: LONG_PRESS_MS,
                eventData: (item) => ({
                    title: item.dataset.title,
                    duration: { minutes: parseInt(item.dataset.minutes, 10) },
                    extendedProps: { key: item.dataset.key },
                }),
            });
        }
    }
}
