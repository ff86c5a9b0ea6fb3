import { Component, useState } from "@odoo/owl";

/**
 * A week on a telephone: days to choose, and what lies on the chosen one.
 *
 * Days are {date, name, number, count}; blocks as those of the grid.
 */
export class WeekPhone extends Component {
    static template = "kam_management.WeekPhone";
    static props = {
        days: Array,
        day: String,
        blocks: Array,
        editable: Boolean,
        hour: Function,
        onDay: Function,
        onOpen: Function,
        onMove: Function,
    };

    setup() {
        this.state = useState({ moving: false });
    }

    /** A day was tapped: it is shown, or what is being moved goes there. */
    async tap(date) {
        const { moving } = this.state;
        if (!moving) {
            this.props.onDay(date);
            return;
        }
        this.state.moving = false;
        if (date !== this.props.day) {
            await this.props.onMove(moving.id, date);
        }
    }

    startMove(block) {
        this.state.moving = this.state.moving?.id === block.id ? false : block;
    }
}
