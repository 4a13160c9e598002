/**
 * Where a test server behaves as S3 does not. The suite then expects the check to fail in just this way, so that an entry
 * whose server has been mended shows itself and is removed.
 */
export type BackendName = "sandbox" | "moto" | "s3mock";

export interface Falsehood {
  /** How the server differs from S3. */
  readonly reason: string;
  /** What the failing check says. */
  readonly failure: RegExp;
}

const NO_SIGNATURES: Falsehood = {
  reason: "signatures are not checked",
  failure: /expected 'no error' to be 'ASTRA_STORE_AUTHENTICATION'/,
};
const IGNORES_COPY_CONDITIONS: Falsehood = {
  reason: "the preconditions of copies are ignored",
  failure: /expected 'no error' to be 'ASTRA_OBJECT_CHANGED'/,
};

/** By backend, then by the name of the check. */
export const FALSEHOODS: Readonly<Record<BackendName, Readonly<Record<string, Falsehood>>>> = {
  sandbox: {},
  moto: {
    "refuses a wrong secret": NO_SIGNATURES,
    "refuses to move an object that was overwritten": IGNORES_COPY_CONDITIONS,
    "refuses to move an object that got a newer version": IGNORES_COPY_CONDITIONS,
    "keeps the key: line breaks": {
      reason: "no route matches a key with a line break",
      failure: /PutObject was refused \(NotFound\)/,
    },
    "keeps a legal hold over a change of class": {
      reason: "a copy with object-lock headers is refused for want of a body's checksum, though it has no body",
      failure: /MissingUploadObjectWithObjectLockHeaders/,
    },
  },
  s3mock: {
    "refuses a wrong secret": NO_SIGNATURES,
    "keeps the key: dots in front": { reason: "paths are normalised", failure: /PutObject was refused \(BadRequest\)/ },
    "keeps the key: reserved characters": {
      reason: "an encoded backslash in a path is refused",
      failure: /PutObject was refused \(BadRequest\)/,
    },
    "keeps the key: query and fragment": {
      reason: "an encoded question mark of a copy source is read as the start of its version",
      failure: /CopyObject was refused \(NoSuchKey/,
    },
    "keeps a content type as it was written": {
      reason: "content types are parsed and written anew",
      failure: /'text\/plain;charset=utf-8'/,
    },
    "keeps the CRC-32": {
      reason: "the checksum of an object put whole is verified but not kept",
      failure: /expected null to deeply equal/,
    },
    "counts tags": { reason: "HEAD does not count tags", failure: /expected \+?0 to be 2/ },
    "shows tags to the AWS SDK as before a change of class": {
      reason: "the tagging header is not decoded",
      failure: /a%20b/,
    },
    "keeps tags over a copy in parts": { reason: "the tagging header is not decoded", failure: /a%2520b/ },
    "keeps a redirect over a change of class": {
      reason: "website redirects are not kept",
      failure: /expected null to be '\/new'/,
    },
    "keeps the encryption over a change of class": {
      reason: "a KMS key is known by its id, not by its ARN",
      failure: /Invalid keyId/,
    },
    "keeps a legal hold over a change of class": {
      reason: "the lock headers of a put are ignored",
      failure: /expected false to be true/,
    },
    "makes a new version where versions are kept": {
      reason: "a copy to itself changes the version in place",
      failure: /not to be/,
    },
    "refuses parts to overwrite under condition absent": {
      reason: "aborting an upload deletes the object that has the key",
      failure: /GetObject was refused \(NoSuchKey/,
    },
    "refuses a copy in parts of an object that was overwritten": {
      reason: "aborting an upload deletes the object that has the key",
      failure: /does not exist/,
    },
    "refuses to read or move an archived object": {
      reason: "archived objects can be read",
      failure: /expected 'no error' to be 'ASTRA_OBJECT_ARCHIVED'/,
    },
    "asks for a readable copy": { reason: "restore is not known", failure: /RestoreObject was refused \(BadRequest\)/ },
    "refuses to restore what is missing or needs none": {
      reason: "restore is not known",
      failure: /expected 'ASTRA_STORE_REFUSED' to be 'ASTRA_OBJECT_MISSING'/,
    },
    "sorts keys by their UTF-8 bytes": {
      reason: "keys are sorted by UTF-16 units",
      failure: /to deeply equal/,
    },
    "tells the bucket's region": {
      reason: "the location of a bucket without one is the word null",
      failure: /expected 'null' to be 'us-east-1'/,
    },
  },
};
