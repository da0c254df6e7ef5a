export interface TimeOfDay {
  readonly minutes: number;
  /** Minutes ahead of UTC, if the text states a time zone. */
  readonly offsetMinutes?: number;
}

const clock = /^(\d{1,2})[:.](\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)? ?([ap]\.?m\.?)? ?(.*)$/i;
const offset = /^(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})(?: \(.*\))?$/i;

/**
 * Parses a time such as 09:30, 9:30 pm, 09:30:00.000Z or 09:30:00+01:00. Returns undefined if the text is not a time.
 */
export function timeOfDay(text: string): TimeOfDay | undefined {
  const parts = clock.exec(text);
  if (parts === null) return undefined;
  const [, hourText, minuteText, secondText = '0', half, zone = ''] = parts;
  const hour = hourOfDay(Number(hourText), half);
  const minute = Number(minuteText);
  if (hour === undefined || minute > 59 || Number(secondText) > 60) return undefined;
  const minutes = hour * 60 + minute;
  if (zone === '') return { minutes };
  const offsetMinutes = offsetOf(zone);
  return offsetMinutes === undefined ? undefined : { minutes, offsetMinutes };
}

function hourOfDay(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 23 ? hour : undefined;
  if (hour > 23) return undefined;
  // Some systems write "14:30 pm", which states the half of the day twice.
  return /^p/i.test(half) ? (hour % 12) + 12 : hour % 12;
}

function offsetOf(zone: string): number | undefined {
  const name = zone.toUpperCase();
  if (name === 'Z' || name === 'UTC' || name === 'GMT') return 0;
  if (name === 'BST') return 60;
  const parts = offset.exec(zone);
  if (parts === null) return undefined;
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return parts[1] === '-' ? -minutes : minutes;
}
