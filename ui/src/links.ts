/** The guide that the page brings along: it works where there is no internet. */
export const DOCS = "/help";

/** Where the source is kept, as `[project.urls]` of pyproject.toml says; empty while it says nothing. */
export const SOURCE: string = __SOURCE_URL__;
