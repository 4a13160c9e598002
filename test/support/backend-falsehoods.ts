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

const NO_CHECKSUMS: Falsehood = {
  reason: "the checksum of an object put whole is verified but not kept",
  failure: /expected null to /,
};
const ALL_CRCS_ARE_32: Falsehood = {
  reason: "other CRCs than CRC-32 are calculated as CRC-32",
  failure: /expected '[^']+==' to be '/,
};
const NO_RESTORE: Falsehood = {
  reason: "restore is not known",
  failure: /RestoreObject was refused \(BadRequest\)/,
};
const KEY_BY_ID: Falsehood = { reason: "a KMS key is known by its id, not by its ARN", failure: /Invalid keyId/ };
const NO_ENCRYPTION: Falsehood = {
  reason: "the encryption of a put is told for aws:kms alone",
  failure: /expected null to deeply equal/,
};
const NO_LOCK_HEADERS: Falsehood = {
  reason: "HEAD shows no lock, or the lock headers of a copy are ignored",
  failure: /to match object/,
};
const FORGETS_VERSIONS: Falsehood = {
  reason: "a copy does not say which version it copied",
  failure: /expected null to be '/,
};
const ABORT_DELETES: Falsehood = {
  reason: "aborting an upload deletes the object that has the key",
  failure: /NoSuchKey|does not exist/,
};
const IGNORES_DESTINATION: Falsehood = {
  reason: "the precondition on what a write replaces is ignored",
  failure: /promise resolved/,
};
const NO_ACCESS_LISTS: Falsehood = {
  reason: "access control lists of a put are ignored",
  failure: /to deeply equal|to have a length of 2 but got 1/,
};

/** By backend, then by the name of the check. */
export const FALSEHOODS: Readonly<Record<BackendName, Readonly<Record<string, Falsehood>>>> = {
  sandbox: {},
  moto: {
    "replaces only the object that was seen: by a large one": {
      reason: "an upload is completed whatever it replaces",
      failure: /'no error' to be 'ASTRA_OBJECT_CHANGED'/,
    },
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
    "a copy is refused when the source has changed": IGNORES_COPY_CONDITIONS,
    "a copy is refused when the destination has changed": IGNORES_DESTINATION,
    "multipart complete is refused when the destination has changed": IGNORES_DESTINATION,
    "a copy keeps the kind of checksum": ALL_CRCS_ARE_32,
    "a copy in parts names the version that it left behind": FORGETS_VERSIONS,
    "a copy in parts keeps the kind of checksum": ALL_CRCS_ARE_32,
    "keeps that list over a change of class: a large object": {
      reason: "the grants of an upload in parts can't be read",
      failure: /GetObjectAcl was refused \(InternalError\)/,
    },
    "encrypts what is put by a bucket key, and keeps that over a change of class": {
      reason: "the bucket keys of uploads are ignored",
      failure: /to deeply equal/,
    },
    "encrypts what is put by two layers, and keeps that over a change of class": {
      reason: "the key of a double encryption is not told",
      failure: /to deeply equal/,
    },
    "keeps a lock over a change of class: a small object": {
      reason: "a copy with object-lock headers is refused for want of a body's checksum, though it has no body",
      failure: /MissingUploadObjectWithObjectLockHeaders/,
    },
    "keeps a lock over a change of class: a large object": {
      reason: "the lock headers of an upload in parts are ignored",
      failure: /to match object/,
    },
    "tells the class of an upload": { reason: "uploads are listed as STANDARD", failure: /to match object/ },
  },
  s3mock: {
    "replaces only the object that was seen: by a large one": ABORT_DELETES,
    "refuses a wrong secret": NO_SIGNATURES,
    "a copy is refused when the destination has changed": IGNORES_DESTINATION,
    "a copy in parts ends where its object is overwritten meanwhile": ABORT_DELETES,
    "a copy in parts ends where the same content is written with other metadata": ABORT_DELETES,
    "a copy in parts ends where tags are changed meanwhile": ABORT_DELETES,
    "a copy in parts that is told to end leaves nothing": ABORT_DELETES,
    "a copy names the version that it left behind": FORGETS_VERSIONS,
    "a copy in parts names the version that it left behind": FORGETS_VERSIONS,
    "a copy keeps the kind of checksum": NO_CHECKSUMS,
    "a copy in parts keeps the kind of checksum": NO_CHECKSUMS,
    "reads an object's list of who may do what": NO_ACCESS_LISTS,
    "keeps that list over a change of class: a small object": NO_ACCESS_LISTS,
    "keeps that list over a change of class: a large object": NO_ACCESS_LISTS,
    "encrypts what is put by the store's own key, and keeps that over a change of class": NO_ENCRYPTION,
    "encrypts what is put by two layers, and keeps that over a change of class": NO_ENCRYPTION,
    "encrypts what is put by a key of KMS, and keeps that over a change of class": KEY_BY_ID,
    "encrypts what is put by a bucket key, and keeps that over a change of class": KEY_BY_ID,
    "keeps a lock over a change of class: a small object": NO_LOCK_HEADERS,
    "keeps a lock over a change of class: a large object": NO_LOCK_HEADERS,
    "adds holds to a version and takes none off": {
      reason: "HEAD of a version shows no holds",
      failure: /to deeply equal/,
    },
    "keeps tags of any letters, and empty ones": {
      reason: "tags are refused that S3 takes",
      failure: /InvalidTag/,
    },
    "removes a version that is not current, and never the current one": {
      reason: "removing one version removes the object",
      failure: /NoSuchKey/,
    },
    "tells whether objects have owners of their own": {
      reason: "ownership controls are not known",
      failure: /to match object/,
    },
    "tells the rules that wait for a tag": {
      reason: "the tag of a lifecycle rule's filter is dropped",
      failure: /expected \[\] to deeply equal/,
    },
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
    "keeps the CRC-32": NO_CHECKSUMS,
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
    "keeps the encryption over a change of class": KEY_BY_ID,
    "keeps a legal hold over a change of class": {
      reason: "the lock headers of a put are ignored",
      failure: /expected false to be true/,
    },
    "makes a new version where versions are kept": {
      reason: "a copy to itself changes the version in place",
      failure: /not to be/,
    },
    "refuses parts to overwrite under condition absent": ABORT_DELETES,
    "refuses a copy in parts of an object that was overwritten": ABORT_DELETES,
    "refuses to read or move an archived object": {
      reason: "archived objects can be read",
      failure: /expected 'no error' to be 'ASTRA_OBJECT_ARCHIVED'/,
    },
    "asks for a readable copy": NO_RESTORE,
    "moves an archived object up by its readable copy": NO_RESTORE,
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
