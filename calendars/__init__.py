"""Availability windows and iCalendar feeds; knows icalendar and nothing of the service."""
