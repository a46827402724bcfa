// Times marked data-local are told in the reader's own zone; without this script they stand in UTC and say so.
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

for (const time of document.querySelectorAll("time[data-local]")) {
  time.textContent = format.format(new Date(time.dateTime));
}
