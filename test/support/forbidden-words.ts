/** Words that have no place in the repository, each with what to write instead. Split, so that this list is not found itself. */
interface ForbiddenWord {
  readonly pattern: RegExp;
  readonly instead: string;
}

function word(parts: readonly string[], instead: string, flags = "i"): ForbiddenWord {
  return { pattern: new RegExp(parts.join(""), flags), instead };
}

export const FORBIDDEN_WORDS: readonly ForbiddenWord[] = [
  word(["registry\\.", "npmjs"], "nothing: npm's own configuration names the registry"),
  word(["registry\\.", "yarnpkg"], "nothing: npm's own configuration names the registry"),
  word(["repo1?\\.", "maven\\.(?:apache\\.)?org"], "nothing: Maven's settings name the repository"),
  word(["files\\.python", "hosted"], "the package's name on PyPI"),
  word(["pypi", "\\.org"], "the package's name on PyPI"),
  word(["proxy\\.", "golang"], "nothing: Go's own configuration names the proxy"),
  word(["(?<![\\w.~-])/wo", "rk/"], "a path from the repository's root"),
  word(["(?<![\\w.~-])/ro", "ot/"], "~ or a path from the repository's root"),
  word(["\\bpro", "mpt(?:s|ed|ing)?\\b"], "question, confirmation"),
  word(["\\bsub", "-?agents?\\b"], "worker"),
  word(["\\bLL", "Ms?\\b"], "nothing: say what the code does", ""),
  word(["\\b(?:clau", "de|anthro", "pic|chat", "gpt|open", "ai|copi", "lot)\\b"], "nothing: say what the code does"),
];
