/**
 * Files of a provider's bill, read row by row.
 *
 * Guarantees: every row of a file comes exactly once, in the file's order, in batches; what comes before a fault is not
 * to be used, because the fault rejects the iteration. Memory does not grow with a text file's length, and with a
 * columnar file's only by its largest row group.
 *
 * Errors: ASTRA_REPORT_INVALID naming the file, and the row where there is one.
 */
import type { BillingRow } from "../core/billing/cost-report.ts";

export interface BillingFiles {
  /** Rows of one file. A file without any is refused. */
  rows(path: string): AsyncIterable<readonly BillingRow[]>;
}
