/** Keeps what was chosen in the address, so that it can be reloaded, bookmarked and gone back to. */

/**
 * @param {URLSearchParams} query changed too
 * @param {string} name
 * @param {string} value empty takes it away
 */
export function keepInAddress(query, name, value) {
  if (value) query.set(name, value);
  else query.delete(name);
  const text = query.toString();
  history.replaceState(null, "", `#/jobs${text && `?${text}`}`);
}
