/** Tests of the section; each is { name, browsers, context, run(page, env) }, as in see.mjs. */
export const tests = [];
