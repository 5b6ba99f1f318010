/** The queries of the dashboards' variable and of the alert. */
/** Which wearers there are, for the variable. */
export const WEARERS_SQL =
  "SELECT DISTINCT user_id FROM oura.sync_runs WHERE user_id <> '' ORDER BY 1";

/** Hours since the newest heart rate of the wearer whose data is the oldest, for the alert. */
export const STALENESS_SQL =
  `SELECT extract(epoch FROM now() - min(newest)) / 3600 AS "hours" FROM ` +
  `(SELECT user_id, max(hour) AS newest FROM oura.heart_rate_hours GROUP BY user_id) AS wearers`;
