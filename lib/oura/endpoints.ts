/** The default address of Oura's API. Source: OpenAPI 1.41, `servers`. */
export const OURA_API_URL = "https://api.ouraring.com";
