// Reads calendars with ical.js: on each line in, one calendar as a JSON string; on each line out, what it understood.
import { createInterface } from "node:readline";
import ICAL from "ical.js";

const told = (time) =>
  time.isDate ? time.toString() : new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "+00:00");

function entry(component) {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    replaces: event.recurrenceId ? told(event.recurrenceId) : null,
    start: told(event.startDate),
    end: told(event.endDate),
    summary: event.summary,
    location: event.location ?? "",
    status: component.getFirstPropertyValue("status"),
    sequence: event.sequence,
  };
}

function occurrences(component) {
  const event = new ICAL.Event(component);
  if (!event.isRecurring()) return [];
  const found = [];
  const iterator = event.iterator();
  for (let next = iterator.next(); next; next = iterator.next()) found.push(told(next));
  return found;
}

for await (const line of createInterface({ input: process.stdin })) {
  const calendar = new ICAL.Component(ICAL.parse(JSON.parse(line)));
  const entries = calendar.getAllSubcomponents("vevent");
  const answer = {
    entries: entries.map(entry),
    occurrences: entries.flatMap(occurrences),
  };
  process.stdout.write(JSON.stringify(answer) + "\n");
}
