/** The files of the page, as text inside the program: nothing is read from disk or fetched. */
import app from "./assets/app.js" with { type: "text" };
import chartsCss from "./assets/charts.css" with { type: "text" };
import figure from "./assets/figure.js" with { type: "text" };
import format from "./assets/format.js" with { type: "text" };
import frameCss from "./assets/frame.css" with { type: "text" };
import htmlTag from "./assets/html.js" with { type: "text" };
import keys from "./assets/keys.js" with { type: "text" };
import parts from "./assets/parts.js" with { type: "text" };
import theme from "./assets/theme.js" with { type: "text" };
import tokensCss from "./assets/tokens.css" with { type: "text" };
import causes from "./assets/charts/causes.js" with { type: "text" };
import calendar from "./assets/charts/calendar.js" with { type: "text" };
import coverage from "./assets/charts/coverage.js" with { type: "text" };
import hours from "./assets/charts/hours.js" with { type: "text" };
import overview from "./assets/charts/overview.js" with { type: "text" };
import search from "./assets/search.js" with { type: "text" };
import partsCss from "./assets/parts.css" with { type: "text" };
import heartChart from "./assets/charts/heart.js" with { type: "text" };
import relations from "./assets/charts/relations.js" with { type: "text" };
import cohortCss from "./assets/cohort.css" with { type: "text" };
import cohortPage from "./assets/pages/cohort.js" with { type: "text" };
import dataPage from "./assets/pages/data.js" with { type: "text" };
import trendsPage from "./assets/pages/trends.js" with { type: "text" };
import night from "./assets/charts/night.js" with { type: "text" };
import chartParts from "./assets/charts/parts.js" with { type: "text" };
import scale from "./assets/charts/scale.js" with { type: "text" };
import small from "./assets/charts/small.js" with { type: "text" };
import strip from "./assets/charts/strip.js" with { type: "text" };
import trend from "./assets/charts/trend.js" with { type: "text" };
import heartPage from "./assets/pages/heart.js" with { type: "text" };
import activityPage from "./assets/pages/activity.js" with { type: "text" };
import bodyPage from "./assets/pages/body.js" with { type: "text" };
import yearPage from "./assets/pages/year.js" with { type: "text" };
import tagsPage from "./assets/pages/tags.js" with { type: "text" };
import nightPage from "./assets/pages/night.js" with { type: "text" };
import todayPage from "./assets/pages/today.js" with { type: "text" };

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
