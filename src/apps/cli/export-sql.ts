/** `astra plan export --sql`. */
import { EXIT } from "../../core/errors.ts";
import { STRATEGY_NAMES } from "../../core/policy/policy.ts";
import { SQL_DIALECTS } from "../../core/policy/sql-dialect.ts";
import { exportDecisionSql } from "../../services/export/export-decision-sql.ts";
import { openTraceFiles } from "../wiring.ts";
import { type Call, bucketOf } from "./call.ts";
import { counted } from "./output/size.ts";
import { visible } from "./output/visible.ts";

/** @returns the exit status. @throws AstraError as the verb */
export async function exportSql(call: Call): Promise<number> {
  const dialect = SQL_DIALECTS.find((name) => name === call.text("sql")) ?? "duckdb";
  const strategy = STRATEGY_NAMES.find((name) => name === call.text("strategy"));
  const [file, path] = [call.text("out") ?? null, call.text("accessState")];
  await using ctx = await call.context();
  const input = {
    bucket: bucketOf(ctx.config),
    dialect,
    ...(strategy !== undefined && { strategy }),
    ...(path !== undefined && { accessState: { files: await openTraceFiles(), path } }),
  };
  const { sql, ...exported } = await exportDecisionSql({ ctx, input });
  if (file !== null) {
    const { writeNewFile } = await import("./files.ts");
    await writeNewFile(file, pieces(sql));
  }
  const written = [
    ...(file === null ? [] : [`Query for ${dialect} written to ${visible(file)}.`]),
    ...(path === undefined ? [] : [`${counted(exported.objects ?? 0, "object")} written to ${visible(path)}.`]),
  ];
  await call.terminal.show({
    json: { ok: true, file, accessState: path ?? null, ...exported, ...(file === null && { sql }) },
    text: () => (file === null ? sql.trimEnd() : written.join("\n")),
  });
  return EXIT.done;
}

async function* pieces(text: string): AsyncGenerator<string> {
  yield text;
}
