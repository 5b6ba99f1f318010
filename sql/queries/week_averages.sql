-- The averages of wearer $1 over the seven days before the latest day and over the seven before those.
WITH days AS (
  SELECT a.day, a.steps, s.score AS sleep_score, r.score AS readiness_score
  FROM oura.daily_activity a
  LEFT JOIN oura.daily_sleep s ON s.user_id = a.user_id AND s.day = a.day AND s.deleted_at IS NULL
  LEFT JOIN oura.daily_readiness r
    ON r.user_id = a.user_id AND r.day = a.day AND r.deleted_at IS NULL
  WHERE a.user_id = $1 AND a.deleted_at IS NULL
), latest AS (
  SELECT max(day) AS day FROM days
)
SELECT CASE WHEN d.day >= latest.day - 7 THEN 'this week' ELSE 'the week before' END AS week,
  round(avg(sleep_score))::int AS sleep_score, round(avg(readiness_score))::int AS readiness_score,
  round(avg(steps))::int AS steps
FROM days d, latest
WHERE d.day >= latest.day - 14 AND d.day < latest.day
GROUP BY 1
ORDER BY 1 DESC
