/** The files of the page, as text inside the program: nothing is read from disk or fetched. */
import app from "./app.js" with { type: "text" };
import chartsCss from "./charts.css" with { type: "text" };
import figure from "./figure.js" with { type: "text" };
import format from "./format.js" with { type: "text" };
import frameCss from "./frame.css" with { type: "text" };
import htmlTag from "./html.js" with { type: "text" };
import keys from "./keys.js" with { type: "text" };
import parts from "./parts.js" with { type: "text" };
import theme from "./theme.js" with { type: "text" };
import tokensCss from "./tokens.css" with { type: "text" };
import causes from "./charts/causes.js" with { type: "text" };
import calendar from "./charts/calendar.js" with { type: "text" };
import coverage from "./charts/coverage.js" with { type: "text" };
import hours from "./charts/hours.js" with { type: "text" };
import overview from "./charts/overview.js" with { type: "text" };
import search from "./search.js" with { type: "text" };
import partsCss from "./parts.css" with { type: "text" };
import heartChart from "./charts/heart.js" with { type: "text" };
import relations from "./charts/relations.js" with { type: "text" };
import cohortCss from "./cohort.css" with { type: "text" };
import cohortPage from "./pages/cohort.js" with { type: "text" };
import dataPage from "./pages/data.js" with { type: "text" };
import trendsPage from "./pages/trends.js" with { type: "text" };
import trendsRelation from "./pages/trends_relation.js" with { type: "text" };
import night from "./charts/night.js" with { type: "text" };
import chartParts from "./charts/parts.js" with { type: "text" };
import scale from "./charts/scale.js" with { type: "text" };
import small from "./charts/small.js" with { type: "text" };
import strip from "./charts/strip.js" with { type: "text" };
import trend from "./charts/trend.js" with { type: "text" };
import trendMarks from "./charts/trend_marks.js" with { type: "text" };
import heartPage from "./pages/heart.js" with { type: "text" };
import activityPage from "./pages/activity.js" with { type: "text" };
import bodyPage from "./pages/body.js" with { type: "text" };
import yearPage from "./pages/year.js" with { type: "text" };
import tagsPage from "./pages/tags.js" with { type: "text" };
import nightPage from "./pages/night.js" with { type: "text" };
import todayPage from "./pages/today.js" with { type: "text" };

/** A file as it is served. */
export interface Asset {
  readonly text: string;
  readonly type: string;
}

const script = (text: string): Asset => ({ text, type: "text/javascript; charset=utf-8" });
const style = (text: string): Asset => ({ text, type: "text/css; charset=utf-8" });

/** By the path below `/assets/`. */
export const ASSETS: Readonly<Record<string, Asset>> = {
  "app.js": script(app),
  "figure.js": script(figure),
  "format.js": script(format),
  "html.js": script(htmlTag),
  "keys.js": script(keys),
  "parts.js": script(parts),
  "theme.js": script(theme),
  "charts/night.js": script(night),
  "charts/parts.js": script(chartParts),
  "charts/scale.js": script(scale),
  "charts/small.js": script(small),
  "charts/strip.js": script(strip),
  "charts/trend.js": script(trend),
  "charts/trend_marks.js": script(trendMarks),
  "pages/night.js": script(nightPage),
  "pages/today.js": script(todayPage),
  "charts/causes.js": script(causes),
  "charts/calendar.js": script(calendar),
  "charts/coverage.js": script(coverage),
  "charts/hours.js": script(hours),
  "charts/overview.js": script(overview),
  "search.js": script(search),
  "charts/heart.js": script(heartChart),
  "charts/relations.js": script(relations),
  "pages/data.js": script(dataPage),
  "pages/trends.js": script(trendsPage),
  "pages/trends_relation.js": script(trendsRelation),
  "pages/heart.js": script(heartPage),
  "pages/activity.js": script(activityPage),
  "pages/body.js": script(bodyPage),
  "pages/year.js": script(yearPage),
  "pages/cohort.js": script(cohortPage),
  "pages/tags.js": script(tagsPage),
  "tokens.css": style(tokensCss),
  "frame.css": style(frameCss),
  "parts.css": style(partsCss),
  "charts.css": style(chartsCss),
  "cohort.css": style(cohortCss),
};
