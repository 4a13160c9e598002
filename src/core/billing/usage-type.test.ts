import { describe, expect, test } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { LEDGER_ITEMS } from "../pricing/ledger.ts";
import { usageLine } from "./usage-type.ts";

/** Usage type, operation, line. */
const MODELLED = [
  ["TimedStorage-ByteHrs", "StandardStorage", "STANDARD storage"],
  ["TimedStorage-ByteHrs", "", "STANDARD storage"],
  ["TimedStorage-ByteHrs", "GlacierS3ObjectOverhead", "STANDARD storage (archive overhead)"],
  ["TimedStorage-ByteHrs", "DeepArchiveS3ObjectOverhead", "STANDARD storage (archive overhead)"],
  ["TimedStorage-ByteHrs", "RestoreObject", "GLACIER restore-copy"],
  ["TimedStorage-ByteHrs", "DeepArchiveRestoreObject", "DEEP_ARCHIVE restore-copy"],
  ["TimedStorage-SIA-ByteHrs", "StandardIAStorage", "STANDARD_IA storage"],
  ["TimedStorage-SIA-SmObjects", "StandardIASizeOverhead", "STANDARD_IA storage (padding)"],
  ["TimedStorage-ZIA-ByteHrs", "OneZoneIAStorage", "ONEZONE_IA storage"],
  ["TimedStorage-ZIA-SmObjects", "OneZoneIASizeOverhead", "ONEZONE_IA storage (padding)"],
  ["TimedStorage-GIR-ByteHrs", "GlacierInstantRetrievalStorage", "GLACIER_IR storage"],
  ["TimedStorage-GIR-SmObjects", "GlacierIRSizeOverhead", "GLACIER_IR storage (padding)"],
  ["TimedStorage-GlacierByteHrs", "GlacierStorage", "GLACIER storage"],
  ["TimedStorage-GlacierByteHrs", "GlacierObjectOverhead", "GLACIER storage (overhead)"],
  ["TimedStorage-GDA-ByteHrs", "DeepArchiveStorage", "DEEP_ARCHIVE storage"],
  ["TimedStorage-GDA-ByteHrs", "DeepArchiveObjectOverhead", "DEEP_ARCHIVE storage (overhead)"],
  ["TimedStorage-INT-FA-ByteHrs", "IntelligentTieringFAStorage", "INTELLIGENT_TIERING storage (frequent)"],
  ["TimedStorage-INT-IA-ByteHrs", "IntelligentTieringIAStorage", "INTELLIGENT_TIERING storage (infrequent)"],
  ["TimedStorage-INT-AIA-ByteHrs", "IntelligentTieringAIAStorage", "INTELLIGENT_TIERING storage (archive-instant)"],
  ["Requests-Tier1", "PutObject", "STANDARD put"],
  ["Requests-Tier1", "CopyObject", "STANDARD put"],
  ["Requests-Tier1", "ListBucket", "STANDARD list"],
  ["Requests-SIA-Tier1", "ListBucket", "STANDARD list"],
  ["Requests-Tier2", "GetObject", "STANDARD get"],
  ["Requests-Tier2", "HeadObject", "STANDARD get"],
  ["Requests-SIA-Tier1", "CopyObject", "STANDARD_IA put"],
  ["Requests-SIA-Tier2", "GetObject", "STANDARD_IA get"],
  ["Requests-ZIA-Tier1", "PutObject", "ONEZONE_IA put"],
  ["Requests-GIR-Tier2", "GetObject", "GLACIER_IR get"],
  ["Requests-GLACIER-Tier1", "CopyObject", "GLACIER put"],
  ["Requests-GLACIER-Tier2", "HeadObject", "GLACIER get"],
  ["Requests-GDA-Tier1", "CopyObject", "DEEP_ARCHIVE put"],
  ["Requests-GDA-Tier2", "HeadObject", "DEEP_ARCHIVE get"],
  ["Requests-INT-Tier1", "PutObject", "INTELLIGENT_TIERING put"],
  ["Requests-INT-Tier2", "GetObject", "INTELLIGENT_TIERING get"],
  ["Requests-Tier3", "S3-GlacierTransition", "GLACIER transition"],
  ["Requests-Tier3", "S3-GDATransition", "DEEP_ARCHIVE transition"],
  ["Requests-Tier3", "RestoreObject", "GLACIER restore-request (standard)"],
  ["Requests-Tier4", "S3-SIATransition", "STANDARD_IA transition"],
  ["Requests-Tier4", "S3-ZIATransition", "ONEZONE_IA transition"],
  ["Requests-Tier4", "S3-GIRTransition", "GLACIER_IR transition"],
  ["Requests-Tier4", "S3-INTTransition", "INTELLIGENT_TIERING transition"],
  ["Requests-Tier5", "RestoreObject", "GLACIER restore-request (bulk)"],
  ["Requests-Tier6", "RestoreObject", "GLACIER restore-request (expedited)"],
  ["Requests-GDA-Tier3", "DeepArchiveRestoreObject", "DEEP_ARCHIVE restore-request (standard)"],
  ["Requests-GDA-Tier5", "DeepArchiveRestoreObject", "DEEP_ARCHIVE restore-request (bulk)"],
  ["Retrieval-SIA", "GetObject", "STANDARD_IA retrieval"],
  ["Retrieval-ZIA", "GetObject", "ONEZONE_IA retrieval"],
  ["Retrieval-GIR", "GetObject", "GLACIER_IR retrieval"],
  ["Standard-Retrieval-Bytes", "RestoreObject", "GLACIER restore-retrieval (standard)"],
  ["Bulk-Retrieval-Bytes", "DeepArchiveRestoreObject", "DEEP_ARCHIVE restore-retrieval (bulk)"],
  ["Expedited-Retrieval-Bytes", "RestoreObject", "GLACIER restore-retrieval (expedited)"],
  ["EarlyDelete-ByteHrs", "DeleteObject", "GLACIER early-deletion"],
  ["EarlyDelete-GDA", "DeleteObject", "DEEP_ARCHIVE early-deletion"],
  ["EarlyDelete-SIA", "DeleteObject", "STANDARD_IA early-deletion"],
  ["EarlyDelete-SIA-SmObjects", "DeleteObject", "STANDARD_IA early-deletion (padding)"],
  ["EarlyDelete-ZIA", "DeleteObject", "ONEZONE_IA early-deletion"],
  ["EarlyDelete-GIR", "DeleteObject", "GLACIER_IR early-deletion"],
  ["EarlyDelete-GIR-SmObjects", "DeleteObject", "GLACIER_IR early-deletion (padding)"],
  ["Monitoring-Automation-INT", "", "INTELLIGENT_TIERING monitoring"],
] as const;

const OUTSIDE = [
  ["TimedStorage-GlacierStaging", "GLACIER staging", /multipart/],
  ["TimedStorage-GDA-Staging", "DEEP_ARCHIVE staging", /multipart/],
  ["TimedStorage-INT-AA-ByteHrs", "INTELLIGENT_TIERING storage (archive)", /opted/],
  ["TimedStorage-INT-DAA-ByteHrs", "INTELLIGENT_TIERING storage (deep-archive)", /opted/],
  ["TimedStorage-XZ-ByteHrs", "TimedStorage-XZ-ByteHrs", /leaves alone/],
  ["TimedStorage-RRS-ByteHrs", "TimedStorage-RRS-ByteHrs", /leaves alone/],
  ["TagStorage-TagHrs", "STANDARD tags", /tags/],
  ["Inventory-ObjectsListed", "Inventory-ObjectsListed", /feature/],
  ["StorageAnalytics-ObjCount", "StorageAnalytics-ObjCount", /feature/],
  ["BatchOperations-Jobs", "BatchOperations-Jobs", /feature/],
  ["Select-Scanned-Bytes", "Select-Scanned-Bytes", /feature/],
  ["DataTransfer-Out-Bytes", "DataTransfer-Out-Bytes", /transfer/],
  ["C3DataTransfer-In-Bytes", "C3DataTransfer-In-Bytes", /transfer/],
  ["S3G-DataTransfer-Out-Bytes", "S3G-DataTransfer-Out-Bytes", /transfer/],
  ["USE1-AWS-Out-Bytes", "AWS-Out-Bytes", /transfer/],
  ["CloudFront-Out-Bytes", "CloudFront-Out-Bytes", /transfer/],
  ["StorageObjectCount", "StorageObjectCount", /counter/],
  ["BytesDeleted-GDA", "BytesDeleted-GDA", /counter/],
  ["EarlyDelete-INT", "EarlyDelete-INT", /no longer/],
] as const;

describe("a usage type", () => {
  test.each(MODELLED)("%s %s is %s", (type, operation, line) => {
    for (const region of ["", "USE1-", "EUC1-", "EU-", "APN1-", "CPT-", "UGW1-"]) {
      expect(usageLine(region + type, operation)).toEqual({ line, outside: null, isKnown: true });
    }
  });

  test("of the model has a name that the ledger can give", () => {
    for (const [, , line] of MODELLED) {
      const [storageClass = "", item = ""] = line.split(" ");
      expect(Object.keys(AWS.classes)).toContain(storageClass);
      expect(LEDGER_ITEMS.map(String)).toContain(item);
    }
  });

  test.each(OUTSIDE)("%s is outside the model as %s", (type, line, why) => {
    for (const region of ["", "EUC1-"]) {
      const found = usageLine(region + type, "");
      expect(found.line).toBe(line);
      expect(found.outside).toMatch(why);
      expect(found.isKnown).toBe(true);
    }
  });

  test.each([
    ["Requests-Tier3", "S3-NewTransition", "Requests-Tier3 S3-NewTransition"],
    ["EUC1-Requests-NEW-Tier1", "PutObject", "EUC1-Requests-NEW-Tier1 PutObject"],
    ["TimedStorage-New-ByteHrs", "", "TimedStorage-New-ByteHrs"],
    ["", "", "(no usage type)"],
    ["", "PutObject", "PutObject"],
  ])("%s %s that nobody knows keeps its own name", (type, operation, line) => {
    expect(usageLine(type, operation)).toEqual({ line, outside: null, isKnown: false });
  });
});
