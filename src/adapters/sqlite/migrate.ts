/** Numbered migrations: `user_version` counts how many of them a file has had. */
import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { AstraError } from "../../core/errors.ts";
import { numberOf } from "./columns.ts";

/** SQL, or work that SQL alone can't do; both run within the one transaction of all migrations. */
export type Migration = string | ((db: DatabaseSync) => void);

export interface Schema {
  /** What the file is to a person: `state file`. */
  readonly name: string;
  /** SQLite's application_id: tells the files apart, and from everybody else's. */
  readonly applicationId: number;
  /** Migration n takes a file from version n to n + 1. Never edited once released, only added to. */
  readonly migrations: readonly Migration[];
}

/**
 * Brings an open file to the newest version, in one transaction.
 * @throws AstraError ASTRA_STATE_NEWER, ASTRA_STATE_CORRUPT (another program's file), ASTRA_STATE_UNREADABLE (read-only
 * and not yet at this version)
 */
export function migrate(db: DatabaseSync, path: string, schema: Schema, readOnly: boolean): void {
  if (readOnly) {
    if (checkedVersion(db, path, schema) < schema.migrations.length) {
      throw new AstraError("ASTRA_STATE_UNREADABLE", `${path}: the ${schema.name} is of an older version`, {
        where: path,
        fix: "Open it once for writing, so that it is brought up to date.",
      });
    }
    return;
  }
  if (existsSync(path) && checkedVersion(db, path, schema) === schema.migrations.length) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    const version = checkedVersion(db, path, schema);
    for (const migration of schema.migrations.slice(version)) {
      if (typeof migration === "string") db.exec(migration);
      else migration(db);
    }
    db.exec(`PRAGMA application_id = ${schema.applicationId}`);
    db.exec(`PRAGMA user_version = ${schema.migrations.length}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function checkedVersion(db: DatabaseSync, path: string, schema: Schema): number {
  const version = pragma(db, "user_version");
  const applicationId = pragma(db, "application_id");
  const tables = numberOf(db.prepare("SELECT count(*) AS n FROM sqlite_schema").get() ?? {}, "n");
  const isEmpty = version === 0 && applicationId === 0 && tables === 0;
  if (!isEmpty && applicationId !== schema.applicationId) {
    throw new AstraError("ASTRA_STATE_CORRUPT", `${path}: this SQLite file is not an Astra ${schema.name}`, {
      where: path,
      fix: "Name another path; the file was left as it is.",
    });
  }
  if (version > schema.migrations.length) {
    throw new AstraError(
      "ASTRA_STATE_NEWER",
      `${path}: the ${schema.name} has version ${version}; this program knows ${schema.migrations.length}`,
      { where: path },
    );
  }
  return version;
}

function pragma(db: DatabaseSync, name: "user_version" | "application_id"): number {
  return numberOf(db.prepare(`PRAGMA ${name}`).get() ?? {}, name);
}
