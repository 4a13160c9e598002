/** The price books that come with Astra. */
import { AstraError } from "../core/errors.ts";
import { type PriceBook, priceBookSchema } from "../core/price-book.ts";
import awsUsEast1 from "../data/aws-us-east-1.json" with { type: "json" };

/** Validates a book. @throws AstraError ASTRA_PRICES_INVALID with the place in the file. */
export function parsePriceBook(json: unknown, where: string): PriceBook {
  const parsed = priceBookSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AstraError("ASTRA_PRICES_INVALID", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`, {
    where,
  });
}

/** AWS S3, us-east-1. */
export function builtInPriceBook(): PriceBook {
  return parsePriceBook(awsUsEast1, "aws-us-east-1.json");
}
