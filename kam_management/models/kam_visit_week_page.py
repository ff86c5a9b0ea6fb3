"""What *My week* shows: one call, a fixed number of queries."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..kam_core.visits import adherence
from ..kam_core.visits import visit as visits
from ..kam_core.visits import week as weeks
from .kam_given import Given


class KamVisit(models.Model):
    _inherit = "kam.visit"

    @api.model
    @api.readonly
    def screen_week(self, user_id=None, monday=None):
        """Return what *My week* shows of a manager's week.

        :param user_id: id of the manager; left out: the caller
        :param monday: a day of the week, ``YYYY-MM-DD``; left out: this week
        :return: dict

            - ``monday``, ``over`` (the week is past), ``user``, ``zone`` (in which the
              days of the week are meant), ``may_plan``, ``users`` (whose weeks may be
              chosen: ``id``, ``name``, ``planned``: visits ahead, ``committed``)
            - ``week``: ``id``, ``state``, ``version``, ``may_withdraw``;
              ``figures``: what became of its promises
            - ``visits``: cards, as of :meth:`screen_day`
            - ``due``: accounts due by the end of the week without a visit planned,
              the most overdue first: ``account_id``, ``account``, ``class``, ``town``,
              ``due_on``, ``late``, ``ratio``, ``minutes``
            - ``busy``: other appointments; of colleagues without their names
            - ``off_plan_kinds``: (code, words)
        """
        self.check_access("read")
        user = self._screen_user(user_id)
        day = Given(self.env).date(self.env._("Week"), monday)
        today = user._kam_user_today()
        monday = weeks.monday_of(day or today)
        start, stop = (
            moment.replace(tzinfo=None)
            for moment in adherence.week_window(monday, user._kam_zone())
        )
        company = self.env.company.root_id
        found = self.search(
            [
                ("user_id", "=", user.id),
                ("company_id", "=", company.id),
                ("planned_start", ">=", start),
                ("planned_start", "<", stop),
            ],
            order="planned_start, id",
        )
        week = self.env["kam.week"].search(
            [
                ("user_id", "=", user.id),
                ("company_id", "=", company.id),
                ("monday", "=", monday),
            ]
        )
        return {
            "monday": fields.Date.to_string(monday),
            "over": today > monday + timedelta(days=6),
            "user": {"id": user.id, "name": user.sudo().name},  # sudo: a colleague
            "zone": user._kam_zone(),
            "users": self._members_shown(self._plan_users(), monday, start, stop),
            "may_plan": self.has_access("create"),
            "week": {
                "id": week.id,
                "state": week.state or "open",
                "version": week.event_version or 0,
                "may_withdraw": week.state == "committed" and today < monday,
            },
            "figures": self._week_figures(week, found),
            "visits": found._cards(user),
            "due": self._due_cards(user, monday),
            "busy": self._busy_blocks(user, start, stop),
            "off_plan_kinds": self._fields["off_plan_kind"]._description_selection(
                self.env
            ),
        }

    def _members_shown(self, users, monday, start, stop):
        """Return the managers with what is planned for each in a week."""
        company = self.env.company.root_id
        mine = Domain("user_id", "in", users.ids) & Domain(
            "company_id", "=", company.id
        )
        planned = self._read_group(
            mine
            & Domain("planned_start", ">=", start)
            & Domain("planned_start", "<", stop)
            & Domain("state", "in", visits.OPEN),
            ["user_id"],
            ["__count"],
        )
        counts = {user.id: count for user, count in planned}
        committed = self.env["kam.week"].search_fetch(
            mine & Domain("monday", "=", monday) & Domain("state", "=", "committed"),
            ["user_id"],
        )
        return [
            {
                "id": one.id,
                "name": one.name,
                "planned": counts.get(one.id, 0),
                "committed": one in committed.user_id,
            }
            for one in users
        ]

    def _week_figures(self, week, found):
        states = found.mapped("state")
        return {
            "committed": week.committed_count,
            "done": states.count("done"),
            "moved": week.moved_count,
            "missed": states.count("missed"),
            "off_plan": found.mapped("plan_status").count("off_plan"),
            "adherence": week.adherence if week.committed_count else None,
        }

    def _due_cards(self, user, monday):
        """Return the accounts of a manager that are due and have no visit planned."""
        first = fields.Date.to_string(monday)
        return [
            {
                "account_id": one["account_id"],
                "account": one["name"],
                "class": one["account_class"] or "",
                "town": one["city"] or "",
                "due_on": one["due_on"],
                "late": one["due_on"] < first,
                "ratio": one["overdue_ratio"],
                "minutes": one["duration_minutes"] or 60,
            }
            for one in self.env["kam.week"]._due_of(monday, user)
        ]

    def _busy_blocks(self, user, start, stop):
        """Return the other appointments of a manager that have hours."""
        # sudo: when a colleague is busy; names are shown to the colleague alone
        events = self.env["calendar.event"].sudo()
        events = events.search(
            Domain("partner_ids", "in", user.sudo().partner_id.ids)
            & Domain("start", "<", stop)
            & Domain("stop", ">", start)
            & Domain("allday", "=", False)
            & Domain("show_as", "=", "busy")
            & self._not_visits(),
            order="start, id",
        )
        own = user == self.env.user
        return [
            {
                "name": one.name if own else self.env._("Busy"),
                "start": fields.Datetime.to_string(one.start),
                "stop": fields.Datetime.to_string(one.stop),
            }
            for one in events
        ]

    @api.model
    def _not_visits(self):
        """Return the domain of calendar events that show no visit."""
        self.flush_model(["calendar_event_id"])
        return Domain(
            "id",
            "not in",
            SQL(
                """(SELECT v.calendar_event_id FROM kam_visit v
                     WHERE v.calendar_event_id IS NOT NULL)"""
            ),
        )

    # --------------------------------------------------------------- proposals
    @api.model
    @api.readonly
    def screen_proposals(self, user_id=None, monday=None, user_ids=None):
        """Return the proposed visits of a week, to be moved about and accepted.

        :param user_id: id of the manager; left out: the caller
        :param monday: Monday of the week; left out: this week's
        :param user_ids: ids of several managers instead: the plan of a team
        :return: dict ``proposals`` (what :meth:`~kam.week.accept` takes, with ``key``,
            ``account`` and ``town``) and ``left``: what is due and found no place
        """
        asked = Given(self.env).ids(self.env._("Managers"), user_ids)
        asked = asked or self._screen_user(user_id).ids
        found = self.env["kam.week"].generate(monday=monday, user_ids=asked)
        # sudo: names of colleagues whose weeks the caller may plan
        users = self.env["res.users"].sudo().browse(asked)
        names = {one.id: one.name for one in users}
        return {
            "proposals": [
                {
                    "key": str(place),
                    "account_id": one["account_id"],
                    "user_id": one["user_id"],
                    "kind_id": one["kind_id"],
                    "account": one["name"],
                    "town": one["city"] or "",
                    "start": one["planned_start"],
                    "stop": one["planned_stop"],
                }
                for place, one in enumerate(found["proposals"])
            ],
            "left": [
                {
                    "account_id": one["account_id"],
                    "account": one["name"],
                    "cause": one["cause"],
                    "user": names.get(one["user_id"], ""),
                }
                for one in found["left"]
            ],
        }
