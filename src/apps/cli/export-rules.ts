/** `astra plan export --lifecycle`. */
import { EXIT } from "../../core/errors.ts";
import { PROVIDERS } from "../../core/tier.ts";
import { exportLifecycle } from "../../services/export/export-lifecycle.ts";
import { type Call, firstArgument } from "./call.ts";
import { lifecycleText } from "./output/export-rules-text.ts";
import { jsonDocument } from "./output/visible.ts";
import { planOf } from "./plan-argument.ts";

/** @returns the exit status. @throws AstraError as the verb */
export async function exportRules(call: Call): Promise<number> {
  const named = firstArgument(call, "plan");
  const asked = call.text("lifecycle");
  const provider = PROVIDERS.find((name) => name === asked) ?? "s3";
  const file = call.text("out") ?? null;
  await using ctx = await call.context();
  const { id: planId } = await planOf(ctx, named);
  const progress = call.terminal.progress();
  const exported = await exportLifecycle({ ctx, input: { planId, provider, progress: progress.report } }).finally(() =>
    progress.clear(),
  );
  const document = `${jsonDocument(exported.document)}\n`;
  if (file !== null) {
    const { writeNewFile } = await import("./files.ts");
    await writeNewFile(file, pieces(document));
  }
  const { plan: _, ...shown } = exported;
  await call.terminal.show({
    json: { ok: true, planId, file, ...shown },
    text: () => lifecycleText(exported, file === null ? document : file, file !== null),
  });
  return EXIT.done;
}

async function* pieces(text: string): AsyncGenerator<string> {
  yield text;
}
