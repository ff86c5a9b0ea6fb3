"""What became of the committed visits of a week."""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL

from ..kam_core.visits import adherence
from .kam_week import _aware


class KamWeek(models.Model):
    _inherit = "kam.week"

    def _compute_score(self):
        kept = self._kept()
        off_plan = self._off_plan_done()
        for week in self:
            result = adherence.score(tuple(kept[week.id]), week._window())
            week.update(
                {
                    "committed_count": result.committed,
                    "done_count": result.done_in_week,
                    "moved_count": result.moved,
                    "missed_count": result.missed,
                    "cancelled_count": result.cancelled,
                    "excused_count": result.excused,
                    "off_plan_count": off_plan.get(week.id, 0),
                    "adherence": result.adherence or 0.0,
                }
            )

    def _kept(self):
        """Return {week id: what became of its committed visits}, by one query.

        Counted past the rules of accounts: whoever may see the week may know how much
        of it was kept.
        """
        self.env["kam.visit"].flush_model()
        self.env["kam.week.visit"].flush_model()
        found = defaultdict(list)
        for week_id, user_id, *rest in self.env.execute_query(
            SQL(
                """SELECT l.week_id, w.user_id, v.user_id, v.state, v.finished_at,
                          v.closed_kind = 'absence' AND v.state = 'cancelled',
                          v.planned_start <> l.planned_start
                              OR v.user_id <> w.user_id
                     FROM kam_week_visit l JOIN kam_week w ON w.id = l.week_id
                     JOIN kam_visit v ON v.id = l.visit_id
                    WHERE l.week_id = ANY(%s)""",
                self.ids,
            )
        ):
            now_user, state, done_at, excused, moved = rest
            found[week_id].append(
                adherence.Kept(
                    user_id,
                    now_user,
                    state,
                    _aware(done_at),
                    bool(excused),
                    bool(moved),
                )
            )
        return found

    def _off_plan_done(self):
        """Return {week id: visits done in it that were not in its committed plan}."""
        ready = self.filtered(lambda one: one.state == "committed")
        if not ready:
            return {}
        windows = [(week.id, *week._window()) for week in ready]
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT w.id, count(*)
                         FROM unnest(%s, %s::timestamptz[], %s::timestamptz[])
                              AS t(id, first, last)
                         JOIN kam_week w ON w.id = t.id
                         JOIN kam_visit v ON v.user_id = w.user_id
                          AND v.company_id = w.company_id AND v.state = 'done'
                          AND v.finished_at >= t.first AT TIME ZONE 'UTC'
                          AND v.finished_at < t.last AT TIME ZONE 'UTC'
                        WHERE NOT EXISTS (SELECT FROM kam_week_visit l
                               WHERE l.week_id = w.id AND l.visit_id = v.id)
                        GROUP BY w.id""",
                    [one[0] for one in windows],
                    [one[1] for one in windows],
                    [one[2] for one in windows],
                )
            )
        )
