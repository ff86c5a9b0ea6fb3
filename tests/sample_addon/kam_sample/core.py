"""A vehicle: the rules, in plain Python."""

from dataclasses import dataclass

from odoo.addons.kam_management.kam_core import record


@dataclass(frozen=True, slots=True)
class Vehicle:
    name: record.Text | None = None
    kilometres: int | None = 0


class Backwards(record.DomainError):
    code = "backwards"
    message = "“Kilometres” goes down; give %(least)s or more."


State, PARTS, EVENTS, UPCASTERS = Vehicle, {}, record.catalogue(), {}


def evolve(vehicle, event):
    return record.evolve_common(Vehicle, vehicle, event)


def decide(vehicle, command):
    least = (vehicle and vehicle.kilometres) or 0
    changes = command.changes if isinstance(command, record.Edit) else {}
    if (changes.get("kilometres", least) or 0) < least:
        raise Backwards(least=least)
    return record.decide_common(Vehicle, vehicle, command)
