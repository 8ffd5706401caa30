/** Numbers, sums and times as people read them. */

const DOLLARS = new Intl.NumberFormat(undefined, {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 4,
});
const WHOLE = new Intl.NumberFormat();
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const SINCE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60]];

/** @param {number} usd */
export const money = (usd) => DOLLARS.format(usd);

/** @param {number} value */
export const whole = (value) => WHOLE.format(value);

/** @param {string} time RFC 3339 */
export const moment = (time) => MOMENT.format(new Date(time));

/** "3 minutes ago". @param {string} time RFC 3339 */
export function ago(time) {
  const seconds = (Date.parse(time) - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return SINCE.format(Math.round(seconds / length), unit);
}

/** "2 min 5 s". @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "1.4 MB". @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** "Half body" of `half_body` and of `expressions.half_body`. @param {string} slug */
export function words(slug) {
  const name = slug.replace(/^expressions\./, "").replaceAll(/[_-]+/g, " ").trim();
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** "1 image", "3 images". @param {number} count @param {string} one */
export const counted = (count, one, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;
