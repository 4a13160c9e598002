/** An exchange whose answer's body is handed on as it comes: by undici, as it has to hold the server back. */
import type { Pool } from "undici";
import { readHeaders } from "./encoding.ts";
import type { HttpExchange } from "./http-pool.ts";
import type { Answer } from "./request.ts";

/** A refusal's body is read to its end, as text. */
export async function streamed(pool: Pool, sent: HttpExchange): Promise<Answer> {
  const { method, target: path, headers, body, headersTimeoutMs: headersTimeout, signal } = sent;
  const response = await pool.request({
    method,
    path,
    headers,
    body,
    headersTimeout,
    ...(signal ? { signal } : {}),
  });
  const isGood = response.statusCode >= 200 && response.statusCode < 300;
  const stream = isGood ? response.body : null;
  const text = stream ? "" : await response.body.text();
  return { status: response.statusCode, headers: readHeaders(response.headers), text, stream };
}
