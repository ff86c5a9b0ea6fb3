"""Collections: promises, disputes, reminders, what to do next, expected cash."""
