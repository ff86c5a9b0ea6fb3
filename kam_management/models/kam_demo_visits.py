"""A year of visits of the demonstration's managers; the last weeks were committed."""

import random
import uuid
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import models

from ..demo import story, story_visits
from ..kam_core.record import Text
from ..kam_core.visits import account_cadence
from ..kam_core.visits import visit as visits
from ..kam_core.visits import week as weeks

MANAGERS = ("anna", "ben", "clara", "david")


class KamDemo(models.AbstractModel):
    _inherit = "kam.demo"

    def _tell(self):
        result = super()._tell()
        self._visits(self.env.company._kam_today())
        return result

    def _visits(self, today):
        dice = random.Random(story.SEED + 4)  # noqa: S311 figures of a story
        accounts = self.env["kam.account"].search(
            [("status", "=", "key"), ("account_class", "!=", False)], order="id"
        )
        self._habits(accounts)
        kinds = {kind.code: kind.id for kind in self.env["kam.visit.kind"].search([])}
        for login in MANAGERS:
            user = self.env.ref(f"kam_management.demo_user_{login}")
            own = accounts.filtered(lambda one, user=user: one.user_id == user)
            slots = self._slots(own, user, kinds, today, dice)
            self._year_of(user, slots, today, dice)

    def _habits(self, accounts):
        by_name = {one.partner_id.name: one for one in accounts}
        self.env["kam.account.cadence"].create(
            [
                {
                    "account_id": by_name[name].id,
                    "hour_from": first,
                    "hour_to": last,
                    "duration_minutes": minutes,
                    "place": place,
                    "contact_id": by_name[name].partner_id.child_ids[:1].id,
                    **{day: day in days for day in account_cadence.WEEKDAYS},
                }
                for name, (first, last, minutes, days, place) in (
                    story_visits.HABITS.items()
                )
                if name in by_name
            ]
        )

    # ------------------------------------------------------------------ what was
    def _slots(self, accounts, user, kinds, today, dice):
        """Return the visits of a year: dicts of values, with what became of each."""
        friday = today + timedelta(days=4 - today.weekday())
        first_committed = weeks.monday_of(today) - timedelta(
            weeks=story_visits.COMMITTED_WEEKS
        )
        taken, slots = set(), []
        for account in accounts:
            day = friday - timedelta(days=dice.randint(0, 4))
            ordered = self._eves(account)
            while day > today - timedelta(days=360):
                start = self._free_slot(user, day, taken, dice)
                if start:
                    late = day >= first_committed
                    slots.append(self._slot(account, start, kinds, late, dice))
                step = account.visit_interval_days + dice.randint(-3, 4)
                day -= timedelta(days=step)
                day -= timedelta(days=max(0, day.weekday() - 4))
                # many an order follows a visit
                day = min(
                    (
                        eve
                        for eve in ordered
                        if abs((eve - day).days) <= 8 and eve < day
                    ),
                    default=day,
                )
        return sorted(slots, key=lambda one: one["planned_start"])

    def _eves(self, account):
        """Return the working days before the orders of an account."""
        orders = self.env["sale.order"].search(
            [("kam_account_id", "=", account.id), ("state", "=", "sale")]
        )
        days = [order.date_order.date() - timedelta(days=1) for order in orders]
        return sorted(day for day in days if day.weekday() < 5)

    def _free_slot(self, user, day, taken, dice):
        hours = [9, 11, 13, 15]
        dice.shuffle(hours)
        zone = ZoneInfo(user._kam_zone())
        for hour in hours:
            if (day, hour) not in taken:
                taken.add((day, hour))
                moment = datetime.combine(day, time(hour), zone)
                return moment.astimezone(timezone.utc)
        return None

    def _slot(self, account, start, kinds, committed, dice):
        luck = dice.random()
        code = "visit" if luck < 0.72 else "call" if luck < 0.88 else "training"
        fate = dice.random()
        return {
            "account_id": account.id,
            "kind_id": kinds[code],
            "planned_start": start,
            "subject": dice.choice(story_visits.SUBJECTS),
            "code": code,
            "fate": "missed" if fate < 0.06 else "off" if fate < 0.1 else "done",
            "moved": committed and fate > 0.88,
            "off_plan": committed and 0.1 <= fate < 0.24,
        }

    def _year_of(self, user, slots, today, dice):
        model = self.env["kam.visit"].with_user(user)
        planned = [one for one in slots if not one["off_plan"]]
        added = [one for one in slots if one["off_plan"]]
        made = model.create([self._vals(one, user) for one in planned])
        self._commit_weeks(user, made, today)
        for one in added:
            kind, reason = dice.choice(story_visits.OFF_PLAN)
            one |= {"off_plan_kind": kind, "off_plan_reason": reason}
        made += model.create([self._vals(one, user) for one in added])
        slots = [*planned, *added]
        self._moves(made, slots, today, dice)
        self._ends(made, slots, today, dice)

    def _vals(self, one, user):
        kept = (
            "account_id",
            "kind_id",
            "subject",
            "off_plan_kind",
            "off_plan_reason",
        )
        return {
            **{name: one[name] for name in kept if one.get(name)},
            "planned_start": one["planned_start"].replace(tzinfo=None),
            "user_id": user.id,
        }

    # ------------------------------------------------------------- the promises
    def _commit_weeks(self, user, made, today):
        this_week = weeks.monday_of(today)
        company = self.env.company.root_id
        by_monday = {}
        for visit in made:
            start = visit.planned_start.replace(tzinfo=timezone.utc)
            monday = weeks.monday_of(user._kam_local_day(start))
            by_monday[monday] = by_monday.get(monday, made.browse()) + visit
        first = this_week - timedelta(weeks=story_visits.COMMITTED_WEEKS)
        for monday in sorted(by_monday):
            if first <= monday <= this_week:
                self._commit_week(user, company, monday, by_monday[monday])

    def _commit_week(self, user, company, monday, some):
        week = (
            self.env["kam.week"]
            .with_user(user)
            .create({"user_id": user.id, "company_id": company.id, "monday": monday})
        )
        some._command(visits.Commit(monday))
        friday = datetime.combine(monday - timedelta(days=3), time(15), timezone.utc)
        week._command(
            weeks.CommitWeek(
                friday,
                monday,
                tuple(
                    weeks.CommittedVisit(
                        key=str(uuid.uuid4()),
                        visit_id=one.id,
                        kind_id=one.kind_id.id,
                        planned_start=_aware(one.planned_start),
                        planned_stop=_aware(one.planned_stop),
                        version=2,
                    )
                    for one in some
                ),
            )
        )

    # -------------------------------------------------------- what became of them
    def _moves(self, made, slots, today, dice):
        limit = datetime.combine(today, time.min, timezone.utc)
        self._each(
            made,
            [
                visits.Replan(
                    {
                        "planned_start": one["planned_start"] + timedelta(days=1),
                        "change_reason": Text(dice.choice(story_visits.MOVED)),
                    },
                    visits.DRAFT,
                )
                if one["moved"] and one["planned_start"] < limit
                else None
                for one in slots
            ],
        )

    def _ends(self, made, slots, today, dice):
        limit = datetime.combine(today, time.min, timezone.utc)
        self._each(
            made,
            [
                self._end_of(visit, one, dice)
                if _aware(visit.planned_stop) < limit
                else None
                for visit, one in zip(made, slots, strict=True)
            ],
        )

    def _end_of(self, visit, one, dice):
        stop = _aware(visit.planned_stop)
        if one["fate"] == "missed":
            return visits.Miss(stop + timedelta(hours=20))
        if one["fate"] == "off":
            reason = Text(dice.choice(story_visits.MOVED))
            return visits.Cancel(stop - timedelta(hours=4), "customer", reason)
        outcome, result = dice.choice(story_visits.RESULTS)
        told = {"outcome": outcome, "result": Text(result)}
        if one["code"] == "training":
            topic, people, material = dice.choice(story_visits.TRAININGS)
            told = {
                "topic": Text(topic),
                "participants": people,
                "material": Text(material),
                "result": Text(result),
            }
        return visits.Complete(stop, told, started_at=_aware(visit.planned_start))

    def _each(self, made, commands):
        """Run a command of its own on each visit that has one, in one append."""
        chosen = made.browse(
            visit.id for visit, command in zip(made, commands, strict=True) if command
        )
        wanted = [command for command in commands if command]
        if chosen:
            chosen._handle(
                [
                    (*one, command)
                    for one, command in zip(chosen._load(), wanted, strict=True)
                ],
                lambda records, vals: records.write(vals),
                {},
                (),
            )


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)
